"""How large an entity's bytes are, and what they were first called."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.columns import Name
from dam.core.component import Component


class FilePropertiesComponent(Component):
    """The content's size, and the name under which it was first added."""

    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    original_name: Mapped[bytes] = mapped_column(Name)
    """For display only: it never changes and nothing is looked up by it."""
