"""Tiny archives made in code: good ones, odd ones and broken ones, for tests."""

import io
import random
import tarfile
import zipfile
from collections.abc import Mapping

Files = Mapping[str, bytes]

FILES: Files = {
    "letters/a.txt": b"a" * 100,
    "letters/b.bin": random.Random(0).randbytes(4000),  # noqa: S311 - a sample, no secret
    "empty": b"",
}


def zipped(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP file with these files."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def encrypted(files: Files) -> bytes:
    """Return a ZIP file that says of each member that it is encrypted."""
    data = bytearray(zipped(files))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(signature)
        while start >= 0:
            data[start + flags] |= 1
            start = data.find(signature, start + 4)
    return bytes(data)


def tarred(files: Files, compression: str = "") -> bytes:
    """Return a tar with these files, compressed with gz, bz2 or xz if that is asked for."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def office() -> bytes:
    """Return what is a ZIP file inside, and to people a document."""
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})


def good() -> dict[str, bytes]:
    """Return archives of every format that is written without further libraries, by file name."""
    return {
        "plain.zip": zipped(FILES),
        "stored.zip": zipped(FILES, method=zipfile.ZIP_STORED),
        "bzip2.zip": zipped(FILES, method=zipfile.ZIP_BZIP2),
        "lzma.zip": zipped(FILES, method=zipfile.ZIP_LZMA),
        "plain.tar": tarred(FILES),
        "gzipped.tar.gz": tarred(FILES, "gz"),
        "bzipped.tar.bz2": tarred(FILES, "bz2"),
        "xzipped.tar.xz": tarred(FILES, "xz"),
    }


def odd() -> dict[str, bytes]:
    """Return archives that are strange, and yet to be read."""
    links = io.BytesIO()
    with tarfile.open(fileobj=links, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"kind {kind!r}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as zip_file:
        zip_file.writestr("pic", b"first")
        zip_file.writestr("PIC", b"second")
        zip_file.writestr("pic/", b"")
    return {"links.tar": links.getvalue(), "twice.zip": twice.getvalue(), "secret.zip": encrypted(FILES)}


def broken() -> dict[str, bytes]:
    """Return archives of which not everything can be read."""
    whole = {"zip": zipped(FILES), "tar": tarred(FILES), "tar.gz": tarred(FILES, "gz")}
    halves = {f"half.{name}": data[: len(data) // 2] for name, data in whole.items()}
    return {
        **halves,
        "none.7z": b"7z\xbc\xaf\x27\x1c" + b"\xff" * 64,
        "none.rar": b"Rar!\x1a\x07\x00" + b"\xff" * 64,
    }
