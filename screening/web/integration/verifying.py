"""The operation that says whether a report is as it was issued: for everyone, without a key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field
from spectree import Response as Answers
from werkzeug.exceptions import RequestEntityTooLarge

from screening.web.core.guards import context
from screening.web.core.limits import a_file
from screening.web.core.problems import problem
from screening.web.integration.answered import Problem, Told
from screening.web.integration.api import bp, spec
from screening.web.reports.verify import STATUS, uploaded
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.reports import verification

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Signature(Told):
    """One signature in the file, of whom its certificate names."""

    field: Literal["ClinicSeal", "Doctor"]
    signer: str
    meaning: Literal["seal", "doctor's signature"]
    claimed_at: datetime | None = Field(description="By the signer's own clock; no trusted time")
    covers_whole_file: bool
    stamped_at: datetime | None = Field(description="By the clock of a timestamp authority")
    stamped_by: str | None = Field(description="Whose clock that is")
    registration: str = Field(description="A doctor's registration number; empty if none")
    alone: bool = Field(description="No second person of the clinic confirmed the doctor's account")


class Stamp(Told):
    """The same report with a later timestamp, so that its proof lasts."""

    sha256: Sha256
    stamped_at: datetime


class Issued(Told):
    """What was issued here under the code that the report prints."""

    code: str
    kind: str
    clinic: str
    sealed_at: datetime | None
    sha256: Sha256 | None
    replaced_by: Literal["decided", "newer"] | None
    stamps: list[Stamp]
    erased: bool = Field(description="Neither its hash nor what replaced it is known any more")


class Verification(Told):
    """What can be said about a file, as in EN 319 102-1."""

    status: Literal["PASSED", "INDETERMINATE", "FAILED"]
    reasons: list[str] = Field(description="Why it is not PASSED, in plain words")
    signatures: list[Signature] = Field(description="None where it FAILED, or by somebody unknown")
    sha256: Sha256
    issued: Issued | None = Field(
        description="null: no record here of having issued it; ask the clinic before relying on it"
    )
    byte_for_byte: bool | None = Field(
        description="Whether it is the very file that was issued, by the hash that was kept, "
        "whatever became of certificates since; null if no hash was kept"
    )
    replayed: bool | None = Field(
        description="Whether the rules of that day give the same; null if nobody can tell"
    )


REFUSED = {
    Refusal.NO_FILE: "Send the PDF as the body, as application/pdf, or as `file` of a form.",
    Refusal.TOO_LARGE: "The file is larger than 10 MB. No report of ours is.",
    Refusal.BUSY: "No time to check this file: it is not judged. Send it again in a minute.",
}
errors = dict.fromkeys(("HTTP_413", "HTTP_422", "HTTP_429", "HTTP_503"), Problem)


@bp.post("/verifications")
@a_file
@spec.validate(resp=Answers(HTTP_200=Verification, **errors), tags=["verification"])
def verify_report() -> Any:
    """Say whether a report is as it was issued. Nothing of the file is kept; no key is needed."""
    try:
        checked = verification.verify_upload(context(), uploaded())
    except (ActRefusedError, RequestEntityTooLarge) as error:
        if isinstance(error, RequestEntityTooLarge):
            error = ActRefusedError(Refusal.TOO_LARGE)
        return problem(STATUS[error.reason], str(error.reason), REFUSED[error.reason])
    return checked.as_json()
