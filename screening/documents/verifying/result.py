"""What can be said of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from screening.documents.cms.reasons import Reason


class Status(StrEnum):
    """The three results of EN 319 102-1, 5.1.3."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Signature:
    """A seal or signature whose bytes are unbroken.

    `claimed_at` is no trusted time; `stamped_at` is, by the clock of `stamped_by`. Of a doctor
    `registration` is the number in the certificate, "" in one of before there were any; `alone`
    says that no second person of the clinic confirmed the account.
    """

    field: str
    signer: str
    meaning: str
    claimed_at: datetime | None
    covers_whole_file: bool
    stamped_at: datetime | None = None
    stamped_by: str | None = None
    registration: str = ""
    alone: bool = False


@dataclass(frozen=True)
class Verification:
    """The result, why it is not PASSED, and who signed; a FAILED file vouches for nobody."""

    status: Status
    reasons: tuple[Reason, ...]
    signatures: tuple[Signature, ...]
    sha256: str
