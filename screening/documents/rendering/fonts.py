"""The fonts of every report, ours or from packages, so that no machine needs any of its own.

Only names in Chinese, Japanese and Korean letters take a font of the system, where
Debian's fonts-droid-fallback is installed; without it they print as U+FFFD.

Pango ends the whole process where it finds no font at all, so `use_own_fonts`
must have run before WeasyPrint asks for one.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import fontpkg_heebo  # type: ignore[import-untyped]
import fontpkg_noto_sans_devanagari  # type: ignore[import-untyped]
import fontpkg_noto_sans_thai  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont

PACKAGES = (fontpkg_heebo, fontpkg_noto_sans_devanagari, fontpkg_noto_sans_thai)
EAST_ASIAN = Path("/usr/share/fonts-droid-fallback/truetype")
# Cut by bin/typefaces: WeasyPrint would cut each weight out of a variable font anew for every
# report, and take longer for that than for setting the page. The Arabic one has no ligatures.
TYPEFACES = Path(__file__).parent / "typefaces"
FOLDERS = (TYPEFACES, *(Path(package.ROOT) / "files" for package in PACKAGES), EAST_ASIAN)
# "ccmp" takes letters such as the Vietnamese i with a dot below apart; who copies or hears
# the text would then get the pieces, or a report without any i.
CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<match target="font">
<test name="family"><string>Noto Sans</string></test>
<edit name="fontfeatures" mode="append"><string>ccmp=0</string></edit>
</match>
<cachedir>{cache}</cachedir>
</fontconfig>
"""


class MissingTypefacesError(Exception):
    """The type faces were never cut."""


def use_own_fonts() -> None:
    """Let fontconfig see our fonts and no others, in this process.

    Raises MissingTypefacesError where bin/typefaces has not run yet.
    """
    if not any(TYPEFACES.glob("*.ttf")):
        raise MissingTypefacesError(f"{TYPEFACES} is empty: run .venv/bin/python bin/typefaces")
    os.environ["FONTCONFIG_FILE"] = str(_configuration(os.getpid()))
    # fontTools stamps the present time into each font that it cuts from a variable one;
    # with this the same report has the same bytes tomorrow.
    os.environ["SOURCE_DATE_EPOCH"] = "0"


@cache
def _configuration(process: int) -> Path:
    """Write the configuration, once a process: a forked one must not lose its parent's file."""
    folder = Path(tempfile.mkdtemp(prefix="screening-fonts-"))
    atexit.register(_remove, folder, process)
    folders = "\n".join(f"<dir>{escape(str(folder))}</dir>" for folder in FOLDERS)
    path = folder / "fonts.conf"
    path.write_text(CONFIGURATION.format(folders=folders, cache=escape(str(folder / "cache"))))
    return path


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def covered_characters() -> frozenset[int]:
    """Return every code point that our fonts can draw."""
    covered: set[int] = set()
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.ttf")):
            with TTFont(path, lazy=True) as font:
                covered |= font.getBestCmap().keys()
    return frozenset(covered)
