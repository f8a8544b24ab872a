"""What a patient is called, when born, under which number of the clinic."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Optional

from screening.web.core.kept_form import KeptForm
from screening.web.reception.forms import BirthDateField
from screening.workflow.core.actor import LONGEST_NAME
from screening.workflow.patients.changing import LONGEST_NUMBER


class PatientForm(KeptForm):
    name = StringField(
        _l("Patient’s name"),
        [
            InputRequired(_l("Type the patient’s name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most 100 characters for the name.")),
        ],
    )
    born = BirthDateField(_l("Date of birth (optional)"), [Optional()])
    number = StringField(
        _l("Your own number (optional)"),
        [Length(max=LONGEST_NUMBER, message=_l("Use at most 40 characters for the number."))],
    )
