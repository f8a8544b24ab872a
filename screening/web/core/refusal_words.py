"""Every sentence that a page says where an act is refused, by reason and by where it stands.

What a form can explain stands beside its field: `words` of the form's own table. All
else becomes a page of its own: PAGES has one for every reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from screening.web.core.limits import FILES
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State

Sentences = Mapping[Refusal, LazyString]

WRONG_TRIES = _l("Too many wrong tries. Wait 15 minutes, then try again.")
WRONG_PASSWORDS = _l("Too many wrong passwords. Wait 15 minutes, then try again.")
# The same for a wrong code, a code used already and a wrong date: a stranger learns nothing.
NO_MATCH = _l(
    "This code and this date of birth do not belong together. A code works only once. "
    "Please ask the reception for help."
)

LANGUAGE: Sentences = {Refusal.NO_LANGUAGE: _l("Choose one of the languages.")}
LOOK: Sentences = {
    **LANGUAGE,
    Refusal.NO_NAME: _l("Type a name."),
    Refusal.NO_COLOUR: _l("Write each colour as # and six digits or letters a to f."),
    Refusal.LIGHT_CONTRAST: _l(
        "Too pale to read on light pages. The nearest that works is %(colour)s."
    ),
    Refusal.DARK_CONTRAST: _l(
        "Too dark to read on dark pages. The nearest that works is %(colour)s."
    ),
    Refusal.NO_PAPER: _l("Choose A4 or US Letter."),
    Refusal.NO_PICTURE: _l("This is not a PNG or JPEG of at most 200 kB. An SVG is not taken."),
}
MAIL_ADDRESS: Sentences = {
    Refusal.BAD_ADDRESS: _l("This is not an e-mail address. Write it like name@example.com."),
    Refusal.NO_NUMBER: _l("Write the number with digits, such as 112."),
}
RULING: Sentences = {
    Refusal.MISSING: _l("Choose a decision."),
    Refusal.FIXED: _l("This contraindication cannot be set aside. Choose to defer or decline."),
    Refusal.NEEDS_REASON: _l("This is milder than what is advised. Tick or write your reason."),
    Refusal.MILDER_THAN_EARLIER: _l(
        "This is milder than an earlier decision that still stands. Tick or write your reason."
    ),
    Refusal.NEEDS_WORDS: _l("You ticked “Other”. Write what it is."),
    Refusal.NEEDS_CONDITIONS: _l("Write the conditions."),
    Refusal.UNKNOWN_CODE: _l("Choose one of the reasons on this page."),
    Refusal.NOTHING_TO_ASK: _l(
        "No answer stands behind a reason here, so there is nothing to ask."
    ),
    Refusal.TOO_LONG: _l("Use at most 500 characters for the reason and for the conditions."),
}
SIGNATURE: Sentences = {
    Refusal.WRONG: _l("This password or code is wrong. Nothing was signed."),
    Refusal.NEEDS_SIGNATURE: _l("Type your password or a code from your app to sign."),
    Refusal.NO_CREDENTIALS: _l("You have no certificate that holds. Ask the administrator."),
    Refusal.RESTORED: _l(
        "This clinic was restored from a backup. Nobody signs until someone has looked at its "
        "accounts: open “To confirm” at the top."
    ),
    Refusal.LOCKED: WRONG_PASSWORDS,
    Refusal.NEEDS_WHY: _l("Write why you amend the decision."),
    Refusal.TOO_LONG: _l("Use at most 1,000 characters for the note."),
    Refusal.ASK_AGAIN: _l(
        "An amendment cannot ask for more information. Have the patient asked again."
    ),
}
TREATMENT: Sentences = {
    Refusal.NOTHING_DONE: _l("Tick what was done."),
    Refusal.UNKNOWN_PROCEDURE: _l("Only what was asked about before can be written down here."),
    Refusal.FUTURE_DAY: _l("This day is still to come. Write it down once it is done."),
    Refusal.BEFORE_BIRTH: _l("On this day the patient was not born yet. Check the year."),
    Refusal.AGAINST_DECISION: _l(
        "The doctor’s decision does not let this go ahead. If it was done all the same, write why."
    ),
    Refusal.TREATED_MEANWHILE: _l(
        "A treatment was written down meanwhile, see above. If this is another one, save it again."
    ),
    Refusal.TOO_LONG: _l("A product or a lot is too long. Use at most 100 characters for each."),
    Refusal.NO_MATCH: _l("This is not the date of birth that the clinic knows. Check it."),
}
PATIENT: Sentences = {
    Refusal.NO_NAME: _l("Type the patient’s name."),
    Refusal.NUMBER_TAKEN: _l("Another patient has this number. Look for that one by the number."),
    Refusal.OTHER_PERSON: _l("The patient of this number has another name or date of birth."),
    Refusal.OTHER_NUMBER: _l("This patient has another number here. Leave it empty."),
}
PAIRING: Sentences = {
    Refusal.WRONG_CODE: _l("This code is not known, or was used already. Ask for a new one."),
    Refusal.LOCKED: _l("Too many wrong codes. Wait five minutes, then try again."),
}
START: dict[Refusal, LazyString] = dict.fromkeys(
    (Refusal.NO_MATCH, Refusal.LOCKED, *map(Refusal, State)), NO_MATCH
)
START |= {
    Refusal.BEGUN: _l(
        "You have begun to answer already. To go on where you stopped, take the code from your "
        "own phone. Or tick below that you begin anew here: what you answered so far is then gone."
    )
}
OWN_CODE: Sentences = {
    Refusal.WRONG_CODE: _l(
        "This code does not open your answers. Type the code that you chose yourself."
    ),
    Refusal.LOCKED: _l(
        "Too many wrong codes. Wait a while: each pause is longer than the last. "
        "You can begin anew at any time."
    ),
}
NEW_OWN_CODE: Sentences = {
    **OWN_CODE,
    Refusal.TOO_SHORT: _l("This code is too short. Use six letters or numbers or more."),
    Refusal.TOO_LONG: _l("This code is too long. Use at most 64 letters or numbers."),
    Refusal.COMMON: _l(
        "Others would guess this code: it is a row of signs, a common word, your name or your "
        "birthday. Choose another one."
    ),
    Refusal.NEEDS_CODE: _l(
        "You have chosen a code before. Type that one too, or open this on the phone or computer "
        "on which you chose it. Nobody at the clinic can change it."
    ),
}
RELEASE: Sentences = {
    Refusal.WRONG_PIN: _l("This PIN is wrong. After five wrong ones the tablet is locked."),
    Refusal.LOCKED: _l("This tablet is locked. The reception can unlock it."),
    Refusal.NO_PIN: _l(
        "This tablet has no PIN. The administrator sets one, or takes it out of use."
    ),
}
VERIFYING: Sentences = {
    Refusal.NO_FILE: _l("Choose the PDF file of the report."),
    Refusal.TOO_LARGE: FILES["verify.check"][1],
    Refusal.BUSY: _l("No time to check this file: it is not judged. Try again in a minute."),
    Refusal.GONE: _l("No report has this code. Compare it with the paper, letter by letter."),
}


def words(sentences: Sentences, refused: ActRefusedError) -> str:
    """Return what stands beside the field. Raises `refused` again where the form has no word."""
    if refused.reason not in sentences:
        raise refused
    return str(sentences[refused.reason])


class Page(NamedTuple):
    """A page that says no: its title, what to do next, its HTTP status."""

    title: LazyString
    text: LazyString
    status: int


LINK_ENDED = _l("This link has ended")
OTHER_DEVICE = _l("You are going on on another device")
NOT_NOW = Page(
    _l("This cannot be done now"), _l("Something changed meanwhile. Go back and look again."), 409
)
PAGES: Mapping[Refusal, Page] = dict.fromkeys(Refusal, NOT_NOW) | {
    Refusal.GONE: Page(
        _l("We cannot find this"),
        _l("The link may be cut off or old. Open it from the message again, or ask us."),
        404,
    ),
    Refusal.EXPIRED: Page(
        LINK_ENDED, _l("Ask the clinic for a new link. Your answers are not lost."), 410
    ),
    Refusal.LINK_EXPIRED: Page(
        LINK_ENDED,
        _l("Links to set a password work for three days. Ask the administrator for a new one."),
        410,
    ),
    Refusal.WITHDRAWN: Page(
        _l("This questionnaire was withdrawn"),
        _l("The clinic does not need these answers any more. Ask the clinic if you are unsure."),
        410,
    ),
    Refusal.SUPERSEDED: Page(
        _l("There is a newer questionnaire"),
        _l("Use the newest link that the clinic sent to you."),
        410,
    ),
    Refusal.CONFIRMED: Page(
        _l("We have your answers"),
        _l("You told us that nothing has changed. Please tell the reception that you are here."),
        410,
    ),
    Refusal.NO_VISIT: Page(
        _l("Please open your link again"),
        _l("To keep your answers private we closed the page. Nothing that you sent is lost."),
        403,
    ),
    Refusal.ELSEWHERE: Page(
        OTHER_DEVICE,
        _l("Only one device at a time can answer. To go on here, open your link again."),
        409,
    ),
    Refusal.OTHER_DEVICE: Page(
        _l("This was begun on another device"),
        _l(
            "Your answers show only there, or with the code that you chose. "
            "Open your link again to see what you can do."
        ),
        403,
    ),
    Refusal.LINK_USED: Page(
        _l("This picture code has ended"),
        _l("It works once, for ten minutes. Ask the reception how to go on."),
        410,
    ),
    Refusal.NO_BIRTH_DATE: Page(
        _l("First tell us when you were born"),
        _l("The tablet asks for your date of birth. Go back and answer that question first."),
        409,
    ),
    Refusal.INCOMPLETE: Page(
        _l("A question is still open"),
        _l("Go back to the questions. The page opens where an answer is missing."),
        409,
    ),
    Refusal.CHECK_IN_OVER: Page(
        _l("This page has ended"),
        _l("If something worries you, call the clinic. In an emergency call the emergency number."),
        410,
    ),
    Refusal.DAY_OVER: Page(
        _l("It cannot be taken back any more"),
        _l("A treatment can be taken back within a day. Go back and correct it instead."),
        409,
    ),
    Refusal.SAME_PATIENT: Page(
        _l("They are one person already"), _l("Go back and load the page again."), 409
    ),
    Refusal.NOT_MERGED: Page(
        _l("These patients are not merged"), _l("Go back and load the page again."), 409
    ),
    Refusal.YOURSELF: Page(
        _l("Somebody else has to do this"),
        _l("Nobody confirms what they began, or what concerns themselves. Ask a colleague."),
        403,
    ),
    Refusal.SETTLED: Page(
        _l("This does not wait any more"),
        _l("It was confirmed or dropped before, or waited for more than two weeks. Begin anew."),
        409,
    ),
    Refusal.CLOSED: Page(
        _l("This account was closed"),
        _l("The account that this is about, or of who began it, was closed. Begin anew."),
        409,
    ),
    Refusal.STORE_AWAY: Page(
        _l("The report cannot be fetched now"),
        _l("Where reports are kept does not answer. Nothing is lost. Try again in a minute."),
        503,
    ),
    Refusal.PENDING: Page(
        _l("The report is being made"),
        _l("This takes a few seconds. Load the page again."),
        409,
    ),
}
ON_A_TABLET: Mapping[Refusal, Page] = {
    Refusal.ELSEWHERE: Page(
        OTHER_DEVICE,
        _l("This tablet shows your answers no more. Please give it back to the reception."),
        403,
    ),
    Refusal.NO_VISIT: Page(
        _l("This page was closed"),
        _l("To keep answers private we closed it. Nothing is lost: ask the reception for a code."),
        403,
    ),
}
