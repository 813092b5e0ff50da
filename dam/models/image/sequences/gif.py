"""The frames of a GIF."""

from dam.models.image.metadata.window import MalformedError, Window
from dam.models.image.sequences.sequence import Sequence

_BLOCK = 1 << 16
_TRAILER, _EXTENSION, _PICTURE = 0x3B, 0x21, 0x2C
_GRAPHIC_CONTROL = 0xF9


def counted(window: Window) -> Sequence:
    """Count the frames and add up their delays, as far as the file goes."""
    frames = hundredths = 0
    file = _Ahead(window)
    try:
        file.skip(10)
        file.skip(2 + _table(file.byte()))
        while (introducer := file.byte()) != _TRAILER:
            if introducer == _PICTURE:
                frames += 1
                file.skip(8)
                file.skip(_table(file.byte()) + 1)
            elif introducer != _EXTENSION:
                break
            elif file.byte() == _GRAPHIC_CONTROL:
                file.skip(2)
                hundredths += file.byte() + 256 * file.byte()
                file.skip(1)
            _skip_blocks(file)
    except MalformedError:
        pass  # What is cut off has been counted up to there.
    return Sequence(frames, hundredths / 100)


class _Ahead:
    """A file read in large pieces: a GIF consists of very many small ones."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._data = b""
        self._start = 0
        self._offset = 0

    def byte(self) -> int:
        at = self._offset - self._start
        if not 0 <= at < len(self._data):
            self._start, at = self._offset, 0
            self._data = self._window.read_up_to(self._offset, _BLOCK)
            if not self._data:
                raise MalformedError("it ends too early")
        self._offset += 1
        return self._data[at]

    def skip(self, count: int) -> None:
        self._offset += count


def _table(flags: int) -> int:
    """Return how long the colour table is."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_blocks(file: _Ahead) -> None:
    while size := file.byte():
        file.skip(size)
