"""What a `.damignore` names is left out of a walk, just as git would leave it out."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.ingest.discovery import listings
from dam.ingest.listing import FoundKind
from tests.ingest.walking import NOTHING_OF_OURS, found_in, touch, walk, walk_listings


def left_of(top: Path, rules: str, *, folder: str = "") -> set[str]:
    """Write these rules into a folder, and return what a walk finds then."""
    (top / folder / ".damignore").write_text(rules)
    found = list(walk(os.fsencode(top)))
    assert {one.verdict for one in found} <= {FoundKind.FILE}
    return {os.path.relpath(os.fsdecode(one.path), top) for one in found}


def test_without_rules_nothing_is_left_out_but_the_file_itself(tmp_path: Path) -> None:
    touch(tmp_path / "a", tmp_path / "b/c")
    assert left_of(tmp_path, "# nothing\n\n") == {"a", "b/c"}


def test_rules_hold_in_their_folder_and_below(tmp_path: Path) -> None:
    touch(*[tmp_path / name for name in ("x.tmp", "a/x.tmp", "a/b/x.tmp", "a/b/x.jpg", "c/x.tmp")])
    assert left_of(tmp_path, "*.tmp\n", folder="a") == {"x.tmp", "a/b/x.jpg", "c/x.tmp"}


def test_a_pattern_with_a_slash_holds_from_its_own_folder(tmp_path: Path) -> None:
    touch(*[tmp_path / name for name in ("a/x", "b/a/x", "x", "b/x")])
    assert left_of(tmp_path, "a/x\n/x\n") == {"b/a/x", "b/x"}


def test_a_pattern_with_a_slash_at_its_end_is_for_folders(tmp_path: Path) -> None:
    touch(tmp_path / "a/cache/x", tmp_path / "b/cache")
    assert left_of(tmp_path, "cache/\n") == {"b/cache"}


def test_deeper_rules_have_the_last_word(tmp_path: Path) -> None:
    touch(*[tmp_path / name for name in ("x.tmp", "a/x.tmp", "a/b/x.tmp")])
    (tmp_path / ".damignore").write_text("*.tmp\n")
    assert left_of(tmp_path, "!*.tmp\n", folder="a") == {"a/x.tmp", "a/b/x.tmp"}


def test_nothing_comes_back_out_of_a_folder_that_is_left_out(tmp_path: Path) -> None:
    touch(*[tmp_path / name for name in ("a/x", "a/keep", "b/x", "b/keep")])
    assert left_of(tmp_path, "a/\nb/*\n!keep\n") == {"b/keep"}


def test_what_is_left_out_is_counted_and_a_folder_counts_once(tmp_path: Path) -> None:
    touch(*[tmp_path / name for name in ("a/1", "a/2", "x", "y", "z")])
    (tmp_path / ".damignore").write_text("a\nx\ny\n")
    (listing,) = walk_listings(os.fsencode(tmp_path))
    assert ([name for name, _ in listing.files], listing.ignored) == ([b"z"], 3)


def test_a_folder_in_which_all_is_left_out_is_still_counted(tmp_path: Path) -> None:
    touch(tmp_path / "x")
    (tmp_path / ".damignore").write_text("*\n")
    (listing,) = walk_listings(os.fsencode(tmp_path))
    assert (listing.files, listing.others, listing.ignored) == ([], [], 1)


def test_it_can_be_asked_not_to_mind(tmp_path: Path) -> None:
    touch(tmp_path / "x")
    (tmp_path / ".damignore").write_text("*\n")
    (listing,) = walk_listings(os.fsencode(tmp_path), ignore=False)
    assert [name for name, _ in listing.files] == [b".damignore", b"x"]


def test_what_is_named_is_never_left_out(tmp_path: Path) -> None:
    touch(tmp_path / "x", tmp_path / "a/y")
    (tmp_path / ".damignore").write_text("*\n")
    named = [os.fsencode(tmp_path / name) for name in ("x", ".damignore", "a")]
    found = [
        name for listing in listings(named, NOTHING_OF_OURS, recursive=True) for name, _ in listing.files
    ]
    assert found == [b"x", b".damignore", b"y"]


def test_names_that_are_not_text_match_too(tmp_path: Path) -> None:
    top = os.fsencode(tmp_path)
    for name in (b"\xff.tmp", b"\xff.jpg", b"new\nline.tmp", b"line\n"):
        os.mknod(os.path.join(top, name))
    (tmp_path / ".damignore").write_text("?.tmp\nnew*.tmp\nline\n")
    (listing,) = walk_listings(top)
    assert [name for name, _ in listing.files] == [b"line\n", b"\xff.jpg"]


def test_a_byte_order_mark_and_foreign_line_ends_do_no_harm(tmp_path: Path) -> None:
    touch(tmp_path / "x", tmp_path / "y", tmp_path / "z")
    (tmp_path / ".damignore").write_bytes(b"\xef\xbb\xbfx\r\ny\r\n")
    (listing,) = walk_listings(os.fsencode(tmp_path))
    assert [name for name, _ in listing.files] == [b"z"]


def test_links_that_are_followed_are_what_they_lead_to(tmp_path: Path) -> None:
    touch(tmp_path / "outside/x", tmp_path / "top/y")
    (tmp_path / "top/cache").symlink_to("../outside")
    (tmp_path / "top/.damignore").write_text("cache/\n")
    (listing,) = walk_listings(os.fsencode(tmp_path / "top"), follow_links=True)
    assert ([name for name, _ in listing.files], listing.ignored) == ([b"y"], 1)


class TestOneThatCannotBeObeyed:
    """Its folder is left out: what the user wanted to keep out of the library is not known."""

    @pytest.fixture
    def top(self, tmp_path: Path) -> Path:
        touch(tmp_path / "a/x", tmp_path / "a/b/y", tmp_path / "c/z")
        return tmp_path

    def reason(self, top: Path) -> str:
        found = found_in(top)
        assert found.pop("c/z") == ("file", ""), "the rest is found"
        ((path, (verdict, reason)),) = found.items()
        assert (path, verdict) == ("a/.damignore", "failed")
        assert reason.endswith(", so its folder is left out")
        return reason.removesuffix(", so its folder is left out")

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"\xff\xfe*", "is not UTF-8 text"),
            (b"x" * 65537, "is larger than 65536 bytes"),
            (b"x\n[z-a]\n", "line 2 is not a pattern: [z-a]"),
            (b"x\\", "line 1 is not a pattern: x\\"),
        ],
    )
    def test_because_of_what_it_holds(self, top: Path, data: bytes, reason: str) -> None:
        (top / "a/.damignore").write_bytes(data)
        assert self.reason(top) == reason

    def test_because_it_is_a_link(self, top: Path) -> None:
        (top / "a/.damignore").symlink_to("x")
        assert self.reason(top) == "is a symbolic link"

    def test_because_it_is_a_pipe_which_is_not_waited_for(self, top: Path) -> None:
        os.mkfifo(top / "a/.damignore")
        assert self.reason(top) == "is a named pipe"

    def test_because_so_many_folders_may_lie_between(self, top: Path) -> None:
        (top / "a/.damignore").write_text("x\n" + "a/**/" * 5 + "b\n")
        assert self.reason(top) == "line 2 has too many **: a/**/a/**/a/**/a/**/a/**/b"

    def test_because_it_is_a_folder(self, top: Path) -> None:
        (top / "a/.damignore").mkdir()
        assert self.reason(top) == "is a folder"


@pytest.mark.parametrize("stars", [12, 60])
def test_many_stars_take_no_longer_than_few(tmp_path: Path, stars: int) -> None:
    touch(tmp_path / ("a" * 200), tmp_path / ("a" * 200 + "b"))
    assert left_of(tmp_path, "*a" * stars + "*b\n") == {"a" * 200}


folders = st.sampled_from(["", "a/", "b/", "a/a/", "a/b/", "b/a/", "a/b/a/"])
# No letters beyond ASCII: to git a `?` is one byte of them, to us it is the letter.
names = st.sampled_from(["a", "b", "ab", "a.b", "b a", "#a", "!b", "-", "a*", "aab", "abab", "ba.ab"])
pieces = st.sampled_from(
    ["*a*b", "*a*b*", "*b*[ab]*b", "a*?*b", "*a**b", "*[!a]*a*b", "*.*\\a*b"]
) | st.sampled_from(
    ["a", "b", "ab", "*", "?", "**", "a*", "*b", "a?b", "[ab]", "[!a]", "[a-b]*", "\\#a", "\\!b", "-"]
)
patterns = st.builds(
    lambda bang, start, parts, end: bang + start + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(pieces, min_size=1, max_size=3),
    st.sampled_from(["", "/", " ", "/ "]),
)
comments = st.sampled_from(["", "# a", "#a"])


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@given(
    files=st.sets(st.builds(str.__add__, folders, names), min_size=1, max_size=12),
    rules=st.dictionaries(folders, st.lists(patterns | comments, min_size=1, max_size=5), max_size=3),
)
def test_it_leaves_out_what_git_leaves_out(
    tmp_path_factory: pytest.TempPathFactory, files: set[str], rules: dict[str, list[str]]
) -> None:
    top = tmp_path_factory.mktemp("tree") / "top"
    top.mkdir()
    for file in sorted(files, reverse=True):  # Longer ones first: what is a folder then cannot be a file.
        if not (top / file).exists():
            touch(top / file)
    for folder, lines in rules.items():
        if not (top / folder).is_file() and (top / folder).parent.is_dir():
            (top / folder).mkdir(exist_ok=True)
            (top / folder / ".damignore").write_text("\n".join(lines))
    assert {os.path.relpath(os.fsdecode(one.path), top) for one in walk(os.fsencode(top))} == git_sees(top)


def git_sees(top: Path) -> set[str]:
    """Return the files that git takes in, with the same rules."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    repository = ["git", f"--git-dir={top}.git", f"--work-tree={top}"]
    subprocess.run([*repository, "init", "-q"], check=True, env=environment)
    listed = subprocess.run(
        [*repository, "ls-files", "-o", "-z", "--exclude-per-directory=.damignore"],
        check=True,
        capture_output=True,
        env=environment,
        cwd=top,
    )
    seen = {os.fsdecode(path) for path in listed.stdout.split(b"\0")[:-1]}
    return {path for path in seen if os.path.basename(path) != ".damignore"}
