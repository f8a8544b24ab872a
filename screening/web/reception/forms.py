"""The forms of the staff: signing in, inviting, deciding, trying a folder."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
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
from screening.web.core.refusal_words import MAIL_ADDRESS, words
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.mail.outbox import mail_address


class MailAddress:
    """Accept an empty field, or one plain address."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        try:
            field.data = mail_address(field.data) if (field.data or "").strip() else ""
        except ActRefusedError as error:
            raise ValidationError(words(MAIL_ADDRESS, error)) from error


class MailForm(FlaskForm):
    """Where to send the link; `after` counts the mails before, `link` is what the page holds."""

    to = StringField(
        _l("E-mail address"), [InputRequired(_l("Type the e-mail address.")), MailAddress()]
    )
    language = SelectField(_l("Language of the message"), validate_choice=False)
    after = IntegerField(widget=HiddenInput(), default=0)
    link = HiddenField()


class BirthDateField(DateField):
    """A date of birth as the staff reads it from a document."""

    def post_validate(self, form: FlaskForm, validation_stopped: bool) -> None:
        if self.data and not 1900 <= self.data.year <= day_at_clinic().year:
            raise ValidationError(_l("Check the year of birth."))


class BirthDateForm(FlaskForm):
    born = BirthDateField(_l("Date of birth"), [InputRequired(_l("Write the date of birth."))])


class AppointmentField(DateTimeLocalField):
    """When a patient comes: today at the earliest, as far ahead as answers can be weighed."""

    def post_validate(self, form: FlaskForm, validation_stopped: bool) -> None:
        if self.data and self.data.date() < day_at_clinic():
            raise ValidationError(_l("This day is over. Choose today or a later day."))
        if self.data and not can_be_weighed(self.data.date(), day_at_clinic()):
            raise ValidationError(_l("This day is more than two years away. Check the year."))


class AppointmentForm(FlaskForm):
    """The appointment as it is from now on."""

    appointment = AppointmentField(
        _l("Day and time"), [InputRequired(_l("Choose the day and the time."))]
    )


class InviteForm(FlaskForm):
    name = StringField(
        _l("Patient’s name"),
        [
            InputRequired(_l("Type the patient’s name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name.")),
        ],
    )
    appointment = AppointmentField(_l("Appointment (optional)"), [Optional()])
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
    procedures = SelectMultipleField(
        _l("Treatments"), description=_l("Leave empty to let the patient choose.")
    )

    def validate_procedures(self, field: Field) -> None:
        if len(field.data or []) > MOST_PROCEDURES:
            raise ValidationError(_l("Choose ten treatments at most."))
