"""What an administrator fills in: accounts, tablets, how the clinic looks, the audit log."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from screening.web.accounts.forms import name_field, registration_field
from screening.web.core.kept_form import KeptForm
from screening.web.core.refusal_words import LOOK, words
from screening.workflow.clinics.contrast import nearest_that_works
from screening.workflow.core.refusal import ActRefusedError, Refusal

ROLE_WORDS: dict[str, Any] = {
    "receptionist": _l("Reception"),
    "doctor": _l("Doctor"),
    "clinical-lead": _l("Clinical lead"),
    "administrator": _l("Administrator"),
}


def _six_to_twelve_digits() -> Regexp:
    return Regexp("^[0-9]{6,12}$", message=_l("A PIN has six to twelve digits."))


class AccountForm(KeptForm):
    username = StringField(
        _l("User name"),
        [
            InputRequired(_l("Type a user name.")),
            Length(max=40, message=_l("Use at most 40 characters.")),
            Regexp(r"^[\w.@-]+$", message=_l("Use letters, digits and . - _ @ only.")),
        ],
    )
    name = name_field(_l("Full name"))
    role = SelectField(_l("Role"), choices=[SelectChoice(k, v) for k, v in ROLE_WORDS.items()])
    registration = registration_field(_l("Registration number, for a doctor"))


class RoleForm(KeptForm):
    role = SelectField(_l("Role"), choices=[SelectChoice(k, v) for k, v in ROLE_WORDS.items()])
    registration = registration_field(_l("Registration number, for a doctor"))


class TabletForm(KeptForm):
    name = name_field(_l("Name of the tablet"))
    pin = StringField(
        _l("PIN to release it (optional)"),
        [Optional(), _six_to_twelve_digits()],
        description=_l("With it the staff makes the tablet an ordinary browser again."),
    )


class NewPinForm(KeptForm):
    pin = StringField(_l("PIN"), [InputRequired(_l("Type a PIN.")), _six_to_twelve_digits()])


class LookForm(KeptForm):
    """How the clinic looks; which colours can be read is decided by workflow.look."""

    name = name_field(_l("Name of the clinic"))
    address = StringField(
        _l("Address"), [Length(max=200, message=_l("Use at most 200 characters."))]
    )
    phone = StringField(
        _l("Telephone"),
        [Length(max=40, message=_l("Use at most 40 characters."))],
        description=_l("Patients are told to call it when something changes."),
    )
    accent = StringField(
        _l("Accent colour on light pages"),
        description=_l("Written like #17493f. Empty is our own green."),
    )
    accent_dark = StringField(
        _l("Accent colour on dark pages"),
        description=_l("Many phones show dark pages. Empty is the colour above, made lighter."),
    )
    paper = SelectField(
        _l("Paper of the reports"),
        choices=[SelectChoice("A4", "A4"), SelectChoice("Letter", _l("US Letter"))],
    )
    language = SelectField(
        _l("Language"),
        description=_l(
            "What desk, mails to the staff and reports speak from now on. Each person may choose "
            "another for the own desk."
        ),
        validate_choice=False,  # what may be chosen is the act's to say
    )
    one_a_page = BooleanField(
        _l("Ask one question a page"),
        description=_l(
            "Otherwise up to six questions share a page, which takes patients a third of the time."
        ),
    )
    logo = FileField(
        _l("Logo"),
        description=_l("A PNG or JPEG of at most 200 kB. It is drawn anew and made small."),
    )
    no_logo = BooleanField(_l("Take the logo away"))


class AuditForm(KeptForm):
    """Which entries of the audit log to show; sent as an address, so that it can be kept."""

    class Meta:
        csrf = False

    who = SelectField(_l("Person"), validate_choice=False)
    number = StringField(_l("Screening number"))
    act = StringField(_l("Act"))
    kind = SelectField(
        _l("Kind"),
        choices=[
            SelectChoice("", _l("Looks and acts")),
            SelectChoice("acts", _l("What was done")),
            SelectChoice("reads", _l("What was looked at")),
        ],
        validate_choice=False,
    )
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To"), [Optional()])


class AnchorForm(KeptForm):
    anchor = StringField(
        _l("Head noted earlier (optional)"),
        [Length(max=100, message=_l("Use at most 100 characters."))],
        description=_l("From a report or from your notes. It shows whether the end was cut off."),
    )


LOOK_FIELDS = {
    Refusal.NO_NAME: "name",
    Refusal.NO_COLOUR: "accent",
    Refusal.LIGHT_CONTRAST: "accent",
    Refusal.DARK_CONTRAST: "accent_dark",
    Refusal.NO_PAPER: "paper",
    Refusal.NO_LANGUAGE: "language",
    Refusal.NO_PICTURE: "logo",
}


def look_words(refused: ActRefusedError, accent: str, accent_dark: str) -> tuple[str, str]:
    """Return the field that is wrong, and what is wrong with it."""
    said, field = words(LOOK, refused), LOOK_FIELDS[refused.reason]
    if refused.reason in {Refusal.LIGHT_CONTRAST, Refusal.DARK_CONTRAST}:
        dark = refused.reason == Refusal.DARK_CONTRAST
        nearest = nearest_that_works((accent_dark if dark else accent).lower(), dark)
        return field, said.replace("%(colour)s", nearest)
    return field, said
