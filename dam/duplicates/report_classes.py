"""The classes of groups as a report on duplicates tells them apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dam.core.matcher import Matcher
from dam.duplicates.group import Likeness


@dataclass(frozen=True)
class ReportClass:
    """What is said of the groups of a class."""

    name: str
    """What the page calls it where no person reads."""
    meaning: str
    preference: str = ""
    """By what the best one is chosen; of pictures the page says it."""
    one: str = "picture"
    many: str = "pictures"

    @property
    def is_other(self) -> bool:
        """Tell whether it is about other kinds than pictures."""
        return bool(self.preference)


_PICTURES: Mapping[str, ReportClass] = {
    Likeness.BYTES: ReportClass("bytes", "the same file at several places", one="place", many="places"),
    Likeness.PIXELS: ReportClass("pixels", "other files, the same pixels"),
    Likeness.NEAR: ReportClass("near", "other pixels, the same picture"),
}


def report_classes(matchers: Iterable[Matcher] = ()) -> Mapping[str, ReportClass]:
    """Return the classes that there are: those of any file and of pictures, and one of each matcher."""
    others = {
        matcher.likeness: ReportClass(
            matcher.likeness.replace(" ", "-"), matcher.meaning, matcher.preference, "file", "files"
        )
        for matcher in matchers
    }
    return {**_PICTURES, **others}
