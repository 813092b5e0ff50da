"""SVG as it may be drawn: without anything that leads out of the file, and not too much of it."""

import re
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from dam.models.image.decoding import DecodeError

DEPTH_LIMIT = 128
"""How deep elements may lie in each other; the renderer calls itself for each and has only so much stack."""
NODE_LIMIT = 500_000
TEXT_LIMIT = 64 << 20
"""Characters, once entities are expanded."""

_WITHIN = re.compile(r"\s*(?:#|data:image/(?:png|jpe?g|gif|webp)[;,])", re.IGNORECASE)
_LEFT_OUT = frozenset(("script", "foreignObject"))
_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*([a-z%]*)\s*", re.IGNORECASE)
_PIXELS = {"": 1.0, "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "pt": 96 / 72, "pc": 16.0}
_PIXELS |= {"em": 12.0, "ex": 6.0}


@dataclass
class Markup:
    """An SVG that was read."""

    text: str = ""
    """It is well-formed, and refers to nothing but itself."""
    root: dict[str, str] = field(default_factory=dict)
    """The attributes of the outermost element."""

    @property
    def size(self) -> tuple[float, float] | None:
        """Give width and height in pixels, None if it does not say."""
        box = _view_box(self.root.get("viewBox", ""))
        width = _pixels(self.root.get("width"), box[0] if box else None)
        height = _pixels(self.root.get("height"), box[1] if box else None)
        if box is not None:
            if width is None and height is None:
                return box
            width = width if width is not None else (height or 0) * box[0] / box[1]
            height = height if height is not None else width * box[1] / box[0]
        return (width, height) if width and height else None


def read_markup(data: bytes) -> Markup:
    """Return the SVG without scripts, document type, and references to other files.

    Entities that it declares itself are expanded. Raises DecodeError if it is not well-formed or too large.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DecodeError(f"it is not well-formed: {expat.errors.messages[error.code]}") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, DecodeError):
            raise
        raise DecodeError("its encoding is not known") from error
    return Markup("".join(reader.written), reader.root)


class _Reader:
    """Writes down again what expat reads."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.written: list[str] = []
        self.root: dict[str, str] = {}
        self._depth = 0
        self._hidden = 0
        self._nodes = 0
        self._size = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._nodes += 1 + len(attributes)
        if self._depth > DEPTH_LIMIT:
            raise DecodeError(f"its elements lie more than {DEPTH_LIMIT} deep in each other")
        if self._nodes > NODE_LIMIT:
            raise DecodeError(f"it has more than {NODE_LIMIT} elements and attributes")
        if self._depth == 1:
            self.root = attributes
        if self._hidden or _local(name) in _LEFT_OUT:
            self._hidden += 1
            return
        kept = (f" {key}={quoteattr(value)}" for key, value in attributes.items() if _stays(key, value))
        self._write(f"<{name}{''.join(kept)}>")

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._hidden:
            self._hidden -= 1
            return
        self._write(f"</{name}>")

    def _characters(self, text: str) -> None:
        if not self._hidden:
            self._write(escape(text))

    def _write(self, text: str) -> None:
        self._size += len(text)
        if self._size > TEXT_LIMIT:
            raise DecodeError(f"it has more than {TEXT_LIMIT >> 20} million characters")
        self.written.append(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _stays(name: str, value: str) -> bool:
    """Tell whether an attribute is kept: references only to what the file itself holds."""
    return _local(name) != "href" or _WITHIN.match(value) is not None


def _view_box(text: str) -> tuple[float, float] | None:
    numbers = [_LENGTH.fullmatch(part) for part in re.split(r"[\s,]+", text.strip())]
    if len(numbers) != 4:
        return None
    width, height = (float(found[1]) if found else 0.0 for found in numbers[2:])
    return (width, height) if width > 0 and height > 0 else None


def _pixels(text: str | None, whole: float | None) -> float | None:
    """Return a length in pixels, None if it is none or a share of what is not known."""
    found = _LENGTH.fullmatch(text or "")
    if found is None:
        return None
    unit = found[2].lower()
    if unit == "%":
        return None if whole is None else whole * float(found[1]) / 100
    length = float(found[1]) * _PIXELS.get(unit, 1.0)
    return length if length > 0 else None
