"""From what was seen of a known place to what is to be said of it; files that look other are read."""

import os
from collections.abc import Callable

from dam.core.columns import utc_now
from dam.errors import SourceError
from dam.models.directory import Folder
from dam.models.file_location_component import KnownPlace, LocationState
from dam.scan.look import Look, Sight
from dam.scan.record import Finding, Read
from dam.scan.roots import Offline
from dam.scan.scanned import ScannedPlace, ScanStatus
from dam.services.digests import digest_chunks
from dam.services.source_file import behind_link, read_settled

_WITHOUT_READING = {
    Look.GONE: ScanStatus.MISSING,
    Look.OUT_OF_REACH: ScanStatus.OFFLINE,
    Look.UNREADABLE: ScanStatus.FAILED,
}


def compare(
    folder: Folder, path: bytes, place: KnownPlace, sight: Sight, digest_of: Callable[[int], bytes | None]
) -> Finding:
    """Return what a sight means for a known place, which lies at `path` in the folder."""
    if sight.look is Look.SAME:
        was_offline = place.state == LocationState.OFFLINE.value
        status = ScanStatus.BACK if was_offline else ScanStatus.PRESENT
        return Finding(place, ScannedPlace(path, status, place.entity_id))
    if sight.look is Look.OTHER:
        return _read(folder, path, place, digest_of)
    # A reason that every place of the folder has is the folder's.
    concerns = os.path.dirname(path) if sight.look is not Look.GONE else None
    status = _WITHOUT_READING[sight.look]
    return Finding(place, ScannedPlace(path, status, place.entity_id, reason=sight.reason, concerns=concerns))


def take_offline(finding: Finding, top: bytes, offline: Offline) -> Finding:
    """Return the same place as one of which nothing can be said, as what it lies on is not there."""
    return Finding(
        finding.place,
        ScannedPlace(
            finding.said.path,
            ScanStatus.OFFLINE,
            finding.place.entity_id,
            reason=offline.reason,
            hint=offline.hint,
            concerns=top,
        ),
    )


def _read(
    folder: Folder, path: bytes, place: KnownPlace, digest_of: Callable[[int], bytes | None]
) -> Finding:
    """Read a file that does not look as it did, and tell whether it is still the content it was."""
    seen = utc_now()
    try:
        facts, digests = read_settled(behind_link(path), lambda source: digest_chunks(source.chunks()))
    except SourceError as error:
        reason = error.message.rpartition(": ")[2]
        return Finding(place, ScannedPlace(path, ScanStatus.FAILED, place.entity_id, reason=reason))
    is_same = digests.sha256 == digest_of(place.entity_id)
    status = ScanStatus.TOUCHED if is_same else ScanStatus.CHANGED
    return Finding(
        place,
        ScannedPlace(path, status, place.entity_id),
        Read(path, folder, facts, digests, seen),
    )
