"""Text from the tags of files, such as any database holds."""

TEXT_LIMIT = 65536
"""Characters of a value that are kept."""


def plain(text: str) -> str:
    """Return it without what is no text, and not longer than the limit."""
    whole = text.replace("\0", " ").encode("utf-8", "replace").decode()
    return whole.strip()[:TEXT_LIMIT]
