"""The lens that a picture was taken through."""

from sqlalchemy.orm import Mapped, mapped_column

from dam.core.component import Component
from dam.models.image.metadata.embedded import Metadata
from dam.models.image.metadata.precedence import first, preferred, texts_of
from dam.models.image.metadata.tiff import Tiff, Value
from dam.models.image.metadata.values import as_name, numbers_of, text_in
from dam.models.image.metadata.xmp_numbers import ratio_of

_SPECIFICATION, _MAKE, _MODEL = 0xA432, 0xA433, 0xA434
_DNG_SPECIFICATION = 50736
_XMP_MODELS = ("exifEX:LensModel", "aux:Lens", "exif:Lens")

_Lens = tuple[str | None, str | None, tuple[float | None, ...]]


class LensComponent(Component):
    """The lens by name, and what it can do: focal lengths in mm, and the widest aperture at either end."""

    enriches = True

    make: Mapped[str | None]
    model: Mapped[str | None] = mapped_column(index=True)
    shortest: Mapped[float | None]
    longest: Mapped[float | None]
    aperture_at_shortest: Mapped[float | None]
    aperture_at_longest: Mapped[float | None]
    source: Mapped[str]


def lens(metadata: Metadata) -> LensComponent | None:
    """Return the lens that EXIF names or describes, else the one that XMP does."""
    stated = preferred(metadata, {"exif": _exif(metadata.exif), "xmp": _xmp(metadata)})
    if stated is None:
        return None
    (make, model, numbers), source = stated
    return LensComponent(
        make=make,
        model=model,
        shortest=numbers[0],
        longest=numbers[1],
        aperture_at_shortest=numbers[2],
        aperture_at_longest=numbers[3],
        source=source,
    )


def _exif(tiff: Tiff) -> _Lens | None:
    def value(tag: int) -> Value | None:
        return tiff.exif.get(tag, tiff.main.get(tag))

    tags = tiff.main | tiff.exif
    numbers = _specification(numbers_of(value(_SPECIFICATION) or value(_DNG_SPECIFICATION)))
    return _lens(text_in(tags, _MAKE), text_in(tags, _MODEL), numbers)


def _xmp(metadata: Metadata) -> _Lens | None:
    said = metadata.xmp
    model = next((text for name in _XMP_MODELS if (text := first(texts_of(said.get(name))))), None)
    written = first(texts_of(said.get("aux:LensInfo"))) or ""
    numbers = _specification([ratio_of(part) for part in written.split()])
    return _lens(first(texts_of(said.get("exifEX:LensMake"))), model, numbers)


def _lens(make: str | None, model: str | None, numbers: tuple[float | None, ...]) -> _Lens | None:
    return (as_name(make), as_name(model), numbers) if make or model or any(numbers) else None


def _specification(numbers: list[float | None]) -> tuple[float | None, ...]:
    """Return four numbers; 0 means that one is not known."""
    return tuple(number or None for number in numbers) if len(numbers) == 4 else (None,) * 4
