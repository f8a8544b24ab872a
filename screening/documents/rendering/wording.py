"""The fixed words of what we write, from the catalogs that the pages use as well."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.support import Translations

CATALOGS = Path(__file__).parents[2] / "translations"


@cache
def say_in(language: str) -> Callable[[str], str]:
    """Return what turns an English text into `language`; without a translation it stays."""
    found: Callable[[str], str] = Translations.load(CATALOGS, [language]).gettext
    return found
