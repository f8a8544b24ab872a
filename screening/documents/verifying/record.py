"""Read the record that a report carries, to replay its verdicts."""

from __future__ import annotations

import io
import json
from typing import Any

import pikepdf

RECORD = "record.json"
LONGEST = 2_000_000  # bytes


def read_record(pdf: bytes) -> dict[str, Any] | None:
    """Return the record attached to `pdf`, None where there is none that can be read."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            content = document.attachments[RECORD].get_file().read_bytes()
        record = json.loads(content) if len(content) <= LONGEST else None
    except Exception:  # whatever a hostile file makes the parser raise
        return None
    return record if isinstance(record, dict) else None
