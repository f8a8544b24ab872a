"""Dates as patients type them: partial ones are kept as ranges, impossible ones are explained."""

import re

import pytest

from screening.clinical.evaluation.answers import establish_findings
from screening.workflow.screenings import answering
from tests.office import Office
from tests.web.visitors import open_app


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def visit(office):
    """Return a patient's browser whose painkiller question is answered with yes, and its id."""
    invitation = office.invite("thread-lift")
    client = open_app(office).test_client()
    client.post(f"/s/{invitation.link}")
    office.answer(invitation.screening_id, painkiller="yes", painkiller_last_dose="2026-11-01")
    return client, invitation.screening_id


def send(client, day, month, year, question="painkiller_last_dose", **beside):
    sent = {"screen.asked": question, question: [day, month, year]}
    sent |= {f"{question}.{name}": said for name, said in beside.items()}
    return client.post(f"/screening/questions/{question}", data=sent)


@pytest.mark.parametrize(
    ("typed", "kept", "range"),
    [
        (("3", "5", "2026"), "2026-05-03", "2026-05-03"),
        (("", "5", "2026"), "2026-05", "2026-05-01/2026-05-31"),
        (("", "", "2025"), "2025", "2025-01-01/2025-12-31"),
        (("", "May", "2026"), "2026-05", "2026-05-01/2026-05-31"),
        (("1", "sept", "2026"), "2026-09-01", "2026-09-01"),
        (("٣", "٥", "٢٠٢٦"), "2026-05-03", "2026-05-03"),
        (("3/5/2026", "", ""), "2026-05-03", "2026-05-03"),
        (("", "", "2026-05-03"), "2026-05-03", "2026-05-03"),
        (("3.5.2026", "", ""), "2026-05-03", "2026-05-03"),
    ],
)
def test_a_date_is_kept_as_far_as_it_is_known(office, visit, typed, kept, range):
    client, id = visit
    assert send(client, *typed).status_code == 303

    draft = answering.read_draft(office.context, id)
    assert draft.answers["painkiller_last_dose"] == kept
    found = establish_findings(office.context.definitions, draft.answers, draft.today)
    assert str(found.dates["nsaid_recent"]) == range


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("31", "2", "2026"), "31 February does not exist"),
        (("29", "2", "2026"), "29 February does not exist"),
        (("32", "1", "2026"), "32 January does not exist"),
        (("1", "13", "2026"), "There is no month 13"),
        (("1", "0", "2026"), "There is no month 0"),
        (("1", "5", "26"), "four digits"),
        (("", "5", ""), "Write the year too"),
        (("3", "", "2026"), "Write the month too"),
        (("x", "y", "z"), "Write it as numbers"),
        (("1", "1", "2999"), "still to come"),
        (("1", "1", "1900"), "too long ago"),
        (("", "", ""), "month and year are enough"),
    ],
)
def test_what_is_no_date_is_said_in_words_and_what_was_typed_stays(visit, typed, says):
    client, _id = visit
    response = send(client, *typed)

    assert response.status_code == 422
    assert says in response.text
    assert all(f'value="{part}"' in response.text for part in typed)


def test_a_date_of_birth_needs_all_three_parts(visit):
    client, _id = visit
    response = send(client, "", "5", "1986", "date_of_birth")

    assert response.status_code == 422
    assert "Write the day, the month and the year" in response.text


@pytest.mark.parametrize(
    ("language", "month", "says"),
    [("ru", "мая", "31 февраля"), ("vi", "tháng 5", "31 tháng 2"), ("ar", "مايو", "31 فبراير")],
)
def test_months_go_by_their_names_in_every_language(tmp_path, language, month, says):
    office = Office(tmp_path, SCREENING_LANGUAGES="en,ar,ru,vi")
    invitation = office.invite("thread-lift")
    client = open_app(office).test_client()
    client.get(f"/s/{invitation.link}?lang={language}")
    client.post(f"/s/{invitation.link}")
    office.answer(invitation.screening_id, painkiller="yes", painkiller_last_dose="2026-11-01")

    assert send(client, "3", month, "2026").status_code == 303
    kept = answering.read_draft(office.context, invitation.screening_id).answers
    assert kept["painkiller_last_dose"] == "2026-05-03"
    assert says in send(client, "31", "2", "2026").text
    office.close()


@pytest.fixture
def lasting(office):
    """Return an office, a browser and its screening, where a date may be "I still take it"."""
    invitation = office.invite("thread-lift")
    client = open_app(office).test_client()
    client.post(f"/s/{invitation.link}")
    office.answer(invitation.screening_id, painkiller="yes", painkiller_last_dose="2026-11-01")
    return office, client, invitation.screening_id


def test_who_still_takes_it_says_so_beside_the_date_and_finds_it_ticked_again(lasting):
    office, client, id = lasting
    address = "/screening/questions/painkiller_last_dose"
    page = client.get(address).text
    assert "I still take it" in page and 'name="painkiller_last_dose.still"' in page

    sent = send(client, "", "", "", still="y")

    assert sent.status_code == 303
    assert answering.read_draft(office.context, id).answers["painkiller_last_dose"] == "still"
    again = client.get(address).text
    assert re.search(r'name="painkiller_last_dose.still"[^>]* checked', again)
    assert 'value="2026"' not in again
    assert "I still take it" in client.get("/screening/check").text


@pytest.mark.parametrize("beside", [{}, {"unknown": "y"}])
def test_what_goes_on_outweighs_a_date_or_not_knowing_it(lasting, beside):
    """No wait has begun, and no date that was typed beside it may begin one."""
    office, client, id = lasting
    sent = send(client, "3", "5", "2026", still="y", **beside)

    assert sent.status_code == 303
    assert answering.read_draft(office.context, id).answers["painkiller_last_dose"] == "still"


def test_a_date_that_cannot_go_on_offers_no_such_box(office):
    invitation = office.invite("thread-lift")
    client = open_app(office).test_client()
    client.post(f"/s/{invitation.link}")
    office.answer(invitation.screening_id, vaccine="yes", vaccine_date=office.day(3))
    page = client.get("/screening/questions/vaccine_date").text

    assert "vaccine_date.still" not in page
    assert send(client, "", "", "", "vaccine_date", still="y").status_code == 422


def test_an_unusual_age_is_asked_about_once_and_not_refused(office, visit):
    client, _id = visit
    year = str(office.now.year - 6)
    asked = send(client, "3", "5", year, "date_of_birth")
    assert asked.status_code == 422 and "Is this right?" in asked.text
    assert re.search("Yes, the patient is [56] years old", asked.text)
    assert f'value="{year}"' in asked.text

    sure = {"date_of_birth": ["3", "5", year, "right"]}
    assert client.post("/screening/questions/date_of_birth", data=sure).status_code == 303
    assert send(client, "3", "5", "1986", "date_of_birth").status_code == 303


def test_a_year_of_two_digits_is_asked_about(visit):
    client, _id = visit
    asked = send(client, "3/5/81", "", "", "date_of_birth")
    assert asked.status_code == 422 and "Is it 1981?" in asked.text
