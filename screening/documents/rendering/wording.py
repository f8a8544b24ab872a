"""The fixed words of what we write, from the catalogs that the pages use as well."""

from collections.abc import Callable
from functools import cache

from babel.support import Translations

from screening.clinical.definitions.language import ENGLISH
from screening.shipped import TRANSLATIONS


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of all languages that the fixed words exist in, English first."""
    return (ENGLISH, *sorted(path.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES")))


@cache
def say_in(language: str) -> Callable[[str], str]:
    """Return what turns an English text into `language`; without a translation it stays."""
    found: Callable[[str], str] = Translations.load(TRANSLATIONS, [language]).gettext
    return found
