"""The language of the pages: chosen by link, remembered in the session, else the browser's."""

from __future__ import annotations

from babel import Locale
from flask import current_app, has_request_context, request, session

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.language import ENGLISH, in_language
from screening.web.core.guards import context


def languages() -> dict[str, str]:
    """Return the languages on offer, each by its own name.

    One is offered when the questions exist in it and the clinic says so: no
    clinician has reviewed the translations yet.
    """
    existing = [ENGLISH, *context().definitions.translations]
    codes = [code for code in existing if code in current_app.config["LANGUAGES"]] or [ENGLISH]
    names = {code: Locale(code).get_display_name(code) or code for code in codes}
    return {code: name[0].upper() + name[1:] for code, name in names.items()}


def language() -> str:
    """Return the code of the language for this request."""
    if not has_request_context():
        return ENGLISH
    known = languages()
    if request.args.get("lang") in known:
        session["language"] = request.args["lang"]
    chosen = session.get("language") or request.accept_languages.best_match(known)
    return chosen if chosen in known else ENGLISH


def locale() -> str:
    """Return the language with the habits of writing dates: English is British here."""
    return "en_GB" if language() == ENGLISH else language()


def definitions() -> Definitions:
    """Return the definitions in the language of this request."""
    known: dict[str, Definitions] = current_app.extensions.setdefault("definitions", {})
    chosen = language()
    if chosen not in known:
        known[chosen] = in_language(context().definitions, chosen)
    return known[chosen]
