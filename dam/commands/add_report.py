"""What `add-asset` says of every path, and of all of them in the end."""

from collections import Counter

from dam.commands.output import counted, flush, path_fields, print_json, print_line, talk
from dam.core.path_text import show_path
from dam.ingest.add_and_expand import MemberTally
from dam.ingest.added import Added, AddStatus, Outcomes, UnchangedFiles
from dam.models.misnaming import TypesOf, misleading_names

_ADDED = (AddStatus.NEW, AddStatus.DUPLICATE)


class AddReport:
    """Prints outcomes as they are acknowledged, and counts them."""

    def __init__(self, *, as_json: bool, verbose: bool, dry_run: bool, move: bool) -> None:
        self._as_json = as_json
        self._verbose = verbose
        self._dry_run = dry_run
        self._move = move
        self._counts: Counter[AddStatus] = Counter()
        self._misnamed = self._troubled = self._refused = self._damaged = self._moved = self._stayed = 0

    @property
    def failures(self) -> int:
        """Give how many files failed so far."""
        return self._counts[AddStatus.FAILED]

    @property
    def exit_code(self) -> int:
        """Give the code for everything told so far."""
        if self._damaged:
            return 4
        return 3 if self._refused or self._stayed else 0

    def tell(self, outcomes: Outcomes, media_types: TypesOf) -> None:
        """Print what is worth it, and count everything; names are compared with the media types."""
        if isinstance(outcomes, UnchangedFiles) and not (self._as_json or self._verbose):
            self._counts[AddStatus.UNCHANGED] += len(outcomes)
            return
        paths = {one.path: one.entity for one in outcomes if one.entity is not None and one.status in _ADDED}
        misnamed = misleading_names(paths, media_types)
        self._misnamed += len(misnamed)
        for added in outcomes:
            self._tell(added, misnamed.get(added.path, {}))
        # Acknowledged is acknowledged: whoever reads along should not wait for a buffer to be full.
        flush()

    def size_of(self, outcomes: Outcomes) -> int:
        """Return the bytes that outcomes stand for."""
        if isinstance(outcomes, UnchangedFiles):
            return sum(size for _, _, size, _ in outcomes.files)
        return sum(added.size for added in outcomes)

    def sum_up(self, *, ignored: int, members: MemberTally) -> None:
        """Say how all of it ended."""
        parts = ", ".join(f"{self._counts[status]} {status.value}" for status in AddStatus)
        text = f"{self._counts.total()} seen: {parts}"
        if self._dry_run:
            text = f"dry run, nothing written: {text}"
        if self._troubled:
            text += f" ({self._troubled} with problems: see show)"
        if self._misnamed:
            promise = "name promises", "names promise"
            text += f"; {counted(self._misnamed, *promise)} another format: see query --misnamed"
        if self._move:
            text += f"; would move {self._moved}" if self._dry_run else f"; {self._moved} moved"
        if ignored:
            text += f"; {counted(ignored, 'name', 'names')} left out by .damignore"
        if members.archives or members.unavailable:
            text += f"; {members_text(members)}"
        self._damaged += members.is_damaged
        talk(text)

    def cut_short(self, reason: str) -> None:
        """Say why the run has ended before everything was looked at."""
        rest = "the rest was not looked at" if self._dry_run else "the same command goes on from there"
        talk(f"{reason}: {rest}")

    def _tell(self, added: Added, misnamed: dict[str, str]) -> None:
        self._counts[added.status] += 1
        self._troubled += bool(added.problems)
        self._damaged += added.healed or added.damaged
        self._moved += added.moved or added.to_move
        self._stayed += added.stayed
        self._refused += added.status == "failed" or (added.status == "skipped" and added.named)
        if self._as_json:
            print_json({**_fields(added), "misnamed": misnamed})
        elif self._verbose or added.healed or added.status != "unchanged" or added.moved or added.note:
            named = "".join(f"  (named .{name}, as {kind} would be)" for name, kind in misnamed.items())
            print_line(_line(added) + (named if self._verbose else ""))
        if added.hint:
            talk(f"hint: {show_path(added.path)}: {added.hint}")


def members_text(members: MemberTally) -> str:
    """Return what came of archives; their members are no files, and not among those seen."""
    text = f"{counted(members.archives, 'archive', 'archives')} expanded: "
    text += f"{members.new} members new, {members.known} known"
    if members.unavailable:
        text += f", {members.unavailable} not for want of a library: see show"
    return f"{text}, {members.failed} not whole: see status --failed" if members.failed else text


def _fields(added: Added) -> dict[str, object]:
    return {
        **path_fields(added.path),
        "status": added.status.value,
        "entity": added.entity,
        "sha256": added.sha256.hex() if added.sha256 else None,
        "size": added.size if added.sha256 else None,
        "error": added.error,
        "problems": list(added.problems),
        "note": added.note,
        "moved": added.moved,
    }


def _line(added: Added) -> str:
    entity = "-" if added.entity is None else str(added.entity)
    line = f"{added.status.value:<9}  {entity:>6}  {show_path(added.path)}"
    if added.error:
        line += f": {added.error}"
    if added.problems:
        line += "  (with problems)"
    if added.moved:
        line += "  (moved)"
    return f"{line}  ({added.note})" if added.note else line
