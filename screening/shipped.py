"""Where the files lie that come with the program and are not Python.

`templates` and `questions` stand at the top of a checkout; a wheel holds them inside the package.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    packed = PACKAGE / name
    return packed if packed.is_dir() else PACKAGE.parent / name


QUESTIONS, TEMPLATES = _folder("questions"), _folder("templates")
TRANSLATIONS = PACKAGE / "translations"
