"""The base of every form: what was typed into it is there when its page is seen again."""

from __future__ import annotations

from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form

from screening.web.core.leaving import BESIDE, CHECKED, kept_pages
from screening.workflow.core.unfinished import Typed


class KeptForm(FlaskForm):
    """Base of every form: a page that is seen again shows what was typed into it before.

    `not_secret` names boxes that may be kept although secrets elsewhere are called so.
    """

    not_secret: frozenset[str] = frozenset()
    is_typed = False

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: KeptForm, formdata: Any) -> Any:
            given = super().wrap_formdata(form, formdata)
            if request.method == "POST":
                if form.is_typed:
                    g.setdefault("forms", []).append(form)
                return given
            if given is None and form.is_typed:
                return _claimed(form)
            return given

    def __init__(self, *args: Any, **kwargs: Any):
        self.is_typed = not args and "formdata" not in kwargs
        super().__init__(*args, **kwargs)

    def validate_on_submit(self, extra_validators: Any = None) -> bool:
        """Return whether to act; a page that came back only says again what was wrong."""
        if request.method == "POST":
            return bool(super().validate_on_submit(extra_validators))
        self.say_what_was_wrong(extra_validators)
        return False

    def say_what_was_wrong(self, extra_validators: Any = None) -> None:
        """Check what was sent before, where this page has come back because of it."""
        typed = _entry_of(self)
        if typed is None or "wrong" not in typed or CHECKED not in request.args:
            return
        g.csrf_valid = True  # nothing is done on a page that is only seen
        self.validate(extra_validators)
        for name, wrong in typed["wrong"].items():
            if name in self._fields and not self._fields[name].errors:
                self._fields[name].errors = wrong


def _entry_of(form: Form) -> Typed | None:
    """Return what was typed into this form; the one that was sent, where several fit."""
    here = kept_pages().get(request.path, {}).values()
    fitting = [one for one in here if form._fields.keys() & {*one["names"]} - BESIDE]
    return next((one for one in fitting if "wrong" in one), fitting[0] if fitting else None)


def _claimed(form: Form) -> MultiDict[str, str] | None:
    typed = _entry_of(form)
    return None if typed is None else MultiDict([(n, v) for n, v in typed["fields"]])
