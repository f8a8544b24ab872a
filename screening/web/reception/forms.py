"""The forms of the reception: inviting, moving an appointment, mailing, searching."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from screening.clinical.evaluation.case_fields import MOST_PROCEDURES
from screening.clinical.evaluation.stored import can_be_weighed
from screening.web.core.guards import day_at_clinic
from screening.web.core.kept_form import KeptForm
from screening.web.core.refusal_words import MAIL_ADDRESS, words
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.mail.outbox import mail_address

ADULT = 18
ANOTHER = "another"  # who is alike, and yet somebody else


class MailAddress:
    """Accept an empty field, or one plain address."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        try:
            field.data = mail_address(field.data) if (field.data or "").strip() else ""
        except ActRefusedError as error:
            raise ValidationError(words(MAIL_ADDRESS, error)) from error


class MailForm(KeptForm):
    """Where to send the link; `after` counts the mails before, `link` is what the page holds."""

    to = StringField(
        _l("E-mail address"), [InputRequired(_l("Type the e-mail address.")), MailAddress()]
    )
    language = SelectField(_l("Language of the message"), validate_choice=False)
    after = IntegerField(widget=HiddenInput(), default=0)
    link = HiddenField()


class BirthDateField(DateField):
    """A date of birth as the staff reads it from a document; what was typed stays."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Write the date of birth as year, month and day.")) from error

    def post_validate(self, form: FlaskForm, validation_stopped: bool) -> None:
        """Refuse what cannot be; ask once about a child, whom nobody treats here by mistake."""
        today = day_at_clinic()
        if self.data and self.data > today:
            raise ValidationError(_l("This date of birth lies ahead. Check the year."))
        if self.data and self.data.year < 1900:
            raise ValidationError(_l("Check the year of birth."))
        young = self.data and _years(self.data, today) < ADULT
        form.asks_about_age = bool(young)
        if young and not form.is_young.data:
            raise ValidationError(
                _l("This patient would be under 18. Check the year, or tick that it is right.")
            )


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


class BirthDateForm(KeptForm):
    asks_about_age = False
    born = BirthDateField(_l("Date of birth"), [InputRequired(_l("Write the date of birth."))])
    is_young = BooleanField(_l("The date of birth is right: the patient is under 18"))


class AppointmentField(DateTimeLocalField):
    """When a patient comes: today at the earliest, as far ahead as answers can be weighed."""

    def post_validate(self, form: FlaskForm, validation_stopped: bool) -> None:
        if self.data and self.data.date() < day_at_clinic():
            raise ValidationError(_l("This day is over. Choose today or a later day."))
        if self.data and not can_be_weighed(self.data.date(), day_at_clinic()):
            raise ValidationError(_l("This day is more than two years away. Check the year."))


class AppointmentForm(KeptForm):
    """The appointment as it is from now on."""

    appointment = AppointmentField(
        _l("Day and time"), [InputRequired(_l("Choose the day and the time."))]
    )


class SearchForm(KeptForm):
    words = StringField(_l("Name or number"), [Length(max=LONGEST_NAME)])


class InviteForm(KeptForm):
    """Who is invited. `patient` is the one who was chosen, or ANOTHER of those that were `seen`."""

    asks_about_age = False
    name = StringField(
        _l("Patient’s name"),
        [
            InputRequired(_l("Type the patient’s name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name.")),
        ],
    )
    number = StringField(
        _l("Your own number of the patient (optional)"),
        [Length(max=40, message=_l("Use at most 40 characters for the number."))],
        description=_l("The one of your own records, by which you find the patient again."),
    )
    appointment = AppointmentField(_l("Appointment (optional)"), [Optional()])
    phone = StringField(
        _l("Telephone (optional)"),
        [Length(max=40, message=_l("Use at most 40 characters for the telephone."))],
    )
    to = StringField(
        _l("E-mail address (optional)"),
        [MailAddress()],
        description=_l("We send the link there. The message names no treatment."),
    )
    language = SelectField(_l("Language of the message"), validate_choice=False)
    born = BirthDateField(
        _l("Date of birth (optional)"),
        [Optional()],
        description=_l("Needed to start on the tablet: the patient types it beside the code."),
    )
    is_young = BooleanField(_l("The date of birth is right: the patient is under 18"))
    patient = StringField()
    seen = StringField()
    procedures = SelectMultipleField(
        _l("Treatments"), description=_l("Leave empty to let the patient choose.")
    )

    def validate_procedures(self, field: Field) -> None:
        if len(field.data or []) > MOST_PROCEDURES:
            raise ValidationError(_l("Choose ten treatments at most."))
