"""The place that turned out to hold other bytes is closed, and no other."""

import os
from pathlib import Path

from dam.core.visit import Result
from dam.ingest.sources import close_altered, find_sources
from dam.library import Library
from dam.services.sources import InPlaceSource
from tests.command_line import CommandInProcess


def test_the_very_place_that_was_read_is_closed_even_if_another_looks_worse_by_then(
    dam: CommandInProcess, tmp_path: Path
) -> None:
    assert dam("setup-db").exit_code == 0
    places = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for place in places:
        place.write_bytes(b"the same")
    added = dam("add-asset", "--no-copy", "--json", *places, env={"DAM_WORKERS": "0"})
    entity = added.json[0]["entity"]

    with Library.open() as library, library.world() as world:
        source = find_sources(world.session, library.store, [entity])[entity]
        assert isinstance(source, InPlaceSource)
        read = Path(os.fsdecode(source.path))
        (other,) = set(places) - {read}
        other.write_bytes(b"changed since, so that it looks the less likely one")
        close_altered(world.session, Result(entity, content="altered"), source)

    with Library.open() as library:
        (asset,) = library.assets([entity])
        closed = {Path(os.fsdecode(p.path)) for p in asset.locations if p.row.closed_at is not None}
    assert closed == {read}
