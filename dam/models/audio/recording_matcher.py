"""What finds the same recording in several encodings."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from dam.core.batched import batched
from dam.core.component import table_of
from dam.core.matcher import Compared, Match, Matcher, Measures, Quality, Strictness
from dam.models.audio import AudioComponent
from dam.models.audio.audio_fingerprint_component import (
    SECONDS_LIMIT,
    AudioFingerprintComponent,
    fingerprint,
)
from dam.models.audio.audio_properties_component import AudioPropertiesComponent
from dam.models.current_values import all_current_values, current_values

if TYPE_CHECKING:
    from dam.models.sound_alignment import Alignment

BIT_ERRORS = {Strictness.TIGHT: 0.08, Strictness.DEFAULT: 0.20, Strictness.LOOSE: 0.24}
"""The share of bits that may differ: see `find-similar-audio`."""
_LOSSLESS = frozenset({"alac", "ape", "flac", "mlp", "shorten", "tak", "truehd", "tta", "wavpack"})
_UNCOMPRESSED = ("pcm_", "dsd_")
_ABOUT = 4.0
"""Seconds by which lengths may differ of what is longer than its fingerprint."""


class SameRecording(Matcher):
    """Recordings by their Chromaprints, from beginning to end."""

    kind = AudioComponent
    name = "recording"
    likeness = "same recording"
    meaning = "other files, the same recording from beginning to end"
    preference = "lossless first, then bit rate, metadata and age"
    system = fingerprint

    def prints(self, session: Session) -> Iterator[tuple[int, bytes]]:
        """Yield the fingerprints that say something; of what is longer than that with its length."""
        from dam.models.chromaprint import unpacked
        from dam.models.sound_alignment import is_plain

        for entity, value in all_current_values(session, AudioFingerprintComponent, fingerprint):
            if is_plain(unpacked(value)):
                continue
            seconds = _durations(session, [entity]).get(entity) if _is_cut(value) else None
            yield entity, value + (b"" if seconds is None else b"%d" % round(seconds))

    def matches(self, session: Session, compared: Compared) -> Iterator[Match]:
        """Yield the pairs that overlap from beginning to end, with few enough bits that differ."""
        from dam.models.audio.recording_join import join_of

        join = join_of(session, compared)
        for proposal in join:
            found = _aligned(*proposal.values, proposal.shifts)
            if found is None or found.bit_error > BIT_ERRORS[compared.strictness]:
                continue
            if all(map(_is_cut, proposal.values)) and not _last_as_long(
                session, [compared.entities[proposal.one], compared.entities[proposal.other]]
            ):
                continue
            join.same(proposal)
            yield Match(proposal.one, proposal.other, min(255, round(1000 * found.bit_error)))

    def measure(self, session: Session, entity: int, others: Sequence[int]) -> dict[int, Measures]:
        """Return how many per cent of the bits differ."""
        from dam.models.audio.recording_join import NEARLY

        found: dict[int, bytes] = {}
        for some in batched([entity, *others]):
            found.update(current_values(session, AudioFingerprintComponent, fingerprint, some))
        asked = found.pop(entity, b"")
        measured = {
            other: _aligned(asked, value, range(-NEARLY, NEARLY + 1)) for other, value in found.items()
        }
        return {
            other: {"bit_errors": round(100 * one.bit_error, 3)} for other, one in measured.items() if one
        }

    def qualities(self, session: Session, entities: Sequence[int]) -> dict[int, Quality]:
        """Return whether nothing was lost, and then how much was recorded or kept of it a second."""
        table = table_of(AudioPropertiesComponent).c
        columns = select(table.entity_id, table.codec, table.sample_rate, table.channels, table.bit_rate)
        found: dict[int, Quality] = {}
        for some in batched(entities):
            rows = session.execute(columns.where(table.entity_id.in_(some)))
            for entity, codec, rate, channels, bits in rows:
                # Of what nothing was lost of, a higher bit rate only means that it is packed worse.
                lossless = codec in _LOSSLESS or codec.startswith(_UNCOMPRESSED)
                found[entity] = (1, rate * channels) if lossless else (0, bits or 0)
        return found

    def facts(self, session: Session, entity: int) -> str:
        """Return codec, rates and duration."""
        known = session.get(AudioPropertiesComponent, entity)
        if known is None:
            return ""
        told = [known.codec, f"{known.sample_rate / 1000:g} kHz"]
        if known.bit_rate:
            told.append(f"{known.bit_rate / 1000:.0f} kbit/s")
        if known.duration is not None:
            told.append(f"{known.duration:.1f} s")
        return ", ".join(told)


def _aligned(one: bytes, other: bytes, shifts: Sequence[int]) -> "Alignment | None":
    """Return how two fingerprints lie on each other, if they are the same from beginning to end."""
    from dam.models.chromaprint import unpacked
    from dam.models.sound_alignment import best_alignment, relation_of

    asked, known = unpacked(one), unpacked(other)
    around = {shift + apart for shift in shifts for apart in range(-2, 3)}
    found = best_alignment(asked, known, around)
    is_same = found is not None and relation_of(found, len(asked), len(known)) == "same"
    return found if is_same else None


def _is_cut(value: bytes) -> bool:
    """Tell whether a recording may go on where its fingerprint ends."""
    from dam.models.chromaprint import SECONDS

    return len(value) // 4 * SECONDS > SECONDS_LIMIT - _ABOUT


def _durations(session: Session, entities: Sequence[int]) -> dict[int, float]:
    table = table_of(AudioPropertiesComponent).c
    rows = session.execute(select(table.entity_id, table.duration).where(table.entity_id.in_(entities)))
    return {entity: duration for entity, duration in rows if duration is not None}


def _last_as_long(session: Session, entities: Sequence[int]) -> bool:
    """Tell whether recordings last about as long as each other, as far as is known."""
    durations = _durations(session, entities).values()
    return not durations or max(durations) - min(durations) <= max(_ABOUT, max(durations) / 100)


MATCHER = SameRecording()
