"""What the audit log says of an act: whether it only looked, and a reason that is no free text."""

from __future__ import annotations

import re

# What an act begins with that shows something and changes nothing.
READS = (
    "look at ",
    "read ",
    "search ",
    "open ",
    "export",
    "verify ",
    "recall lot",
    "take rules",
    "preview rules",
)
# Why something was erased; of other words the log says only that there were some.
ERASED_BECAUSE = (
    "asked by the patient",
    "asked by a relative",
    "kept long enough",
    "written by mistake",
    "ordered by an authority",
)
OTHER_REASON = "another reason"
ERASED_BEFORE = "erased before"  # by whoever restored a backup in which it was still there
_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PART = re.compile(
    rf"(account:|kiosk:)?{_ID}"
    r"|SC-\d{4}-\d{1,12}"  # a screening's number
    r"|sha256:[0-9a-f]{64}|\d{4}-\d\d(-\d\d)?|\d{1,12}"
    r"|[a-z]{1,20}([-_][a-z]{1,20}){0,4}"  # a code or a field of ours
    r"|[a-z]{2,3}(_[A-Za-z]{2,8}){1,2}"  # a language
)
_BETWEEN = re.compile(r", |: | into | from | to ")


def is_read(act: str) -> bool:
    """Tell whether `act` only looked at something."""
    return act.startswith(READS)


def is_free_text(why: str) -> bool:
    """Tell whether `why` is more than ids, numbers, days and codes of ours.

    Whatever a person typed could say something about a patient's health, and the
    audit log is kept when the patient is erased.
    """
    ours = (*ERASED_BECAUSE, OTHER_REASON, ERASED_BEFORE)
    return not all(part in ours or _PART.fullmatch(part) for part in _BETWEEN.split(why))


def erased_because(words: str) -> str:
    """Return what the log keeps of a reason for erasing: one of ours, or that it was another."""
    plain = " ".join(words.lower().split())
    return plain if plain in ERASED_BECAUSE else OTHER_REASON
