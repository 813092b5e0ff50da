"""E-mail: subject, people and the message itself, without what is attached."""

from datetime import datetime
from typing import TYPE_CHECKING

from dam.core.content import Content
from dam.models.document.budget import Text
from dam.models.document.document_error import DocumentError
from dam.models.document.hypertext import add_page
from dam.models.document.plain_words import one_line, tidy
from dam.models.document.reading import Facts, Reading
from dam.models.document.text_encoding import decoded

if TYPE_CHECKING:
    from email.message import Message

_READ_LIMIT = 32 << 20
_PARTS_LIMIT = 1000
_HEADERS = ("From", "To", "Cc", "Subject")


def read_mail(content: Content) -> Reading:
    """Return headers that people read, and the text of the message."""
    from email import message_from_bytes

    try:
        message = message_from_bytes(content.head(_READ_LIMIT))
        return _reading(message, content.size > _READ_LIMIT)
    except RecursionError as error:
        raise DocumentError("damaged: messages nested too deep") from error


def _reading(message: "Message", is_cut: bool) -> Reading:
    said = {name: _header(message, name) for name in _HEADERS}
    text = Text()
    for name in _HEADERS:
        if value := said[name]:
            text.add(f"{name}: {value}\n")
    text.add("\n")
    for part in _shown(message):
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        if part.get_content_type() == "text/html":
            add_page(data, text)
        else:
            text.add(decoded(data, _charset(part)) + "\n\n")
    facts = Facts(title=said["Subject"], author=said["From"], created=_sent(message))
    return Reading(tidy(text.whole()), facts, is_cut or text.is_full)


def _shown(message: "Message") -> list["Message"]:
    """Return the parts to be read: of alternatives the plain one."""
    plain: list[Message] = []
    pages: list[Message] = []
    for number, part in enumerate(message.walk()):
        if number > _PARTS_LIMIT:
            raise DocumentError(f"too large: it has more than {_PARTS_LIMIT} parts")
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/html":
            pages.append(part)
        elif kind == "text/plain":
            plain.append(part)
    return plain or pages


def _charset(part: "Message") -> str | None:
    charset = part.get_content_charset()
    return None if charset in (None, "us-ascii", "unknown-8bit") else charset


def _header(message: "Message", name: str) -> str | None:
    from email.errors import HeaderParseError
    from email.header import decode_header

    raw = message.get(name)
    if raw is None:
        return None
    try:
        pieces = decode_header(str(raw)[:20_000])
    except (ValueError, HeaderParseError):
        return one_line(str(raw))
    return one_line("".join(p if isinstance(p, str) else decoded(p, charset) for p, charset in pieces))


def _sent(message: "Message") -> datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(str(message.get("Date", ""))[:200]).replace(tzinfo=None)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
