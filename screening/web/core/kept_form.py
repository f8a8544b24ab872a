"""The base of every form: what was typed into it is there when its page is seen again."""

from __future__ import annotations

from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Form

from screening.web.core.keeping import came_back, kept_pages
from screening.web.core.leaving import BESIDE
from screening.workflow.core.unfinished import Typed


class KeptForm(FlaskForm):
    """Base of every form: a page that is seen again shows what was typed into it before.

    `not_secret` names boxes that may be kept although secrets elsewhere are called so.
    """

    not_secret: frozenset[str] = frozenset()
    is_typed = False  # whether it shows what was typed, and is none that only begins empty
    is_checked = False

    class Meta(FlaskForm.Meta):
        csrf = False  # the token of every form sent was checked before (app.py)

        def wrap_formdata(self, form: KeptForm, formdata: Any) -> Any:
            if not form.is_typed:
                return super().wrap_formdata(form, formdata)
            g.setdefault("forms", []).append(form)
            if request.method == "POST":
                return super().wrap_formdata(form, formdata)
            return _claimed(form)

    def __init__(self, *args: Any, **kwargs: Any):
        as_sent = request.method != "POST" or "formdata" not in kwargs
        self.is_typed = not args and as_sent
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
        if self.is_checked or typed is None or "wrong" not in typed or not came_back():
            return
        self.is_checked = True
        g.csrf_valid = True  # nothing is done on a page that is only seen
        self.validate(extra_validators)
        if typed["wrong"]:  # as it was said then: what is secret is not here to be checked again
            for name, field in self._fields.items():
                field.errors = typed["wrong"].get(name, [])


def say_what_was_wrong(_app: object, **_page: object) -> None:
    """Before a page is shown: each of its forms that came back says why."""
    if request.method == "GET":
        for form in g.get("forms", []):
            form.say_what_was_wrong()


def _entry_of(form: Form) -> Typed | None:
    """Return what was typed into this form; the one that was sent, where several fit."""
    own, address = type(form).__name__, request.path
    fitting = [
        one
        for of, one in kept_pages().get(address, {}).items()
        if own in one.get("of", [own])
        and (of == address or form._fields.keys() & {*one["names"]} - BESIDE)
    ]
    return next((one for one in fitting if "wrong" in one), fitting[0] if fitting else None)


def _claimed(form: Form) -> MultiDict[str, str] | None:
    typed = _entry_of(form)
    return None if typed is None else MultiDict([(n, v) for n, v in typed["fields"]])
