"""What waits for a second person at the clinic, and who may confirm it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from screening.web.accounts.administration_forms import ROLE_WORDS
from screening.web.accounts.forms import SecondPersonForm
from screening.web.accounts.link_page import link_page
from screening.web.accounts.refusal_words import SECOND_PERSON
from screening.web.core.guards import context, person, require
from screening.web.core.limits import a_try
from screening.web.core.refusal_words import words
from screening.workflow.accounts import second_person
from screening.workflow.accounts.second_person import Entry
from screening.workflow.core.refusal import ActRefusedError

bp = Blueprint("second", __name__, url_prefix="/confirmations")
bp.before_request(require(*second_person.CONFIRMING))


@bp.get("")
def waiting() -> ResponseReturnValue:
    return _page()


def _page(form: SecondPersonForm | None = None, bad: str = "") -> ResponseReturnValue:
    return render_template(
        "accounts/second_person/waiting.html",
        changes=second_person.list_changes(context(), person()),
        form=form or SecondPersonForm(formdata=None),
        bad=bad,
        roles=ROLE_WORDS,
        zone=person().clinic.zone,
    ), 422 if form else 200


@bp.post("/<change_id>")
@a_try
def confirm(change_id: str) -> ResponseReturnValue:
    """Carry out what a colleague began; a link that comes of it is shown once."""
    form = SecondPersonForm()
    if not form.validate_on_submit():
        return _page(form, change_id)
    try:
        done = second_person.confirm(context(), person(), change_id, form.secret.data)
    except ActRefusedError as refused:
        form.secret.errors = [words(SECOND_PERSON, refused)]
        return _page(form, change_id)
    if done.link:
        return link_page(done.name, done.link), 201
    return redirect(url_for(".waiting"), 303)


@bp.post("/<change_id>/drop")
def drop(change_id: str) -> ResponseReturnValue:
    second_person.drop(context(), person(), change_id)
    return redirect(url_for(".waiting"), 303)


def to_confirm() -> int:
    """Return how many changes wait for whoever is signed in."""
    if not current_user.is_authenticated:
        return 0
    return second_person.to_confirm(context(), person())


def changes_lately() -> list[Entry]:
    """Return what a clinic's doctors are told on their page: what waits, and was settled lately."""
    return second_person.list_changes(context(), person())
