"""Groups as finding duplicates answers them, made up, and how their pictures look."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PIL import Image

from dam.duplicates.appearance import Appearance
from dam.duplicates.group import Distances, Group, Likeness, Member
from dam.models.asset import Asset
from dam.models.file_location_component import FileLocationComponent, Location
from dam.models.image.orientation import turned
from dam.models.image.samples import encoded, photo
from dam.search.orientation import Orientation

UNKNOWN = Appearance()
SEEN = datetime(2025, 5, 1, tzinfo=UTC)
HOSTILE = (
    b"/photos/<script>alert(1)</script>.jpg",
    b"/photos/\"><img src=x onerror=alert(1)>'.jpg",
    b"/photos/two\nlines\ttab\x1b[31m.jpg",
    b"/photos/caf\xe9 \xff\xfe.jpg",
    "/photos/\u202egpj.exe\u202c.jpg".encode(),
    "/photos/\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627.jpg".encode(),
    b"/photos/&lt;&amp;&#x41;.jpg",
    b"/photos/" + b"/".join([b"n" * 255] * 15) + b"/" + b"long " * 40 + b".jpg",
    b"/photos/-->]]></style></bdi></code>.jpg",
    b"/photos/\\x41 \\\\.jpg",
)
# The EXIF orientation that asks for the picture to be turned in this way.
_EXIF = {
    Orientation.MIRRORED: 2,
    Orientation.TURNED_180: 3,
    Orientation.FLIPPED: 4,
    Orientation.TRANSPOSED: 5,
    Orientation.TURNED_90: 6,
    Orientation.TRANSVERSED: 7,
    Orientation.TURNED_270: 8,
}


@dataclass
class InventedLibrary:
    """Entities numbered from 1, with assets and looks."""

    assets: dict[int, Asset] = field(default_factory=dict)
    looks: dict[int, Appearance] = field(default_factory=dict)

    def add(
        self,
        paths: Sequence[bytes],
        look: Appearance = UNKNOWN,
        *,
        size: int = 1_000_000,
        state: str = "present",
        media_type: str = "image/jpeg",
    ) -> int:
        """Add an entity that is at these places."""
        entity = len(self.assets) + 1
        digest = hashlib.sha256(b"%d" % entity).digest()
        places = tuple(_location(entity * 1000 + n, path, size, state) for n, path in enumerate(paths))
        self.assets[entity] = Asset(
            entity, digest, digest[:16], size, media_type, b"first name.jpg", True, places
        )
        self.looks[entity] = look
        return entity

    def assets_of(self, group: Group) -> Iterable[Asset]:
        """Yield a group's assets as a report wants them."""
        return (self.assets[entity] for entity in (group.best, *(one.entity for one in group.members)))


def _location(inode: int, path: bytes, size: int, state: str) -> Location:
    row = FileLocationComponent(
        directory_id=1, name=path.rpartition(b"/")[2], size=size, mtime_ns=1, ctime_ns=1, inode=inode,
        in_place=False, first_seen=SEEN, last_seen=SEEN, state=state,
    )  # fmt: skip
    return Location(row, path)


def look(picture: Image.Image, scale: int = 10) -> Appearance:
    """Return how a picture looks of which `picture` is the preview."""
    return Appearance(picture.width * scale, picture.height * scale, encoded(picture, quality=80))


def sample() -> tuple[InventedLibrary, list[Group]]:
    """Return one group of every class, a turned one, one with hostile names and one without previews."""
    library = InventedLibrary()
    lake, hill, wood = photo(1), photo(2, (240, 320)), photo(3)
    groups = [
        _near(library, lake),
        Group(
            Likeness.BYTES,
            library.add(
                [b"/photos/2019/hill.jpg", b"/backup/2019/hill.jpg", b"/mnt/stick/DCIM/IMG_0042.JPG"],
                look(hill),
            ),
        ),
        Group(
            Likeness.PIXELS,
            library.add([b"/photos/wood.png"], look(wood), size=18_400_000, media_type="image/png"),
            (
                Member(
                    library.add([b"/photos/wood (tagged).png"], look(wood), size=18_400_900),
                    Distances(0, 0, 0, 0),
                ),
            ),
        ),
        _turned(library, hill),
        Group(
            Likeness.NEAR,
            library.add([b"/old/scan-1.tif"], media_type="image/tiff"),
            (Member(library.add([], Appearance(100, 80)), Distances(phash=3)),),
        ),
        Group(
            Likeness.NEAR,
            library.add(HOSTILE[:1], look(wood)),
            tuple(Member(library.add([path], look(wood)), Distances(2, 0, 1, 0)) for path in HOSTILE[1:]),
        ),
    ]
    return library, groups


def _near(library: InventedLibrary, picture: Image.Image) -> Group:
    best = library.add([b"/photos/2021/lake.jpg", b"/backup/lake.jpg"], look(picture, 12), size=4_200_000)
    smaller = library.add([b"/web/lake-small.jpg"], look(picture.resize((160, 120))), size=310_000)
    grey = look(picture.convert("L").convert("RGB"), 12)
    offline = library.add([b"/mnt/disk/lake grey.jpg"], grey, size=2_900_000, state="offline")
    return Group(
        Likeness.NEAR, best, (Member(smaller, Distances(8, 0, 1, 0)), Member(offline, Distances(26, 2, 2, 1)))
    )


def _turned(library: InventedLibrary, picture: Image.Image) -> Group:
    members = []
    for orientation, exif in _EXIF.items():
        name = f"/turned/{orientation.value}.jpg".encode()
        entity = library.add([name], look(turned(picture, exif), 9))
        members.append(Member(entity, Distances(4, 0, 2, 0), orientation))
    return Group(Likeness.NEAR, library.add([b"/turned/hill.jpg"], look(picture)), tuple(members))
