"""The tablet in the waiting room: pair it, type a code, answer, hand it back.

Nothing of a patient survives on it: no page is stored, the cookie changes with
every patient, forms remember nothing, and a page restored by Back reloads.
"""

from __future__ import annotations

from flask import (
    Blueprint,
    current_app,
    json,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from screening.web.core.guards import (
    context,
    end_visit,
    forget_tablet,
    open_to_all,
    own_lock,
    remember_tablet,
    start_visit,
    tablet,
)
from screening.web.core.keeping import drop_typed, said, say
from screening.web.core.language import language
from screening.web.core.leaving import lead_back
from screening.web.core.limits import a_try
from screening.web.core.refusal_words import PAIRING, RELEASE, START, words
from screening.web.core.source import source
from screening.web.tablets.forms import CodeForm, PinForm, StartForm
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.screenings import answering, edit_lock
from screening.workflow.tablets import handover, tablets

bp = Blueprint("kiosk", __name__, url_prefix="/kiosk")
bp.before_request(open_to_all)
YEAR = 365 * 24 * 3600


@bp.get("")
def front() -> ResponseReturnValue:
    """Ask for a code: the pairing code on a new tablet, a patient's start code on a paired one."""
    here = tablet()
    if "screening" in session:
        end_visit()
    if here is None:
        return render_template("tablets/pair.html", form=CodeForm())
    form = StartForm()
    form.begun = said("begun", False)
    locked = {"locked": True} if here.locked else {}
    return render_template("tablets/start.html", form=form, **locked)


@bp.get("/pairing/<code>")
def pair_by_picture(code: str) -> ResponseReturnValue:
    """Open the page of pairing with the code filled in; only the button uses it up."""
    if tablet() is not None:
        return redirect(url_for(".front"), 303)
    return render_template("tablets/pair.html", form=CodeForm(data={"code": code[:20]}))


@bp.post("/pairing")
@a_try
def pair() -> ResponseReturnValue:
    form = CodeForm()
    if current_user.is_authenticated:
        form.validate()
        form.code.errors = [_("Someone from the clinic is signed in here. Sign out first.")]
        return render_template("tablets/pair.html", form=form), 422 if form.errors else 200
    if form.validate_on_submit():
        try:
            token = tablets.pair(context(), form.code.data, source())
        except ActRefusedError as refused:
            form.code.errors = [words(PAIRING, refused)]
        else:
            session.clear()
            return remember_tablet(redirect(url_for(".front"), 303), token, YEAR)
    return render_template("tablets/pair.html", form=form), 422 if form.errors else 200


@bp.post("/start")
@a_try
def start() -> ResponseReturnValue:
    if "screening" in session:
        end_visit()  # whoever types a code is another patient
    form, here = StartForm(), tablet()
    if here is None:
        return redirect(url_for(".front"), 303)
    if form.validate_on_submit():
        try:
            given = form.code.data, form.born.data, form.afresh.data
            screening_id = handover.start(context(), here, *given)
        except ActRefusedError as refused:
            if refused.reason == Refusal.BEGUN:
                say("begun", True)
                form.afresh.errors = [words(START, refused)]
            else:
                drop_typed()  # whoever comes next finds nothing typed
                form.code.errors = [words(START, refused)]
        else:
            chosen = language()  # what the page was in, whoever comes next
            start_visit(screening_id)
            session["language"] = chosen
            _answer_once(str(form.born.data))
            return redirect(url_for("patient.resume"), 303)
    return lead_back()


def _answer_once(born: str) -> None:
    """Let the date of birth that was typed just now count: nobody is asked for it twice."""
    asked = context().definitions.bindings.birth_date
    if asked not in answering.open_draft(context(), own_lock()).answers:
        answering.give_answer(context(), own_lock(), asked, born)


@bp.get("/done")
def done() -> ResponseReturnValue:
    """Say thank you and forget the patient."""
    end_visit()
    here = tablet()
    return render_template("tablets/done.html", clinic=here.clinic if here else None)


@bp.post("/reset")
def reset() -> ResponseReturnValue:
    """Forget the patient at once; the answers so far stay with the clinic."""
    end_visit()
    return redirect(url_for(".front"), 303)


@bp.get("/here")
def here() -> ResponseReturnValue:
    """Tell the page that the server is there, and (410) that the page's visit is over here."""
    if "screening" in session:
        held = edit_lock.is_here(context(), own_lock())
    else:
        held = "visit" not in request.args
    return "", 204 if held else 410


@bp.post("/here")
def stay() -> ResponseReturnValue:
    """Somebody touches the tablet: the visit goes on."""
    if "screening" in session and tablet():
        try:
            edit_lock.keep(context(), own_lock())
        except ActRefusedError:
            return "", 410
    return "", 204


@bp.route("/release", methods=["GET", "POST"])
@a_try
def leave() -> ResponseReturnValue:
    """Let the staff end the tablet's service with its PIN."""
    here = tablet()
    if here is None:
        return redirect(url_for(".front"), 303)
    if "screening" in session:
        end_visit()
    form = PinForm()  # only now: it puts its token into the session
    if form.validate_on_submit():
        try:
            tablets.release(context(), here, form.pin.data)
        except ActRefusedError as refused:
            form.pin.errors = [words(RELEASE, refused)]
        else:
            return forget_tablet(redirect(url_for("staff.home"), 303))
    return render_template("tablets/exit.html", form=form), 422 if form.errors else 200


@bp.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """Say how the tablet's pages are installed: by the clinic's name, over the whole screen."""
    here = tablet()
    icon = {"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    pictures = [
        {
            "src": url_for("static", filename=f"icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in (192, 512)
    ]
    told = {
        "id": url_for(".front"),
        "name": here.clinic.name if here else "Screening",
        "short_name": (here.clinic.name if here else "Screening")[:12].strip(),
        "start_url": url_for(".front"),
        "scope": "/",
        "display": "fullscreen",
        "orientation": "any",
        "background_color": "#17493f",
        "theme_color": "#17493f",
        "icons": [icon, *pictures],
    }
    return current_app.response_class(json.dumps(told), mimetype="application/manifest+json")
