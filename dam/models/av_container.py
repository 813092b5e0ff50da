"""Untrusted containers of sound and pictures, opened with PyAV: known formats only, errors in plain words.

FFmpeg gets bytes and never a path, and is told the format: a playlist that calls itself sound or a film
opens neither other files nor the network.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dam.core.content import Content
from dam.core.system import Unavailable
from dam.errors import DamError

if TYPE_CHECKING:
    from av.container import InputContainer

_NO_PROTOCOL = {"protocol_whitelist": "none"}


class MediaError(ValueError):
    """The bytes cannot be read as what they seem to be; the message says why in a few words."""


@contextmanager
def opened(
    content: Content, demuxer: str, extra: str, failure: type[MediaError] = MediaError
) -> Iterator["InputContainer"]:
    """Give the container with its headers read, as FFmpeg's demuxer of that name reads it.

    Whatever PyAV raises inside the block leaves it as a `failure`. Raises Unavailable, naming the
    extra, when PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise Unavailable("av", extra=extra) from error
    with content.open() as file, _plain_errors(failure):
        if demuxer not in av.formats_available:
            raise failure(f"no decoder for {demuxer}")
        # Since its version 19 PyAV never raises for tags that are not UTF-8.
        is_strict = int(av.__version__.partition(".")[0]) < 19
        lenient: dict[str, Any] = {"metadata_errors": "replace"} if is_strict else {}
        container = av.open(file, "r", format=demuxer, options=_NO_PROTOCOL, **lenient)
        try:
            yield container
        finally:
            container.close()


@contextmanager
def _plain_errors(failure: type[MediaError]) -> Iterator[None]:
    try:
        yield
    except (MediaError, Unavailable, DamError, MemoryError):
        raise
    except Exception as error:
        raise failure(_reason(error)) from error


def _reason(error: Exception) -> str:
    said = str(getattr(error, "strerror", None) or error)
    said = " ".join(said.split())[:200]
    if not said:
        return f"damaged: the decoder gave up ({type(error).__name__})"
    return f"damaged: {said[0].lower()}{said[1:]}"
