"""What finds the same film in several encodings and sizes."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.component import table_of
from dam.core.matcher import Compared, Match, Matcher, Measures, Quality, Strictness
from dam.models.current_values import all_current_values, current_values
from dam.models.video import VideoComponent
from dam.models.video.video_fingerprint_component import VideoFingerprintComponent, fingerprint
from dam.models.video.video_properties_component import VideoPropertiesComponent
from dam.models.video.video_sound_component import VideoSoundComponent, listen

THRESHOLDS = {Strictness.TIGHT: 40, Strictness.DEFAULT: 72, Strictness.LOOSE: 88}
"""In how many bits of PDQ two pictures may differ: see `find-similar-video`."""
_LEAST_APART = 0.3
"""Seconds by which lengths may differ however short films are: containers disagree on the last picture."""


class SameFilm(Matcher):
    """Films by a picture a second, from beginning to end, and by their sound."""

    kind = VideoComponent
    name = "film"
    likeness = "same film"
    meaning = "other files, the same film from beginning to end"
    preference = "most pixels first, then bit rate, metadata and age"
    system = fingerprint

    def prints(self, session: Session) -> Iterator[tuple[int, bytes]]:
        """Yield the fingerprints that say something, each with that of the sound: it decides, too."""
        from dam.models.video.film_cuts import film_of, with_tight_cuts

        for entity, value in all_current_values(session, VideoFingerprintComponent, fingerprint):
            cuts = with_tight_cuts(session, {entity: value})[entity]
            if not film_of(cuts).is_plain:
                yield entity, cuts + _sounds(session, [entity]).get(entity, b"")

    def matches(self, session: Session, compared: Compared) -> Iterator[Match]:
        """Yield the pairs that overlap from beginning to end, with enough pictures that match."""
        from dam.models.video.film_comparison import compare_films
        from dam.models.video.film_cuts import film_of
        from dam.models.video.film_join import join_of

        join = join_of(session, compared)
        threshold = THRESHOLDS[compared.strictness]
        for proposal in join:
            asked, known = map(film_of, proposal.values)
            pair = [compared.entities[number] for number in (proposal.one, proposal.other)]
            heard = _sounds(session, pair)
            sounds = (heard.get(pair[0], b""), heard.get(pair[1], b""))
            found = compare_films(asked, known, sounds, _around(proposal.shifts), threshold)
            if found is not None and found.relation == "same" and _last_as_long(session, pair):
                join.same(proposal)
                missed = 100 * (1 - found.pictures.share)
                yield Match(proposal.one, proposal.other, min(255, round(found.pictures.distance + missed)))

    def measure(self, session: Session, entity: int, others: Sequence[int]) -> dict[int, Measures]:
        """Return how many per cent of the pictures match, and in how many bits these differ on average."""
        from dam.models.video.film_comparison import compare_films
        from dam.models.video.film_cuts import film_of, read_cuts
        from dam.models.video.film_join import NEARLY

        asked = read_cuts(session, [entity]).get(entity)
        measured: dict[int, Measures] = {}
        for some in batched(others if asked else [], 16):
            sounds = _sounds(session, [entity, *some])
            for other, value in read_cuts(session, some).items():
                heard = (sounds.get(entity, b""), sounds.get(other, b""))
                shifts = range(-NEARLY, NEARLY + 1)
                found = compare_films(
                    film_of(asked or b""), film_of(value), heard, shifts, THRESHOLDS[Strictness.LOOSE]
                )
                if found is not None:
                    told = {"matched": 100 * found.pictures.share, "distance": found.pictures.distance}
                    measured[other] = {name: round(number, 3) for name, number in told.items()}
        return measured

    def qualities(self, session: Session, entities: Sequence[int]) -> dict[int, Quality]:
        """Return how many pixels there are, and how many bits a second."""
        table = table_of(VideoPropertiesComponent).c
        columns = select(table.entity_id, table.width, table.height, table.bit_rate)
        found: dict[int, Quality] = {}
        for some in batched(entities):
            rows = session.execute(columns.where(table.entity_id.in_(some)))
            found |= {entity: (width * height, bits or 0) for entity, width, height, bits in rows}
        return found

    def facts(self, session: Session, entity: int) -> str:
        """Return dimensions, codec, bit rate and duration."""
        known = session.get(VideoPropertiesComponent, entity)
        if known is None:
            return ""
        told = [f"{known.width} x {known.height}", known.codec]
        if known.bit_rate:
            told.append(f"{known.bit_rate / 1000:.0f} kbit/s")
        if known.duration is not None:
            told.append(f"{known.duration:.1f} s")
        return ", ".join(told)


def _sounds(session: Session, entities: Sequence[int]) -> dict[int, bytes]:
    return dict(current_values(session, VideoSoundComponent, listen, entities))


def _last_as_long(session: Session, entities: Sequence[int]) -> bool:
    """Tell whether films last about as long as each other, as far as is known: moments are too coarse."""
    table = table_of(VideoPropertiesComponent).c
    rows = session.scalars(select(table.duration).where(table.entity_id.in_(entities)))
    known = [duration for duration in rows if duration is not None]
    return len(known) < 2 or max(known) - min(known) <= max(_LEAST_APART, max(known) / 10)


def _around(shifts: Sequence[int]) -> list[int]:
    return sorted({shift + apart for shift in shifts for apart in range(-2, 3)})


MATCHER = SameFilm()
