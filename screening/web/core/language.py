"""The language of the pages.

At work it is the account's, else the clinic's. A patient, and who is not signed in yet,
chooses by a link, which the session remembers; before that it is the browser's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import current_app, g, has_request_context, request, session
from flask_babel import Domain, get_locale, gettext
from flask_login import current_user
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.folder import Words, in_other_words
from screening.clinical.definitions.language import ENGLISH, in_language
from screening.web.core.guards import context, person
from screening.workflow.core.language import spoken


class InOtherWords(Domain):
    """The texts of the pages, with words of the folder of questions in place of ours."""

    def __init__(self, words: Mapping[str, Words]):
        super().__init__()
        self.words = words

    def get_translations(self) -> Any:
        if (kept := g.get("texts")) is not None:  # a page asks for each of its texts
            return kept
        locale = get_locale()
        found = super().get_translations()
        own = self.words.get(locale.language) if locale else None
        said = _OtherWords(found, own) if own else found
        if locale:
            g.texts = said
        return said


@pass_eval_context
def text_of_page(place: EvalContext, text: str, **values: object) -> str:
    """Return `text` in the language of this request, as Jinja's own newstyle gettext does.

    That one looks everything up again for every text, and a page has dozens.
    """
    texts = g.get("texts")
    said = str(texts.ugettext(text) if texts else gettext(text))
    if place.autoescape:
        said = Markup(said)
    return said % values if "%" in said else said


class _OtherWords:
    """What `found` says, in other words; the names are those that Flask-Babel asks for."""

    def __init__(self, found: NullTranslations, words: Words):
        self.found, self.other = found, in_other_words(words)

    def ugettext(self, text: str) -> str:
        return self.other(self.found.ugettext(text))

    def ungettext(self, one: str, many: str, number: int) -> str:
        return self.other(self.found.ungettext(one, many, number))


def languages() -> dict[str, str]:
    """Return the languages on offer, each by its own name.

    One is offered when the questions exist in it and the clinic says so: no
    clinician has reviewed the translations yet.
    """
    existing = (ENGLISH, *context().definitions.translations)
    return _on_offer(existing, tuple(current_app.config["LANGUAGES"]))


@lru_cache(64)
def _on_offer(existing: tuple[str, ...], chosen: tuple[str, ...]) -> dict[str, str]:
    codes = [code for code in existing if code in chosen] or [ENGLISH]
    return {code: own_name(code) for code in codes}


@cache
def own_name(code: str) -> str:
    """Return what a language calls itself."""
    name = Locale(code).get_display_name(code) or code
    return name[0].upper() + name[1:]


def desk_languages() -> dict[str, str]:
    """Return the languages that the desk and the reports may speak, each by its own name."""
    return {code: own_name(code) for code in spoken()}


def language() -> str:
    """Return the code of the language for this request."""
    if not has_request_context():
        return ENGLISH
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _language()
    return found


def _language() -> str:
    if current_user.is_authenticated:
        return person().speaks
    known = languages()
    if request.args.get("lang") in known:
        session["language"] = request.args["lang"]
    chosen = session.get("language") or _liked(
        request.headers.get("Accept-Language", ""), tuple(known)
    )
    return chosen if chosen in known else ENGLISH


@lru_cache(256)
def _liked(header: str, known: tuple[str, ...]) -> str | None:
    """Return which of the `known` languages a browser that sends `header` likes best."""
    return parse_accept_header(header, LanguageAccept).best_match(known)


def locale() -> Locale:
    """Return the language with the habits of writing dates: English is British here."""
    return _locale(language())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse("en_GB" if code == ENGLISH else code)


def as_written() -> Markup:
    """Return what marks a text that is translated into no language, on a page in another one."""
    return Markup("" if language() == ENGLISH else f' lang="{ENGLISH}" dir="ltr"')


def listed(text: str) -> str:
    """Return a text of the lists in the language of the page; what has no translation stays."""
    return context().definitions.translations.get(language(), {}).get(text, text)


def definitions() -> Definitions:
    """Return the definitions in the language of this request."""
    kept: Definitions | None = g.get("definitions")
    if kept is None:
        kept = g.definitions = definitions_in(language())
    return kept


def definitions_in(chosen: str) -> Definitions:
    """Return the definitions in a language, in English where there is no translation."""
    known: dict[str, Definitions] = current_app.extensions.setdefault("definitions", {})
    if chosen not in context().definitions.translations:
        chosen = ENGLISH
    if chosen not in known:
        known[chosen] = in_language(context().definitions, chosen)
    return known[chosen]
