"""XMP: properties in RDF/XML, read with neither document types nor entities of their own."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from dam.models.image.metadata.window import MalformedError

DEPTH_LIMIT = 64
NODE_LIMIT = 50_000

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    _RDF: "rdf",
    _XML: "xml",
}
"""The names by which well-known namespaces are known, whatever a file calls them."""

Property = str | list["Property"] | dict[str, "Property"]
"""A text, a list, or a structure; texts in several languages are a structure by language."""

Xmp = Mapping[str, Property]


class _RefusedError(Exception):
    """More than is taken of any file, or what XMP never has."""


_ERRORS = (expat.ExpatError, _RefusedError, ValueError, LookupError)


@dataclass
class _Node:
    name: str
    attributes: dict[str, str]
    children: list["_Node"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def read_xmp(data: bytes) -> dict[str, Property]:
    """Return the properties by name; where it is broken, those that stand before."""
    builder = _Builder()
    with suppress(*_ERRORS):
        builder.parse(data)
    return builder.properties()


def parse_xmp(data: bytes) -> dict[str, Property]:
    """Return the properties by name; raises MalformedError, with the reason, for what is broken anywhere."""
    builder = _Builder()
    try:
        builder.parse(data)
    except _ERRORS as error:
        raise MalformedError(f"no whole XMP: {error}") from None
    if not builder.has_rdf:
        raise MalformedError("no whole XMP: there is no rdf:RDF in it")
    return builder.properties()


class _Builder:
    """Makes a tree of what lies within rdf:RDF."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.descriptions: list[_Node] = []
        self.has_rdf = False
        self._open: list[_Node] = []
        self._depth = 0
        self._count = 0

    def parse(self, data: bytes) -> None:
        """Take a whole packet."""
        # Trailing white space and NULs are there to leave room for changes; in UTF-16 a NUL is half a letter.
        is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
        self.parser.Parse(data if is_wide else data.strip(b"\0 \t\r\n"), True)

    def properties(self) -> dict[str, Property]:
        """Return what the descriptions say that were read, the first of each name."""
        found: dict[str, Property] = {}
        for description in self.descriptions:
            for name, value in _structure(description).items():
                found.setdefault(name, value)
        return found

    def _refuse(self, *_: Any) -> None:
        raise _RefusedError("it has a document type, which XMP never has")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1 + len(attributes)
        if self._depth > DEPTH_LIMIT:
            raise _RefusedError(f"it is nested more than {DEPTH_LIMIT} levels deep")
        if self._count > NODE_LIMIT:
            raise _RefusedError(f"it has more than {NODE_LIMIT} elements and attributes")
        node = _Node(_short(name), {_short(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
            if self._open[-1].name == "rdf:RDF":
                self.descriptions.append(node)
        if self._open or node.name == "rdf:RDF":
            self.has_rdf = True
            self._open.append(node)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._open:
            self._open.pop()

    def _characters(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)


def _short(name: str) -> str:
    """Return `prefix:name` for what expat gives as namespace, name and prefix."""
    parts = name.split(" ")
    if len(parts) == 1:
        return name
    prefix = _PREFIXES.get(parts[0]) or (parts[2] if len(parts) > 2 else "")
    return f"{prefix}:{parts[1]}" if prefix else parts[1]


def _structure(node: _Node) -> dict[str, Property]:
    """Return the properties that an element has as attributes and as children."""
    found: dict[str, Property] = {
        name: value for name, value in node.attributes.items() if not name.startswith(("rdf:", "xml:"))
    }
    for child in node.children:
        found.setdefault(child.name, _value(child))
    return found


def _value(node: _Node) -> Property:
    if not node.children:
        plain = {key: value for key, value in node.attributes.items() if not key.startswith(("rdf:", "xml:"))}
        return {**plain} if plain else node.attributes.get("rdf:resource", "".join(node.text).strip())
    (first, *_) = node.children
    if first.name in ("rdf:Seq", "rdf:Bag"):
        return [_value(item) for item in first.children]
    if first.name == "rdf:Alt":
        return _alternatives(first)
    return _structure(first if first.name == "rdf:Description" else node)


def _alternatives(node: _Node) -> Property:
    if not all("xml:lang" in item.attributes for item in node.children):
        return [_value(item) for item in node.children]
    return {item.attributes["xml:lang"]: _value(item) for item in reversed(node.children)}
