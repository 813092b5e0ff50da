import os, sys, numpy as np

sys.path.insert(0, "/tmp/wt/quality")
from PIL import Image
from dam.models.image.pdq import pdq
from dam.models.image.hash64 import hashed

rows = []
fs = sorted(
    os.path.join(d, f)
    for d in ("/tmp/near_dups/originals", "/tmp/near_dups2/originals")
    for f in os.listdir(d)
)
extra = [l.strip() for l in open("/tmp/l2.txt")]
fs += [
    f
    for f in extra
    if "/tmp/cand" in f
    and any(x in f for x in ("/mate_00", "/uk_", "/pl_", "lom16_007", "lom16_015", "lom20"))
]
for n, f in enumerate(fs):
    im = Image.open(f)
    im.draft("RGB", (1600, 1600))
    im = im.convert("RGB")
    if max(im.size) > 1600:
        im.thumbnail((1600, 1600))
    for g in (1, 2, 3, 4, 6):
        w, h = im.width // g, im.height // g
        if min(w, h) < 120:
            break
        for y in range(g):
            for x in range(g):
                t = im.crop((x * w, y * h, x * w + w, y * h + h))
                r = pdq(t)
                hh = hashed(t.convert("L"))
                rows.append((n, g, x, y, w, h, r.quality, hh.perceptual, hh.difference, hh.average, r.value))
np.savez(
    "/tmp/tiles.npz",
    n=[r[0] for r in rows],
    g=[r[1] for r in rows],
    w=[r[4] for r in rows],
    h=[r[5] for r in rows],
    q=[r[6] for r in rows],
    p=np.array([r[7] for r in rows], dtype=np.uint64),
    d=np.array([r[8] for r in rows], dtype=np.uint64),
    a=np.array([r[9] for r in rows], dtype=np.uint64),
    pdq=np.frombuffer(b"".join(r[10] for r in rows), dtype=np.uint8).reshape(-1, 32),
    files=np.array(fs),
)
print(len(rows))
