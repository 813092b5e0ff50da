"""`dam-cli setup-db`: makes a library, brings it up to date, and never drops anything."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.command_line import CommandInProcess
from tests.commands.facts import everything


def test_a_library_is_made_where_the_settings_say(bare_dam: CommandInProcess, tmp_path: Path) -> None:
    made = bare_dam("setup-db")
    assert made.exit_code == 0
    assert made.stdout.startswith("set up: ")
    assert str(tmp_path / "store") in made.stdout
    assert "uuid" in json.loads((tmp_path / "store" / "dam-store.json").read_text())
    assert bare_dam("status").exit_code == 0


def test_doing_it_twice_is_harmless_and_says_so(bare_dam: CommandInProcess) -> None:
    bare_dam("setup-db")
    before = everything()
    again = bare_dam("setup-db")
    assert again.exit_code == 0
    assert again.stdout.startswith("up to date: ")
    assert everything() == before


def test_json_says_whether_anything_changed(bare_dam: CommandInProcess, tmp_path: Path) -> None:
    first, second = bare_dam("setup-db", "--json"), bare_dam("setup-db", "--json")
    assert [answer["changed"] for answer in (*first.json, *second.json)] == [True, False]
    assert first.json[0]["store"] == str(tmp_path / "store")
    assert "password" not in first.stdout


def test_nothing_is_dropped_from_a_library_in_use(filled: CommandInProcess) -> None:
    before = everything()
    assert filled("setup-db").exit_code == 0
    assert everything() == before


def test_a_schema_newer_than_the_program_is_refused(filled: CommandInProcess, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = everything()
    for command in (["setup-db"], ["status"], ["add-asset", "anything"]):
        refused = filled(*command)
        assert refused.exit_code == 8
        assert "schema too new" in refused.stderr
        assert "9999" in refused.stderr
    assert everything() == before


def test_a_sqlite_file_of_another_program_is_refused_and_left_alone(
    bare_dam: CommandInProcess, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    before = theirs.read_bytes()
    for command in ("setup-db", "status"):
        refused = bare_dam(command, env={"DATABASE_URL": f"sqlite:///{theirs}"})
        assert refused.exit_code == 8
        assert "none of dam's" in refused.stderr
    assert theirs.read_bytes() == before


def test_a_folder_that_holds_something_else_is_not_made_a_store(
    bare_dam: CommandInProcess, media: Path
) -> None:
    refused = bare_dam("setup-db", env={"DAM_STORE": media})
    assert refused.exit_code == 2
    assert "the folder is not empty" in refused.stderr
    assert sorted(file.name for file in media.iterdir()) == [
        "hill.png",
        "lake-small.png",
        "lake.jpg",
        "notes.txt",
    ]


def test_a_store_that_is_not_mounted_is_not_made_anew(filled: CommandInProcess, tmp_path: Path) -> None:
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    refused = filled("setup-db")
    assert refused.exit_code == 9
    assert "mount its disk, or set DAM_STORE" in refused.stderr
    assert not (tmp_path / "store").exists()


def test_a_set_up_that_was_interrupted_before_the_store_is_finished_by_another(
    dam: CommandInProcess, tmp_path: Path
) -> None:
    early = dam("add-asset", tmp_path)
    assert early.exit_code == 9
    assert "dam-cli setup-db" in early.stderr
    assert dam("setup-db").stdout.startswith("set up: ")
