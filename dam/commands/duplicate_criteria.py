"""What `find-duplicates` is told to look for."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from dam.core.component import Kind
from dam.core.matcher import Strictness
from dam.core.registry import Registry
from dam.duplicates.criteria import LOOSE, TIGHT, Criteria, Nearness
from dam.duplicates.group import Likeness
from dam.errors import UsageError

_CLASSES = {"byte": Likeness.BYTES, "pixel": Likeness.PIXELS, "near": Likeness.NEAR}
"""The classes of any file and of pictures; each matcher has one more."""


def read_criteria(
    rotated: bool,
    tight: bool,
    loose: bool,
    pdq: int | None,
    aspect: float | None,
    quality: int | None,
) -> Criteria:
    """Return what counts as alike; raises UsageError for options that make no sense together."""
    if [tight, loose, pdq is not None].count(True) > 1:
        raise UsageError("cannot find: only one of --tight, --loose and --pdq-threshold makes sense")
    if aspect is not None and isnan(aspect):
        raise UsageError("bad aspect tolerance: nan: not a number")
    chosen: dict[str, Any] = {"rotated": rotated}
    if tight or loose:
        chosen["nearness"] = TIGHT if tight else LOOSE
        chosen["strictness"] = Strictness.TIGHT if tight else Strictness.LOOSE
    if pdq is not None:
        chosen["nearness"] = Nearness(pdq, total_if_plain=0, pdq_if_turned=pdq, looks=False)
    chosen |= {name: value for name, value in (("aspect", aspect), ("quality", quality)) if value is not None}
    return Criteria(**chosen)


def choose(criteria: Criteria, registry: Registry, classes: Sequence[str], kinds: Sequence[str]) -> Criteria:
    """Return the criteria for just these classes and kinds; raises UsageError for one that is unknown."""
    known = {**_CLASSES, **{matcher.name: matcher.likeness for matcher in registry.matchers}}
    likenesses = {_known(known, name, "class") for name in classes}
    by_name: dict[str, type[Kind]] = {kind.__tablename__: kind for kind in registry.kinds}
    chosen = {_known(by_name, name.lower(), "kind") for name in kinds}
    return replace(
        criteria,
        likenesses=frozenset(likenesses) if classes else None,
        kinds=frozenset(chosen) if kinds else None,
    )


def _known(names: dict[str, Any], name: str, what: str) -> Any:
    if name not in names:
        raise UsageError(f"unknown {what}: {name}", hint=f"there are: {', '.join(names)}")
    return names[name]
