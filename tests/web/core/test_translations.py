"""Every text of the pages in every language, and days and moments as they are read there."""

import ast
import io
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask_babel import force_locale

from screening.web.core.formatting import shown_date, shown_moment
from tests.office import Office

ROOT = Path(__file__).parents[3]
CATALOGS = sorted((ROOT / "screening" / "translations").glob("*/LC_MESSAGES/messages.po"))
PLACE = re.compile(r"%\(\w+\)s|%s")


@pytest.fixture(scope="module")
def texts():
    """Return every text that the code asks to be translated."""
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    options = ["-F", "babel.cfg", "-k", "_l", "-o", "/dev/stdout", "."]
    found = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, check=True)
    texts = [message for message in read_po(io.BytesIO(found.stdout)) if message.id]
    assert len(texts) > 500
    return texts


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_every_text_is_translated_and_keeps_its_places(texts, path):
    catalog = read_po(io.BytesIO(path.read_bytes()), locale=path.parts[-3])
    wrong = []
    for text in texts:
        kept = catalog.get(text.id)
        said = forms_of(kept.string) if kept and not kept.fuzzy else ("",)
        places = [sorted(PLACE.findall(form)) for form in said]
        asked = sorted(PLACE.findall(forms_of(text.id)[-1]))
        same = places == [asked] if len(places) == 1 else {*chain(*places)} <= {*asked}
        if not (all(said) and same):
            wrong.append(text.id)
    assert wrong == []


def forms_of(text):
    return (text,) if isinstance(text, str) else text


KEYS = {"SHA-256", "Enter", "Tab", "Space"}  # called so everywhere
KIND = r"\{% block kind %\}.*?\{% endblock %\}"  # a class of the page
SAYS = ("alt", "title", "aria-label", "placeholder", "data-h")


class Bare(HTMLParser):
    """The texts of a template that no catalog ever sees: all that is left without its tags."""

    def __init__(self, template):
        super().__init__()
        self.found = []
        for part in (KIND, r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}"):
            template = re.sub(part, " ", template, flags=re.DOTALL)
        self.feed(template)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            self.handle_data(value or "") if name in SAYS else None

    def handle_data(self, text):
        self.found += set(re.findall(r"\b(?!aria-)(?<!-)[A-Za-z][\w-]*[a-z\d]{2}", text)) - KEYS


TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*") if p.suffix in {".html", ".txt"})


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_of_a_template_stands_outside_the_catalogs(path):
    assert Bare(path.read_text()).found == []


SENTENCE = re.compile(r"[A-Z][\w’,-]*( [\w’,%()-]+)+[.?!]?")
# For programs that read them, in the one language that programs share.
FOR_PROGRAMS = {"operations/metrics.py", "core/problems.py"} | {
    f"integration/{name}.py"
    for name in ("answered", "api", "asked", "fhir", "refused", "verifying")
}
NAMES = {"Samsung Internet", "LLLL yyyy"}
WEB = sorted((ROOT / "screening" / "web").rglob("*.py"))


@pytest.mark.parametrize("path", WEB, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_of_the_pages_code_stands_outside_the_catalogs(path):
    tree = ast.parse(path.read_text())
    told = set()
    for node in ast.walk(tree):
        called = getattr(node, "func", None)
        if getattr(called, "id", "") in {"_", "_l", "ngettext"}:
            told |= {id(below) for below in ast.walk(node)}
        if isinstance(node, ast.Expr):  # what a module, a class or a function is
            told.add(id(node.value))
    bare = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]
    if str(path.relative_to(ROOT / "screening" / "web")) not in FOR_PROGRAMS:
        assert [text for text in bare if SENTENCE.fullmatch(text) and text not in NAMES] == []


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office"), SCREENING_LANGUAGES="en,ru,vi,ar")
    yield office.app()
    office.close()


@pytest.mark.parametrize(
    ("language", "day"), [("en", "3 May 2026"), ("ru", "3 мая 2026"), ("vi", "3 tháng 5, 2026")]
)
def test_a_day_is_read_as_its_language_writes_it(app, language, day):
    with app.test_request_context(), force_locale("en_GB" if language == "en" else language):
        assert shown_date("2026-05-03") == day


@pytest.mark.parametrize("language", ["ru", "vi", "ar"])
def test_a_moment_names_its_zone_and_not_just_a_number(app, language):
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with app.test_request_context(), force_locale(language):
        assert "07:00" in (shown := shown_moment(noon, "Asia/Ho_Chi_Minh"))
        assert re.search(r"(GMT|غرينتش)\+07:00", shown)
