"""Every reason for which an act is refused; web/core/refusal_words.py says each in words."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """Why an act is refused. Every State and every Problem of a ruling is one, by its value."""

    # the screening is in this state
    INVITED = "invited"
    IN_PROGRESS = "in-progress"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    CONFIRMED = "confirmed"
    ERASED = "erased"
    # what is asked for
    GONE = "gone"
    SEVERAL = "several"
    PENDING = "pending"
    UNKNOWN_ANSWERER = "unknown-answerer"
    UNKNOWN_PROCEDURE = "unknown-procedure"
    UNKNOWN_REASON = "unknown-reason"
    UNKNOWN_ROLE = "unknown-role"
    TOO_MANY_PROCEDURES = "too-many-procedures"
    TOO_LATE = "too-late"
    # a patient
    SAME_PATIENT = "same-patient"
    NOT_MERGED = "not-merged"
    ALIKE = "alike"
    NUMBER_TAKEN = "number-taken"
    OTHER_PERSON = "other-person"
    OTHER_NUMBER = "other-number"
    # a visit and its device
    NO_VISIT = "no-visit"
    ELSEWHERE = "elsewhere"
    INCOMPLETE = "incomplete"
    OTHER_DEVICE = "other-device"
    BEGUN = "begun"
    LINK_USED = "link-used"
    NO_BIRTH_DATE = "no-birth-date"
    # a tablet
    NO_MATCH = "no-match"
    WRONG_CODE = "wrong-code"
    NEEDS_CODE = "needs-code"
    WRONG_PIN = "wrong-pin"
    NO_PIN = "no-pin"
    NOT_A_PIN = "not-a-pin"
    # an account
    WRONG = "wrong"
    LOCKED = "locked"
    LINK_EXPIRED = "link-expired"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    NOT_FIRST = "not-first"
    LAST_FACTOR = "last-factor"
    TAKEN = "taken"
    YOURSELF = "yourself"
    NO_CREDENTIALS = "no-credentials"
    NAME_TAKEN = "name-taken"
    NEEDS_REGISTRATION = "needs-registration"
    # what waits for a second person
    SETTLED = "settled"
    CLOSED = "closed"
    OTHERS_CONFIRM = "others-confirm"
    RESTORED = "restored"
    # a decision
    MISSING = "missing"
    FIXED = "fixed"
    NEEDS_REASON = "needs-reason"
    NEEDS_WORDS = "needs-words"
    NEEDS_CONDITIONS = "needs-conditions"
    UNKNOWN_CODE = "unknown-code"
    NOTHING_TO_ASK = "nothing-to-ask"
    NEEDS_WHY = "needs-why"
    ASK_AGAIN = "ask-again"
    MILDER_THAN_EARLIER = "milder-than-earlier"
    DECIDED_MEANWHILE = "decided-meanwhile"
    NEEDS_SIGNATURE = "needs-signature"
    NO_NOTE = "no-note"
    # a treatment and how it goes afterwards
    NOTHING_DONE = "nothing-done"
    FUTURE_DAY = "future-day"
    BEFORE_BIRTH = "before-birth"
    AGAINST_DECISION = "against-decision"
    TREATED_MEANWHILE = "treated-meanwhile"
    DAY_OVER = "day-over"
    CHECK_IN_OVER = "check-in-over"
    # a clinic's looks, its mail, its reports
    NO_NAME = "no-name"
    NO_COLOUR = "no-colour"
    LIGHT_CONTRAST = "light-contrast"
    DARK_CONTRAST = "dark-contrast"
    NO_PAPER = "no-paper"
    NO_PICTURE = "no-picture"
    NO_LANGUAGE = "no-language"
    NO_MAIL = "no-mail"
    BAD_ADDRESS = "bad-address"
    NO_NUMBER = "no-number"
    NO_FILE = "no-file"
    TOO_LARGE = "too-large"
    BUSY = "busy"
    STORE_AWAY = "store-away"
    # another program
    UNKNOWN_SCOPE = "unknown-scope"
    KEY_REUSED = "key-reused"
    UNDER_WAY = "under-way"
    REFERENCE_TAKEN = "reference-taken"
    NOT_HTTPS = "not-https"
    OWN_NETWORK = "own-network"
    TOO_MANY = "too-many"
    BAD_CURSOR = "bad-cursor"
    # Stands as it is in the report's row, where the administrator reads why it waits.
    SEALED_FIRST = "the screening report has to be sealed first"


class ActRefusedError(Exception):
    """What was asked cannot be done now."""

    def __init__(self, reason: Refusal):
        self.reason = reason
        super().__init__(reason)
