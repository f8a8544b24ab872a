"""What was typed on a page and not sent, or sent in vain: raw, by page and by form.

It is no answer and no act: it is shown again in the boxes in which it was typed, and ends when
the page is sent. A patient's is sealed with the draft, of someone at work with the account;
of who is neither it travels in the browser's own cookie, sealed.
"""

from __future__ import annotations

import json
from base64 import b85decode, b85encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

from screening.storage.encryption import SealedBlobError, draw, open_bytes, seal_bytes
from screening.workflow.core.context import Context

LASTS = timedelta(hours=24)  # at work and in the cookie; a patient's lasts as long as the draft
MOST_FORMS = 40  # the oldest goes first
MOST_BYTES = 256_000  # of all of them
LARGEST_COOKIE = 2_400


class Typed(TypedDict):
    """One form as it was typed, in order, and what was `wrong` with it when it was sent.

    `of` is which forms read it, `names` are those of all its boxes, also where nothing stands
    in them; `said` is what else the page told when the form came back.
    """

    fields: list[list[str]]
    names: list[str]
    at: str
    of: NotRequired[list[str]]
    wrong: NotRequired[dict[str, list[str]]]
    said: NotRequired[dict[str, object]]


Pages = dict[str, dict[str, Typed]]  # by the page's address, then by the form's


def put(pages: Mapping[str, Mapping[str, Typed]], page: str, form: str, typed: Typed) -> Pages:
    """Return `pages` with `typed` in them; what is too much is left out, the oldest first."""
    forms = [
        (p, f, t) for p, here in pages.items() for f, t in here.items() if (p, f) != (page, form)
    ]
    newest = [(page, form, typed), *sorted(forms, key=lambda one: one[2]["at"], reverse=True)]
    kept: Pages = {}
    size = 0
    for of_page, of_form, one in newest[:MOST_FORMS]:
        size += len(json.dumps(one))
        if size <= MOST_BYTES:
            kept.setdefault(of_page, {})[of_form] = one
    return kept


def drop(pages: Mapping[str, Mapping[str, Typed]], page: str, form: str = "") -> Pages:
    """Return `pages` without one form of a page, or without the page."""
    left = {
        p: {f: t for f, t in here.items() if p != page or (form and f != form)}
        for p, here in pages.items()
    }
    return {p: here for p, here in left.items() if here}


def lasting(pages: Mapping[str, Mapping[str, Typed]], now: datetime) -> Pages:
    """Return what is not too old to be shown again."""
    left = {p: {f: t for f, t in here.items() if _lasts(t, now)} for p, here in pages.items()}
    return {p: here for p, here in left.items() if here}


def _lasts(typed: Typed, now: datetime) -> bool:
    return abs(now - datetime.fromisoformat(typed["at"])) < LASTS


def seal_for_cookie(context: Context, content: object) -> str:
    """Return `content` so that only this installation can read it; "" where it is too long."""
    blob = seal_bytes(_key(context), json.dumps(content).encode(), "unfinished")
    text = b85encode(blob).decode()
    return text if len(text) <= LARGEST_COOKIE else ""


def open_from_cookie(context: Context, text: str) -> Any:
    """Return what was sealed for a cookie, None where `text` is none of ours."""
    if not text:
        return None
    try:
        return json.loads(open_bytes(_key(context), b85decode(text), "unfinished"))
    except (SealedBlobError, ValueError):
        return None


def _key(context: Context) -> bytes:
    return draw(context.keys.cookies, "unfinished")
