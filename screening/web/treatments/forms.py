"""What is filled in about a treatment: what was done, and how it goes afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from screening.clinical.definitions.questionnaire import NO, NOT_KNOWN, YES
from screening.web.core.keeping import typed
from screening.web.core.kept_form import KeptForm
from screening.web.screenings.date_field import DatePartsField
from screening.web.screenings.forms import PatientForm
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.treatments.page import Asked
from screening.workflow.treatments.recorded import Planned
from screening.workflow.treatments.treating import LONGEST_LOT, MOST_PRODUCTS, Done

BLANK_ROWS = 2  # at the end of what is typed already
Rows = list[tuple[str, str]]


class TreatmentForm(KeptForm):
    """What was done. Products and lots are rows of two texts below each procedure."""

    done = SelectMultipleField(_l("What was done"), validate_choice=False)
    treated_on = DateField(_l("Day"), [InputRequired(_l("Write the day of the treatment."))])
    by = StringField(
        _l("Treated by"),
        [
            InputRequired(_l("Write who treated.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name.")),
        ],
    )
    why = StringField(
        _l("Why it was done all the same"),
        [Length(max=500, message=_l("Use at most 500 characters."))],
        description=_l("Needed where the doctor’s decision does not let a treatment go ahead."),
    )
    after = IntegerField(widget=HiddenInput(), default=0)

    def offer(self, planned: Sequence[Planned], kept: dict[str, Rows]) -> None:
        """Show the procedures, with the rows that were sent, or those that are `kept`."""
        self.done.choices = [SelectChoice(one.procedure, one.name) for one in planned]
        sent = typed(request.path)
        self.rows: dict[str, Rows] = {
            one.procedure: list(
                zip(
                    sent.getlist(f"product-{one.procedure}"),
                    sent.getlist(f"lot-{one.procedure}"),
                    strict=False,
                )
            )
            if sent is not None
            else kept.get(one.procedure, [])
            for one in planned
        }

    def shown(self, procedure: str) -> Rows:
        """Return the rows to show: what is typed, and some to go on with."""
        typed = [row for row in self.rows[procedure] if any(text.strip() for text in row)]
        return [*typed, *[("", "")] * BLANK_ROWS][: MOST_PRODUCTS + 1]

    def what_was_done(self) -> list[Done]:
        return [Done(id, tuple(self.rows.get(id, ()))) for id in self.done.data or []]

    def validate_done(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("Tick what was done."))
        if any(
            len(t.strip()) > LONGEST_LOT for rows in self.rows.values() for r in rows for t in r
        ):
            raise ValidationError(
                _l("A product or a lot is too long. Use at most 100 characters for each.")
            )


class BornForm(PatientForm):
    """Asks who opened the link."""

    born = DatePartsField(
        _l("When were you born?"),
        description=_l("So that nobody else reads what this is about."),
    )

    def validate_born(self, field: DatePartsField) -> None:
        if not field.data:
            raise ValidationError(_l("Write your date of birth."))
        try:
            date.fromisoformat(field.data)
        except ValueError as error:
            raise ValidationError(field.mistake(whole=True)) from error


def check_in_form(asked: Iterable[Asked]) -> FlaskForm:
    """Return a forced choice for each sign, with none chosen that was not sent before."""
    choices = [
        SelectChoice(YES, _l("Yes")),
        SelectChoice(NO, _l("No")),
        SelectChoice(NOT_KNOWN, _l("Not sure")),
    ]
    signs = list(asked)
    fields: dict[str, Any] = {
        one.key: RadioField(one.text, choices=choices, validate_choice=False) for one in signs
    }
    form = type("CheckInForm", (PatientForm,), fields)
    return form(data={one.key: one.reply or None for one in signs})


def replies_in(form: FlaskForm, asked: Iterable[Asked]) -> dict[str, str]:
    return {one.key: form[one.key].data or "" for one in asked}


def name_blanks(form: FlaskForm, asked: Iterable[Asked]) -> None:
    """Say beside each sign without a reply that it needs one."""
    for one in asked:
        if not form[one.key].data:
            form[one.key].errors = [_("Choose yes, no or not sure.")]


class LotForm(KeptForm):
    lot = StringField(
        _l("Lot"),
        [
            InputRequired(_l("Type or scan the lot.")),
            Length(max=LONGEST_LOT, message=_l("Use at most 100 characters.")),
        ],
        description=_l("Capitals, spaces and hyphens do not matter."),
    )
