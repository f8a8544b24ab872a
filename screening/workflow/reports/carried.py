"""What was found out about a file, carried in the address of the page that shows it.

It is sealed, so that nobody can write a result of their own, and holds no file and no health
data. So the page can be loaded again without the file, and without a cookie; it lasts a day.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from screening.documents.cms.reasons import reason_from
from screening.storage.encryption import SealedBlobError, draw, open_bytes, seal_bytes
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reports.issued import Issued, look_up
from screening.workflow.reports.verification import Checked

LASTS = timedelta(days=1)
PLACE = "checked"


def carry(context: Context, checked: Checked) -> str:
    """Return `checked` for an address."""
    content: dict[str, Any] = asdict(checked) | {
        "issued": checked.issued.code if checked.issued else None,
        # An annex has no code, and nothing replaces it.
        "annex": checked.issued.as_json() if checked.issued and not checked.issued.code else None,
        "at": context.now().isoformat(),
    }
    blob = seal_bytes(_key(context), zlib.compress(json.dumps(content).encode()), PLACE)
    return urlsafe_b64encode(blob).decode()


def carried(context: Context, text: str) -> Checked | None:
    """Return what an address carries, None where it is none of ours or a day old."""
    try:
        blob = open_bytes(_key(context), urlsafe_b64decode(text), PLACE)
    except (SealedBlobError, ValueError):
        return None
    content: Mapping[str, Any] = json.loads(zlib.decompress(blob))
    if context.now() - datetime.fromisoformat(content["at"]) > LASTS:
        return None
    try:
        issued = look_up(context, content["issued"]) if content["issued"] else None
        if told := content.get("annex"):
            sealed_at = datetime.fromisoformat(told["sealed_at"])
            issued = Issued(**told | {"sealed_at": sealed_at, "stamps": ()})
    except ActRefusedError:
        return None
    reasons = tuple(map(reason_from, content["reasons"]))
    found = {k: content[k] for k in ("status", "sha256", "replayed", "byte_for_byte")}
    return Checked(**found, reasons=reasons, signatures=tuple(content["signatures"]), issued=issued)


def _key(context: Context) -> bytes:
    return draw(context.keys.cookies, PLACE)
