"""Join the pages: the only place where an installation becomes an application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, Response, before_render_template, has_request_context, request
from flask.sessions import SecureCookieSessionInterface
from flask_babel import Babel, get_locale
from flask_compress import Compress
from flask_wtf import CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from screening.bootstrap import now, open_context
from screening.config import Config, read_config
from screening.definitions.apart import load_apart
from screening.shipped import TEMPLATES, TRANSLATIONS
from screening.storage.counted import where_to_count
from screening.web.accounts import account, administrator, audit, second_person, sign_in
from screening.web.accounts.administration_forms import ROLE_WORDS
from screening.web.clinics import alerts, branding
from screening.web.clinics.here import clinic_here, clinic_name, clinic_phone
from screening.web.core import keeping, kept_form, leaving, outcomes, saying_no
from screening.web.core.formatting import (
    card_date,
    harmless,
    is_withheld,
    iso_day,
    shown_answer,
    shown_clock,
    shown_date,
    shown_duration,
    shown_moment,
    shown_wait,
    state_words,
)
from screening.web.core.guards import (
    cookie_name,
    deny_unguarded,
    end_old_visit,
    end_revoked_tablet,
    is_kiosk,
    keep_a_tablet_to_its_pages,
    login,
)
from screening.web.core.language import (
    InOtherWords,
    as_written,
    languages,
    listed,
    locale,
    text_of_page,
)
from screening.web.core.limits import MOST_BYTES, MOST_FIELDS, LimitedRequest, allow_files, limiter
from screening.web.integration import api, clinical, fhir, keys, news, verifying
from screening.web.integration import patients as patients_for_programs
from screening.web.integration import screenings as screenings_for_programs
from screening.web.operations import health, metrics, statement
from screening.web.patients import patients
from screening.web.reception import acts, desk, inviting
from screening.web.reports import verify
from screening.web.review import review
from screening.web.rules import lead
from screening.web.screenings import (
    answering,
    arrival,
    confirmations,
    finishing,
    proof,
    receipt,
    stopping,
)
from screening.web.tablets import handover, tablets
from screening.web.treatments import check_in, recall, sign, treatment
from screening.workflow.core.context import Context

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HSTS = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


# Read before any page.
MACROS = {"ui": "core/macros/ui.html", "screens": "screenings/screens.html"}


class Cookies(SecureCookieSessionInterface):
    """Flask's session, with what signs it made once and not for each request."""

    def __init__(self) -> None:
        self._signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return it for the one application that this serves."""
        self._signing = self._signing or super().get_signing_serializer(app)
        return self._signing


# What stands in an address that is the same for everybody.
OF_NOBODY = {"audience", "colours", "filename", "mark", "name"}
MOST_ADDRESSES = 2000


class Pages(Flask):
    """The pages: what Flask would work out anew for each of them is known here."""

    def __init__(self, *args: Any, **settings: Any):
        super().__init__(*args, **settings)
        self._addresses: dict[tuple[object, ...], str] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a hook as it is: none is async."""
        return func

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Return an address as Flask does; one that names nobody is built once for each prefix."""
        given = [(name, value) for name, value in values.items() if value is not None]
        if not (has_request_context() and OF_NOBODY.issuperset(dict(given))):
            return super().url_for(endpoint, **values)
        beside = request.blueprint if endpoint[0] == "." else ""
        key = (request.root_path, beside, endpoint, *given)
        if (known := self._addresses.get(key)) is None:
            if len(self._addresses) >= MOST_ADDRESSES:
                self._addresses.clear()
            known = self._addresses[key] = super().url_for(endpoint, **values)
        return known


def create_app(config: Config | None = None, context: Context | None = None) -> Flask:
    """Return the application. Raises what open_context raises."""
    config = config or read_config()
    context = context or open_context(config, load_apart)
    app = Pages(
        "screening",
        template_folder=str(TEMPLATES),
        static_folder="web/static",
        static_url_path="/static",
    )
    app.config.update(
        SECRET_KEY=context.keys.cookies,
        INSTANCE=str(config.instance),
        LANGUAGES=config.languages,
        PUBLIC_URL=config.public_url,
        PROXIES=config.proxies,
        METRICS_TOKEN=config.metrics_token,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_FIELDS,
        SESSION_COOKIE_NAME=cookie_name("session", config.secure),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure,
        WTF_CSRF_TIME_LIMIT=None,
        # Compressing a page that holds a secret can betray it to whoever makes the browser ask
        # again and again (BREACH). The cookies are SameSite=Lax: a foreign page gets the pages
        # of strangers only.
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=5,
        COMPRESS_MIN_SIZE=400,
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
    )
    app.request_class = LimitedRequest
    app.session_interface = Cookies()
    if config.proxies:  # else anyone could write an address of their choice into the header
        proxied = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # as Flask's guide does
    app.extensions["context"] = context
    counting = where_to_count(context.database, config.instance)
    counted = {"engine": counting, "hash": context.hash, "now": now}
    app.config["RATELIMIT_STORAGE_OPTIONS"] = counted
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.finalize = harmless
    app.jinja_env.filters |= {"clock": shown_clock, "day": shown_date, "moment": shown_moment}
    app.jinja_env.filters |= {"duration": shown_duration, "iso_day": iso_day, "wait": shown_wait}
    app.jinja_env.filters |= {"card_date": card_date, "listed": listed}
    app.jinja_env.tests["withheld"] = is_withheld
    app.jinja_env.globals |= {
        "as_written": as_written,
        "changes_lately": second_person.changes_lately,
        "clinic_here": clinic_here,
        "clinic_name": clinic_name,
        "clinic_phone": clinic_phone,
        "get_locale": get_locale,
        "is_unfinished": keeping.is_unfinished,
        "languages": languages,
        "is_kiosk": is_kiosk,
        "leaving_here": leaving.leaving_here,
        "logo_here": branding.logo_here,
        "moment_of": datetime.fromisoformat,
        "outcome_looks": outcomes.LOOKS,
        "outcome_names": outcomes.WORDS,
        "role_words": ROLE_WORDS,
        "shown_answer": shown_answer,
        "was_said": keeping.said,
        "states_in_words": state_words,
        "stylesheet": branding.stylesheet,
        "to_confirm": second_person.to_confirm,
    }
    metrics.register(app)
    app.before_request(health.answer_at_once)
    app.before_request(allow_files)
    babel = Babel(app, locale_selector=locale)
    babel.domain_instance = InOtherWords(context.definitions.words)
    app.jinja_env.globals |= {"_": text_of_page, "gettext": text_of_page}
    csrf = CSRFProtect(app)
    csrf.exempt(verify.bp)  # it changes nothing and knows nobody
    csrf.exempt(fhir.bp)
    csrf.exempt(api.bp)  # both go by a key in a header, which no browser sends by itself
    login.init_app(app)
    limiter.init_app(app)
    app.before_request(deny_unguarded)
    app.before_request(end_revoked_tablet)
    app.before_request(keep_a_tablet_to_its_pages)
    app.before_request(leaving.keep_what_came_late)
    app.before_request(end_old_visit)
    app.before_request(leaving.go_on)
    treating = (treatment, sign, recall, alerts)
    staff = (account, administrator, audit, second_person)
    desks = (desk, inviting, acts, review, lead, patients, *staff, *treating)
    pages = (
        answering,
        finishing,
        arrival,
        confirmations,
        proof,
        receipt,
        stopping,
        check_in,
        handover,
        tablets,
        sign_in,
        health,
        verify,
        branding,
        statement,
        api,
        keys,
        clinical,
        fhir,
        news,
        patients_for_programs,
        screenings_for_programs,
        verifying,
        leaving,
    )
    # Now that all they may call is known.
    for name, file in MACROS.items():
        app.jinja_env.globals[name] = app.jinja_env.get_template(file).module
    for blueprint in dict.fromkeys(part.bp for part in (*pages, *desks)):
        app.register_blueprint(blueprint)
    app.url_defaults(branding.mark_static)
    saying_no.register(app)
    Compress(app)
    app.after_request(branding.keep_marked)
    app.after_request(leaving.send_back)
    before_render_template.connect(kept_form.say_what_was_wrong, app)
    headers = HEADERS | (HSTS if config.secure else {})
    # First of the two: the last named is called first.
    app.after_request(lambda response: _add_headers(response, headers))
    return app


def _add_headers(response: Response, headers: dict[str, str]) -> Response:
    own = {name.lower() for name, _value in response.headers}
    response.headers.extend({name: headers[name] for name in headers if name.lower() not in own})
    return response
