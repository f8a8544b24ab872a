"""Whoever installs the product is told under which licences all of it comes."""

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from screening.documents.rendering.fonts import TYPEFACES

ROOT = Path(__file__).parents[1]


def test_the_page_lists_every_pinned_library_with_the_licence_that_it_names():
    made = [sys.executable, ROOT / "bin" / "licences"]
    page = subprocess.run(made, capture_output=True, text=True, check=True).stdout

    assert (ROOT / "docs" / "licences.md").read_text() == page, "make licences writes it anew"


@pytest.mark.parametrize("package", ["fontpkg-noto-sans", "fontpkg-noto-serif"])
def test_a_typeface_that_we_cut_and_ship_comes_with_its_licence(package):
    files = distribution(package).files or []
    theirs = next(f for f in files if f.name == "LICENSE").locate().read_text()

    assert (ROOT / "LICENSES" / "OFL-1.1-Noto.txt").read_text() == theirs
    assert theirs.splitlines()[0] in (ROOT / "NOTICE").read_text().replace("\n", " ")
    assert "with Reserved Font Name" not in theirs.splitlines()[0]


def test_a_typeface_that_we_change_has_another_name_and_its_licence():
    """The licence reserves the name "Plex": what is not the original must not be called so."""
    files = distribution("fontpkg-ibm-plex-sans-arabic").files or []
    theirs = next(f for f in files if f.name == "LICENSE").locate().read_text()

    assert (ROOT / "LICENSES" / "OFL-1.1-Plex.txt").read_text() == theirs
    assert theirs.splitlines()[0] in (ROOT / "NOTICE").read_text().replace("\n", " ")
    faces = sorted(TYPEFACES.glob("ScreeningArabic-*.ttf"))
    named = [str(name) for path in faces for name in TTFont(path)["name"].names if name.nameID < 7]
    assert len(faces) == 2
    assert not [name for name in named if "Plex" in name and "Copyright" not in name]


def test_no_other_typeface_is_cut():
    cutting = (ROOT / "bin" / "typefaces").read_text()

    assert set(re.findall(r"fontpkg_\w+", cutting)) == {
        "fontpkg_ibm_plex_sans_arabic",
        "fontpkg_noto_sans",
        "fontpkg_noto_serif",
    }
