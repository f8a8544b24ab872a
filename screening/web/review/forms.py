"""What a doctor decides."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    PasswordField,
)
from wtforms.validators import InputRequired


class DecisionForm(FlaskForm):
    """The doctor's password; the decisions themselves are named after the procedures."""

    password = PasswordField(
        _l("Your password or a code from your app, to sign"),
        [InputRequired(_l("Type your password to sign."))],
    )
