"""The states of a screening, and which act is allowed in which. The README shows this table."""

from __future__ import annotations

from enum import StrEnum

from screening.workflow.workplace import ActRefusedError


class State(StrEnum):
    INVITED = "invited"
    IN_PROGRESS = "in-progress"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


ALLOWED = {
    "answer": {State.INVITED, State.IN_PROGRESS},
    "submit": {State.IN_PROGRESS},
    "read-receipt": {State.SUBMITTED, State.DECIDED},
    "decide": {State.SUBMITTED},
    "recheck": {State.SUBMITTED, State.DECIDED},
    "withdraw": {State.INVITED, State.IN_PROGRESS, State.SUBMITTED},
}


def allow(act: str, state: str) -> None:
    """Raise ActRefusedError with the state as its reason where `act` is not allowed."""
    if State(state) not in ALLOWED[act]:
        raise ActRefusedError(state)
