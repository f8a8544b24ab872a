"""The forms of signing in, of one's own account, and of the administrator."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

from screening.web.core.kept_form import KeptForm
from screening.workflow.core.actor import LONGEST_NAME


def _password_now() -> PasswordField:
    return PasswordField(
        _l("Your password"),
        [InputRequired(_l("Type your password."))],
        description=_l("So that nobody else changes this on your screen."),
    )


def name_field(label: Any) -> StringField:
    return StringField(
        label,
        [
            InputRequired(_l("Type a name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name.")),
        ],
    )


def registration_field(label: Any) -> StringField:
    return StringField(
        label,
        [Length(max=40, message=_l("Use at most 40 characters."))],
        description=_l(
            "As the authority that registers doctors writes it. It stands in the certificate, and "
            "whoever checks a report sees it."
        ),
    )


class SignInForm(KeptForm):
    username = StringField(_l("User name"), [InputRequired(_l("Type your user name."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Type your password."))])


class SecondFactorForm(KeptForm):
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Type the code."))],
        description=_l(
            "Six digits from your authenticator app. Without your phone, type a recovery code."
        ),
    )


class FirstCodeForm(KeptForm):
    code = StringField(
        _l("Code from the app"),
        [InputRequired(_l("Type the code."))],
        description=_l("Six digits. The app shows new ones every half minute."),
    )


class NewAppForm(FirstCodeForm):
    password = _password_now()


class PasswordNowForm(KeptForm):
    password = _password_now()


class RegistrationForm(PasswordNowForm):
    registration = registration_field(_l("Your registration number"))


class SecondPersonForm(KeptForm):
    secret = PasswordField(
        _l("Your password or a code from your app"),
        [InputRequired(_l("Type your password or a code from your app."))],
    )


class LanguageForm(KeptForm):
    """In which language the own desk speaks; empty is the clinic's."""

    language = SelectField(_l("Language of your pages"), validate_choice=False)


class PasskeyForm(KeptForm):
    """What a device answered; passkey.js fills it in."""

    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])


class NewPasskeyForm(PasskeyForm):
    name = StringField(
        _l("Name"),
        [Length(max=40, message=_l("Use at most 40 characters."))],
        description=_l("For example “my phone”, so that you know it again."),
    )
    password = _password_now()


class PasskeyNameForm(KeptForm):
    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Type a name.")),
            Length(max=40, message=_l("Use at most 40 characters.")),
        ],
    )


class NewPasswordForm(KeptForm):
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
