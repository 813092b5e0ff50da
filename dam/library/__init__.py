"""The library: the facade that the command line and other people's Python call."""

from dam.library.library import Library
from dam.library.status import Status

__all__ = ["Library", "Status"]
