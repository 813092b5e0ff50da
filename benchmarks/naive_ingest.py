"""The peer of `ingest`: what a short script does to hash, fingerprint and copy a folder.

It keeps its facts in a JSON file, waits for no disk and trusts every input.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import imagehash
from PIL import Image


def ingest(source: Path, target: Path) -> None:
    target.mkdir()
    facts = []
    for path in sorted(source.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        fact = {"path": str(path), "sha256": sha256, "md5": hashlib.md5(data).hexdigest()}
        if path.suffix == ".jpg":
            with Image.open(path) as picture:
                fact["phash"] = str(imagehash.phash(picture))
                fact["ahash"] = str(imagehash.average_hash(picture))
                fact["dhash"] = str(imagehash.dhash(picture))
        shutil.copyfile(path, target / sha256)
        facts.append(fact)
    (target / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    ingest(Path(sys.argv[1]), Path(sys.argv[2]))
