"""The forms of signing in, of one's own account, and of the administrator."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp

from screening.web.screenings.forms import LONGEST_NAME
from screening.workflow.clinics.branding import nearest_that_works

ROLES: dict[str, Any] = {
    "receptionist": _l("Reception"),
    "doctor": _l("Doctor"),
    "clinical-lead": _l("Clinical lead"),
    "administrator": _l("Administrator"),
}


def _password_now() -> PasswordField:
    return PasswordField(
        _l("Your password"),
        [InputRequired(_l("Type your password."))],
        description=_l("So that nobody else changes this on your screen."),
    )


def _six_to_twelve_digits() -> Regexp:
    return Regexp("^[0-9]{6,12}$", message=_l("A PIN has six to twelve digits."))


def _name(label: Any) -> StringField:
    return StringField(
        label,
        [
            InputRequired(_l("Type a name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name.")),
        ],
    )


class SecondFactorForm(FlaskForm):
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Type the code."))],
        description=_l(
            "Six digits from your authenticator app. Without your phone, type a recovery code."
        ),
    )


class FirstCodeForm(FlaskForm):
    code = StringField(
        _l("Code from the app"),
        [InputRequired(_l("Type the code."))],
        description=_l("Six digits. The app shows new ones every half minute."),
    )


class NewAppForm(FirstCodeForm):
    password = _password_now()


class PasswordNowForm(FlaskForm):
    password = _password_now()


class PasskeyForm(FlaskForm):
    """What a device answered; passkey.js fills it in."""

    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])


class NewPasskeyForm(PasskeyForm):
    name = StringField(
        _l("Name"),
        [Length(max=40, message=_l("Use at most 40 characters."))],
        description=_l("For example “my phone”, so that you know it again."),
    )
    password = _password_now()


class PasskeyNameForm(FlaskForm):
    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Type a name.")),
            Length(max=40, message=_l("Use at most 40 characters.")),
        ],
    )


class NewPasswordForm(FlaskForm):
    new = PasswordField(
        _l("New password"),
        [InputRequired(_l("Type the new password."))],
        description=_l("12 characters or more. Four words in a row are easy to keep in mind."),
    )
    again = PasswordField(
        _l("New password, once more"), [InputRequired(_l("Type the new password once more."))]
    )

    def validate_again(self, field: Field) -> None:
        if field.data != self.new.data:
            raise ValidationError(_l("The two new passwords differ. Type them again."))


class ChangePasswordForm(NewPasswordForm):
    password = PasswordField(
        _l("Your password until now"), [InputRequired(_l("Type your password."))]
    )


class AccountForm(FlaskForm):
    username = StringField(
        _l("User name"),
        [
            InputRequired(_l("Type a user name.")),
            Length(max=40, message=_l("Use at most 40 characters.")),
            Regexp(r"^[\w.@-]+$", message=_l("Use letters, digits and . - _ @ only.")),
        ],
    )
    name = _name(_l("Full name"))
    role = SelectField(_l("Role"), choices=[SelectChoice(k, v) for k, v in ROLES.items()])


class RoleForm(FlaskForm):
    role = SelectField(_l("Role"), choices=[SelectChoice(k, v) for k, v in ROLES.items()])


class TabletForm(FlaskForm):
    name = _name(_l("Name of the tablet"))
    pin = StringField(
        _l("PIN to release it (optional)"),
        [Optional(), _six_to_twelve_digits()],
        description=_l("With it the staff makes the tablet an ordinary browser again."),
    )


class NewPinForm(FlaskForm):
    pin = StringField(_l("PIN"), [InputRequired(_l("Type a PIN.")), _six_to_twelve_digits()])


class LookForm(FlaskForm):
    """How the clinic looks; which colours can be read is decided by workflow.look."""

    name = _name(_l("Name of the clinic"))
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
    logo = FileField(
        _l("Logo"),
        description=_l("A PNG or JPEG of at most 200 kB. It is drawn anew and made small."),
    )
    no_logo = BooleanField(_l("Take the logo away"))


class AuditForm(FlaskForm):
    """Which entries of the audit log to show; sent as an address, so that it can be kept."""

    class Meta:
        csrf = False

    who = SelectField(_l("Person"), validate_choice=False)
    number = StringField(_l("Screening number"))
    act = StringField(_l("Act"))
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To"), [Optional()])


class AnchorForm(FlaskForm):
    anchor = StringField(
        _l("Head noted earlier (optional)"),
        [Length(max=100, message=_l("Use at most 100 characters."))],
        description=_l("From a report or from your notes. It shows whether the end was cut off."),
    )


def password_words(problem: str) -> str:
    return {
        "too-short": _("This password is too short. Use 12 characters or more."),
        "too-long": _("This password is too long. Use at most 128 characters."),
        "common": _(
            "This password is easy to guess: a common word, your own name, or few different "
            "letters. Use four words that have nothing to do with each other."
        ),
        "locked": _("Too many wrong tries. Wait 15 minutes, then try again."),
    }.get(problem, _("This password is wrong. Nothing was changed."))


def code_words(problem: str) -> str:
    if problem == "locked":
        return _("Too many wrong tries. Wait 15 minutes, then try again.")
    return _(
        "This code does not fit. A code works once: wait for the next one. "
        "Check that the clock of your phone is right."
    )


def passkey_words(problem: str) -> str:
    if problem == "locked":
        return _("Too many wrong tries. Wait 15 minutes, then try again.")
    return _("This passkey was not accepted. Try again, or use your password.")


def look_words(problem: str, accent: str, accent_dark: str) -> tuple[str, str]:
    """Return the field that is wrong, and what is wrong with it."""
    if problem in {"light-contrast", "dark-contrast"}:
        dark = problem == "dark-contrast"
        colour = (accent_dark if dark else accent).lower()
        if dark:
            words = _("Too dark to read on dark pages. The nearest that works is %(colour)s.")
        else:
            words = _("Too pale to read on light pages. The nearest that works is %(colour)s.")
        field = "accent_dark" if dark else "accent"
        return field, words.replace("%(colour)s", nearest_that_works(colour, dark))
    return {
        "no-name": ("name", _("Type a name.")),
        "no-colour": ("accent", _("Write each colour as # and six digits or letters a to f.")),
        "no-paper": ("paper", _("Choose A4 or US Letter.")),
    }.get(
        problem,
        ("logo", _("This is not a PNG or JPEG of at most 200 kB. An SVG is not taken.")),
    )
