"""What waits for a second person at the clinic, and who may confirm it."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from screening.web.accounts.forms import SecondPersonForm
from screening.web.accounts.refusal_words import SECOND_PERSON
from screening.web.core.guards import context, person, require
from screening.web.core.keeping import pass_on, passed_on
from screening.web.core.limits import a_try
from screening.web.core.refusal_words import words
from screening.workflow.accounts import second_person
from screening.workflow.accounts.second_person import Entry
from screening.workflow.core.refusal import ActRefusedError

bp = Blueprint("second", __name__, url_prefix="/confirmations")
bp.before_request(require(*second_person.CONFIRMING))


@bp.get("")
def waiting() -> ResponseReturnValue:
    return render_template(
        "accounts/second_person/waiting.html",
        changes=second_person.list_changes(context(), person()),
        zone=person().clinic.zone,
    )


@bp.route("/<change_id>", methods=["GET", "POST"])
@a_try
def confirm(change_id: str) -> ResponseReturnValue:
    """Carry out what a colleague began; a link that comes of it is shown to who confirmed."""
    form = SecondPersonForm()
    if form.validate_on_submit():
        try:
            done = second_person.confirm(context(), person(), change_id, form.secret.data)
        except ActRefusedError as refused:
            form.secret.errors = [words(SECOND_PERSON, refused)]
        else:
            if done.link:
                return to_link(done.name, done.link)
            return redirect(url_for(".waiting"), 303)
    return render_template(
        "accounts/second_person/confirm.html",
        change=second_person.waiting_change(context(), person(), change_id),
        form=form,
        zone=person().clinic.zone,
    ), 422 if form.errors else 200


def to_link(name: str, link: str) -> ResponseReturnValue:
    """Lead to the page that shows the link for a quarter of an hour, in this browser alone."""
    return pass_on(url_for("second.password_link"), [name, link])


@bp.get("/password-link")
def password_link() -> ResponseReturnValue:
    if (passed := passed_on()) is None:
        return redirect(url_for(".waiting"), 303)
    name, link = passed
    address = current_app.config["PUBLIC_URL"] + url_for("staff.set_password", link=link)
    return render_template("accounts/administration/link.html", name=name, address=address)


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
