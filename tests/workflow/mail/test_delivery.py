"""Mail goes out once for each cause, to a real mail server, and says nothing about health."""

import json
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry, Screening
from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.mail import delivery
from screening.workflow.mail.smtp import MailServer as Client
from screening.workflow.reception import invitations, mailbox
from screening.workflow.records import erasure, export
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.mail_server import (
    TO,
    MailServer,
    invite,
    mails_shown,
    rows,
    send_again,
    send_due,
    states,
    texts,
)
from tests.office import DECLARED, Office, decide, refused

DIE = """
import os, sys
from screening.bootstrap import open_context
from screening.config import read_config
from screening.workflow.mail import delivery
place = open_context(read_config())
delivery._note_sent = lambda *_: os.kill(os.getpid(), 9)
delivery.send_mail(place, sys.argv[1])
"""


@pytest.fixture
def office(mailing_office):
    return mailing_office


def test_an_invitation_is_mailed_once_with_its_link(office, server):
    invitation = invite(office)
    [order] = delivery.due_mails(office.context)
    assert office.rung[-1] == order

    assert delivery.send_mail(office.context, order) is True
    assert delivery.send_mail(office.context, order) is False
    [(to, mail)] = server.taken
    assert to == [TO]
    assert mail["Subject"] == "Aurelia: your questions before your visit"
    assert mail["From"] == "Aurelia <desk@clinic.example>"
    for kind in ("plain", "html"):
        assert f"/s/{invitation.link}" in mail.get_body((kind,)).get_content()
    assert states(office) == ["sent"]
    with office.context.database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc())).first()
    assert (entry.act, entry.screening_id) == ("send invitation mail", invitation.screening_id)
    assert TO not in f"{entry.who} {entry.act} {entry.why}"


@pytest.mark.both_databases
def test_two_workers_that_turn_at_once_send_it_once(office, server):
    invite(office)
    [order] = delivery.due_mails(office.context)
    start, sent = threading.Barrier(4), []

    def turn():
        start.wait()
        sent.append(delivery.send_mail(office.context, order))

    workers = [threading.Thread(target=turn) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(sent) == [False, False, False, True]
    assert len(server.mails) == 1


def test_no_address_or_no_mail_server_sends_nothing(office):
    invite(office, to="")
    office.context = replace(office.context, mail=None)
    id = invite(office).screening_id

    assert rows(office) == []
    assert delivery.due_mails(office.context) == []
    assert refused(send_again, office, id) == "no-mail"


def test_a_server_that_is_down_is_tried_later_and_then_takes_everything(office, server):
    first, second = invite(office), invite(office)
    server.stop()
    now = office.now
    assert send_due(office) == [False, False]
    assert states(office) == ["pending", "pending"]
    assert delivery.due_mails(office.context) == []
    assert {row.due_at for row in rows(office)} == {now + timedelta(minutes=1)}
    [waiting] = mails_shown(office, first.screening_id).mails
    assert waiting.how.due_at > office.now

    office.pass_time(minutes=1)
    send_due(office)
    assert {row.due_at for row in rows(office)} == {office.now + timedelta(minutes=2)}
    server.start()
    office.pass_time(minutes=2)
    assert send_due(office) == [True, True]
    assert len(server.mails) == 2
    assert second.link in texts(server.mails[1])


def test_one_that_shall_come_later_holds_up_no_other(office, server):
    server.refuses[TO] = "451 4.7.1 Greylisted, come back later"
    invite(office)
    invite(office, to="ana@patient.example")

    assert send_due(office) == [False, True]
    server.refuses.clear()
    office.pass_time(minutes=1)
    assert send_due(office) == [True]


def test_a_refused_address_is_shown_with_the_reason_and_can_be_corrected(office, server):
    server.refuses["lam@patient.example"] = "550 5.1.1 <lam@patient.example> unknown"
    id = invite(office, to="lam@patient.example").screening_id
    assert send_due(office) == [False]
    office.pass_time(days=1)
    assert delivery.due_mails(office.context) == []
    [refusal] = mails_shown(office, id).mails
    assert (refusal.how.state, refusal.to) == ("failed", "lam@patient.example")
    assert refusal.said == "550 5.1.1 <lam@patient.example> unknown"
    assert b"lam@" not in rows(office)[0].error

    send_again(office, id)
    assert send_due(office) == [True]
    assert server.taken[0][0] == [TO]


@pytest.mark.both_databases
def test_correcting_the_address_calls_back_what_still_waits_for_the_old_one(office, server):
    id = invite(office, to="stranger@patient.example").screening_id
    server.stop()
    send_due(office)
    send_again(office, id)
    server.start()
    office.pass_time(hours=1)
    send_due(office)

    assert [to for to, _ in server.taken] == [[TO]]
    assert states(office) == ["dropped", "sent"]


def test_the_same_form_sent_twice_sends_one_mail_and_another_press_one_more(office, server):
    invitation = invite(office)
    send_due(office)
    send_again(office, invitation.screening_id, after=1)
    send_again(office, invitation.screening_id, after=1)
    send_due(office)

    assert len(server.mails) == 2
    assert all(invitation.link in texts(mail) for mail in server.mails)
    assert server.mails[0]["Message-ID"] != server.mails[1]["Message-ID"]


def test_a_link_that_is_known_only_as_a_hash_is_made_anew_unless_the_page_holds_it(office, server):
    kept, lost = invite(office, to=""), invite(office, to="")
    act = (office.context, office.desk)
    mailbox.send_link(*act, kept.screening_id, TO, "en", 0, kept.link)
    mailbox.send_link(*act, lost.screening_id, TO, "en", 0, "forged")
    send_due(office)

    assert kept.link in texts(server.mails[0])
    assert answering.follow_link(office.context, kept.link)[0] == kept.screening_id
    assert refused(answering.follow_link, office.context, lost.link) == "gone"
    assert "forged" not in texts(server.mails[1])


def test_a_new_link_is_the_one_that_the_next_mail_holds(office, server):
    old = invite(office)
    new = invitations.renew_link(office.context, office.desk, old.screening_id).link
    send_due(office)

    assert new in texts(server.mails[0]) and old.link not in texts(server.mails[0])


def test_a_worker_killed_after_handing_over_loses_nothing_and_the_second_is_known_as_the_same(
    office, server
):
    invite(office)
    [order] = delivery.due_mails(office.context)
    line = [sys.executable, "-c", DIE, order]
    done = subprocess.run(line, env=settings_of(office, server), timeout=120)

    assert done.returncode == -9
    assert len(server.mails) == 1
    assert states(office) == ["pending"]
    office.now = max(office.now, rows(office)[0].lease_until) + timedelta(seconds=1)
    assert send_due(office) == [True]
    assert states(office) == ["sent"]
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@clinic.example>")


def settings_of(office, server):
    own = {"SCREENING_INSTANCE": str(office.config.instance), **server.settings}
    return os.environ | own | {"SCREENING_DATABASE": office.config.database}


def test_the_worker_sends_what_was_ordered_while_it_was_not_there(office, server):
    invite(office)
    taken = threading.Event()
    server.on_taken = taken.set
    line = [sys.executable, "-m", "screening", "worker"]
    worker = subprocess.Popen(line, env=settings_of(office, server), stderr=subprocess.DEVNULL)
    try:
        assert taken.wait(120)
    finally:
        worker.terminate()
        worker.wait(30)
    assert len(server.mails) == 1


@pytest.mark.parametrize("end", ["withdraw", "submit", "erase"])
def test_who_does_not_need_it_any_more_gets_nothing(office, server, end):
    id = invite(office).screening_id
    if end == "withdraw":
        invitations.withdraw(office.context, office.desk, id)
    elif end == "submit":
        office.answer(id)
        answering.submit(office.context, office.hold(id), DECLARED)
    else:
        erasure.erase(office.context, id, PROGRAM, "asked")
    send_due(office)

    assert server.mails == []
    assert states(office) == ["erased" if end == "erase" else "dropped"]
    assert refused(send_again, office, id) == office_state(office, id)


def test_no_mail_leads_to_a_link_that_has_ended(office, server):
    invite(office)
    office.pass_time(days=14)

    assert send_due(office) == [False]
    assert server.mails == []
    assert states(office) == ["dropped"]


def office_state(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id).state


def test_erasing_takes_the_address_with_it(office, server):
    server.refuses[TO] = "550 No such user"
    id = invite(office).screening_id
    send_due(office)
    erasure.erase(office.context, id, PROGRAM, "asked")

    [row] = rows(office)
    assert (row.recipient, row.error, row.state) == (None, None, "erased")
    with office.context.database.read() as session:
        assert session.get_one(Screening, id).contact is None


def test_erased_between_handing_over_and_recording_stays_erased(office, server):
    id = invite(office).screening_id
    server.on_taken = lambda: erasure.erase(office.context, id, PROGRAM, "asked")
    send_due(office)

    assert states(office) == ["erased"]


@pytest.mark.both_databases
def test_an_export_holds_the_address_and_every_mail_but_not_the_link(office):
    invitation = invite(office)
    send_due(office)
    packed = export.export(office.context, invitation.screening_id, office.desk)
    told = zipfile.ZipFile(BytesIO(packed.archive)).read("screening.json").decode()
    held = json.loads(told)

    assert held["contact"] == {"to": TO, "language": "en"}
    assert [(m["to"], m["state"]) for m in held["messages"]] == [(TO, "sent")]
    assert invitation.link not in told


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "address",
    [
        "lan@patient.example\r\nBcc: all@patient.example",
        "lan@patient.example\nSubject: x",
        "lan@patient.example, ana@patient.example",
        "Lan <lan@patient.example>",
        "lan@patient",
        "lan@@patient.example",
        "..lan@patient.example",
        "lan@patient.example\x00",
        "<lan@patient.example>",
        "lan",
        f"{'l' * 65}@patient.example",
        f"lan@{'p.' * 130}example",
        "lan nguyen@patient.example",
    ],
)
def test_what_is_no_single_plain_address_is_refused(plain_office, address):
    assert refused(invite, plain_office, address) == "bad-address"


@pytest.fixture(scope="module")
def plain_office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("plain"), **MailServer().settings)
    yield office
    office.close()


def test_a_clinics_name_cannot_write_headers(office, server):
    from screening.workflow.clinics import clinics

    name = "Bad\r\nBcc: all@patient.example, <x> & Co"
    other = clinics.add_clinic(office.context, name, "", "", "UTC")
    invitations.invite(office.context, program(other), "Ana", (), None, TO)
    assert send_due(office) == [True]

    [(to, mail)] = server.taken
    assert to == [TO] and mail["Bcc"] is None
    assert "&lt;x&gt; &amp; Co" in mail.get_body(("html",)).get_content()


def test_no_mail_holds_an_answer_a_procedure_or_a_name(office, server):
    at = office.now + timedelta(days=5)
    id = invite(office, appointment_at=at).screening_id
    office.answer(id, other_meds="yes", medicine_list="Zzmedicine", cold_sore_now="yes")
    office.stand_by(id)
    answering.submit(office.context, office.hold(id), DECLARED)
    reviews.decide(*decide(office, id, "request-information", "which side?"))
    invite(office)
    send_due(office)

    assert len(server.mails) == 2
    said = "\n".join(map(texts, server.mails)).lower()
    procedures = office.context.definitions.procedures.values()
    assert not [p.name for p in procedures if p.name.lower() in said]
    for word in (
        "mesotherapy",
        "zzmedicine",
        "which side",
        "nguyen",
        "cold sore",
        "1986",
        "treatment",
        "contraind",
        "doctor",
    ):
        assert word not in said, word


def test_a_request_for_information_mails_the_patients_own_link(office, server):
    invitation = invite(office)
    send_due(office)
    office.answer(invitation.screening_id, cold_sore_now="yes")
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    reviews.decide(*decide(office, invitation.screening_id, "request-information", "Where?"))
    assert send_due(office) == [True]

    assert invitation.link in texts(server.mails[1])
    assert "a few more questions" in texts(server.mails[1])
    again, _ = answering.follow_link(office.context, invitation.link)
    assert again == rows(office)[1].screening_id != invitation.screening_id


def test_a_decision_is_told_by_a_mail_that_says_nothing_of_it(office, server):
    invitation = invite(office)
    send_due(office)
    office.answer(invitation.screening_id, cold_sore_now="yes")
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    office.pass_time(days=20)
    reviews.decide(*decide(office, invitation.screening_id, "decline", "as advised"))
    assert send_due(office) == [True]

    said = texts(server.mails[1])
    assert "your clinic has answered" in said and invitation.link in said
    for word in ("decline", "mesotherapy", "cold sore", "nguyen", "treatment", "contraind", "not"):
        assert word not in said.lower().replace("do not pass", "").replace("did you not", ""), word
    assert answering.follow_link(office.context, invitation.link)[1] == "decided", "it works anew"


def test_an_amended_decision_is_told_once_more(office, server):
    invitation = invite(office)
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    reviews.decide(*decide(office, invitation.screening_id, "proceed"))
    *given, password = decide(office, invitation.screening_id, "decline", "as advised")
    reviews.amend(*given, "second thoughts", password)

    assert [row.kind for row in rows(office)].count("answered") == 2


def test_a_patient_is_written_to_in_the_language_chosen(office, server):
    invite(office, language="ar")
    invite(office, language="xx")
    send_due(office)

    arabic, english = server.mails
    page = arabic.get_body(("html",)).get_content()
    assert 'lang="ar" dir="rtl"' in page and arabic["Content-Language"] == "ar"
    assert 'lang="en" dir="ltr"' in english.get_body(("html",)).get_content()


@pytest.mark.parametrize(("user", "password"), [("desk@", "secret"), ("", "")])
def test_a_server_without_encryption_gets_neither_password_nor_mail(office, server, user, password):
    demanding = Client.at(f"smtp://{user}127.0.0.1:{server.port}", password, "desk@clinic.example")
    office.context = replace(office.context, mail=demanding)
    invite(office)

    assert send_due(office) == [False]
    assert server.mails == []
    assert "secret" not in repr(demanding)


@pytest.mark.parametrize(
    "address", ["mail.example", "http://mail.example", "smtp://", "smtp://u:p@h", "smtp://u@h"]
)
def test_settings_that_cannot_work_are_named(address):
    with pytest.raises(ValueError, match="SCREENING_SMTP"):
        Client.at(address, "", "desk@clinic.example")
