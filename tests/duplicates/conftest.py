"""A browser, and a report to look at in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dam.duplicates.report import duplicates_report
from tests.browser import PROGRAMS, Browser, find_chromium
from tests.duplicates.invented_groups import sample

TITLE = "Duplicates in <Anna & Bob's> archive"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A headless Chromium, for all tests of one worker."""
    program = find_chromium()
    if program is None:
        reason = f"no Chromium is installed: none of {', '.join(PROGRAMS)}"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with Browser(program, tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on the sample of groups."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    library, groups = sample()
    with duplicates_report(os.fsencode(path), library.looks.__getitem__, title=TITLE) as written:
        for group in groups:
            written.add(group, library.assets_of(group))
    return path


@pytest.fixture
def page(browser: Browser, report: Path) -> Browser:
    """The browser with the report, just opened in a wide window."""
    browser.show(1280, 900)
    browser.open(report)
    return browser
