"""What a sidecar says about itself, and whether it can be read at all."""

from pathlib import PurePosixPath

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.core.content import Content
from dam.core.system import system
from dam.models.image.metadata.precedence import first, texts_of
from dam.models.image.metadata.values import as_name
from dam.models.image.sidecar import SidecarComponent
from dam.models.image.sidecar.packet import read_sidecar_file

_NAMES = ("crs:RawFileName", "xmpMM:DerivedFrom", "xmpMM:PreservedFileName")


class SidecarPropertiesComponent(Component):
    """Who wrote it, and the name of the file that it says it is about.

    It is believed by its place, and not by that name, which programs leave as it was when files are renamed.
    """

    properties: Mapped[int]
    """How many it has, of whatever namespace."""
    program: Mapped[str | None] = mapped_column(Text)
    file_name: Mapped[str | None] = mapped_column(Text)


@system(version=1, on=SidecarComponent)
def read_sidecar(content: Content) -> SidecarPropertiesComponent:
    """Read the whole packet; a sidecar that is broken anywhere fails, and says nothing of its picture."""
    said = read_sidecar_file(content)
    named = [text for name in _NAMES for text in texts_of(said.get(name))]
    # Programs may write a number of their own there instead, `xmp.iid:...`.
    file_name = first([PurePosixPath(text).name for text in named if "." in text and ":" not in text])
    program = first(texts_of(said.get("xmp:CreatorTool")))
    return SidecarPropertiesComponent(
        properties=len(said), program=as_name(program), file_name=as_name(file_name)
    )
