"""Build web forms: one for a question, and those that every clinic has.

What a patient may answer is decided by clinical.answers; the forms only carry the
answer there and say in plain words what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from screening.clinical.definitions.eligibility import Procedure
from screening.clinical.definitions.medicines import Guess
from screening.clinical.definitions.questionnaire import (
    NO,
    NONE_OF_THESE,
    NOT_KNOWN,
    TELL_DOCTOR,
    YES,
    Item,
    ItemType,
)
from screening.clinical.evaluation.answers import Fault
from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.clinical.evaluation.contradictions import MISLED
from screening.clinical.fhir.noted import CURRENT, PAST, REFUTED
from screening.clinical.medicines.questions import (
    DidYouMean,
    NotRecognised,
    Question,
    Reading,
)
from screening.clinical.report.noted import STATES
from screening.clinical.report.report import INTERPRETER, RELATIVE, SELF
from screening.web.core.kept_form import KeptForm
from screening.workflow.core.actor import LONGEST_NAME

WORDS = {
    YES: _l("Yes"),
    NO: _l("No"),
    NONE_OF_THESE: _l("None of these"),
    NOT_KNOWN: _l("I do not know"),
    TELL_DOCTOR: _l("I will tell only the doctor"),
    MISLED: _l("This was answered although the answer before it does not lead here."),
    STATES[CURRENT]: _l("Noted by the clinic’s own system, not by the patient"),
    STATES[PAST]: _l("Noted by the clinic’s own system as over, not by the patient"),
    STATES[REFUTED]: _l("Noted by the clinic’s own system as not so, not by the patient"),
}
FAULTS = {
    Fault.MISSING: _l("Choose an answer. If you are not sure, say so."),
    Fault.NOT_OFFERED: _l("Choose one of the answers on this page."),
    Fault.NONE_AND_MORE: _l("You ticked “None of these” and something else. Keep one of them."),
    Fault.NOT_A_DATE: _l("This is not a date. Write it as numbers, for example 27 3 2026."),
    Fault.DATE_AHEAD: _l("This date is still to come. It must be today or earlier."),
    Fault.TOO_LONG_AGO: _l("This date is too long ago. Check the year."),
    Fault.TOO_LONG: _l("This is too long. Use at most %(most)s characters."),
}
MISSING = {
    ItemType.DATE: _l("Write the date. The month and year are enough if you know no more."),
    ItemType.BIRTH_DATE: _l("Write your date of birth."),
    ItemType.TEXT: _l("Write your answer."),
}
LONGEST_INK = 60_000


def procedure_choices(procedures: Mapping[str, Procedure]) -> list[SelectChoice]:
    return [SelectChoice(p.id, p.name) for p in procedures.values()]


class PatientForm(KeptForm):
    """Base of what patients fill in: a change of language keeps what they typed, and sends nothing.

    The page is shown again in that language; where it had said what was wrong, it says so again.
    """

    keeps_typing = True


class MedicineForm(PatientForm):
    """What a patient says about medicines on the list, in fields named by their place."""

    def __getitem__(self, name: str) -> Field | None:
        return self._fields.get(name)


def medicine_form(asked: Sequence[Question]) -> MedicineForm:
    """Return the form that asks `asked`; beside each reply stands what it is about."""
    fields: dict[str, Any] = {}
    for place, question in enumerate(asked):
        label, choices = _medicine_choices(question)
        checks = [_one_of([str(choice.value) for choice in choices], FAULTS[Fault.MISSING])]
        fields[f"about{place}"] = HiddenField(default=question.id)
        fields[f"reply{place}"] = RadioField(label, checks, choices=choices, validate_choice=False)
    form: MedicineForm = type("MedicineForm", (MedicineForm,), fields)()
    return form


def _medicine_choices(question: Question) -> tuple[str, list[SelectChoice]]:
    match question:
        case DidYouMean():
            return _("Which medicine is it?"), [
                *(SelectChoice(place, guess_text(guess)) for place, guess in question.choices()),
                SelectChoice(NO, _l("None of these")),
                SelectChoice(NOT_KNOWN, WORDS[NOT_KNOWN]),
            ]
        case NotRecognised():
            return _("Is the spelling right?"), [
                SelectChoice(YES, _l("Yes, or I cannot say it better")),
                SelectChoice(NO, _l("No, I want to change it")),
            ]
        case Reading():
            return _("Should this answer change?"), [
                SelectChoice(YES, _change_text(question)),
                SelectChoice(NO, _l("No, my answer is right")),
                SelectChoice(NOT_KNOWN, WORDS[NOT_KNOWN]),
            ]


def guess_text(guess: Guess) -> str:
    """Return a name and its substances, where they are not the same word."""
    substances = ", ".join(guess.substances)
    return guess.name if substances == guess.name else f"{guess.name} ({substances})"


def _change_text(reading: Reading) -> str:
    if reading.code is None:
        return _("Yes, ask me again")
    options = {option.id: option.text for option in reading.item.options}
    change = options.get(reading.code)
    return _("Yes, add: %(answer)s", answer=change) if change else _("Change it to yes")


class StillTrueForm(PatientForm):
    """Which of last time's answers have changed; `about` names those that the page shows."""

    changed = SelectMultipleField()
    about = HiddenField()


def still_true_form(shown: Sequence[Item]) -> StillTrueForm:
    form = StillTrueForm(data={"about": " ".join(item.link_id for item in shown)})
    form.changed.choices = [SelectChoice(item.link_id, item.text) for item in shown]
    return form


def _one_of(codes: Sequence[str], otherwise: LazyString) -> Callable[[FlaskForm, Field], None]:
    def check(_form: FlaskForm, field: Field) -> None:
        if field.data not in codes:
            raise ValidationError(otherwise)

    return check


class ProceduresForm(PatientForm):
    procedures = SelectMultipleField(
        _l("Which treatments are you coming for?"),
        description=_l("Choose all that you are booked for, or want to talk about."),
    )

    def validate_procedures(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Choose at least one treatment."))
        if len(field.data) > MOST_PROCEDURES:
            raise ValidationError(_l("Choose ten treatments at most."))


class FinishForm(PatientForm):
    """Who answered, and the declaration, below the answers."""

    who = RadioField(
        _l("Who answered these questions?"),
        [InputRequired(_l("Choose who answered."))],
        choices=[
            SelectChoice(SELF, _l("I did. They are about me.")),
            SelectChoice(RELATIVE, _l("I did, for the patient. I am a relative or guardian.")),
            SelectChoice(INTERPRETER, _l("I did, with an interpreter.")),
        ],
    )
    interpreter = StringField(
        _l("The interpreter’s name"),
        [Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name."))],
        description=_l("Only if there was an interpreter."),
    )
    agree = BooleanField(
        _l("I agree with this declaration"),
        [InputRequired(_l("Tick the box to say that you agree."))],
    )
    full_name = StringField(
        _l("Your full name"),
        [
            InputRequired(_l("Type your full name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for your name.")),
        ],
    )
    ink = HiddenField(
        validators=[Length(max=LONGEST_INK, message=_l("The drawing is too large. Draw it again."))]
    )

    def validate_interpreter(self, field: Field) -> None:
        if self.who.data == INTERPRETER and not (field.data or "").strip():
            raise ValidationError(_l("Type the interpreter’s name."))

    def validate_full_name(self, field: Field) -> None:
        if not field.data.strip():
            raise ValidationError(_l("Type your full name."))
