"""Tiny sidecars made in code: as programs write them, odd ones, broken ones and hostile ones, for tests."""

_NAMES = """xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
 xmlns:darktable="http://darktable.sf.net/" """


def sidecar(properties: str = "", attributes: str = "", toolkit: str = "XMP Core 5.6.0") -> str:
    """Return a sidecar with these properties, as text."""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="{toolkit}">\n <rdf:RDF {_NAMES}>\n'
        f'  <rdf:Description rdf:about="" {attributes}>{properties}</rdf:Description>\n'
        " </rdf:RDF>\n</x:xmpmeta>\n"
    )


def titled(title: str, attributes: str = "", *keywords: str) -> bytes:
    """Return a sidecar with a title, keywords, and other properties as attributes."""
    words = "".join(f"<rdf:li>{keyword}</rdf:li>" for keyword in keywords)
    bag = f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>" if keywords else ""
    said = f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    return sidecar(said + bag, attributes).encode()


def lightroom() -> bytes:
    """Return a sidecar as Lightroom writes them, with its raw file's name."""
    text = sidecar(attributes='xmp:Rating="3" xmp:Label="Red" crs:RawFileName="IMG_1.CR2"')
    return f'<?xpacket begin="\ufeff" id="W5M0"?>\n{text}<?xpacket end="w"?>'.encode()


def darktable() -> bytes:
    """Return a sidecar as darktable writes them."""
    labels = "<darktable:colorlabels><rdf:Seq><rdf:li>2</rdf:li></rdf:Seq></darktable:colorlabels>"
    attributes = 'xmp:Rating="-1" xmpMM:DerivedFrom="IMG_1.CR2"'
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + sidecar(labels, attributes)).encode()


def good() -> dict[str, bytes]:
    """Return sidecars that anybody can read, by file name."""
    return {"lightroom.xmp": lightroom(), "darktable.xmp": darktable(), "titled.xmp": titled("Lake")}


def odd() -> dict[str, bytes]:
    """Return sidecars that are unusual, and right."""
    text = titled("S\u00e9e").decode()
    return {
        "utf-16.xmp": text.encode("utf-16"),
        "with a byte order mark.xmp": text.encode("utf-8-sig"),
        "padded.xmp": b"\n" + text.encode() + b" \n" * 2000 + bytes(9),
        "latin-1.xmp": f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("latin-1"),
        "bare.xmp": text[text.index("<rdf:RDF") : text.index("</x:xmpmeta>")].encode(),
        "says nothing.xmp": sidecar().encode(),
    }


def laughs() -> str:
    """Return a document type that makes gigabytes of a few lines."""
    entities = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)]
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{"".join(entities)}]>'


def broken() -> dict[str, bytes]:
    """Return what is called a sidecar and is none, or is one in part, or means harm."""
    text = titled("S\u00e9e").decode()
    return {
        "cut.xmp": text.encode()[:-40],
        "garbage.xmp": bytes(range(256)) * 8,
        "zeros.xmp": bytes(500),
        "wrong encoding.xmp": text.encode("latin-1"),
        "unknown encoding.xmp": f'<?xml version="1.0" encoding="klingon"?>{text}'.encode(),
        "text.xmp": b"remember to rate these\n",
        "no rdf.xmp": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
        "laughs.xmp": (laughs() + sidecar("<dc:title>&l9;</dc:title>")).encode(),
        "laughs inside.xmp": ("<?xpacket begin=''?>" + laughs() + sidecar("&l9;")).encode(),
        "deep.xmp": sidecar("<dc:title>" * 3000 + "</dc:title>" * 3000).encode(),
        "many.xmp": sidecar("<dc:title/>" * 60_000).encode(),
        "external.xmp": ('<!DOCTYPE x SYSTEM "file:///etc/passwd">' + sidecar()).encode(),
    }
