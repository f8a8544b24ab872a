"""Inviting: nobody twice by mistake, nothing typed is lost, a link shown once."""

import re
from datetime import timedelta

import pytest

from screening.workflow.reception import day_list, invitations
from screening.workflow.records import retention
from screening.workflow.screenings import answering
from tests.web.reception.test_desk import desk, office, typed

__all__ = ["desk", "office"]
WHERE = "/reception/invitations"
LAN = {"name": "Lan Nguyen", "born": "1986-05-03"}


def listed(office):
    return day_list.list_screenings(office.context, office.clinic)


def radio(page, name):
    """Return the value of the radio button whose line holds `name`."""
    return re.search(rf'name="patient" value="([^"]+)"[^>]*><span>[^\n]*{name}', page)[1]


def seen(page):
    return re.search(r'name="seen" value="([^"]*)"', page)[1]


def choose(desk, first, given, name):
    """Send the form again with one of the people that the page offered."""
    return desk.post(
        WHERE, data=given | {"patient": radio(first.text, name), "seen": seen(first.text)}
    )


def test_the_invitation_is_a_page_of_its_own_which_loaded_again_changes_nothing(office, desk):
    made = desk.post(WHERE, data=LAN)
    assert made.status_code == 303
    pages = [desk.get(made.headers["Location"]).text for _ in range(2)]
    links = {re.search(r'/s/([\w-]+)"', page)[1] for page in pages}

    assert len(links) == 1 and len(listed(office)) == 1
    [link] = links
    assert answering.follow_link(office.context, link)
    assert link not in made.headers["Location"]
    cookie = made.headers["Set-Cookie"]
    assert link not in cookie and re.search(r'class="secret code">([\w-]+)<', pages[0])


def test_a_link_is_gone_once_the_page_was_left_and_the_page_says_how_to_get_another(office, desk):
    where = desk.post(WHERE, data=LAN).headers["Location"]
    desk.get("/reception")
    page = desk.get(where).text

    assert "/s/" not in page and "make a new one" in page
    again = desk.post(re.search(r'action="([^"]+/invitation)"', page)[1])
    assert "/s/" in desk.get(again.headers["Location"]).text


def test_a_link_is_not_shown_for_longer_than_a_quarter_of_an_hour(office, desk):
    where = desk.post(WHERE, data=LAN).headers["Location"]
    office.pass_time(minutes=16)

    assert "/s/" not in desk.get(where).text


def test_a_link_made_meanwhile_by_somebody_else_ends_the_one_that_is_shown(office, desk):
    where = desk.post(WHERE, data=LAN).headers["Location"]
    invitations.renew_link(office.context, office.desk, listed(office)[0].screening_id)

    assert "/s/" not in desk.get(where).text


def test_one_new_link_is_one_act_also_for_what_has_expired(office, desk):
    id = office.invite().screening_id
    office.pass_time(days=16)
    retention.expire(office.context)
    office.enter(desk, "reception")
    made = desk.post(f"/reception/screenings/{id}/invitation")
    page = desk.get(made.headers["Location"]).text

    assert "/s/" in page and 'class="secret code"' in page
    assert listed(office)[0].state == "invited"


def test_a_new_link_to_what_is_sent_says_that_it_needs_no_code(office, desk):
    id = office.submit()
    made = desk.post(f"/reception/screenings/{id}/invitation")
    page = desk.get(made.headers["Location"]).text

    assert "/s/" in page and "The answers are sent already" in page
    assert "Code for the tablet" not in page


def test_the_same_person_is_shown_before_a_second_invitation_is_made(office, desk):
    desk.post(WHERE, data=LAN)
    given = LAN | {"name": "NGUYÊN Lan", "appointment": typed(office.evening)}
    first = desk.post(WHERE, data=given)

    assert first.status_code == 409 and len(listed(office)) == 1
    assert "the same name and date of birth" in first.text
    assert "invited, has not answered" in first.text
    assert 'value="NGUYÊN Lan"' in first.text and f'value="{typed(office.evening)}"' in first.text

    assert choose(desk, first, given, "The same person").status_code == 303
    [one, other] = listed(office) + day_list.list_screenings(
        office.context, office.clinic, office.evening.date()
    )
    assert one.patient_id == other.patient_id


def test_a_twin_is_another_person(office, desk):
    desk.post(WHERE, data=LAN)
    first = desk.post(WHERE, data=LAN)
    assert desk.post(WHERE, data=LAN | {"seen": seen(first.text)}).status_code == 422
    assert choose(desk, first, LAN, "It is another person").status_code == 303

    [one, other] = listed(office)
    assert one.patient_id != other.patient_id


def test_a_name_alone_is_asked_about_while_something_is_under_way(office, desk):
    desk.post(WHERE, data={"name": "Lan Nguyen"})
    assert desk.post(WHERE, data=LAN).status_code == 409
    assert desk.post(WHERE, data={"name": "Lan Thi Nguyen"}).status_code == 303
    for entry in listed(office):
        invitations.withdraw(office.context, office.desk, entry.screening_id, "mistake")

    assert desk.post(WHERE, data=LAN).status_code == 303


def test_a_number_is_one_persons(office, desk):
    desk.post(WHERE, data=LAN | {"number": "K-77"})
    given = {"name": "Ana Silva", "born": "1990-01-01", "number": "k 77"}
    first = desk.post(WHERE, data=given | {"number": "k-77"})
    assert first.status_code == 409 and "the same number" in first.text
    answer = choose(desk, first, given | {"number": "k-77"}, "It is another person")

    assert answer.status_code == 422 and "Another patient has this number" in answer.text
    assert 'value="Ana Silva"' in answer.text


def test_a_known_patient_is_invited_from_what_is_known(office, desk):
    desk.post(WHERE, data=LAN | {"number": "K-77", "phone": "+84 1"})
    [entry] = listed(office)
    invitations.withdraw(office.context, office.desk, entry.screening_id, "cancelled")
    page = desk.get(f"{WHERE}?patient={entry.patient_id}").text
    for known in ("Lan Nguyen", "1986-05-03", "K-77", "+84 1"):
        assert f'value="{known}"' in page
    given = LAN | {"number": "K-77", "patient": entry.patient_id}

    assert desk.post(WHERE, data=given).status_code == 303
    assert {e.patient_id for e in listed(office)} == {entry.patient_id}


def test_a_visit_in_the_same_week_is_shown_first(office, desk):
    from screening.workflow.review import reviews
    from tests.office import decide

    id = office.submit(at=office.now + timedelta(days=3))
    reviews.decide(*decide(office, id, "proceed"))
    near, far = (LAN | {"appointment": typed(office.now + timedelta(days=n))} for n in (5, 40))
    assert "has a visit in the same week" in desk.post(WHERE, data=near).text
    assert "has a visit in the same week" not in desk.post(WHERE, data=far).text


@pytest.mark.parametrize(("years", "said"), [(-1, "lies ahead"), (6, "under 18")])
def test_a_year_of_birth_that_cannot_be_is_asked_about_and_all_that_was_typed_stays(
    office, desk, years, said
):
    born = f"{office.now.year - years}-01-01"
    at = typed(office.evening)
    given = {"name": "Ana Silva", "born": born, "number": "K-1", "phone": "+1", "appointment": at}
    page = desk.post(WHERE, data=given)

    assert page.status_code == 422 and said in page.text
    for value in given.values():
        assert f'value="{value}"' in page.text
    again = desk.post(WHERE, data=given | {"is_young": "y"})
    assert again.status_code == (303 if years > 0 else 422)


def test_a_date_of_birth_noted_later_is_checked_just_so(office, desk):
    id = office.invite(born=None).screening_id
    where = f"/reception/screenings/{id}/birth-date"
    for born in ("", "3.5.1986", f"{office.now.year - 6}-01-01"):
        page = desk.post(where, data={"born": born})
        assert page.status_code == 422 and f'value="{born}"' in page.text
    assert desk.post(where, data={"born": "1986-05-03"}).status_code == 303
    assert listed(office)[0].born == "1986-05-03"


def test_an_appointment_in_the_past_is_refused_and_nothing_is_made(office, desk):
    at = typed(office.now - timedelta(days=3))
    page = desk.post(WHERE, data=LAN | {"appointment": at})

    assert page.status_code == 422 and "This day is over" in page.text
    assert f'value="{at}"' in page.text and listed(office) == []
