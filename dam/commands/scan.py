"""`dam-cli scan`: compare the places that the library knows with the disk."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.scan.scan import Scan
    from dam.scan.scanned import ScannedPlace

app = command_app()


@app.command()  # type: ignore[untyped-decorator]
def scan(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Scan what is known there and below. All if none."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would happen; write nothing.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every place, those that are present too.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Compare the known places with the disk, and mark them present, missing, moved or changed.

    What lies on a disk that is not there is offline, never missing. Files are only read, and none is
    added. Exit code 1 means that nothing is known at a PATH, 3 that some places could not be looked at,
    4 that files are gone which were registered with --no-copy and of which no other copy is known.
    """
    from dam.commands.output import counted, print_json, talk
    from dam.commands.progress import Progress
    from dam.commands.session import open_library
    from dam.core.path_text import show_path
    from dam.services.temporary_map import TemporaryMap

    counts: Counter[str] = Counter()
    lost: TemporaryMap[int] = TemporaryMap()
    with open_library() as library, Progress("scanning") as progress:
        places = library.scan([os.fsencode(path) for path in paths or []], dry_run=dry_run)
        say = _say_json if as_json else _Speaker(verbose).say
        try:
            for place in places:
                counts[place.status] += 1
                progress.advance(failures=counts["failed"])
                if place.last_copy_gone:
                    lost.put(place.entity)
                say(place)
        finally:
            # Also of what was done before an error or an interrupt.
            places.close()
            progress.stop()
            if as_json:
                print_json({"summary": _figures(counts, places, len(lost))})
            talk(_summary(counts, places, dry_run))
    for path in places.surroundings.unknown_paths:
        talk(f"nothing known there: {show_path(path)}")
    if lost:
        talk(f"dam-cli: the last known copy is gone: of {counted(len(lost), 'entity', 'entities')}")
        talk("hint: they were registered with --no-copy; if a copy is left somewhere, add it")
    return 4 if lost else 3 if counts["failed"] else 1 if places.surroundings.unknown_paths else 0


class _Speaker:
    """Says what people want to hear of places; what all in one folder or on one disk share, only once."""

    def __init__(self, verbose: bool) -> None:
        self._verbose = verbose
        self._said: tuple[bytes | None, str | None] | None = None

    def say(self, place: "ScannedPlace") -> None:
        """Print one place, if it is worth it."""
        from dam.commands.output import print_line, talk
        from dam.core.path_text import show_path

        shared = (place.concerns, place.reason)
        if place.concerns is not None and shared != self._said:
            self._said = shared
            print_line(f"{place.status.value:<9}  {'-':>6}  {show_path(place.concerns)}: {place.reason}")
            if place.hint:
                talk(f"hint: {show_path(place.concerns)}: {place.hint}")
        if self._verbose or (place.concerns is None and place.status not in ("present", "touched", "back")):
            print_line(_line(place))
        if place.hint and place.concerns is None:
            talk(f"hint: {show_path(place.path)}: {place.hint}")


def _line(place: "ScannedPlace") -> str:
    from dam.core.path_text import show_path

    line = f"{place.status.value:<9}  {place.entity:>6}  {show_path(place.path)}"
    if place.moved_to is not None:
        line += f" -> {show_path(place.moved_to)}"
    if place.reason and place.concerns is None:
        line += f": {place.reason}"
    return f"{line}  (the last known copy is gone)" if place.last_copy_gone else line


def _say_json(place: "ScannedPlace") -> None:
    from dam.commands.output import path_fields, print_json

    if place.status == "present" and place.reason is None:
        return
    print_json(
        {
            **path_fields(place.path),
            "status": place.status.value,
            "entity": place.entity,
            "reason": place.reason,
            "hint": place.hint,
            "moved_to": None if place.moved_to is None else path_fields(place.moved_to),
            "new_entity": place.new_entity,
            "last_copy_gone": place.last_copy_gone,
        }
    )


def _figures(counts: Counter[str], places: "Scan", lost: int) -> dict[str, Any]:
    from dam.scan.scanned import ScanStatus

    return {
        "known": counts.total(),
        **{status.value: counts[status] for status in ScanStatus},
        "unknown_files": places.surroundings.unknown_files,
        "of_other_hosts": places.surroundings.elsewhere,
        "last_copies_gone": lost,
    }


def _summary(counts: Counter[str], places: "Scan", dry_run: bool) -> str:
    from dam.commands.output import counted
    from dam.scan.scanned import ScanStatus

    parts = ", ".join(f"{counts[status]} {status.value}" for status in ScanStatus)
    around = places.surroundings
    more = f"; {counted(around.unknown_files, 'file', 'files')} beside them not in the library"
    if around.elsewhere:
        more += f"; {counted(around.elsewhere, 'place', 'places')} of other hosts left alone"
    return f"{'dry run, nothing written: ' if dry_run else ''}{counts.total()} known: {parts}{more}"
