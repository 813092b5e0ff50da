"""XML as events, without document types, entities or anything from outside."""

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

from dam.models.document.document_error import DocumentError

_DEPTH_LIMIT = 1000
_BETWEEN = "\n"

Attributes = dict[str, str]


class MarkupHandler:
    """What is called for each event; names are local, without their namespaces."""

    def start(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def text(self, data: str) -> None:
        """Take text, of which a run may come in pieces."""


class Enough(Exception):
    """Raised by a handler that needs no more."""


def parse_markup(chunks: Iterable[bytes], handler: MarkupHandler) -> None:
    """Parse a part, chunk by chunk; raises DocumentError if it is not well-formed or not safe."""
    parser = expat.ParserCreate(namespace_separator=_BETWEEN)
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH_LIMIT:
            raise DocumentError(f"damaged: elements nested more than {_DEPTH_LIMIT} deep")
        handler.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(_local(name))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_type
    parser.EntityDeclHandler = _refuse_type
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except Enough:
        return
    except expat.ExpatError as error:
        raise DocumentError(f"damaged: not well-formed: {expat.ErrorString(error.code)}") from error
    except (LookupError, ValueError) as error:
        raise DocumentError("damaged: written in an unknown encoding") from error
    finally:
        # They refer to each other, and the parser to them.
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None


def _refuse_type(*declaration: Any) -> None:
    raise DocumentError("unsafe: it declares a document type or entities")


def _local(name: str) -> str:
    return name.rpartition(_BETWEEN)[2]
