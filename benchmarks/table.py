"""Figures of several programs beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Rows of a name and values; the first of the columns is the heading of the names."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float]]

    def __str__(self) -> str:
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if n else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in cells
        ]
        return "\n  ".join([f"{self.title}:", *lines])

    def markdown(self) -> str:
        """Return it as a Markdown table."""
        first, *rest = self._cells()
        rule = ["---", *["---:"] * (len(first) - 1)]
        lines = [f"| {' | '.join(row)} |" for row in (first, rule, *rest)]
        return "\n".join([f"**{self.title}**", "", *lines, ""])

    def _cells(self) -> list[list[str]]:
        return [list(self.columns), *([_shown(value) for value in row] for row in self.rows)]


def _shown(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
