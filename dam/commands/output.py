"""How answers are printed: as text for people, as JSON for programs."""

import base64
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import ColumnProperty

from dam.core.columns import Hash64, Name
from dam.core.component import Component, column_names
from dam.core.ledger import Outcome
from dam.core.path_text import path_to_json, show_path
from dam.models.asset import Asset
from dam.models.file_location_component import Location
from dam.models.member_place import MemberPlace
from dam.services.os_errors import store_error


def print_line(text: str = "") -> None:
    """Print one line of an answer to stdout."""
    with _output_errors():
        sys.stdout.write(f"{text}\n")


def print_json(value: Mapping[str, Any]) -> None:
    """Print one object on a line of its own, in ASCII, and hand it on at once."""
    with _output_errors():
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def flush() -> None:
    """Hand on what was printed so far."""
    with _output_errors():
        sys.stdout.flush()


def print_bytes(chunks: Iterable[bytes]) -> None:
    """Print content as it is to stdout."""
    for chunk in chunks:
        with _output_errors():
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def talk(text: str) -> None:
    """Say something to the person at the terminal, on stderr, after what was printed before it."""
    sys.stdout.flush()
    with suppress(OSError):  # Nobody hears it: no reason to fail.
        sys.stderr.write(f"{text}\n")


@contextmanager
def _output_errors() -> Iterator[None]:
    """Turn a failing stdout into NoSpace or StoreError; a closed pipe passes through."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise store_error(error, "cannot write", "standard output") from error


def path_fields(path: bytes) -> dict[str, str]:
    """Return a path for JSON.

    `os.fsencode(json.loads(line)["path"])` gives the bytes back in Python. For other languages a path
    that is not UTF-8 comes as `path_base64` too.
    """
    fields = {"path": path_to_json(path)}
    try:
        path.decode()
    except UnicodeDecodeError:
        fields["path_base64"] = base64.b64encode(path).decode("ascii")
    return fields


def asset_fields(asset: Asset) -> dict[str, Any]:
    """Return what JSON says of every asset that was found."""
    return {
        "entity": asset.entity,
        "sha256": asset.sha256.hex() if asset.sha256 else None,
        "md5": asset.md5.hex() if asset.md5 else None,
        "size": asset.size,
        "media_type": asset.media_type,
        "in_store": asset.in_store,
        "locations": [
            *(location_fields(place) for place in asset.open_locations),
            *(member_fields(place) for place in asset.open_members),
        ],
    }


def run_fields(system: str, version: int, outcome: Outcome, message: str | None) -> dict[str, Any]:
    """Return what JSON says of how a system ended on an entity."""
    return {"system": system, "version": version, "outcome": outcome.name.lower(), "error": message}


def location_fields(place: Location) -> dict[str, Any]:
    """Return what JSON says of one place."""
    return {
        **path_fields(place.path),
        "storage": "file",
        "state": place.row.state,
        "in_place": place.row.in_place,
    }


def member_fields(place: MemberPlace) -> dict[str, Any]:
    """Return what JSON says of one place inside of an archive."""
    return {
        **path_fields(place.path),
        "storage": "archive",
        "state": place.state,
        "in_place": False,
        "container": place.container,
    }


def asset_lines(asset: Asset) -> Iterable[str]:
    """Yield what people read of an asset."""
    yield f"entity {asset.entity}"
    yield f"  sha256  {asset.sha256.hex() if asset.sha256 else '-'}"
    yield f"  md5     {asset.md5.hex() if asset.md5 else '-'}"
    yield f"  size    {asset.size if asset.size is not None else '-'}"
    yield f"  type    {asset.media_type}"
    yield f"  stored  {_stored(asset)}"
    places: list[Location | MemberPlace] = [*asset.open_locations, *asset.open_members]
    for place in places:
        yield f"  path    {place_text(place)}"


def place_text(place: Location | MemberPlace) -> str:
    """Return a place as people read it, and what is wrong with it, if anything is."""
    state = place.state if isinstance(place, MemberPlace) else place.row.state
    return show_path(place.path) if state == "present" else f"{show_path(place.path)}  ({state})"


def _stored(asset: Asset) -> str:
    if asset.in_store:
        return "yes"
    if asset.open_locations:
        return "no, only where it was found"
    return "no, only in an archive" if asset.members else "no, and no place is known any more"


def one_line(asset: Asset) -> str:
    """Return an asset on one line: the first open place, or the name it was first added under."""
    places = asset.open_paths
    name = show_path(places[0]) if places else f"(at no known place) {show_path(asset.original_name or b'')}"
    more = f"  (+{len(places) - 1} more)" if len(places) > 1 else ""
    return f"{asset.entity:>8}  {asset.media_type:<24}  {asset.size or 0:>12}  {name}{more}"


def component_fields(component: Component) -> dict[str, Any]:
    """Return a component's columns for JSON: hashes in hex, names as paths, moments in ISO 8601."""
    fields: dict[str, Any] = {}
    for name in column_names(type(component)):
        prop = type(component).__mapper__.attrs[name]
        kind = prop.columns[0].type if isinstance(prop, ColumnProperty) else None
        fields[name] = _plain(getattr(component, name), kind)
    return fields


def _plain(value: Any, kind: object) -> Any:
    if value is None:
        return None
    if isinstance(kind, Hash64):
        return f"{value:016x}"
    if isinstance(kind, Name):
        return path_to_json(bytes(value))
    if isinstance(kind, LargeBinary) or isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return value
