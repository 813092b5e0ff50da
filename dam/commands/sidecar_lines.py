"""How sidecars, and what they say, look as text and as JSON."""

from typing import Any

from dam.commands.component_values import shown_values
from dam.commands.output import component_fields, path_fields
from dam.core.path_text import show_path
from dam.models.image.sidecar.facts import Said, SidecarPair


def said_lines(said: Said) -> list[str]:
    """Return the facts, each with the sidecar that has it, and the pairs of places."""
    lines = [
        "  ".join([f"  {fact.name}", *shown_values(component_fields(fact.component)), _by(fact.pair)])
        for fact in said.facts
    ]
    for pair in said.pairs:
        one, other = show_path(pair.path), show_path(pair.subject_path)
        lines.append(f"  sidecar-of  {pair.sidecar} {one} -> {pair.subject} {other}")
    return ["sidecars", *lines] if lines else []


def said_fields(said: Said) -> dict[str, Any]:
    """Return the same for JSON."""
    facts: dict[str, list[dict[str, Any]]] = {}
    for fact in said.facts:
        fields = {**component_fields(fact.component), "sidecar": _place(fact.pair.sidecar, fact.pair.path)}
        facts.setdefault(fact.name, []).append(fields)
    return {
        "sidecars": [
            {
                "sidecar": _place(pair.sidecar, pair.path),
                "subject": _place(pair.subject, pair.subject_path),
            }
            for pair in said.pairs
        ],
        "said_by_sidecars": facts,
    }


def _by(pair: SidecarPair) -> str:
    return f"(entity {pair.sidecar}, {show_path(pair.path)})"


def _place(entity: int, path: bytes) -> dict[str, Any]:
    return {"entity": entity, **path_fields(path)}
