"""What stands around the groups of a report on duplicates: head, figures, dialogs."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

from dam.duplicates.report_classes import ReportClass
from dam.duplicates.report_markup import Tally, mark, number, size_text

Tallies = Mapping[str, Tally]
Classes = Mapping[str, ReportClass]


@cache
def _part(name: str) -> str:
    """Return the style or the script of the page."""
    return files("dam.duplicates").joinpath(name).read_text(encoding="utf-8")


def head(title: str, classes: Classes) -> str:
    """Return the page up to where the groups are counted."""
    hiding = "".join(_hiding(about.name) for about in classes.values() if about.is_other)
    style, script = _part("report_page.css") + hiding, _part("report_page.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_checksum(style)}; script-src {_checksum(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f"""<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>{style}</style>
<script>{script}</script>
</head>
<body>
<a class="skip" href="#groups">Skip to the groups</a>
<h1>{escape(title)}</h1>
"""


def _hiding(name: str) -> str:
    """Return the rule by which the groups of a class are shown only if that is chosen."""
    return f"body:has(#show-{name}:not(:checked)) .group.{name} {{ display: none; }}\n"


def _checksum(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def summary(made: str, tallies: Tallies, classes: Classes) -> str:
    """Return what was found in figures, and what chooses between the classes."""
    rows = "".join(_summary_row(likeness, about, tallies[likeness]) for likeness, about in classes.items())
    filters = "".join(_filter(likeness, about, tallies[likeness]) for likeness, about in classes.items())
    shown = sum(tally.shown for tally in tallies.values())
    return f"""<p class="quiet">{escape(made)}</p>
<table class="summary">
<thead><tr><th scope="col">Class</th><th scope="col">Groups</th><th scope="col">Files</th>
<th scope="col">Could be saved</th></tr></thead>
<tbody>{rows}</tbody>
</table>
{_left_out(tallies)}<div class="toolbar" role="region" aria-label="Choose and go">
<fieldset><legend>Show</legend>{filters}
<output id="shown" role="status">{shown:,} of {shown:,} groups on this page shown</output></fieldset>
<div class="keys needs-script">
<button type="button" id="previous-group" aria-keyshortcuts="k">Previous</button>
<button type="button" id="next-group" aria-keyshortcuts="j">Next</button>
<button type="button" id="theme" aria-keyshortcuts="t">Theme: <span id="theme-name">system</span></button>
<button type="button" id="help" aria-keyshortcuts="?">Keys</button>
</div>
</div>
"""


def _left_out(tallies: Tallies) -> str:
    """Return the line on groups that were found and are not on the page; nothing if all are."""
    missing = sum(tally.groups - tally.shown for tally in tallies.values())
    if not missing:
        return ""
    verb = "is" if missing == 1 else "are"
    return (
        f'<p class="notice">{number(missing, "more group", "more groups")} {verb} counted in the table and '
        "not shown on this page, which has the first ones only.</p>\n"
    )


def _summary_row(likeness: str, about: ReportClass, tally: Tally) -> str:
    return (
        f'<tr><th scope="row">{mark(likeness, about)}<small>{escape(about.meaning)}</small></th>'
        f"<td>{tally.groups:,}</td><td>{tally.files:,}</td><td>{size_text(tally.saved)}</td></tr>\n"
    )


def _filter(likeness: str, about: ReportClass, tally: Tally) -> str:
    return (
        f'<label class="pill"><input type="checkbox" id="show-{about.name}" checked '
        f'data-groups="{tally.shown}">{mark(likeness, about)}</label>\n'
    )


def end(tallies: Tallies) -> str:
    """Return the page from the last group on."""
    nothing = "" if any(tally.shown for tally in tallies.values()) else "<p>No group is shown.</p>\n"
    return f"{nothing}</main>\n<footer>{_left_out(tallies)}{_HOW_COUNTED}</footer>\n{_DIALOGS}"


_HOW_COUNTED = """<p>Distances are in bits, from the best picture of the group: up to 64, for PDQ up to 256.
What could be saved is what the other files take, not counting hard links, the copies in the store and what is
inside of archives. A file may be counted in more than one class.</p>"""

_DIALOGS = """<dialog id="compare" aria-labelledby="compare-title" data-view="side">
<header><h2 id="compare-title">Compare with the best</h2>
<div role="group" aria-label="View">
<button type="button" data-view="side" aria-pressed="true" aria-keyshortcuts="s">Side by side</button>
<button type="button" data-view="overlay" aria-pressed="false" aria-keyshortcuts="o">Overlay</button>
<button type="button" data-view="difference" aria-pressed="false" aria-keyshortcuts="d">Difference</button>
</div>
<label class="fade">Best <input type="range" id="fade" min="0" max="100" value="50"
aria-label="Fade from the best to the other"> other</label>
<label hidden><input type="checkbox" id="turn" checked> Turn it back</label>
<button type="button" data-close>Close</button></header>
<div class="stage"><figure class="pane" id="best"></figure><figure class="pane" id="other"></figure></div>
<footer><button type="button" id="compare-previous">Previous</button>
<output id="compare-place" role="status"></output>
<button type="button" id="compare-next">Next</button></footer>
</dialog>
<dialog id="keys" aria-labelledby="keys-title">
<header><h2 id="keys-title">Keys</h2><button type="button" data-close>Close</button></header>
<dl>
<dt><kbd>j</kbd> <kbd>→</kbd></dt><dd>next group, or next picture while two are compared</dd>
<dt><kbd>k</kbd> <kbd>←</kbd></dt><dd>previous group, or previous picture</dd>
<dt><kbd>Enter</kbd></dt><dd>compare the group's pictures, or the chosen one, with the best</dd>
<dt><kbd>s</kbd> <kbd>o</kbd> <kbd>d</kbd></dt><dd>side by side, overlay, difference</dd>
<dt><kbd>t</kbd></dt><dd>theme: system, light, dark</dd>
<dt><kbd>Esc</kbd></dt><dd>close</dd>
<dt><kbd>?</kbd></dt><dd>these keys</dd>
</dl>
</dialog>
</body>
</html>
"""
