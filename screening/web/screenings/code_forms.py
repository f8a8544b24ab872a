"""What is typed about the patient's own code, and the page for a link on another device."""

from __future__ import annotations

from flask import g, render_template
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import InputRequired

from screening.web.core.kept_form import KeptForm


class OwnCodeForm(KeptForm):
    """The code that the patient chose before."""

    code = PasswordField(_l("Your own code"), [InputRequired(_l("Type your code."))])


class CodeForm(KeptForm):
    """A code to choose; `old` is the one before, where this device never used it."""

    code = PasswordField(
        _l("A code of your own"),
        [InputRequired(_l("Type a code of six letters or numbers or more."))],
        description=_l("Six letters or numbers or more. Not your name or your birthday."),
    )
    old = PasswordField(_l("The code that you chose before, if you have one"))


def other_device_page(link: str, form: OwnCodeForm | None = None) -> tuple[str, int]:
    """Say that another device has begun this, and which ways there are to go on."""
    page = render_template(
        "screenings/elsewhere.html",
        form=form or OwnCodeForm(),
        link=link,
        clinic=g.clinic,
    )
    return page, 422 if form and form.errors else 200
