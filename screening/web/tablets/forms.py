"""What is typed on a tablet before a visit: codes, the date of birth, the PIN."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired

from screening.web.core.kept_form import KeptForm
from screening.web.screenings.date_field import DatePartsField
from screening.web.screenings.forms import PatientForm


class CodeForm(PatientForm):
    not_secret = frozenset({"code"})  # it works once
    code = StringField(_l("Code"), [InputRequired(_l("Type the code."))])


class PinForm(KeptForm):
    pin = PasswordField(_l("PIN"), [InputRequired(_l("Type the PIN."))])


class StartForm(CodeForm):
    """A code and who it is for; both are wrong in the same words.

    `afresh` is asked where something was `begun` already, which is gone then.
    """

    begun = False
    born = DatePartsField(_l("Your date of birth"))
    afresh = BooleanField(_l("Begin anew on this tablet"))

    def validate_born(self, field: Field) -> None:
        if len(field.data or "") != len("1986-05-03"):
            raise ValidationError(_l("Write your date of birth."))
