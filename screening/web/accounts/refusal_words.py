"""What the pages of accounts say where an act is refused; see web/core/refusal_words.py."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from screening.web.core.refusal_words import WRONG_PASSWORDS, WRONG_TRIES, Sentences
from screening.workflow.core.refusal import Refusal

NO_FIT = _l(
    "This code does not fit. A code works once: wait for the next one. "
    "Check that the clock of your phone is right."
)
NO_PASSKEY = _l("This passkey was not accepted. Try again, or use your password.")

SIGNING_IN: Sentences = {
    Refusal.WRONG: _l("User name or password is wrong. Check both and try again."),
    Refusal.LOCKED: WRONG_PASSWORDS,
}
OWN_PASSWORD: Sentences = {
    Refusal.WRONG: _l("This password is wrong. Nothing was changed."),
    Refusal.LOCKED: WRONG_TRIES,
}
NEW_PASSWORD: Sentences = {
    Refusal.TOO_SHORT: _l("This password is too short. Use 12 characters or more."),
    Refusal.TOO_LONG: _l("This password is too long. Use at most 128 characters."),
    Refusal.COMMON: _l(
        "This password is easy to guess: common words, names, years and rows of keys count for "
        "little. Use four words that have nothing to do with each other."
    ),
}
CODE_OF_THE_APP: Sentences = {
    Refusal.WRONG: NO_FIT,
    Refusal.NOT_FIRST: NO_FIT,
    Refusal.LOCKED: WRONG_TRIES,
}
PASSKEY: Sentences = {
    Refusal.WRONG: NO_PASSKEY,
    Refusal.NOT_FIRST: NO_PASSKEY,
    Refusal.LOCKED: WRONG_TRIES,
}
PASSKEY_REMOVAL: Sentences = {
    Refusal.LAST_FACTOR: _l(
        "This is your only second factor. Add another one before you remove it."
    ),
}
REGISTRATION: Sentences = {
    Refusal.NEEDS_REGISTRATION: _l(
        "Type the doctor’s registration number: letters and digits, at most 40."
    ),
}
SECOND_PERSON: Sentences = {
    Refusal.WRONG: _l("This password or code is wrong. Nothing was confirmed."),
    Refusal.LOCKED: WRONG_TRIES,
}
NEW_ACCOUNT: Sentences = {
    Refusal.TAKEN: _l("This user name is taken. Choose another one."),
    Refusal.NAME_TAKEN: _l(
        "Someone at this clinic has this name, or one that looks the same. Add a further name, "
        "so that nobody takes one for the other."
    ),
    **REGISTRATION,
}
