"""Films: how fast they are fingerprinted, and which are found again in other encodings, sizes and as clips.

Most films are made up: shots of scenes in which things move, and dark ones, of which only a part is lit. With
DAM_TEST_CORPUS, the real ones there that are long enough are made into variants as well.
"""

import os
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.figure import Figure
from benchmarks.workshop import Workshop
from dam.core.config import Settings
from dam.core.content import Content
from dam.core.ledger import Outcome, system_ids
from dam.library import Library
from dam.models.video import VideoComponent
from dam.models.video.frame_hashes import RATE
from dam.models.video.headers import headers
from dam.models.video.reading import decoded, opened_video, picture_track, prepare
from dam.models.video.samples import Film, encoded, picture
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint
from dam.models.video.video_landmark_component import choose_landmarks
from dam.search.similar_video import SimilarFilm, VideoQuery, find_similar_video

Pixels = npt.NDArray[np.uint8]

SECONDS = 40
CLIP = 10.0
_SIZE = (256, 144)
_LEAST_SECONDS = 9.5
_QUICKLY = {
    "libx264": {"preset": "veryfast"},
    "libvpx": {"deadline": "good", "cpu-used": "5"},
}
_CONTAINERS = {"libvpx": "webm", "mpeg2video": "mpegts", "libx264": "mp4", "libsvtav1": "matroska"}


@dataclass(frozen=True)
class Variant:
    """What becomes of a film."""

    kind: str
    codec: str = "mpeg4"
    scale: float = 1.0
    rate: int = 12
    bit_rate: int = 300_000
    bars: int = 0
    pillars: int = 0


VARIANTS = (
    Variant("re-encoded", "libvpx", bit_rate=120_000),
    Variant("re-encoded", "mpeg2video", rate=25, bit_rate=250_000),
    Variant("re-encoded", "libx264", rate=24, bit_rate=80_000),
    Variant("resized", scale=0.5, bit_rate=100_000),
    Variant("resized", "libx264", scale=1.5),
    Variant("letterboxed", bars=24),
    Variant("letterboxed", "libvpx", bit_rate=120_000, bars=12),
    Variant("pillarboxed", pillars=40),
    Variant("pillarboxed", "libx264", scale=0.75, bit_rate=120_000, bars=8, pillars=24),
)
CLIPS = (
    Variant("clip", "libx264", bit_rate=120_000),
    Variant("clip", "mpeg4", scale=0.75, rate=15, bit_rate=150_000),
    Variant("clip", "libvpx", rate=10, bit_rate=120_000),
    Variant("letterboxed clip", "libx264", bit_rate=120_000, bars=20),
)


def run(workshop: Workshop) -> Iterator[Figure]:
    yield from _speed(workshop)
    films = [made_up(seed) for seed in range(workshop.scaled(24, 4))]
    yield from _found(workshop, "made-up films", films)
    dark = [dark_film(seed) for seed in range(100, 100 + workshop.scaled(12, 2))]
    yield from _found(workshop, "dark films", dark)
    if corpus := os.environ.get("DAM_TEST_CORPUS"):
        real = list(_real(Path(corpus) / "video" / "formats"))
        yield from _found(workshop, "real films", real)
    yield from _searched(workshop)


def made_up(seed: int) -> Film:
    return Film(seed=seed, seconds=SECONDS, size=_SIZE, bit_rate=500_000)


def dark_film(seed: int) -> Film:
    """Return one that shows what a lamp shines on, which hardly moves; all around is black, or nearly."""
    random = np.random.default_rng((9, seed))
    places, radius = random.uniform(0.3, 0.7, (8, 2)), float(random.uniform(0.2, 0.45))
    noise = float(random.choice([0.0, 4.0]))

    def lit(time: float, size: tuple[int, int]) -> Pixels:
        down, across = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
        y, x = places[int(time / 8) % len(places)] + 0.02 * np.sin([time, 2 * time])
        far = np.hypot(down / size[1] - y, (across / size[0] - x) * size[0] / size[1]) / radius
        grain = noise * np.random.default_rng((seed, int(1000 * time))).random((size[1], size[0]))
        light = np.clip(3 - 3 * far, 0, 1)[..., np.newaxis] * picture(seed, time, size)
        dark: Pixels = (light + grain[..., np.newaxis]).clip(0, 255).astype(np.uint8)
        return dark

    return replace(made_up(seed), source=lit)


def _real(folder: Path) -> Iterator[Film]:
    """Yield films of which every picture is a real one."""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        media_type = VideoComponent.recognise(data[:65536], frozenset({path.suffix[1:].lower()}))
        if media_type is None:
            continue
        try:
            pictures = _decoded(Content.from_bytes(data), media_type)
        except ValueError:
            continue
        if not pictures or pictures[-1][0] < _LEAST_SECONDS or path.name.endswith("quicktime.mov"):
            continue
        width, height = pictures[0][1].size
        size = (width // 4 * 4, height // 4 * 4)
        yield Film(seconds=pictures[-1][0], size=size, source=_source(pictures), bit_rate=800_000)


def _decoded(content: Content, media_type: str) -> list[tuple[float, Image.Image]]:
    found = []
    with opened_video(content, media_type) as container:
        track = picture_track(container)
        prepare(track)
        for packet in container.demux(track):
            for frame in decoded(track, packet) or ():
                if frame.pts is None or track.time_base is None:
                    continue
                shown = Image.fromarray(frame.to_ndarray(format="rgb24"))
                shown.thumbnail((320, 320))
                found.append((float(frame.pts * track.time_base), shown))
    return [(at - found[0][0], shown) for at, shown in found]


def _source(pictures: list[tuple[float, Image.Image]]) -> Callable[[float, tuple[int, int]], Pixels]:
    times = [at for at, _ in pictures]

    def at_time(time: float, size: tuple[int, int]) -> Pixels:
        place = max(0, int(np.searchsorted(times, time + 1e-6)) - 1)
        return np.asarray(pictures[place][1].resize(size))

    return at_time


def variant_of(film: Film, variant: Variant, start: float = 0.0, seconds: float | None = None) -> Film:
    width, height = (max(32, round(side * variant.scale / 2) * 2) for side in film.size)
    return replace(
        film,
        codec=variant.codec,
        container=_CONTAINERS.get(variant.codec, "mp4"),
        size=(width, height),
        rate=variant.rate,
        bit_rate=variant.bit_rate,
        bars=variant.bars,
        pillars=variant.pillars,
        start=start,
        seconds=film.seconds if seconds is None else seconds,
        options=_QUICKLY.get(variant.codec, {}),
    )


def _found(workshop: Workshop, what: str, films: list[Film]) -> Iterator[Figure]:
    """Look for each film by what became of it."""
    asked, right, wrong = Counter[str](), Counter[str](), 0
    offsets = []
    random = np.random.default_rng(5)
    with _library(workshop.new(what)) as library:
        _fill(library, [_print_of(encoded(film)) for film in films])
        for number, film in enumerate(films):
            for count, variant in enumerate((*VARIANTS, *CLIPS)):
                start, seconds = 0.0, film.seconds
                if variant in CLIPS:
                    seconds = min(CLIP + random.uniform(0, 5), film.seconds)
                    start = float(random.uniform(0, film.seconds - seconds))
                elif workshop.quick and count % 3:
                    continue
                made = _print_of(encoded(variant_of(film, variant, start, seconds)))
                matches = _ask(library, made)
                hits = [match for match in matches if match.entity == number + 1]
                asked[variant.kind] += 1
                right[variant.kind] += bool(hits)
                wrong += len(matches) - len(hits)
                offsets += [abs(hit.offset - start) for hit in hits]
                if not hits:
                    print(f"  missed: {what}, number {number}, {variant}, from {start:.2f} s")
    for kind, count in asked.items():
        # In a clip of a dark scene there is less to tell bars by than in the film: no promise is made.
        least = None if kind == "letterboxed clip" else 0.95
        yield Figure(f"recall of {count} {what}, {kind}", right[kind] / count, "", at_least=least)
    precision = right.total() / max(1, right.total() + wrong)
    yield Figure(f"precision for {what}", precision, "", at_least=1.0)
    yield Figure(f"offset of {what}, 95th percentile", float(np.quantile(offsets, 0.95)), "s", at_most=1.5)


def _ask(library: Library, asked: VideoFingerprintComponent) -> list[SimilarFilm]:
    with library.database.read() as session:
        return find_similar_video(session, VideoQuery(asked.value, tight=asked.tight)).matches


def _print_of(data: bytes) -> VideoFingerprintComponent:
    media_type = VideoComponent.recognise(data[:65536], frozenset())
    assert media_type is not None
    video, content = VideoComponent(media_type=media_type), Content.from_bytes(data)
    return fingerprint(video, headers(video, content), content)


def _speed(workshop: Workshop) -> Iterator[Figure]:
    """Fingerprint 1080p at 8 Mbit/s, and decode just its key frames for comparison."""
    seconds = workshop.scaled(20, 10)
    for gop in (60, 250):
        make = partial(_make_1080p, gop=gop, seconds=seconds)
        film = (workshop.kept(f"film-{gop}-{seconds}", make) / "film.mp4").read_bytes()
        name = f"1080p, a key frame in {gop}"
        yield Figure(f"{name}: bit rate", len(film) * 8 / seconds / 1e6, "Mbit/s")
        _print_of(film)
        works = {"fingerprinted": _print_of, "key frames only": _key_frames, "every picture": _all_frames}
        for what, work in works.items():
            taken = statistics.median(_cpu(partial(work, film)) for _ in range(workshop.repetitions))
            least = 4 if work is _print_of else None
            yield Figure(f"{name}: {what}", seconds / taken, "x real time a core", at_least=least)


def _make_1080p(folder: Path, gop: int, seconds: int) -> None:
    """Write a film of a large scene, with the noise that makes real films as large as they are."""
    grain = np.random.default_rng(1).integers(-9, 10, (1080, 2200, 1), dtype=np.int16)

    def noisy(at: float, size: tuple[int, int]) -> Pixels:
        small = Image.fromarray(picture(7, at, (480, 270))).resize(size, Image.Resampling.BILINEAR)
        shift = int(at * 997) % 280
        whole: Pixels = (np.asarray(small) + grain[:, shift : shift + size[0]]).clip(0, 255).astype(np.uint8)
        return whole

    options = {"preset": "veryfast", "bf": "3", "g": str(gop), "x264-params": "nal-hrd=cbr:bufsize=8000"}
    film = Film(
        seconds=seconds,
        size=(1920, 1080),
        rate=30,
        codec="libx264",
        bit_rate=8_000_000,
        options={**options, "maxrate": "8000000", "bufsize": "8000000"},
        source=noisy,
    )
    (folder / "film.mp4").write_bytes(encoded(film))


def _key_frames(data: bytes) -> int:
    return _all_frames(data, skip="NONKEY")


def _all_frames(data: bytes, skip: str = "DEFAULT") -> int:
    with opened_video(Content.from_bytes(data), "video/mp4") as container:
        track = picture_track(container)
        prepare(track)
        track.codec_context.skip_frame = skip  # type: ignore[assignment]
        return sum(len(decoded(track, packet) or ()) for packet in container.demux(track))


def _searched(workshop: Workshop) -> Iterator[Figure]:
    """Time queries of clips among many hours of made-up hashes."""
    films, length = workshop.scaled(1000, 50), 600
    random = np.random.default_rng(3)
    with _library(workshop.new("hours")) as library:
        _fill(library, (_hashes(number, length) for number in range(films)))
        for seconds in (12, 600):
            times, hits = [], 0
            for number in random.integers(0, films, workshop.scaled(30, 5)).tolist():
                start = int(random.integers(0, length - seconds + 1))
                asked = _worse(_hashes(number, length).value[37 * start : 37 * (start + seconds)], number)
                before = time.perf_counter()
                matches = _ask(library, asked)
                times.append(1000 * (time.perf_counter() - before))
                hits += number + 1 in [match.entity for match in matches]
            hours = films * length // 3600
            yield Figure(f"a query of {seconds} s among {hours} hours", statistics.median(times), "ms")
            yield Figure(f"of {len(times)} such queries found", hits / len(times), "", at_least=0.95)


def _hashes(seed: int, seconds: int) -> VideoFingerprintComponent:
    """Return made-up hashes, each some bits from the one before, and all new every five seconds."""
    random = np.random.default_rng((8, seed))
    shots = random.integers(0, 256, (seconds // 5 + 1, 32), dtype=np.uint8)
    hashes = np.repeat(shots, 5, axis=0)[:seconds] ^ _few_bits(random, seconds, 0.02)
    return _entries(hashes)


def _worse(value: bytes, seed: int) -> VideoFingerprintComponent:
    hashes = np.frombuffer(value, dtype=np.uint8).reshape(-1, 37)[:, 5:]
    return _entries(hashes ^ _few_bits(np.random.default_rng(seed), len(hashes), 0.08))


def _few_bits(random: np.random.Generator, count: int, share: float) -> Pixels:
    return np.packbits(random.random((count, 256)) < share, axis=1)


def _entries(hashes: Pixels) -> VideoFingerprintComponent:
    value = b"".join(
        (RATE * second).to_bytes(4, "little") + b"\x64" + one.tobytes() for second, one in enumerate(hashes)
    )
    return VideoFingerprintComponent(value=value, tight=None, dense_until=None)


def _cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _library(folder: Path) -> Library:
    folder.mkdir()
    settings = Settings(database_url=f"sqlite:///{folder}/dam.db", store=str(folder / "store"))
    Library.set_up(settings)
    return Library.open(settings)


def _fill(library: Library, made: Iterable[VideoFingerprintComponent]) -> None:
    """Write fingerprints and landmarks straight into the tables, numbered from 1."""
    with library.world() as world:
        number = system_ids(world.session, [fingerprint.name])[fingerprint.name]
    path = library.database.sqlite_path
    assert path is not None
    connection = sqlite3.connect(path)
    statement = "INSERT INTO video_fingerprint (entity_id, value, tight) VALUES (?, ?, ?)"
    for entity, one in enumerate(made, start=1):
        done = (entity, number, fingerprint.version, Outcome.DONE.value)
        connection.execute("INSERT INTO entity (id) VALUES (?)", (entity,))
        connection.execute("INSERT INTO video VALUES (?, 'video/mp4')", (entity,))
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, NULL)", done)
        connection.execute(statement, (entity, one.value, one.tight))
        rows = [(entity, landmark.position, landmark.word) for landmark in choose_landmarks(one)]
        connection.executemany("INSERT INTO video_landmark VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
