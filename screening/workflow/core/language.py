"""The languages of the desk and of the reports: those that the pages' texts exist in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from screening.clinical.definitions.folder import Words
from screening.clinical.report.report import NOT_ANSWERED, WORDS
from screening.documents.rendering.wording import languages, say_in
from screening.workflow.core.refusal import ActRefusedError, Refusal


def spoken() -> tuple[str, ...]:
    """Return the codes of the languages that the desk and the reports may speak."""
    return languages()


def known_language(code: str) -> str:
    """Return `code` where the pages speak it. Raises ActRefusedError("no-language")."""
    if code not in languages():
        raise ActRefusedError(Refusal.NO_LANGUAGE)
    return code


@cache
def answer_words(language: str, words: Words = ()) -> Mapping[str, str]:
    """Return "yes", "no" and the like in `language`, as a report says them."""
    say = say_in(language, words)
    return {code: say(word) for code, word in WORDS.items()} | {"": say(NOT_ANSWERED)}


def all_words() -> Mapping[str, Mapping[str, str]]:
    """Return them in every language."""
    return {language: answer_words(language) for language in languages()}
