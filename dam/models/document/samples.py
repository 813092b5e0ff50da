"""Tiny documents made in code: good ones, odd ones and broken ones, for tests and demonstrations."""

import zipfile
from html import escape
from io import BytesIO

TITLE = "The Lighthouse"
AUTHOR = "Ada Lamp"
KEYWORDS = ("sea", "old light")
PARAGRAPHS = (
    "The lighthouse at the end of the island was built of granite, and it took eleven years.",
    "Every evening the keeper climbed the two hundred steps with oil and a book that he had read.",
    "When the fog came in he rang the bell by hand, once a minute, until his arms gave out.",
    "Sailors said that they could hear in it whether he was cheerful, and they steered by that as well.",
    "The lamp is electric now, and nobody climbs the steps, but on some evenings the bell is heard.",
)
"""A text that all good samples have."""
_TYPES = "application/vnd.openxmlformats-officedocument."


def pdf(
    paragraphs: tuple[str, ...] = PARAGRAPHS, title: str = TITLE, size: tuple[int, int] = (595, 842)
) -> bytes:
    """Return a PDF with a page for every forty lines, in Latin letters."""
    lines = [line for paragraph in paragraphs for line in (*_wrapped(paragraph), "")]
    pages = [lines[start : start + 40] for start in range(0, len(lines), 40)] or [[]]
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        body = f"BT /F1 12 Tf 14 TL 50 {size[1] - 60} Td "
        body += " ".join(f"({_escaped(line)}) Tj T*" for line in page) + " ET"
        data = body.encode("latin-1", "replace")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (*size, len(objects))
        )
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    objects.append(
        f"<< /Title ({_escaped(title)}) /Author ({AUTHOR}) /Keywords ({', '.join(KEYWORDS)}) "
        "/CreationDate (D:20040506070809+02'00') >>".encode()
    )
    return _pdf_file(objects)


def _pdf_file(objects: list[bytes]) -> bytes:
    """Return numbered objects, of which the first is the catalogue and the last the facts, as a file."""
    file = bytearray(b"%PDF-1.4\n")
    places = []
    for number, data in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>" % (len(objects) + 1, len(objects))
    end = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n%s%s\n" % (len(objects) + 1, table, trailer)
    return bytes(file + b"startxref\n%d\n%%%%EOF" % end)


def _wrapped(paragraph: str) -> list[str]:
    lines, line = [], ""
    for word in paragraph.split():
        if len(line) + len(word) > 80:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def packed(parts: dict[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    """Return parts as a ZIP file, always the same bytes for the same parts."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, (2004, 5, 6, 7, 8, 8))
            member.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return file.getvalue()


def _package(main: str, content_type: str, parts: dict[str, str | bytes], pages: str = "") -> bytes:
    """Return an Office document with the facts that all have."""
    types = f'<Types><Override PartName="/{main}" ContentType="{_TYPES}{content_type}.main+xml"/></Types>'
    core = (
        '<cp:coreProperties xmlns:cp="cp" xmlns:dc="dc" xmlns:dcterms="dcterms">'
        f"<dc:title>{TITLE}</dc:title><dc:creator>{AUTHOR}</dc:creator>"
        f"<cp:keywords>{'; '.join(KEYWORDS)}</cp:keywords>"
        "<dcterms:created>2004-05-06T07:08:09Z</dcterms:created></cp:coreProperties>"
    )
    facts: dict[str, str | bytes] = {"[Content_Types].xml": types, "docProps/core.xml": core}
    return packed({**facts, "docProps/app.xml": f"<Properties>{pages}</Properties>", **parts})


def docx(paragraphs: tuple[str, ...] = PARAGRAPHS, more: str = "") -> bytes:
    """Return a document of Word."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    main = f'<w:document xmlns:w="w"><w:body>{body}{more}</w:body></w:document>'
    return _package(
        "word/document.xml",
        "wordprocessingml.document",
        {"word/document.xml": main},
        "<Pages>1</Pages>",
    )


def xlsx(rows: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return a document of Excel, with a number in front of every text."""
    shared = "".join(f"<si><t>{escape(row)}</t><rPh><t>spoken</t></rPh></si>" for row in rows)
    cells = "".join(
        f'<row><c><v>{number}</v></c><c t="s"><v>{number}</v></c></row>' for number in range(len(rows))
    )
    return _package(
        "xl/workbook.xml",
        "spreadsheetml.sheet",
        {
            "xl/sharedStrings.xml": f'<sst xmlns="s">{shared}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="s"><sheetData>{cells}</sheetData></worksheet>',
        },
    )


def pptx(slides: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return a document of PowerPoint, with a slide for every text."""
    made: dict[str, str | bytes] = {
        f"ppt/slides/slide{number}.xml": (
            f'<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p:sld>'
        )
        for number, text in enumerate(slides, 1)
    }
    return _package(
        "ppt/presentation.xml", "presentationml.presentation", made, f"<Slides>{len(slides)}</Slides>"
    )


def odt(paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return a text in OpenDocument."""
    body = "".join(f"<t:p>{escape(text)}</t:p>" for text in paragraphs)
    keywords = "".join(f"<m:keyword>{keyword}</m:keyword>" for keyword in KEYWORDS)
    meta = (
        f"<o:document-meta xmlns:o='o' xmlns:d='d' xmlns:m='m'><d:title>{TITLE}</d:title>"
        f"<m:initial-creator>{AUTHOR}</m:initial-creator><m:creation-date>2004-05-06T07:08:09</m:creation-date>"
        f"{keywords}<m:document-statistic m:page-count='1'/></o:document-meta>"
    )
    content = f"<o:document-content xmlns:o='o' xmlns:t='t'><o:body>{body}</o:body></o:document-content>"
    declared = "application/vnd.oasis.opendocument.text"
    return packed({"mimetype": declared, "content.xml": content, "meta.xml": meta}, stored=("mimetype",))


def epub(chapters: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return a book with a chapter for every text."""
    items = "".join(
        f'<item id="c{number}" href="c{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(chapters))
    )
    order = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    subjects = "".join(f"<dc:subject>{keyword}</dc:subject>" for keyword in KEYWORDS)
    opf = (
        f'<package xmlns:dc="dc"><metadata><dc:title>{TITLE}</dc:title><dc:creator>{AUTHOR}</dc:creator>'
        f"{subjects}<dc:date>2004-05-06T07:08:09</dc:date></metadata>"
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfile full-path="OPS/book.opf"/></container>',
        "OPS/book.opf": opf,
    }
    for number, text in enumerate(chapters):
        parts[f"OPS/c{number}.xhtml"] = html((text,), doctype=True).replace(TITLE.encode(), b"")
    return packed(parts, stored=("mimetype",))


def html(paragraphs: tuple[str, ...] = PARAGRAPHS, *, doctype: bool = False) -> bytes:
    """Return a page."""
    body = "".join(f"<p>{escape(text)}</p>\n" for text in paragraphs)
    head = f'<meta charset="utf-8"><meta name="author" content="{AUTHOR}"><title>{TITLE}</title>'
    head += f'<meta name="keywords" content="{", ".join(KEYWORDS)}">'
    start = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/x.dtd">'
        if doctype
        else "<!doctype html>"
    )
    body += '<script>"hidden"</script>'
    return f'{start}<html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()


def eml(paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return a message with something attached."""
    text = "\r\n\r\n".join(paragraphs)
    return (
        f"From: {AUTHOR} <ada@example.org>\r\nTo: Bo <bo@example.org>\r\nSubject: {TITLE}\r\n"
        "Date: Thu, 06 May 2004 07:08:09 +0200\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="=="\r\n\r\n'
        "--==\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{text}\r\n--==\r\nContent-Type: text/plain\r\n"
        'Content-Disposition: attachment; filename="a.txt"\r\n\r\nattached\r\n--==--\r\n'
    ).encode()


def rtf(paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return a document in RTF."""
    body = "".join(f"{_rtf_escaped(text)}\\par\n" for text in paragraphs)
    fonts = r"{\fonttbl\f0 Helvetica;}{\*\generator Nobody;}"
    said = rf"{{\title {TITLE}}}{{\author {AUTHOR}}}{{\keywords {', '.join(KEYWORDS)}}}"
    info = rf"{{\info{said}}}"
    return rf"{{\rtf1\ansi\ansicpg1252\uc1 {fonts}{info}{body}}}".encode("ascii")


def _rtf_escaped(text: str) -> str:
    return "".join(character if ord(character) < 128 else f"\\u{ord(character)}?" for character in text)


def txt(paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return plain text."""
    return "\n\n".join(paragraphs).encode() + b"\n"


def markdown(paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    """Return the same with a heading."""
    return f"# {TITLE}\n\n".encode() + txt(paragraphs)


def good() -> dict[str, bytes]:
    """Return one ordinary file of each common format, by file name."""
    return {
        "good.pdf": pdf(),
        "good.docx": docx(),
        "good.xlsx": xlsx(),
        "good.pptx": pptx(),
        "good.odt": odt(),
        "good.epub": epub(),
        "good.html": html(),
        "good.eml": eml(),
        "good.rtf": rtf(),
        "good.txt": txt(),
        "good.md": markdown(),
    }


def odd() -> dict[str, bytes]:
    """Return files that are unusual but can be read, by file name."""
    return {
        "no-text.pdf": pdf(()),
        "wrong-name.txt": pdf(),
        "wide.pdf": pdf(size=(14400, 3)),
        "before-the-header.pdf": b"\n\n" + pdf(),
        "empty.docx": docx(()),
        "utf-16.txt": txt().decode().encode("utf-16"),
        "latin-1.txt": "Grüße aus Köln, wo es läutet".encode("latin-1"),
        "old.doc": compound("WordDocument"),
        "signs.txt": b"!!! ??? ...\n",
        "long-word.txt": b"a" * 100_000,
        "unclosed.html": b"<html><p>open <b>bold <!-- never closed",
        "cut.rtf": rtf()[:-200],
        "no-body.eml": b"From: a@example.org\r\nSubject: nothing\r\n\r\n",
    }


def compound(stream: str) -> bytes:
    """Return the beginning of a compound file with a stream of this name."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00"
    entry = stream.encode("utf-16-le").ljust(64, b"\0") + bytes(64)
    return header.ljust(512, b"\0") + entry.ljust(512, b"\0")


def broken() -> dict[str, bytes]:
    """Return files that are recognised as documents but cannot be read, by file name."""
    entities = '<!DOCTYPE d [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    body = docx()
    return {
        "head-only.pdf": pdf()[:20],
        "half.docx": body[: len(body) // 2],
        "entities.docx": _package(
            "word/document.xml",
            "wordprocessingml.document",
            {"word/document.xml": f'{entities}<w:document xmlns:w="w"><w:t>&a;&b;</w:t></w:document>'},
        ),
        "not-xml.docx": _package(
            "word/document.xml", "wordprocessingml.document", {"word/document.xml": "<w:document"}
        ),
        "no-body.docx": _package("word/document.xml", "wordprocessingml.document", {}),
        "deep.odt": packed(
            {
                "mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": "<a>" * 5000 + "</a>" * 5000,
            },
            stored=("mimetype",),
        ),
        "no-list.epub": packed({"mimetype": "application/epub+zip"}, stored=("mimetype",)),
    }
