"""Make a small folder of sample files: `python demo/make_samples.py FOLDER`.

The pictures are drawn by dam itself, so that trying it out needs no download. The folder has three
different pictures, one of them smaller and compressed again as well, the same file twice under two
names, and a text. One picture says of itself when and with what it was taken, as a camera's would.
"""

import shutil
import sys
from pathlib import Path

from PIL import Image
from PIL.ExifTags import IFD, Base

from dam.models.image.samples import encoded, photo

NOTES = "Lake at dawn, hills after rain, dunes at noon.\n"


def make_samples(folder: Path) -> None:
    """Write the sample files; files of these names are written over."""
    (folder / "backup").mkdir(parents=True, exist_ok=True)
    (folder / "web").mkdir(exist_ok=True)
    lake = photo(1, (1600, 1200))
    (folder / "lake.jpg").write_bytes(encoded(lake, quality=92, exif=_camera()))
    (folder / "hills.jpg").write_bytes(encoded(photo(2, (1200, 1600)), quality=90))
    (folder / "dunes.png").write_bytes(encoded(photo(3, (640, 480)), "PNG"))
    (folder / "notes.txt").write_text(NOTES)
    (folder / "web" / "lake-small.jpg").write_bytes(encoded(lake.resize((800, 600)), quality=70))
    shutil.copyfile(folder / "lake.jpg", folder / "backup" / "DSC_0042.jpg")


def _camera() -> Image.Exif:
    exif = Image.Exif()
    exif.update({Base.Make: "NIKON CORPORATION", Base.Model: "NIKON D800"})
    taken: dict[int, object] = {
        Base.DateTimeOriginal: "2026:05:17 05:42:10",
        Base.ISOSpeedRatings: 400,
        Base.FNumber: 5.6,
    }
    exif.get_ifd(IFD.Exif).update(taken)
    return exif


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python demo/make_samples.py FOLDER")
    make_samples(Path(sys.argv[1]))
