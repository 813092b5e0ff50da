"""Reports on duplicates as files: written whole or not at all, and holding what they were given."""

import base64
import gc
import hashlib
import os
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dam.core.path_text import show_path
from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Distances, Group, Likeness, Member
from dam.duplicates.report import _SUMMARY_BYTES, duplicates_report
from dam.duplicates.report_classes import report_classes
from dam.duplicates.report_markup import Tally
from dam.duplicates.report_page import summary
from dam.plugins import installed
from dam.search.orientation import Orientation
from tests.duplicates.invented_groups import HOSTILE, InventedLibrary, sample
from tests.duplicates.outline import DASH, TIMES, read, table, write


def test_a_report_says_what_there_is_of_every_picture(tmp_path: Path) -> None:
    library, groups = sample()
    outline = write(tmp_path / "out.html", library, groups)

    assert table(outline) == ["1 | 3 | 2.0 MB", "1 | 2 | 18.4 MB", "4 | 23 | 19.2 MB"]
    assert len(outline.texts["picture best"]) == 5
    first = outline.texts["picture best"][0]
    assert "★ Best none has more pixels; metadata, then age decided\nlake.jpg" in first
    assert f"3840 {TIMES} 2880 · 4.2 MB · image/jpeg" in first
    assert "/photos/2021/lake.jpg/backup/lake.jpgin the store" in first
    assert "entity 1" in first
    smaller, offline = outline.texts["picture"][:2]
    assert "PDQ8pHash0dHash1aHash0" in smaller
    assert "PDQ26pHash2dHash2aHash1" in offline
    assert "lake grey.jpg offline" in offline
    assert "★" not in smaller
    assert f"PDQ{DASH}pHash3dHash{DASH}aHash{DASH}" in "".join(outline.texts["picture"])
    turned = [text for text in outline.texts["picture"] if "↻" in text]
    assert [one.value.capitalize() in text for one, text in zip(list(Orientation)[1:], turned, strict=True)]
    sha256 = library.assets[1].sha256
    assert sha256 is not None
    assert sha256.hex() in first


def test_the_best_is_said_to_have_the_most_pixels_only_if_it_has(tmp_path: Path) -> None:
    library = InventedLibrary()
    large, small, same, unknown = (
        library.add([b"/%d.jpg" % number], Appearance(width, 10 if width else None))
        for number, width in enumerate((20, 10, 20, None))
    )
    groups = [Group(Likeness.NEAR, large, (Member(other),)) for other in (small, same, unknown)]
    told = write(tmp_path / "out.html", library, groups).texts["role"]
    assert told == [
        "★ Best it has the most pixels",
        "★ Best none has more pixels; metadata, then age decided",
        "★ Best by pixels, then metadata, then age",
    ]


def test_hard_links_to_one_file_save_nothing(tmp_path: Path) -> None:
    library = InventedLibrary()
    entity = library.add([b"/a.jpg", b"/b.jpg", b"/c.jpg"], size=1000)
    places = library.assets[entity].locations
    places[1].row.inode = places[0].row.inode
    outline = write(tmp_path / "out.html", library, [Group(Likeness.BYTES, entity)])
    assert table(outline)[0] == "1 | 3 | 1.0 kB"


def test_places_that_are_closed_are_not_told(tmp_path: Path) -> None:
    library = InventedLibrary()
    entity = library.add([b"/here.jpg", b"/gone.jpg", b"/there.jpg"])
    row = library.assets[entity].locations[1].row
    row.closed_at = row.last_seen
    outline = write(tmp_path / "out.html", library, [Group(Likeness.BYTES, entity)])
    assert outline.texts["bdi"] == ["here.jpg", "/here.jpg", "/there.jpg"]
    assert table(outline)[0].startswith("1 | 2 |")


@given(name=st.binary(min_size=1, max_size=300).map(lambda name: name.replace(b"\0", b"")))
def test_any_path_is_shown_as_text_and_closes_nothing(
    tmp_path_factory: pytest.TempPathFactory, name: bytes
) -> None:
    path = b"/" + name
    library = InventedLibrary()
    entity = library.add([path], media_type=show_path(path))
    out = tmp_path_factory.getbasetemp() / "any.html"
    outline = write(out, library, [Group(Likeness.NEAR, entity, (Member(entity),))])
    assert show_path(path) in outline.texts["bdi"]
    assert outline.tags.count("script") == 1
    # Nothing that moves the cursor or turns the direction of what follows.
    moving = r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
    assert not re.search(moving, out.read_bytes().decode())


def test_hostile_names_make_no_tag_and_no_attribute(tmp_path: Path) -> None:
    tame = InventedLibrary()
    hostile_group = Group(Likeness.NEAR, 1, tuple(Member(n + 2) for n in range(len(HOSTILE) - 1)))
    hostile = InventedLibrary()
    for path in HOSTILE:
        hostile.add([path])
        tame.add([b"/photos/tame.jpg"])
    one = write(tmp_path / "hostile.html", hostile, [hostile_group])
    other = write(tmp_path / "tame.html", tame, [hostile_group])
    assert one.tags == other.tags
    assert [name for name, _ in one.attributes] == [name for name, _ in other.attributes]


def test_a_title_from_anywhere_is_escaped(tmp_path: Path) -> None:
    with duplicates_report(
        os.fsencode(tmp_path / "out.html"), lambda _: Appearance(), title="</title><script>\udcff"
    ):
        pass
    outline = read(tmp_path / "out.html")
    assert outline.texts["h1"] == ["</title><script>\\udcff"]
    assert outline.tags.count("script") == 1


def test_the_policy_allows_the_page_s_own_style_and_script_alone(tmp_path: Path) -> None:
    write(tmp_path / "out.html", *sample())
    text = (tmp_path / "out.html").read_text()
    policy = dict(re.findall(r'http-equiv="Content-Security-Policy" (content)="([^"]+)"', text))["content"]
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        checksum = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{checksum}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy
    assert re.findall(r"(?:src|href|action)=\"(?!data:|#)[^\"]*", text) == []
    assert "url(" not in text
    assert "@import" not in text


def test_what_is_above_the_limit_is_counted_and_not_asked_for(tmp_path: Path) -> None:
    library, groups = sample()
    asked: list[int] = []

    def appearance(entity: int) -> Appearance:
        asked.append(entity)
        return library.looks[entity]

    with duplicates_report(os.fsencode(tmp_path / "out.html"), appearance, limit=2) as report:
        for group in groups:
            report.add(group, library.assets_of(group))
    outline = read(tmp_path / "out.html")
    assert asked == [1, 2, 3, 4]
    assert table(outline) == ["1 | 3 | 2.0 MB", "1 | 2 | 18.4 MB", "4 | 23 | 19.2 MB"]
    assert outline.tags.count("article") == 2
    assert [text.split(" counted")[0] for text in outline.texts["notice"]] == ["4 more groups are"] * 2
    assert outline.texts["output"][0] == "2 of 2 groups on this page shown"


def test_a_group_of_very_many_shows_the_nearest_and_says_how_many_more(tmp_path: Path) -> None:
    library = InventedLibrary()
    best, *others = (library.add([b"/%d.jpg" % number], size=10) for number in range(1000))
    outline = write(tmp_path / "out.html", library, [Group(Likeness.NEAR, best, tuple(map(Member, others)))])
    assert outline.tags.count("figure") == 50 + 2
    assert outline.texts["more"] == ["950 more pictures not shown."]
    assert table(outline)[2] == "1 | 1,000 | 10.0 kB"


def test_a_file_at_very_many_places_shows_the_first_and_says_how_many_more(tmp_path: Path) -> None:
    library = InventedLibrary()
    entity = library.add([b"/%d.jpg" % number for number in range(1000)], size=1000)
    outline = write(tmp_path / "out.html", library, [Group(Likeness.BYTES, entity)])
    assert "900 more places not shown" in outline.texts["places"][0]
    assert table(outline)[0] == "1 | 1,000 | 999.0 kB"


def test_an_answer_without_groups_is_a_page_too(tmp_path: Path) -> None:
    outline = write(tmp_path / "out.html", InventedLibrary(), [])
    assert table(outline) == ["0 | 0 | 0 bytes"] * 3
    assert "No group is shown." in outline.texts["main"][0]


def test_assets_that_do_not_belong_to_the_group_are_a_fault(tmp_path: Path) -> None:
    library, groups = sample()
    with (
        pytest.raises(ValueError, match="zip"),
        duplicates_report(os.fsencode(tmp_path / "out.html"), library.looks.__getitem__) as report,
    ):
        report.add(groups[0], [library.assets[1]])
    assert list(tmp_path.iterdir()) == []


def test_the_figures_have_room_however_large_they_are(tmp_path: Path) -> None:
    classes = report_classes(installed().registry.matchers)
    huge = {likeness: Tally(10**18, 10**17, 10**18, 10**24) for likeness in classes}
    assert len(classes) > len(Likeness)
    assert len(summary("Made 2025-05-01 12:00 UTC", huge, classes).encode()) < _SUMMARY_BYTES


def test_memory_does_not_grow_with_the_number_of_groups(tmp_path: Path) -> None:
    library, groups = sample()
    look = library.looks.__getitem__

    def peak(times: int) -> int:
        gc.collect()
        tracemalloc.start()
        with duplicates_report(os.fsencode(tmp_path / "out.html"), look, limit=10_000) as report:
            for group in groups * times:
                report.add(group, library.assets_of(group))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)
    assert peak(100) < peak(10) + 300_000


def test_distances_are_told_as_far_as_they_are_known(tmp_path: Path) -> None:
    library = InventedLibrary()
    best, other = library.add([b"/a.jpg"]), library.add([b"/b.jpg"])
    group = Group(Likeness.NEAR, best, (Member(other, Distances(pdq=0, ahash=64)),))
    assert write(tmp_path / "out.html", library, [group]).texts["distances"] == [
        f"PDQ0pHash{DASH}dHash{DASH}aHash64"
    ]
