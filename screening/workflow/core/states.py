"""The states of a screening, and which act is allowed in which. The README shows this table."""

from __future__ import annotations

from enum import StrEnum

from screening.workflow.core.refusal import ActRefusedError, Refusal


class State(StrEnum):
    INVITED = "invited"
    IN_PROGRESS = "in-progress"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    CONFIRMED = "confirmed"
    ERASED = "erased"


ALLOWED = {
    "answer": {State.INVITED, State.IN_PROGRESS},
    "note": {State.INVITED, State.IN_PROGRESS},
    "submit": {State.IN_PROGRESS},
    "confirm": {State.IN_PROGRESS},
    "read-receipt": {State.SUBMITTED, State.DECIDED},
    "begin-afresh": {State.INVITED, State.IN_PROGRESS, State.SUBMITTED, State.DECIDED},
    "choose-code": {State.INVITED, State.IN_PROGRESS, State.SUBMITTED, State.DECIDED},
    "decide": {State.SUBMITTED},
    "amend": {State.DECIDED},
    "treat": {State.DECIDED},
    "reschedule": {
        State.INVITED,
        State.IN_PROGRESS,
        State.SUBMITTED,
        State.DECIDED,
        State.EXPIRED,
    },
    "arrive": {State.SUBMITTED, State.DECIDED},
    "change": {State.SUBMITTED, State.DECIDED},
    "drop-change": {State.INVITED, State.IN_PROGRESS},
    "withdraw": {State.INVITED, State.IN_PROGRESS, State.SUBMITTED, State.EXPIRED},
    "restore": {State.WITHDRAWN},
    "expire": {State.INVITED, State.IN_PROGRESS},
    "renew-link": set(State) - {State.WITHDRAWN, State.SUPERSEDED, State.CONFIRMED, State.ERASED},
    "show-link": {State.INVITED, State.IN_PROGRESS},
    "export": set(State) - {State.ERASED},
    "erase": set(State) - {State.ERASED},
}


def allow(act: str, state: str) -> None:
    """Raise ActRefusedError with the state as its reason where `act` is not allowed."""
    if State(state) not in ALLOWED[act]:
        raise ActRefusedError(Refusal(state))
