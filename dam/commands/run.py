"""`dam-cli run`: bring derived components up to date."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.core.visit import Result
    from dam.ingest.expanded import Expanded

app = command_app()

EXPAND = "archive.expand"


@app.command()  # type: ignore[untyped-decorator]
def run(
    systems: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SYSTEM]...", help="As in status: image.measure. All if none."),
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed.")] = False,
    as_json: AsJson = False,
) -> int:
    """Bring derived components up to date.

    Runs every system that is new, whose version was raised, whose inputs changed or whose library has
    been installed since. Systems on demand run only if they are named. Exit code 3 means that something
    failed which had not failed before, 4 that damage was found.
    """
    from dam.commands.add_report import members_text
    from dam.commands.output import counted, print_json, talk
    from dam.commands.progress import Progress
    from dam.commands.session import open_library
    from dam.ingest.add_and_expand import MemberTally

    outcomes: Counter[str] = Counter()
    members = MemberTally()
    visited = damaged = new_failures = 0
    with open_library() as library, Progress("running") as progress:
        progress.ask(library.at_work)
        steps = [name for name in systems or [] if library.registry.has_step(name)]
        chosen = [library.registry.system(name) for name in systems or [] if name not in steps]
        failed_before = {(failure.entity, failure.system) for failure in library.failures()}
        # Nothing named is everything; a step alone is no system.
        for result in library.run(*chosen, retry_failed=retry_failed) if chosen or not steps else ():
            visited += bool(result.runs or result.forgotten or result.content != "fine")
            outcomes.update(run.outcome.name.lower() for run in result.runs)
            if result.content == "altered":
                damaged += library.assets([result.entity_id])[0].in_store
                talk(f"entity {result.entity_id}: {result.content_message}")
            new_failures += sum(
                run.outcome.name == "FAILED" and (result.entity_id, run.system) not in failed_before
                for run in result.runs
            )
            progress.advance(failures=outcomes["failed"])
            if as_json:
                print_json(_fields(result))
        for expanded in library.expand(retry_failed=retry_failed) if steps or not chosen else ():
            members.count(expanded)
            if expanded.outcome is not None:
                visited += 1
                outcomes[expanded.outcome.name.lower()] += 1
                new_failures += (
                    expanded.outcome.name == "FAILED" and (expanded.archive, EXPAND) not in failed_before
                )
            elif expanded.message:
                talk(f"entity {expanded.archive}: {expanded.message}")
            damaged += expanded.is_damaged
            if as_json:
                print_json(_expanded_fields(expanded))
    ended = ", ".join(f"{outcomes[name]} {name}" for name in ("done", "nothing", "failed", "unavailable"))
    told = f"; {members_text(members)}" if members.archives or members.unavailable else ""
    talk(f"{counted(visited, 'entity', 'entities')} visited: {ended}{told}")
    return 4 if damaged else 3 if new_failures else 0


def _fields(result: "Result") -> dict[str, object]:
    from dam.commands.output import run_fields

    return {
        "entity": result.entity_id,
        "runs": [run_fields(run.system, run.version, run.outcome, run.message) for run in result.runs],
        "content": result.content,
    }


def _expanded_fields(expanded: "Expanded") -> dict[str, object]:
    outcome = expanded.outcome.name.lower() if expanded.outcome else None
    return {
        "entity": expanded.archive,
        "step": EXPAND,
        "outcome": outcome,
        "error": expanded.message,
        "members": {"new": expanded.new, "known": expanded.known, "failed": expanded.failed},
    }
