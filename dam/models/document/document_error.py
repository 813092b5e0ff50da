"""The one error that reading documents ends in."""


class DocumentError(Exception):
    """The document cannot be read, for a reason that people understand."""
