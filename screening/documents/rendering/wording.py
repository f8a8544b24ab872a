"""The fixed words of what we write, from the catalogs that the pages use as well.

Where the folder of questions has words of its own, they stand in place of ours.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from babel.support import Translations

from screening.clinical.definitions.folder import Words, in_other_words
from screening.clinical.definitions.language import ENGLISH
from screening.shipped import TRANSLATIONS


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages that the fixed words exist in, English first."""
    return (ENGLISH, *sorted(path.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES")))


def texts() -> set[str]:
    """Return every fixed text, in English, of which a translation exists."""
    found: set[str] = set()
    for language in languages()[1:]:
        known = Translations.load(TRANSLATIONS, [language])
        keys = known._catalog  # there is no other way to list them
        found |= {key if isinstance(key, str) else key[0] for key in keys if key}
    return found


def missing_words(words: Mapping[str, Words], language: str) -> list[str]:
    """Return our texts in `language` of which no word is told, where the folder's English has one.

    A word that stays as it is counts as told.
    """
    english, ours = in_other_words(words.get(ENGLISH, ())), say_in(language)
    own = in_other_words(tuple((word, "\0") for word, _ in words.get(language, ())))
    changed = (ours(text) for text in texts() if english(text) != text)
    return sorted({text for text in changed if own(text) == text})


@cache
def say_in(language: str, words: Words = ()) -> Callable[[str], str]:
    """Return what turns an English text into `language`; without a translation it stays."""
    found: Callable[[str], str] = Translations.load(TRANSLATIONS, [language]).gettext
    other = in_other_words(words)
    return (lambda text: other(found(text))) if words else found


def words_of(document: Mapping[str, Any], language: str) -> Words:
    """Return the words of its own that a report or an annex was made with, frozen in it."""
    return tuple(document.get("words", {}).get(language, {}).items())
