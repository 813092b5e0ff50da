"""`dam-cli show`: show everything known about one asset."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dam.commands import AsJson, command_app

if TYPE_CHECKING:
    from dam.core.description import Description
    from dam.core.ledger import Entry
    from dam.models.asset import Asset
    from dam.models.relation import Relation

app = command_app()

_FOR_PROGRAMS = {"id", "directory_id", "inode", "mtime_ns", "ctime_ns", "name", "path_base64"}
"""Columns of places that `--json` has and people can do nothing with."""


@app.command()  # type: ignore[untyped-decorator]
def show(
    asset: Annotated[
        str,
        typer.Argument(
            metavar="ENTITY|HASH|PATH", help="A number, a SHA-256, an MD5 or a path (./12, a.zip!/b)."
        ),
    ],
    as_json: AsJson = False,
) -> int:
    """Show everything known about one asset: every component, and what came of every system."""
    from dam.commands.asset_argument import find_assets
    from dam.commands.output import asset_fields, asset_lines, print_json, print_line, run_fields
    from dam.commands.relation_report import relation_fields
    from dam.commands.session import open_library
    from dam.commands.sidecar_lines import said_fields, said_lines
    from dam.models.misnaming import misleading_extensions

    with open_library() as library:
        entities = find_assets(library, asset)
        for found in library.assets(entities):
            description = library.describe(found.entity)
            relations = list(library.relations(found.entity))
            components, runs = _components(found, description), description.runs
            said = library.said_by_sidecars(found.entity)
            if as_json:
                ledger = [run_fields(name, e.version, e.outcome, e.message) for name, e in runs.items()]
                related = [relation_fields(relation) for relation in relations]
                facts = {"components": components, **said_fields(said), "relations": related, "runs": ledger}
                misnamed = misleading_extensions(found)
                print_json({**asset_fields(found), "misnamed": misnamed, **facts})
                continue
            indexes = {name for name, rows in description.components.items() if rows[0].is_index}
            lines = (
                *_component_lines(components, indexes, said.overruled),
                *said_lines(said),
                *_relation_lines(relations),
                *_run_lines(runs),
            )
            for line in (*asset_lines(found), *_naming_lines(found), *lines):
                print_line(line)
    return 0


def _naming_lines(asset: "Asset") -> list[str]:
    from dam.models.misnaming import misleading_extensions

    wrong = misleading_extensions(asset).items()
    return [f"  named   .{name}, as {promised} would be" for name, promised in wrong]


def _components(asset: "Asset", description: "Description") -> dict[str, list[dict[str, Any]]]:
    """Return an entity's components for JSON; places with their whole path."""
    from dam.commands.output import component_fields, path_fields

    paths = {
        id_: path_fields(path) for id_, path in ((place.row.id, place.path) for place in asset.locations)
    }
    return {
        name: [component_fields(row) | (paths[row.id] if name == "FileLocation" else {}) for row in rows]  # type: ignore[attr-defined]
        for name, rows in description.components.items()
    }


def _component_lines(
    components: dict[str, list[dict[str, Any]]], indexes: set[str], overruled: frozenset[str]
) -> list[str]:
    from dam.commands.component_values import shown_values

    lines = ["components"]
    for name, rows in components.items():
        if name in indexes:
            lines.append(f"  {name}  ({len(rows)} of them)")
            continue
        hidden = _FOR_PROGRAMS if name == "FileLocation" else set()
        for row in rows:
            plain = {key: value for key, value in row.items() if key not in hidden}
            more = ["(overruled by the sidecar)"] if name in overruled else []
            lines.append("  ".join([f"  {name}", *shown_values(plain), *more]))
            lines += _document_lines(plain)
    return lines


def _document_lines(row: dict[str, Any]) -> list[str]:
    from dam.commands.component_values import shown_value
    from dam.commands.document_lines import document_lines

    documents = {key: value for key, value in row.items() if isinstance(value, dict)}
    values = (line for key, value in documents.items() for line in document_lines(key, value))
    return [f"    {shown_value(name)}  {shown_value(value)}" for name, value in values]


def _relation_lines(relations: "list[Relation]") -> list[str]:
    from dam.commands.relation_report import relation_line

    lines = [f"  {relation_line(relation)}" for relation in relations]
    return ["relations", *lines] if lines else []


def _run_lines(runs: "dict[str, Entry]") -> list[str]:
    lines = ["systems"]
    for name, entry in runs.items():
        state = "  (to be run again)" if entry.version < 0 else ""
        needs = "needs " if entry.outcome.name == "UNAVAILABLE" else ""
        reason = f": {needs}{entry.message}" if entry.message else ""
        lines.append(f"  {name}  {entry.outcome.name.lower()}{state}{reason}")
    return lines
