"""Why a file is not PASSED: in English, and so that a page can say it in its reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    """An English sentence with places such as %(name)s, and what stands there.

    `text` is what the catalogs of translations know; a value may be a reason of its own.
    """

    text: str
    values: Mapping[str, str | Reason]

    def __str__(self) -> str:
        return self.text % self.values


def N_(text: str, **values: str | Reason) -> Reason:
    """Return a reason; the name is the one by which pybabel finds texts translated later."""
    return Reason(text, values)


def reason_from(found: Mapping[str, Any]) -> Reason:
    """Return the reason that dataclasses.asdict wrote as `found`."""
    values = found["values"].items()
    return Reason(
        found["text"], {k: v if isinstance(v, str) else reason_from(v) for k, v in values}
    )


class BrokenError(ValueError):
    """The file is not as it was sealed; `reason` says how we know."""

    def __init__(self, reason: Reason):
        super().__init__(reason)
        self.reason = reason
