"""Where the store of documents is away, a page and the API say so; all else goes on."""

from dataclasses import replace

import pytest

from screening.storage.store import Store
from tests.web.visitors import open_app


@pytest.fixture
def away(furnish, tmp_path):
    """Return an office of which the reports lie where nothing answers, and one of them."""
    office = furnish(tmp_path)
    (folder := tmp_path / "documents").mkdir()
    office.context = replace(office.context, store=Store(f"file://{folder}"))
    screening = office.submit()
    office.make_reports()
    folder.rename(tmp_path / "elsewhere")
    yield office, screening
    office.close()


def test_a_report_that_cannot_be_fetched_is_said_to_be_so(away):
    office, screening = away
    desk = open_app(office).test_client()
    office.enter(desk, "doctor")
    page = desk.get(f"/doctor/screenings/{screening}/screening.pdf")

    assert page.status_code == 503
    assert "Nothing is lost" in page.text
    assert desk.get(f"/doctor/screenings/{screening}").status_code == 200
