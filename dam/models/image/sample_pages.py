"""Typeset pages made in code, for tests and benchmarks."""

import random
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

A4 = (1240, 1754)
"""Pixels of a page at 150 dots an inch."""
_SYLLABLES = ("ba", "be", "co", "da", "en", "er", "fa", "in", "ka", "la", "me", "or", "ri", "ta", "un", "wi")
_INCH_IN_POINTS = 72
_PAGE_IN_INCHES = 11.69
_LEADING = 1.3


def typeset_page(number: int, size: tuple[int, int] = A4, points: float = 10) -> "Image":
    """Return a grey page of justified paragraphs; others have other words in the same layout."""
    from PIL import Image, ImageDraw

    source = random.Random(number)  # noqa: S311
    em = round(points / _INCH_IN_POINTS * size[1] / _PAGE_IN_INCHES)
    font, margin = _font(em), size[0] // 10
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    space, top, waiting = draw.textlength(" ", font=font), float(margin), _paragraph(source)
    indent = 1.5 * em
    while top + _LEADING * em < size[1] - margin:
        line, room = [waiting.pop(0)], size[0] - 2 * margin - indent
        while waiting and draw.textlength(" ".join([*line, waiting[0]]), font=font) <= room:
            line.append(waiting.pop(0))
        width = sum(draw.textlength(word, font=font) for word in line)
        gap = (room - width) / max(len(line) - 1, 1) if waiting else space
        left = margin + indent
        for word in line:
            draw.text((left, top), word, font=font, fill=0)
            left += draw.textlength(word, font=font) + gap
        indent = 0 if waiting else 1.5 * em
        waiting = waiting or _paragraph(source)
        top += _LEADING * em
    return page


def filled_form(number: int, size: tuple[int, int] = A4) -> "Image":
    """Return a form of twelve fields; others have other words in one of them."""
    from PIL import Image, ImageDraw

    form, source = random.Random("form"), random.Random(number)  # noqa: S311
    em, margin, height = size[1] // 100, size[0] // 10, size[1] // 14
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for field in range(12):
        top = height * (field + 1)
        words = source if field == 5 else form
        draw.text((margin, top), f"{' '.join(_paragraph(form)[:4])}:", font=_font(em), fill=0)
        draw.rectangle((margin, top + 1.5 * em, size[0] - margin, top + 4 * em), outline=0, width=2)
        draw.text((margin + em, top + 2 * em), " ".join(_paragraph(words)[:3]), font=_font(em), fill=0)
    return page


def _paragraph(source: random.Random) -> list[str]:
    return [
        "".join(source.choices(_SYLLABLES, k=source.randint(1, 4))) for _ in range(source.randint(40, 120))
    ]


@cache
def _font(em: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(em)
