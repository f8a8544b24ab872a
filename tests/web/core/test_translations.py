"""Every text of the pages in every language, and days and moments as they are read there."""

import io
import re
import subprocess
import sys
from datetime import UTC, datetime
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
