"""A report, opened and used in a real browser."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dam.core.path_text import show_path
from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Distances, Group, Likeness, Member
from dam.duplicates.report import duplicates_report
from dam.models.image.samples import encoded, photo
from tests.browser import Browser
from tests.duplicates.conftest import TITLE
from tests.duplicates.invented_groups import HOSTILE, InventedLibrary

CHECKS = Path(__file__).with_name("page_checks.js").read_text()
SCHEMES = ("light", "dark")
NAMED = {"button", "checkbox", "link", "slider", "article", "image"}
"""The roles of what has to have a name."""
WIDTHS = (320, 390, 768, 1280, 2560)


def check(page: Browser, expression: str) -> Any:
    """Evaluate something with the functions of `page_checks.js`."""
    return page.evaluate(f"(() => {{ {CHECKS}; return {expression}; }})()")


def lay_everything_out(page: Browser) -> None:
    page.evaluate("document.styleSheets[0].insertRule('.group { content-visibility: visible !important }')")
    page.settle()


def shown_groups(page: Browser) -> list[str]:
    return list(
        page.evaluate(
            "[...document.querySelectorAll('.group')].filter(g => g.getClientRects().length).map(g => g.id)"
        )
    )


def comparing(page: Browser) -> bool:
    return bool(page.evaluate("document.querySelector('#compare').open"))


def other_name(page: Browser) -> str:
    return str(page.evaluate("document.querySelector('#other .name').textContent"))


def test_it_opens_without_a_complaint_and_asks_for_nothing_but_itself(page: Browser, report: Path) -> None:
    assert page.evaluate("document.title") == TITLE
    assert page.evaluate("document.querySelector('h1').textContent") == TITLE
    page.evaluate("document.querySelectorAll('.group').forEach(g => g.scrollIntoView())")
    page.press("j", "Enter", "o", "d", "Escape", "?", "Escape", "t", "t", "t")
    assert page.complaints() == []
    assert page.requested() == [report.as_uri()]


def test_the_policy_keeps_the_page_from_asking_for_anything_or_running_anything_else(page: Browser) -> None:
    tried = """new Promise(done => {
        const stopped = [];
        document.addEventListener("securitypolicyviolation", (event) => {
            stopped.push(event.effectiveDirective);
            if (stopped.length === 4) done(stopped.sort());
        });
        const add = (kind, rest) => document.body.append(Object.assign(document.createElement(kind), rest));
        add("img", { src: "http://127.0.0.1:9/x.png" });
        add("script", { text: "window.ran = true" });
        add("style", { textContent: "h1 { color: red }" });
        fetch("http://127.0.0.1:9/").catch(() => {});
    })"""
    assert page.evaluate(tried) == ["connect-src", "img-src", "script-src-elem", "style-src-elem"]
    assert page.evaluate("window.ran") is None


def test_every_preview_is_shown_and_what_has_none_says_so(page: Browser) -> None:
    decoded = """Promise.all([...document.images].map(async image => {
        image.loading = "eager"; await image.decode(); return image.naturalWidth > 0; }))"""
    pictures = page.evaluate("document.querySelectorAll('.picture').length")
    loaded = page.evaluate(decoded)
    assert all(loaded)
    assert page.evaluate("document.querySelectorAll('#g5 .missing').length") == 2
    assert len(loaded) == pictures - 2 == 24


def test_a_damaged_preview_gets_the_sign_of_a_missing_one(browser: Browser, tmp_path: Path) -> None:
    library = InventedLibrary()
    entity = library.add([b"/a.jpg", b"/b.jpg"], Appearance(10, 10, b"\xff\xd8 no picture"))
    with duplicates_report(os.fsencode(tmp_path / "out.html"), library.looks.__getitem__) as report:
        report.add(Group(Likeness.BYTES, entity), [library.assets[entity]])
    browser.show(1280, 900)
    browser.open(tmp_path / "out.html")
    browser.settle()
    assert browser.evaluate("document.querySelector('.missing')?.textContent") == "The preview is damaged"


def test_hostile_names_are_shown_as_text_and_do_nothing(page: Browser) -> None:
    shown = page.evaluate("[...document.querySelectorAll('#g6 .places code')].map(code => code.textContent)")
    assert shown == [show_path(path) for path in HOSTILE]
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert page.evaluate("document.querySelectorAll('[onerror], [onload], [style]').length") == 0
    page.evaluate("document.querySelector('#g6').focus()")
    page.press("Enter", "ArrowRight", "ArrowRight")
    assert other_name(page) == "caf\\xe9 \\xff\\xfe.jpg"
    assert page.complaints() == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_has_enough_contrast(page: Browser, scheme: str) -> None:
    page.show(1280, 900, scheme)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == {"light": "rgb(246, 245, 242)", "dark": "rgb(21, 23, 26)"}[scheme]
    lay_everything_out(page)
    found = check(page, "faint(4.5)")
    assert found["seen"] > 200
    assert found["found"] == []
    page.press("j", "Enter", "ArrowRight", "o")
    assert check(page, "faint(4.5)")["found"] == []
    page.press("Escape", "?")
    assert check(page, "faint(4.5)")["found"] == []


def test_the_measure_of_contrast_knows_too_little_when_it_sees_it(page: Browser) -> None:
    assert check(page, "contrast(colour('rgb(0, 0, 0)'), colour('rgb(255, 255, 255)'))") == 21
    page.evaluate("document.styleSheets[0].insertRule('h1 { color: #8a8a8a !important }')")
    (faint,) = check(page, "faint(4.5)")["found"]
    assert faint.startswith("3.")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_focus_can_be_seen(page: Browser, scheme: str) -> None:
    page.show(1280, 900, scheme)
    for _ in range(12):
        page.press("Tab")
        style = page.evaluate(
            "(s => [s.outlineStyle, s.outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert style == ["solid", "3px"], check(page, "focused()")
        assert check(page, "outlineContrast(document.activeElement)") >= 3


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_has_to_be_scrolled_sideways(page: Browser, width: int) -> None:
    page.show(width, 800)
    lay_everything_out(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.press("j", "Enter", "ArrowRight")
    assert page.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('#compare'))") <= 0


def test_tab_goes_through_the_page_in_its_order(page: Browser) -> None:
    visited = []
    for _ in range(10):
        page.press("Tab")
        visited.append(check(page, "focused()"))
    assert visited == [
        "skip", "show-bytes", "show-pixels", "show-near", "previous-group", "next-group", "theme", "help",
        "Compare the best: lake.jpg", "Compare with the best: lake-small.jpg",
    ]  # fmt: skip


def test_j_and_k_go_from_group_to_group_and_leave_out_what_is_hidden(page: Browser) -> None:
    visited = []
    for key in ("j", "j", "k", "k", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.press(key)
        visited.append(check(page, "focused()"))
    assert visited == ["g1", "g2", "g1", "g1", "g2", "g3", "g2"]
    page.evaluate("document.querySelector('#show-pixels').click()")
    page.press("j")
    assert check(page, "focused()") == "g4"
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    bar = page.evaluate("document.querySelector('.toolbar').getBoundingClientRect().bottom")
    assert bar <= top < 200


def test_classes_are_chosen_with_the_keyboard_and_counted(page: Browser) -> None:
    assert shown_groups(page) == ["g1", "g2", "g3", "g4", "g5", "g6"]
    page.press("Tab", "Tab", " ")
    assert shown_groups(page) == ["g1", "g3", "g4", "g5", "g6"]
    page.press("Tab", "Tab", " ")
    assert shown_groups(page) == ["g3"]
    shown = page.evaluate("document.querySelector('#shown').textContent")
    assert shown == "1 of 6 groups on this page shown"


def test_enter_compares_and_escape_gives_the_focus_back(page: Browser) -> None:
    page.press("j", "Enter")
    assert comparing(page)
    assert other_name(page) == "lake-small.jpg"
    alternatives = page.evaluate("[...document.querySelectorAll('.stage img')].map(image => image.alt)")
    assert alternatives == ["lake.jpg", "lake-small.jpg"]
    page.press("j")
    assert other_name(page) == "lake grey.jpg"
    page.press("Escape")
    assert not comparing(page)
    assert check(page, "focused()") == "g1"

    page.evaluate("document.querySelectorAll('#g1 button.frame')[2].focus()")
    page.press("Enter")
    assert other_name(page) == "lake grey.jpg"
    page.press("Escape")
    assert check(page, "focused()") == "Compare with the best: lake grey.jpg"


def test_the_focus_stays_in_the_comparison(page: Browser) -> None:
    page.press("j", "Enter")
    for _ in range(12):
        page.press("Tab")
        # Between the last and the first, the focus is on the browser itself.
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )


def test_one_file_at_several_places_has_nothing_to_compare(page: Browser) -> None:
    page.press("j", "j", "Enter")
    assert check(page, "focused()") == "g2"
    assert not comparing(page)


def test_two_pictures_are_laid_over_each_other(page: Browser) -> None:
    page.press("j", "Enter", "o")
    boxes = (
        "[...document.querySelectorAll('.stage .frame')].map(f => JSON.stringify(f.getBoundingClientRect()))"
    )
    best, other = page.evaluate(boxes)
    assert best == other
    page.evaluate("document.querySelector('#fade').focus()")
    before = page.evaluate("document.querySelector('#other .frame').style.opacity")
    page.press("ArrowRight", "ArrowRight")
    assert float(page.evaluate("document.querySelector('#other .frame').style.opacity")) > float(before)
    assert other_name(page) == "lake-small.jpg"
    page.evaluate("document.querySelector('button[data-view=side]').focus()")
    page.press(" ")
    best, other = page.evaluate(boxes)
    assert best != other


@pytest.fixture
def turned(page: Browser) -> Iterator[Browser]:
    """The page with a picture compared with the seven ways in which it was turned."""
    page.evaluate("document.querySelector('#g4').focus()")
    page.press("Enter", "d")
    yield page
    page.press("Escape")


def test_turned_pictures_are_turned_back_to_lie_on_the_best(turned: Browser) -> None:
    for place in range(7):
        assert turned.evaluate("document.querySelector('#compare-place').textContent") == f"{place + 1} of 7"
        # Where both are the same, their difference is black: far from it without turning back.
        assert brightness(turned) < 12, other_name(turned)
        turned.evaluate("document.querySelector('#turn').click()")
        assert brightness(turned) > 25, other_name(turned)
        turned.evaluate("document.querySelector('#turn').click()")
        turned.press("ArrowRight")


def brightness(page: Browser) -> float:
    """Return the mean of what is seen in the middle of the stage, 0 to 255."""
    from io import BytesIO

    from PIL import Image, ImageStat

    page.settle()
    box = page.evaluate("document.querySelector('#best .frame').getBoundingClientRect().toJSON()")
    x, y, side = box["left"], box["top"], box["width"]
    middle = (x + side * 0.3, y + side * 0.3, x + side * 0.7, y + side * 0.7)
    seen = Image.open(BytesIO(page.screenshot())).convert("L").crop(middle)
    return float(ImageStat.Stat(seen).mean[0])


def test_the_keys_are_shown_and_put_away(page: Browser) -> None:
    page.press("?")
    assert page.evaluate("document.querySelector('#keys').open")
    page.press("j")
    assert page.evaluate("document.querySelector('#keys').open")
    page.press("Escape")
    assert not page.evaluate("document.querySelector('#keys').open")


def test_the_theme_is_chosen_against_the_system_and_remembered(page: Browser, report: Path) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.press("t", "t")
    assert page.evaluate("document.querySelector('#theme').textContent") == "Theme: dark"
    assert page.evaluate(paper) != light
    page.open(report)
    assert page.evaluate("document.querySelector('#theme-name').textContent") == "dark"
    page.press("t")
    assert page.evaluate(paper) == light


def test_everything_that_takes_the_focus_has_a_name_and_no_two_things_have_one_id(page: Browser) -> None:
    lay_everything_out(page)
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    controls = [node for node in nodes if node.get("role", {}).get("value") in NAMED]
    assert len(controls) >= page.evaluate("document.querySelectorAll('main button, .group').length") == 31
    assert [node for node in controls if not node.get("name", {}).get("value")] == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))


def test_on_paper_there_are_all_groups_on_white_and_no_buttons(page: Browser) -> None:
    page.show(800, 1000, "dark", media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.querySelector('.toolbar').getClientRects().length") == 0
    assert len(shown_groups(page)) == 6
    assert check(page, "faint(4.5)")["found"] == []


def test_ten_thousand_groups_open_and_can_be_gone_through(browser: Browser, tmp_path: Path) -> None:
    library = InventedLibrary()
    small = Appearance(400, 300, encoded(photo(1, (40, 30))))
    entities = [library.add([b"/photos/%d.jpg" % number], small) for number in range(20_000)]
    with duplicates_report(
        os.fsencode(tmp_path / "out.html"), library.looks.__getitem__, limit=10_000
    ) as report:
        for best, other in zip(entities[::2], entities[1::2], strict=True):
            group = Group(Likeness.NEAR, best, (Member(other, Distances(2)),))
            report.add(group, library.assets_of(group))
    browser.show(1280, 900)
    browser.open(tmp_path / "out.html")
    assert browser.evaluate("document.querySelectorAll('.group').length") == 10_000
    browser.press("j", "j", "j", "Enter")
    assert other_name(browser) == "5.jpg"
    browser.press("Escape")
    browser.evaluate("document.querySelector('#g10000').scrollIntoView()")
    browser.settle()
    assert browser.evaluate("document.querySelector('#g10000 img').complete")
    # What is out of sight is not laid out.
    seen = (
        "[...document.images].filter(image => image.checkVisibility({ contentVisibilityAuto: true })).length"
    )
    assert 0 < browser.evaluate(seen) < 50
    assert browser.complaints() == []
