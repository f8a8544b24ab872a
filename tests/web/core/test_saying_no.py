"""Every page that says no: the clinic, its telephone, a way on, and no word about cookies."""

import re

import pytest

from screening.web.core import saying_no
from screening.web.core.refusal_words import PAGES
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.core.refusal import Refusal
from screening.workflow.tablets import tablets
from tests.web.visitors import open_app

PHONE = '<a class="quiet" href="tel:123">'
CODES = (400, 401, 403, 404, 405, 413, 429, 500, 503)
KINDS = [*(str(reason) for reason in PAGES), *(str(code) for code in CODES), "stale", "damaged"]


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def app(office):
    return open_app(office)


@pytest.fixture(scope="module")
def phone(office, app):
    """Return the browser of a patient who is answering."""
    client = app.test_client()
    client.post(f"/s/{office.invite().link}")
    return client


def main(page):
    return re.search(r"<main.*</main>", page.text, re.DOTALL)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_that_says_no_names_the_clinic_and_its_telephone(app, kind):
    page = app.test_client().get(f"/no/{kind}")

    assert page.status_code >= 400
    assert "<bdi>Aurelia</bdi>" in main(page)
    assert PHONE in main(page)
    assert "cookie" not in page.text.lower()


@pytest.mark.parametrize(
    "kind", sorted(set(KINDS) - {str(Refusal.SUBMITTED), str(Refusal.DECIDED)})
)
def test_it_leads_on_while_the_visit_lasts(phone, kind):
    page = phone.get(f"/no/{kind}", query_string={"page": "/screening/check"})

    assert re.search(r'<a class="(primary|quiet)" href="(/|tel:)', main(page))
    assert len(re.findall("<h1>", page.text)) == 1


@pytest.mark.parametrize(
    "address", ["/nowhere", "/s/unknown", "/c/unknown", "/screening", "/check-in"]
)
def test_where_no_page_of_ours_stands_the_clinic_can_still_be_called(app, address):
    page = app.test_client().get(address)

    assert page.status_code >= 400
    assert PHONE in main(page)


def test_a_link_says_whose_it_was_also_when_it_has_ended(furnish, tmp_path):
    office = furnish(tmp_path)
    app = open_app(office)
    link = office.invite(name="Too Late").link
    clinics.add_clinic(office.context, "Other", "", "987", "Europe/London")
    office.pass_time(days=60)
    page = app.test_client().get(f"/s/{link}")
    nobodys = app.test_client().get("/s/unknown")
    office.close()

    assert page.status_code == 410
    assert PHONE in main(page)
    assert "tel:" not in nobodys.text, "of two clinics nobody knows which"


def test_on_a_tablet_the_reception_is_asked_and_no_other_program_opens(office, app):
    client = app.test_client()
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    client.post("/kiosk/pairing", data={"code": code})
    page = client.get("/nowhere")

    assert "tel:" not in page.text
    assert "Please ask at the reception" in main(page)
    assert 'href="/kiosk">To the first page of the tablet' in main(page)


def test_a_form_of_which_nothing_can_be_kept_is_answered_with_a_page(app, monkeypatch):
    """As while the database is away."""

    def fail(*_):
        raise ConnectionError("the database is away")

    monkeypatch.setattr(saying_no, "_keep", fail)
    monkeypatch.setattr(app, "testing", False)
    page = app.test_client().post("/s/unknown")

    assert page.status_code == 500
    assert "Nothing that you sent before is lost" in page.text
    assert len(re.findall("<h1>", page.text)) == 1
