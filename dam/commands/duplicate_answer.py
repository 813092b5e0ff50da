"""What `find-duplicates` says of every group, and of all of them."""

from collections.abc import Sequence
from datetime import datetime

from dam.commands.duplicate_lines import extent_fields, extent_lines, group_fields, group_lines
from dam.commands.output import counted, print_json, print_line, talk
from dam.commands.progress import in_words
from dam.duplicates.extent import Extent
from dam.duplicates.group import Group
from dam.duplicates.report import DuplicatesReport
from dam.duplicates.savings import saved_with
from dam.models.asset import Asset


class DuplicateAnswer:
    """Prints groups as they are told, the first ones up to a limit, and counts them all."""

    def __init__(
        self,
        page: DuplicatesReport | None,
        *,
        as_json: bool,
        limit: int | None = None,
        new_since: datetime | None = None,
    ) -> None:
        self._page = page
        self._as_json = as_json
        self._limit = limit
        self._new_since = new_since
        self.found = 0
        self._saved = 0

    def tell(self, group: Group, assets: Sequence[Asset]) -> None:
        """Print a group, unless it is beyond the limit; its assets come with the best one first."""
        self.found += 1
        self._saved += sum(
            saved_with(group.likeness, asset, is_best=not number) for number, asset in enumerate(assets)
        )
        if self._page is not None:
            self._page.add(group, assets)
        if self._limit is not None and self.found > self._limit:
            return
        if self._as_json:
            print_json(group_fields(group, assets, self._new_since))
        elif self._page is None:
            for line in group_lines(group, assets, self._new_since):
                print_line(line)

    def sum_up(self, extent: Extent, report: str | None) -> None:
        """Say how far it went, and what was found in all."""
        shown = self.found if self._limit is None else min(self.found, self._limit)
        if self._as_json:
            print_json({"summary": extent_fields(extent, self.found, shown, self._saved)})
        for line in extent_lines(extent):
            talk(line)
        if not self.found:
            talk("no duplicates found")
            return
        saved = f"{in_words(self._saved)} could be saved"
        talk(f"{counted(self.found, 'group', 'groups')} of duplicates: {saved}")
        if self._page is None and self.found > shown:
            talk(f"{self.found - shown} more beyond the limit")
        if self._page is not None and not self._as_json:
            talk(f"{self._page.shown} shown in {report}")
