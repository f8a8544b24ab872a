"""A patient at the desk: a few rows on phone or tablet, and what the reception then sees."""

import re
from datetime import timedelta

import pytest

from screening.workflow.reception import asking_again
from screening.workflow.review import reviews
from screening.workflow.tablets import tablets
from tests.office import START, decide
from tests.web.visitors import open_app

WOMAN = {"can_be_pregnant": "yes", "pregnant": "no", "period": "no"}
FIRST = dict.fromkeys(("pregnancy", "period", "illness", "infection", "cold-sore"), "no")
SECOND = {"medicines": "no", "else": "no"}


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture
def arrived(office):
    """Return the arrival of someone with nothing to report whom the doctor has seen."""
    id = office.submit(bleeding="yes", bleeding_which=["none"], at=office.now, **WOMAN)
    reviews.decide(*decide(office, id, "proceed", "seen before"))
    office.pass_time(days=21)
    return asking_again.arrive(office.context, office.desk, id)


@pytest.fixture
def phone(office, arrived):
    client = open_app(office).test_client()
    client.post(f"/s/{arrived.link}")
    return client


def test_five_pages_and_fewer_than_thirty_taps(office, arrived):
    client = open_app(office).test_client()
    pages, taps, place = ["welcome"], 1, client.post(f"/s/{arrived.link}").headers["Location"]
    while place != "/screening/arrival/done":
        while (found := client.get(place)).status_code == 303:
            place = found.headers["Location"]
        pages.append(place)
        rows = set(re.findall(r'type="radio" name="([^"]+)"', found.text))
        taps += len(rows) + 1
        place = client.post(place, data=dict.fromkeys(rows, "no")).headers["Location"]

    assert len([*pages, place]) <= 5
    assert taps <= 30


def test_each_thing_that_comes_by_itself_has_a_row_and_no_earlier_answer_shows(phone):
    first = phone.get("/screening/arrival/1").text
    second = phone.get("/screening/arrival/2").text

    for row in FIRST:
        assert f'name="{row}"' in first
    assert 'name="medicines"' in second and 'name="else"' in second
    assert " checked" not in first + second
    for path in ("questions/bleeding", "check"):
        assert phone.get(f"/screening/{path}").headers["Location"] == "/screening/arrival/1"


def test_a_row_that_is_left_open_is_asked_for(phone):
    page = phone.post("/screening/arrival/1", data={"period": "no"})

    assert page.status_code == 422
    assert page.text.count("If you are not sure, say so.") >= 4


def test_with_news_only_what_was_said_today_is_shown_before_it_is_sent(phone):
    phone.post("/screening/arrival/1", data=FIRST | {"cold-sore": "yes"})
    phone.post("/screening/arrival/2", data=SECOND)
    place = phone.get("/screening").headers["Location"]
    assert place == "/screening/check"
    page = phone.get(place).text

    assert "cold sore" in page and "bleed" not in page
    assert phone.get("/screening/arrival/confirmation").headers["Location"] == "/screening/check"


def test_on_the_tablet_it_ends_like_every_visit_there(office, arrived):
    tablet = open_app(office).test_client()
    code = tablets.add_kiosk(office.context, office.desk, "Waiting room")
    tablet.post("/kiosk/pairing", data={"code": code})
    assert (
        tablet.post("/kiosk/start", data={"code": arrived.start_code, **START}).status_code == 303
    )
    tablet.post("/screening/arrival/1", data=FIRST)
    tablet.post("/screening/arrival/2", data=SECOND)

    assert tablet.get("/screening").headers["Location"] == "/screening/arrival/confirmation"
    done = tablet.post("/screening/arrival/confirmation")
    assert done.headers["Location"] == "/kiosk/done"
    assert tablet.get("/kiosk/done").status_code == 200
    assert tablet.get("/screening").status_code == 403


def test_the_desk_shows_when_it_was_confirmed(office, phone):
    phone.post("/screening/arrival/1", data=FIRST)
    phone.post("/screening/arrival/2", data=SECOND)
    phone.post("/screening/arrival/confirmation")
    desk = open_app(office).test_client()
    office.enter(desk, "reception")
    page = desk.get(f"/reception?day={(office.now - timedelta(days=21)).date()}").text

    assert re.search(r"confirmed today \d\d:\d\d", page)
    assert "may come" in page


def test_a_link_that_has_confirmed_says_so_and_opens_nothing(office, arrived, phone):
    phone.post("/screening/arrival/1", data=FIRST)
    phone.post("/screening/arrival/2", data=SECOND)
    phone.post("/screening/arrival/confirmation")

    page = phone.get(f"/s/{arrived.link}")
    assert page.status_code == 410 and "nothing has changed" in page.text
