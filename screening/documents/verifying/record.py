"""Read the record that a report carries, to replay its verdicts, in bounded memory."""

from __future__ import annotations

import io
import json
import zlib
from typing import Any

import pikepdf

RECORD = "record.json"
LONGEST = 2_000_000  # bytes, unpacked
FILTERS = (None, "/FlateDecode")


def read_record(pdf: bytes) -> dict[str, Any] | None:
    """Return the record attached to `pdf`, None where there is none that can be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            content = _unpacked(document.attachments[RECORD].get_file().obj)
        record = json.loads(content) if content is not None else None
    except Exception:  # whatever a hostile file makes the parser raise
        return None
    return record if isinstance(record, dict) else None


def _unpacked(stream: Any) -> bytes | None:
    """Return what `stream` holds, None where that is more than a record of ours has.

    pikepdf would unpack a gigabyte of zeros before anyone could count them.
    """
    used = stream.get("/Filter")
    if isinstance(used, pikepdf.Array):
        used = used[0] if len(used) == 1 else "several"
    kind = None if used is None else str(used)
    packed = bytes(stream.read_raw_bytes())
    if kind not in FILTERS or "/DecodeParms" in stream:
        return None
    if kind is None:
        return packed if len(packed) <= LONGEST else None
    content = zlib.decompressobj().decompress(packed, LONGEST + 1)
    return content if len(content) <= LONGEST else None
