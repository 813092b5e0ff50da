"""Options that take several values: `--has A B` means `--has A --has B`."""

from typing import Any

from typer.core import TyperCommand

_MANY = ("--has", "--lacks", "--where", "--class", "--kind")


class ManyValues(TyperCommand):
    """A command some of whose options take all the values that follow them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat the option before each further value."""
        repeated: list[str] = []
        option: str | None = None
        for argument in args:
            if argument.startswith("-"):
                option = None if argument not in _MANY else argument
            elif option is not None and repeated and repeated[-1] != option:
                repeated.append(option)
            repeated.append(argument)
        return super().parse_args(ctx, repeated)
