"""From the phone to the clinic's tablet by a short code, and back to a phone by a picture."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from screening.web.core.formatting import picture_of
from screening.web.core.guards import (
    context,
    is_kiosk,
    not_on_a_tablet,
    open_to_all,
    own_lock,
    remember_device,
    start_visit,
    tablet,
)
from screening.web.core.keeping import pass_on, passed_on
from screening.web.core.limits import a_link
from screening.workflow.screenings import answering
from screening.workflow.screenings.edit_lock import EditLock
from screening.workflow.tablets import handover

bp = Blueprint("handover", __name__)
bp.before_request(open_to_all)


def _answering() -> EditLock:
    """Return what lets this browser answer, and put the clinic's name on the page."""
    lock = own_lock()
    g.clinic = answering.open_draft(context(), lock).clinic
    return lock


@bp.post("/screening/tablet-code")
def to_tablet() -> ResponseReturnValue:
    """Give the patient, on the own phone, the code with which to go on at the tablet."""
    not_on_a_tablet()
    return pass_on(url_for(".tablet_code"), handover.code_for_tablet(context(), _answering()))


@bp.get("/screening/tablet-code")
def tablet_code() -> ResponseReturnValue:
    _answering()
    if (code := passed_on()) is None:
        return redirect(url_for("patient.resume"), 303)
    return render_template("screenings/tablet_code.html", code=code)


@bp.post("/screening/phone-picture")
def to_phone() -> ResponseReturnValue:
    """Make a link that takes the questions from the tablet to the patient's own phone."""
    here, lock = tablet(), _answering()
    if here is None:
        abort(403)
    return pass_on(url_for(".phone_picture"), handover.link_for_phone(context(), here, lock))


@bp.get("/screening/phone-picture")
def phone_picture() -> ResponseReturnValue:
    """Show the link as a picture for the phone's camera."""
    _answering()
    if not is_kiosk():
        abort(403)
    if (link := passed_on()) is None:
        return redirect(url_for("patient.resume"), 303)
    address = current_app.config["PUBLIC_URL"] + url_for(".welcome", link=link)
    picture = picture_of(address)
    return render_template("tablets/to_phone.html", picture=picture, address=address)


@bp.get("/go-on/<link>")
@a_link
def welcome(link: str) -> ResponseReturnValue:
    """Ask before going on: a phone may look at an address before its owner does."""
    not_on_a_tablet()
    return render_template("screenings/go_on.html", form=FlaskForm())


@bp.post("/go-on/<link>")
@a_link
def begin(link: str) -> ResponseReturnValue:
    """Go on here; from now on the tablet shows nothing of it."""
    not_on_a_tablet()
    start_visit(handover.follow_to_phone(context(), link, remember_device()))
    return redirect(url_for("patient.resume"), 303)
