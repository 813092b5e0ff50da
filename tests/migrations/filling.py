"""Rows for every table of the schema: the migrations' own rows, whatever the models say now."""

from typing import Any

from sqlalchemy import MetaData, inspect

from tests.migrations.schemas import TEXT_INDEX, VERSION_TABLE, connected


def fill(url: str, count: int = 3) -> None:
    """Put rows into every table that is there; a table unknown here is an error."""
    with connected(url) as connection:
        known = MetaData()
        known.reflect(connection)
        there = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
        names = {name for name in there if not name.startswith(TEXT_INDEX)}
        for table in known.sorted_tables:
            if table.name in names:
                connection.execute(table.insert(), [_row(table.name, number + 1) for number in range(count)])


def _row(table: str, number: int) -> dict[str, Any]:
    """Return row `number` of a table; the same number in another table is what it refers to."""
    seen = 1_700_000_000_000_000 + number
    facts = {"size": number, "mtime_ns": -number, "ctime_ns": number, "inode": -1}
    times = {"first_seen": seen, "last_seen": seen, "closed_at": None if number % 2 else seen}
    place = {"directory_id": number, "name": b"\xff%d" % number, "in_place": bool(number % 2)}
    rows: dict[str, dict[str, Any]] = {
        "entity": {"id": number},
        "root": {"id": number, "host": "host", "device": f"{number}", "path": b"/mnt/%d" % number},
        "store": {"id": number, "uuid": f"uuid {number}"},
        "system": {"id": number, "name": f"image.system_{number}"},
        "content_hash_md5": {"entity_id": number, "digest": bytes([number]) * 16},
        "content_hash_sha256": {"entity_id": number, "digest": bytes([number]) * 32},
        "directory": {
            "id": number,
            "root_id": number,
            "path": b"a\xfe/%d" % number,
            "digest": bytes([number]) * 32,
        },
        "file_extension": {"entity_id": number, "extension": ""},
        "file_properties": {"entity_id": number, "size": 2**62, "original_name": b"a\0b"},
        "ledger": {
            "entity_id": number,
            "system_id": number,
            "version": 1,
            "outcome": number,
            "message": "why",
        },
        "stored_copy": {"entity_id": number, "store_id": number},
        "file_location": {"id": number, "entity_id": number, "state": "present", **facts, **times, **place},
    }
    size = {"width": number, "height": number}
    rows |= {
        "dimensions": {"entity_id": number, **size},
        "image": {"entity_id": number, "media_type": "image/png"},
        "image_ahash": {"entity_id": number, "value": -(2**63)},
        "image_dhash": {"entity_id": number, "value": 2**63 - 1},
        "image_pdq": {"entity_id": number, "value": bytes(32), "quality": 100},
        "image_phash": {"entity_id": number, "value": -number},
        "image_pixel_hash": {"entity_id": number, "digest": bytes(32)},
        "preview": {"entity_id": number, "digest": bytes(32), "media_type": "image/webp", "size": 1, **size},
    }
    rows |= {
        "document": {"entity_id": number, "media_type": "application/pdf"},
        "document_band": {"entity_id": number, "band": number, "hash": -(2**63)},
        "document_fingerprint": {"entity_id": number, "value": bytes(512), "shingles": number},
        "document_keyword": {"entity_id": number, "keyword": "keyword"},
        "document_preview": {
            "entity_id": number,
            "digest": bytes(32),
            "media_type": "image/jpeg",
            "size": 1,
            **size,
        },
        "document_properties": {"entity_id": number, "pages": 0, "title": "title", "created": seen},
        "document_shingle": {"entity_id": number, "hash": 2**63 - 1},
        "document_statistics": {
            "entity_id": number,
            "words": number,
            "characters": number,
            "language": "en",
            "is_cut": False,
        },
        "document_text": {"entity_id": number, "part": 0, "text": "Some text."},
        "document_words": {"entity_id": number, "part": 0, "words": "some text"},
    }
    rows |= {
        "audio": {"entity_id": number, "media_type": "audio/mpeg"},
        "audio_album": {"entity_id": number, "album": "album", "track": number, "year": 2004},
        "audio_cover": {
            "entity_id": number,
            "digest": bytes(32),
            "media_type": "image/jpeg",
            "size": 1,
            **size,
        },
        "audio_fingerprint": {"entity_id": number, "value": bytes(4 * number)},
        "audio_landmark": {"entity_id": number, "position": number, "word": -(2**31)},
        "audio_properties": {
            "entity_id": number,
            "codec": "mp3",
            "duration": 0.5,
            "sample_rate": 44100,
            "channels": 2,
        },
        "audio_recording": {"entity_id": number, "title": "title"},
        "audio_tag": {"entity_id": number, "tag": "isrc", "position": 0, "value": "value"},
    }
    rows |= video_rows(number, seen, size)
    shares = dict.fromkeys(("black", "grey", "white", "red", "orange", "yellow"), 10)
    shares |= dict.fromkeys(("green", "blue", "purple", "pink", "brown"), 8)
    rows |= {
        "image_frames": {"entity_id": number, "frames": 2, "duration": 0.5},
        "image_colours": {"entity_id": number, "dominant": "black", "palette": "#000000", **shares},
        "other_file": {"entity_id": number, "media_type": "font/ttf"},
    }
    rows |= {
        "sidecar_properties": {
            "entity_id": number,
            "properties": 7,
            "program": None,
            "file_name": "caf\u00e9",
        },
        "xmp_sidecar": {"entity_id": number, "media_type": "application/rdf+xml"},
    }
    counts = {"position": number, "members": 1, "unpacked": 2**40, "failures": 0}
    rows |= {
        "archive": {"entity_id": number, "media_type": "application/zip"},
        "archive_expansion": {
            "entity_id": number, "version": 1, "outermost_id": number, "copies": False, **counts
        },
        "member_location": {
            "id": number, "entity_id": number, "container_id": number, "position": 0, "path": b"caf\xe9",
            "first_seen": seen,
        },
    }  # fmt: skip
    said = {"source": "exif"}
    texts = ("image_title", "image_caption", "image_copyright")
    rows |= {table_: {"entity_id": number, "text": "caf\u00e9", **said} for table_ in texts}
    rows |= {
        "camera": {"entity_id": number, "make": None, "model": "D800", "name": "D800", **said},
        "capture_time": {"entity_id": number, "local": seen, "precision": "second", "field": "f", **said},
        "exposure": {"entity_id": number, "iso": 2**40, "seconds": 0.004, **said},
        "gps_position": {"entity_id": number, "latitude": -89.5, "longitude": 180.0, **said},
        "image_creator": {"entity_id": number, "position": 0, "name": "somebody", **said},
        "image_keyword": {"entity_id": number, "keyword": "sea", **said},
        "image_label": {"entity_id": number, "label": "Red", **said},
        "image_metadata": {"entity_id": number, "record": {"IFD0": {"Make": "caf\u00e9"}}},
        "image_rating": {"entity_id": number, "stars": -1.0, **said},
        "lens": {"entity_id": number, "model": "50mm", "longest": 50.0, **said},
        "stored_orientation": {"entity_id": number, "value": 8, **said},
    }
    judged = {"made_at": seen, "withdrawn_at": None if number % 2 else seen, "evidence": "{}"}
    rows |= {
        "relation": {"id": number, "kind": "duplicate-of", "target_id": number, **judged},
        "relation_member": {"entity_id": number, "relation_id": number},
    }
    # Of entities that no row here is about: a row in its range would make the database delete the page.
    span = {"after": 1000 * number, "upto": 1000 * number + 1, "count": 1}
    blobs = {"entities": bytes([1, 0, 0, 0]), "values": bytes(8)}
    page = {"id": number, "fingerprint": "image_phash", "format": 1, "checksum": 0, **span, **blobs}
    return {**rows, "fingerprint_page": page}[table]


def video_rows(number: int, seen: int, size: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Return a row of each table about films."""
    picture = {"digest": bytes(32), "media_type": "image/jpeg", "size": 1, **size}
    told: dict[str, dict[str, Any]] = {
        "video": {"media_type": "video/mp4"},
        "video_audio_track": {"position": 0, "codec": "aac", "sample_rate": 48000, "channels": 6},
        "video_chapter": {"position": 0, "start": 0.0, "end": 1.5, "title": "one"},
        "video_creation_time": {"utc": seen, "field": "creation_time"},
        "video_fingerprint": {"value": bytes(37 * number), "dense_until": None},
        "video_landmark": {"position": number, "word": 2**20 - 1},
        "video_position": {"latitude": -89.5, "longitude": 180.0, "field": "location"},
        "video_preview": picture,
        "video_properties": {"container": "mov", "codec": "h264", "rotation": 90, **size},
        "video_sound": {"value": bytes(4 * number)},
        "video_subtitle": {"position": 0, "codec": "mov_text", "language": "eng"},
        "video_tag": {"tag": "title", "value": "caf\u00e9"},
    }
    return {table: {"entity_id": number, **row} for table, row in told.items()}
