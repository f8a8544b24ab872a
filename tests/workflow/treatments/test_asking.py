"""Who was treated is asked on the day, reminded once, and called where nothing comes back."""

from datetime import timedelta

import pytest

from screening.workflow.core.actor import PROGRAM
from screening.workflow.records import erasure
from screening.workflow.treatments.answers import list_to_call, note_call
from screening.workflow.treatments.asking import ask_how_it_went
from screening.workflow.treatments.treating import take_back
from tests.mail_server import send_due, texts
from tests.office import refused
from tests.workflow.records.test_damage import flip
from tests.workflow.treatments.clinic import (
    asked,
    check_ins,
    decided,
    go_to_day,
    know_address,
    mails,
    reply,
    treated,
)

THREADS = "Thread lift (PDO, PLLA or PCL threads)"


@pytest.fixture
def office(mailing_office):
    return mailing_office


def states(office):
    return [row.state for row in check_ins(office)]


@pytest.mark.both_databases
def test_on_the_day_a_mail_goes_out_once_and_tells_nothing(office, server):
    id = decided(office)
    know_address(office, id)
    treated(office, screening_id=id)
    go_to_day(office, 6)
    assert states(office) == ["waiting"] * 4
    go_to_day(office, 1)
    assert ask_how_it_went(office.context) == []
    assert states(office) == ["asked", "waiting", "waiting", "waiting"]
    send_due(office)

    [mail] = [texts(mail) for mail in server.mails if "how are you now" in texts(mail)]
    assert "/c/" in mail and "112" in mail
    assert not any(word in mail for word in ("Nguyen", "hread", "treat"))


def test_nobody_is_asked_at_night(office):
    id = decided(office)
    know_address(office, id)
    treated(office, screening_id=id)
    go_to_day(office, 7, hour=3)
    assert "asked" not in states(office)
    go_to_day(office, 0, hour=9)
    assert "asked" in states(office)


def test_the_mail_speaks_the_patients_language(office, server):
    asked(office, language="vi")
    send_due(office)

    assert server.mails[-1]["Content-Language"] == "vi"
    assert texts(server.mails[-1]).count("30 seconds") == 0


def test_who_does_not_answer_is_reminded_once_then_stands_on_the_desks_list(office):
    id, _link = asked(office)
    go_to_day(office, 1)
    assert len(mails(office, "check-in")) == 1
    go_to_day(office, 1)
    go_to_day(office, 1)
    assert len(mails(office, "check-in")) == 2
    assert list_to_call(office.context, office.receptionist) == []
    go_to_day(office, 1)

    [one] = list_to_call(office.context, office.receptionist)
    assert (one.check_in_id, one.name, one.why) == (id, "Lan Nguyen", "no-answer")
    assert (one.procedures, one.to) == ((THREADS,), "lan@patient.example")
    assert states(office)[0] == "missed"
    note_call(office.context, office.receptionist, id)
    assert list_to_call(office.context, office.receptionist) == []


def test_who_has_answered_gets_no_reminder_and_is_not_missed(office):
    id, _link = asked(office)
    reply(office, id)
    for _day in range(5):
        go_to_day(office, 1)

    assert len(mails(office, "check-in")) == 1
    assert states(office)[0] == "answered"
    assert list_to_call(office.context, office.receptionist) == []


def test_an_answer_that_comes_late_counts_too(office):
    id, _link = asked(office)
    go_to_day(office, 5)
    reply(office, id)

    assert states(office)[0] == "answered"
    assert list_to_call(office.context, office.receptionist) == []


def test_without_an_address_the_desk_calls(office):
    treated(office, screening_id=decided(office))
    go_to_day(office, 7)

    [one] = list_to_call(office.context, office.receptionist)
    assert (one.why, one.to) == ("no-address", "")
    assert mails(office, "check-in") == []


def test_no_mail_goes_out_for_what_was_taken_back_or_erased(office, server):
    id = decided(office)
    know_address(office, id)
    take_back(office.context, office.doctor, treated(office, screening_id=id))
    other = decided(office)
    know_address(office, other)
    treated(office, screening_id=other)
    erasure.erase(office.context, other, PROGRAM, "asked for")
    go_to_day(office, 7)

    assert mails(office, "check-in") == []
    assert set(states(office)) <= {"cancelled", "waiting"}


def test_a_mail_that_waits_is_not_sent_once_its_link_has_ended(office, server):
    asked(office)
    server.stop()
    office.pass_time(days=15)
    server.start()
    send_due(office)

    assert [row.state for row in mails(office, "check-in")] == ["dropped"]


def test_a_damaged_row_keeps_nobody_else_from_being_asked(office, caplog):
    broken, id = decided(office), decided(office)
    for one in (broken, id):
        know_address(office, one)
        treated(office, screening_id=one)
    flip(office, broken, "contact")
    go_to_day(office, 7)

    assert states(office).count("asked") == 1
    assert "no check-in" in caplog.text


def test_another_clinics_list_is_empty_and_closed(office):
    treated(office, screening_id=decided(office))
    go_to_day(office, 7)
    [one] = list_to_call(office.context, office.receptionist)

    assert refused(note_call, office.context, office.lead, "x") == "gone"
    assert one.due_on - one.treated_on == timedelta(days=7)
