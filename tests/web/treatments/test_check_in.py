"""The patient’s page: whom to call before all else, then who she is, then what to do."""

import re

import pytest

from screening.workflow.core.actor import program
from screening.workflow.tablets import tablets
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.treating import take_back
from tests.mail_server import MailServer
from tests.workflow.treatments.clinic import (
    asked,
    check_ins,
    content_of,
    decided,
    give_alert_address,
    go_to_day,
    know_address,
    mails,
    treated,
)

BORN = {"born": ["3", "5", "1986"]}
SECRET = ("Lan Nguyen", "Thread lift", "Dr Mai Tran")


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path, SCREENING_LANGUAGES="en,vi", **MailServer().settings)
    give_alert_address(office)
    yield office
    office.close()


def browser(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


@pytest.fixture
def phone(office):
    return browser(office)


def enter(phone, link):
    assert phone.post(f"/c/{link}", data=BORN).headers["Location"] == "/check-in"
    return phone.get("/check-in").text


def replies(office, id, *ticked, rest="no"):
    page = open_page(office.context, id)
    return {o.key: "yes" if o.sign.startswith(ticked or "-") else rest for o in page.asked}


def test_before_the_date_of_birth_only_whom_to_call_is_said(office, phone):
    _id, link = asked(office)
    page = phone.get(f"/c/{link}").text

    assert 'href="tel:112"' in page and 'href="tel:123"' in page
    assert page.index("tel:112") < page.index("<h1>")
    assert not [word for word in SECRET if word in page]


def test_a_mail_scanner_changes_nothing(office, phone):
    id, link = asked(office)
    before = content_of(office, id)
    for method in ("get", "head"):
        getattr(phone, method)(f"/c/{link}")

    assert content_of(office, id) == before
    assert phone.get("/check-in").status_code == 403


def test_someone_else_who_opens_the_link_learns_nothing(office, phone):
    _id, link = asked(office)
    for _try in range(4):
        wrong = phone.post(f"/c/{link}", data={"born": ["4", "5", "1986"]})
        assert wrong.status_code == 422 and "not the date of birth" in wrong.text
        assert not [word for word in SECRET if word in wrong.text]
    closed = phone.post(f"/c/{link}", data={"born": ["4", "5", "1986"]})

    assert closed.status_code == 403 and "Please call us" in closed.text
    assert "tel:112" in closed.text
    assert phone.post(f"/c/{link}", data=BORN).status_code == 403


@pytest.mark.parametrize("typed", [["", "", ""], ["31", "2", "1986"], ["x", "5", "1986"]])
def test_what_is_no_date_costs_no_try(office, phone, typed):
    id, link = asked(office)

    assert phone.post(f"/c/{link}", data={"born": typed}).status_code == 422
    assert content_of(office, id)["misses"] == 0


def test_after_it_name_treatment_and_day_and_no_choice_is_made(office, phone):
    _id, link = asked(office)
    page = enter(phone, link)

    assert all(word in page for word in SECRET) and "after 7 days" in page
    assert 'type="radio"' in page and " checked" not in page
    assert page.index("tel:112") < page.index('type="radio"')


def test_an_emergency_shows_the_number_large_and_what_to_show_whoever_helps(office, phone):
    id, link = asked(office)
    enter(phone, link)
    data = replies(office, id, "Skin that turns white")
    assert phone.post("/check-in", data=data).headers["Location"] == "/check-in/result"
    page = phone.get("/check-in/result").text

    assert "Get help now" in page and 'class="call" href="tel:112"' in page
    assert "Skin that turns white" in page and "LOT-1" in page
    assert len(mails(office, "alert")) == 1


def test_a_sign_to_call_about_shows_the_clinics_number(office, phone):
    id, link = asked(office)
    enter(phone, link)
    phone.post("/check-in", data=replies(office, id, "Skin that stays numb"))
    page = phone.get("/check-in/result").text

    assert "Call us now" in page and 'class="call" href="tel:123"' in page
    assert "Get help now" not in page


def test_who_has_none_is_told_to_call_if_one_comes(office, phone):
    id, link = asked(office)
    enter(phone, link)
    phone.post("/check-in", data=replies(office, id))
    page = phone.get("/check-in/result").text

    assert "none of these signs now" in page and "call at once" in page
    assert not re.search(r"\b(safe|fine|well)\b", page)


def test_a_page_half_filled_names_what_is_blank_and_keeps_the_rest(office, phone):
    id, link = asked(office)
    enter(phone, link)
    data = replies(office, id)
    first, *_rest, last = data
    answer = phone.post("/check-in", data={k: v for k, v in data.items() if k != last})

    assert answer.status_code == 422 and f'href="#{last}"' in answer.text
    assert f'name="{first}" id="{first}-1" value="no" checked' in answer.text
    assert check_ins(office)[0].state == "asked" and content_of(office, id)["half"]


def test_a_change_of_language_keeps_the_choices_and_sends_nothing(office, phone):
    id, link = asked(office)
    enter(phone, link)
    key = next(iter(replies(office, id)))
    page = phone.post("/check-in?lang=vi", data={key: "yes"}).text

    assert f'id="{key}" value="yes" checked' in page and 'lang="vi"' in page
    assert content_of(office, id)["answers"] == []


def test_the_page_closes_after_an_hour(office, phone):
    _id, link = asked(office)
    enter(phone, link)
    office.pass_time(hours=1)

    assert phone.get("/check-in").status_code == 403


def test_an_expired_link_still_says_whom_to_call(office, phone):
    _id, link = asked(office)
    office.pass_time(days=14)
    page = phone.get(f"/c/{link}")

    assert page.status_code == 410 and "tel:112" in page.text
    assert not [word for word in SECRET if word in page.text]


def test_a_page_that_is_open_ends_when_the_treatment_is_taken_back(office, phone):
    id = decided(office, "prp")
    know_address(office, id)
    office.now = office.now.replace(hour=8)
    treatment = treated(office, "prp", ago=1, screening_id=id)
    go_to_day(office, 0)
    check_in = check_ins(office)[0].id
    enter(phone, content_of(office, check_in)["link"])
    data = replies(office, check_in)
    take_back(office.context, office.doctor, treatment)

    assert phone.post("/check-in", data=data).status_code == 410
    assert phone.get("/check-in").status_code == 410


def test_a_link_of_nobody_is_not_found(phone):
    assert phone.get(f"/c/{'x' * 32}").status_code == 404


def test_it_is_closed_on_the_waiting_rooms_tablet(office, phone):
    _id, link = asked(office)
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room")
    phone.post("/kiosk/pairing", data={"code": code})

    assert phone.get(f"/c/{link}").status_code == 403
