"""Whose request this is: a patient's browser, a clinic's tablet, or someone at work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar, cast
from zoneinfo import ZoneInfo

from flask import (
    abort,
    after_this_request,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from werkzeug import Response as BaseResponse

from screening.workflow.accounts import sessions
from screening.workflow.core.actor import PATIENT, Staff, Tablet
from screening.workflow.core.context import Context, new_token
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.screenings import edit_lock
from screening.workflow.screenings.edit_lock import EditLock
from screening.workflow.tablets import tablets

KIOSK, DEVICE = "kiosk", "device"
TABLETS_OWN = {"kiosk", "patient", "arrival", "again", "proof", "handover", "leaving", "look"}
DEVICE_LASTS = timedelta(days=400)  # the longest that browsers keep a cookie
ResponseT = TypeVar("ResponseT", bound=BaseResponse)
# A visit ends like this on a phone too; the personal link begins another where it left off.
NOT_LOOKED = object()
VISIT_IDLE = timedelta(hours=1)
LONGEST_VISIT = timedelta(hours=12)
login = LoginManager()
login.login_view = "staff.sign_in"
login.login_message = None


class SignedIn(UserMixin):
    """Flask-Login's user: a sign-in, which ends by itself or when it is ended anywhere."""

    def __init__(self, person: Staff):
        self.person = person
        self.id = person.sign_in


@login.user_loader
def load_sign_in(secret: str) -> SignedIn | None:
    person = sessions.who_is(context(), secret)
    return SignedIn(person) if person else None


def context() -> Context:
    return cast(Context, current_app.extensions["context"])


def person() -> Staff:
    """Return who is signed in; only behind `require`."""
    return cast(SignedIn, current_user).person


def require(*roles: str) -> Callable[[], ResponseReturnValue | None]:
    """Return a guard for a blueprint: strangers sign in first, other roles are turned away."""

    def guard() -> ResponseReturnValue | None:
        if is_kiosk():
            abort(403)
        if not current_user.is_authenticated:
            if request.method != "GET":
                abort(401)
            if "_user_id" in session:  # a sign-in has ended: the next one leads back
                session["after"] = request.path
            return redirect(url_for("staff.sign_in"), 303)
        if person().role not in roles:
            abort(403)
        return None

    return guard


def open_to_all() -> None:
    """Say that the pages of a blueprint are for everyone; see `deny_unguarded`."""


def deny_unguarded() -> None:
    """Refuse every page of which nobody has said whom it is for."""
    guards = current_app.before_request_funcs.get(request.blueprint)
    if request.endpoint not in {None, "static"} and not guards:
        abort(403)


def keep_a_tablet_to_its_pages() -> None:
    """Open nothing on a paired tablet but what a patient at it needs, whatever is asked for."""
    own = request.blueprint in TABLETS_OWN or request.endpoint in {None, "static", "staff.home"}
    if not own and is_kiosk():
        abort(403)


def end_revoked_tablet() -> None:
    """End the visit on a tablet taken out of use; from then on it is an ordinary browser."""
    if _kiosk_cookie() in request.cookies and tablet() is None:
        end_visit()
        after_this_request(forget_tablet)


def cookie_name(name: str, secure: bool) -> str:
    """Return what a cookie is called: over TLS so that no other host and no path may set it."""
    return f"__Host-{name}" if secure else name


def _kiosk_cookie() -> str:
    return cookie_name(KIOSK, current_app.config["SESSION_COOKIE_SECURE"])


def remember_tablet(response: ResponseT, token: str, seconds: int) -> ResponseT:
    """Make the browser that gets `response` a tablet of the clinic for so long."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    how = {"max_age": seconds, "httponly": True, "samesite": "Strict", "secure": secure}
    response.set_cookie(_kiosk_cookie(), token, **how)
    return response


def forget_tablet(response: ResponseT) -> ResponseT:
    return remember_tablet(response, "", 0)


def tablet() -> Tablet | None:
    """Return the paired tablet that asks, None for any other browser."""
    found: Tablet | None = g.get("tablet", NOT_LOOKED)
    if found is NOT_LOOKED:
        token = request.cookies.get(_kiosk_cookie())
        found = g.tablet = tablets.tablet_of(context(), token) if token else None
    return found


def is_kiosk() -> bool:
    return tablet() is not None


def device() -> str:
    """Return the lasting secret of this browser, empty where it has none, and on a tablet."""
    if is_kiosk():
        return ""
    name = cookie_name(DEVICE, current_app.config["SESSION_COOKIE_SECURE"])
    return str(g.get("device") or request.cookies.get(name, ""))


def remember_device() -> str:
    """Return this browser's lasting secret; it is given one where it has none.

    Only a button does so, never a look: who scans mails for a patient presses none.
    """
    g.device = secret = device() or new_token()
    secure = current_app.config["SESSION_COOKIE_SECURE"]

    @after_this_request
    def keep(response: BaseResponse) -> BaseResponse:
        # Lax: it has to come along where the link is followed from the patient's mailbox.
        how = {"httponly": True, "samesite": "Lax", "secure": secure}
        lasts = int(DEVICE_LASTS.total_seconds())
        response.set_cookie(cookie_name(DEVICE, secure), secret, max_age=lasts, **how)
        return response

    return secret


def not_on_a_tablet() -> None:
    """Refuse a patient's link on a shared tablet: there a code and a date of birth start."""
    if is_kiosk():
        abort(403)


def start_visit(screening_id: str) -> None:
    """Let this browser answer one screening; whoever used it before is forgotten."""
    before = None
    if session.get("screening") == screening_id:
        before = str(session.pop("pen", ""))
        del session["screening"]
    end_visit()
    session["screening"] = screening_id
    session["began"] = session["seen"] = context().now().timestamp()
    own = "" if is_kiosk() else remember_device()
    lock = edit_lock.take(context(), screening_id, tablet() or PATIENT, own, before)
    session["pen"] = lock.secret
    session["clinic"] = lock.clinic_id  # whom to call afterwards


def pause_visit() -> None:
    """Forget the patient here, but for choosing a code: nothing else opens until the next visit."""
    screening_id = visited()
    start_visit(screening_id)
    session["paused"] = True


def is_paused() -> bool:
    return "paused" in session


def visited() -> str:
    """Return the screening that this browser was let in to. Raises ActRefusedError("no-visit")."""
    paused = is_paused() and request.endpoint != "proof.choose"
    if "screening" not in session or paused:
        raise ActRefusedError(Refusal.NO_VISIT)
    return str(session["screening"])


def own_lock() -> EditLock:
    """Return what lets this browser answer. Raises ActRefusedError("no-visit")."""
    return EditLock(visited(), str(session.get("pen", "")), device())


def end_visit() -> None:
    """Forget everyone, here and on the server; only a phone's language and clinic stay."""
    kept = {name: session[name] for name in ("language", "clinic") if name in session}
    if "screening" in session:
        edit_lock.lay_down(context(), EditLock(session["screening"], str(session.get("pen", ""))))
    session.clear()
    if not is_kiosk():
        session.update(kept)


def visit_is_over() -> bool:
    """Return whether nobody went on with this visit, or it has lasted for a working day.

    The times stand in the signed cookie: one that was copied earlier ends no later.
    """
    if "screening" not in session:
        return False
    now = context().now().timestamp()
    idle, lasted = now - session.get("seen", 0), now - session.get("began", 0)
    return bool(idle > VISIT_IDLE.total_seconds() or lasted > LONGEST_VISIT.total_seconds())


def end_old_visit() -> None:
    if visit_is_over():
        end_visit()
    elif "screening" in session:
        now = context().now().timestamp()
        if now - session.get("seen", 0) > 60:
            session["seen"] = now


def day_at_clinic() -> date:
    """Return the day at the clinic of whoever is signed in."""
    return context().now().astimezone(ZoneInfo(person().clinic.zone)).date()
