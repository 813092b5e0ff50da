"""The commands: each one parses, calls the library and prints.

A command's module may be imported for its help alone, so whatever is heavy is imported inside the
function.
"""

from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def command_app() -> Any:
    """Return the Typer application that holds one command."""
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
