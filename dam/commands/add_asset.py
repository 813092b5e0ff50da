"""`dam-cli add-asset`: add files to the library."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Annotated

import typer

from dam.commands import AsJson, command_app

app = command_app()

Jobs = Annotated[
    str | None,
    typer.Option("--jobs", "-j", metavar="N|cpus", help="Worker processes; as DAM_WORKERS."),
]


@app.command()  # type: ignore[untyped-decorator]
def add_asset(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Files, and folders with -r.")
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Add what is in folders.")] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", "-L", help="Follow symbolic links to files and folders.")
    ] = False,
    no_ignore: Annotated[
        bool, typer.Option("--no-ignore", help="Add also what a .damignore leaves out.")
    ] = False,
    no_copy: Annotated[
        bool, typer.Option("--no-copy", help="Register the files where they are; copy nothing.")
    ] = False,
    move: Annotated[
        bool,
        typer.Option("--move", help="Delete each file once its copy was read back, verified and recorded."),
    ] = False,
    copy_members: Annotated[
        bool, typer.Option("--copy-members", help="Copy what is in archives into the store, file by file.")
    ] = False,
    rehash: Annotated[
        bool, typer.Option("--rehash", help="Read every file, also those that look unchanged.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would happen; write nothing.")
    ] = False,
    from_file: Annotated[
        str | None,
        typer.Option("--from-file", metavar="FILE", help="Add the paths listed in FILE too; - is stdin."),
    ] = None,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="The list's paths end in NUL, not newline.")
    ] = False,
    on_error: Annotated[
        str, typer.Option("--on-error", metavar="stop|continue", help="What to do when a file fails.")
    ] = "continue",
    time_limit: Annotated[
        str | None,
        typer.Option("--time-limit", metavar="TIME", help="Stop after 90s, 45m or 2h; run again to go on."),
    ] = None,
    jobs: Jobs = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show unchanged files too, and wrong names.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Add files to the library.

    The same bytes under another name become one more place of the same entity. A bad file never stops
    the others. Ctrl-C ends with what was read so far acknowledged; the same command goes on from there.
    Exit code 3 means that some inputs could not be added, 4 that the store had a damaged copy (which was
    healed).
    """
    from dam.commands.add_report import AddReport
    from dam.commands.forecast import Forecast
    from dam.commands.progress import Progress
    from dam.commands.session import open_library
    from dam.core.interruption import Interruption
    from dam.errors import UsageError
    from dam.ingest.options import AddOptions

    if on_error not in {"stop", "continue"}:
        raise UsageError(f"bad option: --on-error {on_error}", hint="it is stop or continue")
    options = AddOptions(
        recursive=recursive,
        follow_links=follow_links,
        ignore=not no_ignore,
        copy=not no_copy,
        move=move,
        copy_members=copy_members,
        rehash=rehash,
        stop_on_error=on_error == "stop",
        dry_run=dry_run,
    )
    is_late = _deadline(time_limit)
    # What is loaded by now stays: looking for garbage in it would cost every file.
    gc.freeze()
    report = AddReport(as_json=as_json, verbose=verbose, dry_run=dry_run, move=move)
    with (
        # Outermost: a signal must not strike while connections are being closed.
        Interruption() as interruption,
        open_library(**_workers(jobs)) as library,
        Progress("adding") as progress,
    ):
        progress.ask(library.at_work)
        until = lambda: interruption.is_wanted or is_late()  # noqa: E731
        run = library.add_in_groups(_named(paths or [], from_file, null, until), options, until)
        try:
            with Forecast(library, paths or [], options, progress, is_whole=from_file is None):
                for group in run:
                    report.tell(group, library.media_types)
                    progress.advance(len(group), size=report.size_of(group), failures=report.failures)
        finally:
            # Also of what was done before an error or an interrupt.
            progress.stop()
            report.sum_up(ignored=run.ignored, members=run.members)
            if run.is_cut_short and not interruption.is_wanted:
                report.cut_short("the time limit is reached" if is_late() else "stopped at the first failure")
    return report.exit_code


def _deadline(time_limit: str | None) -> Callable[[], bool]:
    """Return what tells whether the time is up."""
    from dam.commands.duration import seconds_of

    if time_limit is None:
        return lambda: False
    end = time.monotonic() + seconds_of(time_limit)
    return lambda: time.monotonic() >= end


def _workers(jobs: str | None) -> dict[str, object]:
    """Return the setting that `--jobs` overrides."""
    from dam.errors import UsageError

    if jobs is None:
        return {}
    if jobs == "cpus":
        return {"workers": len(os.sched_getaffinity(0))}
    if not (jobs.isascii() and jobs.isdecimal()):
        raise UsageError(f"bad option: --jobs {jobs}", hint="it is a number of processes, or cpus")
    return {"workers": int(jobs)}


def _named(
    paths: list[str], from_file: str | None, null: bool, until: Callable[[], bool]
) -> Iterator[bytes | None]:
    """Yield the paths given as arguments, then those listed; raises UsageError if there is no list at all."""
    from dam.commands.path_list import listed_paths
    from dam.errors import UsageError

    if not paths and from_file is None:
        raise UsageError("nothing to add: no path was given", hint="dam-cli add-asset --help")
    if null and from_file is None:
        raise UsageError("bad option: --null: there is no list", hint="give one with --from-file")
    listed = iter(()) if from_file is None else listed_paths(from_file, null=null, until=until)
    return chain(map(os.fsencode, paths), listed)
