"""The naive peer of `ingest`: what a straightforward script does to have the same outputs.

Every hash opens the picture anew, every asset is an object of an ORM with a commit of its own. It waits
for no disk, trusts every input, and uses all cores.

Run as `python -m benchmarks.naive_ingest SOURCE TARGET WORKERS`.
"""

import hashlib
import multiprocessing
import shutil
import sys
from pathlib import Path
from typing import Any

import imagehash
from PIL import Image
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from benchmarks.floor import files_under
from dam.models.pdq import pdq

_PICTURES = frozenset({".jpg", ".png", ".webp"})


class Base(DeclarativeBase):
    pass


class Asset(Base):
    __tablename__ = "asset"
    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    md5: Mapped[str] = mapped_column(index=True)
    fingerprint: Mapped["Fingerprint | None"] = relationship()


class Fingerprint(Base):
    __tablename__ = "fingerprint"
    asset_id: Mapped[int] = mapped_column(ForeignKey("asset.id"), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    phash: Mapped[str]
    ahash: Mapped[str]
    dhash: Mapped[str]
    pdq: Mapped[str]
    preview: Mapped[str]


def ingest(source: Path, target: Path, workers: int) -> None:
    target.mkdir()
    engine = create_engine(f"sqlite:///{target / 'assets.db'}")
    Base.metadata.create_all(engine)
    tasks = ((path, target) for path in files_under(source))
    with multiprocessing.get_context("fork").Pool(workers) as pool, Session(engine) as session:
        for facts, fingerprint in pool.imap_unordered(process, tasks, chunksize=4):
            session.add(Asset(**facts, fingerprint=Fingerprint(**fingerprint) if fingerprint else None))
            session.commit()


def process(task: tuple[Path, Path]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the facts about a file and, of a picture, its fingerprints."""
    path, target = task
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    facts = {
        "path": str(path),
        "size": len(data),
        "sha256": sha256,
        "md5": hashlib.md5(data).hexdigest(),
    }
    shutil.copyfile(path, target / sha256)
    if path.suffix not in _PICTURES:
        return facts, None
    preview = target / f"{sha256}.preview.jpg"
    with Image.open(path) as picture:
        width, height = picture.size
        picture.thumbnail((512, 512))
        picture.convert("RGB").save(preview, quality=80)
    return facts, {
        "width": width,
        "height": height,
        "phash": str(imagehash.phash(Image.open(path))),
        "ahash": str(imagehash.average_hash(Image.open(path))),
        "dhash": str(imagehash.dhash(Image.open(path))),
        "pdq": pdq(Image.open(path).convert("RGB")).value.hex(),
        "preview": preview.name,
    }


if __name__ == "__main__":
    ingest(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
