"""A ticked sign is kept, listed and told at once; a "not sure" counts as a yes."""

import pytest

from screening.storage.tables import CheckIn
from screening.workflow.treatments.answers import answer, list_to_call
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.signs import handle_sign, open_signs
from screening.workflow.treatments.treating import take_back
from tests.mail_server import send_due, texts
from tests.office import refused
from tests.workflow.treatments.clinic import (
    ALERT_TO,
    asked,
    content_of,
    decided,
    give_alert_address,
    go_to_day,
    mails,
    reply,
    treated,
)

BLACK = "Skin that turns white, dusky or black."
NUMB = "Skin that stays numb."


@pytest.fixture
def office(mailing_office):
    give_alert_address(mailing_office)
    return mailing_office


def signs(office):
    with office.context.database.read() as session:
        return open_signs(office.context, session, office.clinic)


def stored(office, id):
    with office.context.database.read() as session:
        return session.get_one(CheckIn, id)


def test_the_page_asks_for_what_may_show_now_and_nothing_is_chosen(office):
    id, _link = asked(office)
    page = open_page(office.context, id)

    assert (page.name, page.day, page.by) == ("Lan Nguyen", 7, "Dr Mai Tran")
    assert {one.reply for one in page.asked} == {""}
    acts = [one.act for one in page.asked]
    assert acts == sorted(acts, reverse=True) and "emergency" in acts  # emergencies first
    assert not any(one.sign.startswith("Bleeding that does not stop") for one in page.asked)


def test_the_page_speaks_the_readers_language(office):
    id, _link = asked(office)
    page = open_page(office.context, id, "vi")

    assert all(one.text != one.sign for one in page.asked)
    assert page.procedures != open_page(office.context, id).procedures


@pytest.mark.both_databases
def test_all_is_well_is_kept_and_tells_nobody(office):
    id, _link = asked(office)
    assert reply(office, id)

    assert open_page(office.context, id).gravity == 0
    assert signs(office) == [] and mails(office, "alert") == []


@pytest.mark.both_databases
@pytest.mark.parametrize("how", ["yes", "unknown"])
def test_a_sign_stands_on_the_desk_and_tells_the_clinics_address_the_number_alone(
    office, server, how
):
    id, _link = asked(office)
    reply(office, id, "Skin that turns white", how=how)
    send_due(office)

    [sign] = signs(office)
    assert (sign.signs, sign.gravity, sign.day) == ((BLACK,), 2, 7)
    assert open_page(office.context, id).gravity == 2
    [(_to, mail)] = [one for one in server.taken if one[0] == [ALERT_TO]]
    assert office.number(1) in texts(mail)
    assert not any(word in texts(mail) for word in ("Nguyen", "hread", "kin that"))


def test_a_sign_to_call_about_is_no_emergency(office):
    id, _link = asked(office)
    reply(office, id, "Skin that stays numb")

    assert [one.gravity for one in signs(office)] == [1]


def test_a_ticked_sign_counts_though_all_else_is_blank(office):
    id, _link = asked(office)

    assert reply(office, id, "Skin that turns white", rest="")
    assert len(signs(office)) == 1 and len(mails(office, "alert")) == 1


def test_a_page_half_filled_is_kept_and_not_done(office):
    id, _link = asked(office)
    first = open_page(office.context, id).asked[0].key
    assert not answer(office.context, id, {first: "no"})

    page = open_page(office.context, id)
    assert [one.reply for one in page.asked if one.reply] == ["no"]
    assert (page.gravity, stored(office, id).state) == (None, "asked")
    go_to_day(office, 1)
    assert not [one.reply for one in open_page(office.context, id).asked if one.reply]


def test_what_no_page_offers_is_a_blank(office):
    id, _link = asked(office)

    assert not answer(office.context, id, {"s000000000000": "yes"})
    assert not reply(office, id, rest="perhaps")


def test_a_later_answer_is_kept_beside_and_hides_no_sign(office):
    id, _link = asked(office)
    reply(office, id, "Skin that turns white")
    office.pass_time(hours=1)
    reply(office, id)

    assert len(content_of(office, id)["answers"]) == 2
    assert [one.signs for one in signs(office)] == [(BLACK,)]
    assert len(mails(office, "alert")) == 1


def test_the_same_answer_twice_tells_once_and_a_worse_one_again(office):
    id, _link = asked(office)
    reply(office, id, "Skin that stays numb")
    reply(office, id, "Skin that stays numb")
    assert len(mails(office, "alert")) == 1

    reply(office, id, "Skin that turns white")
    assert len(mails(office, "alert")) == 2
    [sign] = signs(office)
    assert (sign.gravity, sign.signs) == (2, (BLACK, NUMB))


def test_a_sign_that_comes_again_after_it_was_taken_stands_there_again(office):
    id, _link = asked(office)
    reply(office, id, "Skin that turns white")
    handle_sign(office.context, office.doctor, id)
    office.pass_time(days=1)
    reply(office, id, "Skin that stays numb")

    [sign] = signs(office)
    assert (sign.gravity, sign.signs, sign.day) == (1, (NUMB,), 8)
    assert len(mails(office, "alert")) == 2


def test_who_is_well_after_the_sign_was_taken_opens_nothing(office):
    id, _link = asked(office)
    reply(office, id, "Skin that turns white")
    handle_sign(office.context, office.doctor, id)
    reply(office, id)

    assert signs(office) == []


def test_the_desk_answers_with_the_patient_on_the_telephone(office):
    treated(office, screening_id=decided(office))
    go_to_day(office, 7)
    [call] = list_to_call(office.context, office.receptionist)
    page = open_page(office.context, call.check_in_id, by=office.receptionist)
    said = {one.key: "yes" for one in page.asked if one.sign == BLACK}
    answer(office.context, call.check_in_id, said, office.receptionist)

    assert [one.signs for one in signs(office)] == [(BLACK,)]
    assert content_of(office, call.check_in_id)["answers"][0]["by"] == office.receptionist.who
    assert list_to_call(office.context, office.receptionist) == []


def test_after_its_end_nothing_is_kept(office):
    id, _link = asked(office)
    page = {one.key: "yes" for one in open_page(office.context, id).asked}
    office.pass_time(days=14)

    assert refused(answer, office.context, id, page) == "check-in-over"
    assert signs(office) == []


def test_a_sign_on_a_treatment_taken_back_stays_on_the_desk(office):
    id = decided(office, "prp")
    office.now = office.now.replace(hour=8)
    treatment = treated(office, "prp", ago=1, screening_id=id)
    go_to_day(office, 0)
    [call] = list_to_call(office.context, office.receptionist)
    page = open_page(office.context, call.check_in_id, by=office.receptionist)
    said = {one.key: "yes" for one in page.asked}
    answer(office.context, call.check_in_id, said, office.receptionist)
    take_back(office.context, office.doctor, treatment)

    assert len(signs(office)) == 1


def test_a_contraindication_on_submission_tells_the_clinics_address_once(office):
    office.submit(pregnant="yes", can_be_pregnant="yes")

    assert len(mails(office, "alert")) == 1


def test_an_ordinary_submission_tells_nobody(office):
    office.submit()

    assert mails(office, "alert") == []
