"""What a program is told where an act is refused: the status, and a sentence for its developer."""

from __future__ import annotations

from collections.abc import Mapping

from screening.workflow.core.refusal import Refusal
from screening.workflow.integration.requests import LEASE

OVER = "The screening is in a state in which this cannot be done; read it to see which."
SAID: Mapping[Refusal, tuple[int, str]] = {
    **dict.fromkeys(
        (
            Refusal.INVITED,
            Refusal.IN_PROGRESS,
            Refusal.SUBMITTED,
            Refusal.DECIDED,
            Refusal.EXPIRED,
            Refusal.WITHDRAWN,
            Refusal.SUPERSEDED,
            Refusal.CONFIRMED,
        ),
        (409, OVER),
    ),
    Refusal.ERASED: (404, "There is no such thing at this clinic."),
    Refusal.GONE: (404, "There is no such thing at this clinic."),
    Refusal.BAD_CURSOR: (422, "This is no cursor of ours; begin without one."),
    Refusal.PENDING: (
        409,
        "It is not there yet: the answers were not sent, or the report is being made.",
    ),
    Refusal.UNKNOWN_PROCEDURE: (
        422,
        "The lists know no such procedure; GET /api/v1/procedures names them.",
    ),
    Refusal.TOO_MANY_PROCEDURES: (422, "These are more procedures than one screening can hold."),
    Refusal.UNKNOWN_REASON: (422, "This is none of the reasons."),
    Refusal.BAD_ADDRESS: (
        422,
        "This is no e-mail address, or none is known; give one with the patient.",
    ),
    Refusal.NO_MAIL: (409, "This installation sends no mail."),
    Refusal.OTHER_PERSON: (
        409,
        "This id or number is of a patient with another name or date of birth. Ask a person.",
    ),
    Refusal.NUMBER_TAKEN: (409, "This number is another patient's than this external id."),
    Refusal.OTHER_NUMBER: (409, "This patient has another number at the clinic."),
    Refusal.REFERENCE_TAKEN: (409, "This external id is of another screening or patient."),
    Refusal.KEY_REUSED: (409, "This Idempotency-Key was used for another request. Take a new one."),
    Refusal.UNDER_WAY: (
        409,
        "A request under this Idempotency-Key is under way. "
        f"Send it again in {LEASE.seconds} seconds.",
    ),
    Refusal.NOTHING_DONE: (422, "Name at least one procedure."),
    Refusal.FUTURE_DAY: (422, "This day is still to come at the clinic."),
    Refusal.BEFORE_BIRTH: (422, "This day is before the patient's birth."),
    Refusal.AGAINST_DECISION: (
        422,
        "The decision does not let this go ahead; say `why` it was done.",
    ),
    Refusal.TOO_LONG: (422, "One of the texts is too long."),
    Refusal.TREATED_MEANWHILE: (409, "Another treatment was written down meanwhile."),
    Refusal.NOT_HTTPS: (422, "Give an https address, without a user name in it."),
    Refusal.OWN_NETWORK: (
        422,
        "This address is inside the machine's own network: SCREENING_WEBHOOK_NETWORKS allows some.",
    ),
    Refusal.TOO_MANY: (409, "A clinic has at most five; end one first."),
    Refusal.SEVERAL: (
        409,
        "Several screenings of this patient are open: name one as Bundle.identifier, by its number "
        "or your own id.",
    ),
    Refusal.BUSY: (503, "Too much is going on; try again in a minute."),
    Refusal.STORE_AWAY: (503, "Where reports are kept cannot be reached now; none is lost."),
}
