import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from screening.storage import audit
from screening.storage.encryption import SealedBlobError, open_bytes
from screening.storage.tables import AuditEntry, Decision, ReportRow, Screening
from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.states import State
from screening.workflow.operations.counts import count_work
from screening.workflow.reception import day_list, invitations
from screening.workflow.records import erasure, export, retention
from screening.workflow.reports import making
from screening.workflow.review import queue, reviews
from screening.workflow.screenings import answering, receipts
from tests.office import DECLARED
from tests.workflow.review.test_reviews import decide


def row(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id)


def entries(office, id):
    with office.context.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.screening_id == id)
        return list(session.scalars(query.order_by(AuditEntry.sequence)))


@pytest.mark.both_databases
def test_a_link_that_ended_a_day_ago_expires_once(office):
    waiting, sent = office.invite().screening_id, office.submit()
    office.pass_time(days=14, hours=23)
    assert retention.expire(office.context) == 0
    office.pass_time(hours=2)

    assert retention.expire(office.context) == 1
    assert retention.expire(office.context) == 0
    assert (row(office, waiting).state, row(office, sent).state) == ("expired", "submitted")
    assert [e.act for e in entries(office, waiting)] == ["invite", "expire"]


def test_a_new_link_takes_an_expired_screening_up_again_with_its_answers(office):
    id = office.invite().screening_id
    office.answer(id)
    office.pass_time(days=16)
    retention.expire(office.context)
    link = invitations.renew_link(office.context, office.desk, id).link

    assert answering.follow_link(office.context, link) == (id, State.IN_PROGRESS)
    assert "bleeding" not in office.answer_open(id), "what lasts is not asked again"
    answering.submit(office.context, office.hold(id), DECLARED)


@pytest.mark.both_databases
def test_erasing_destroys_the_key_and_all_that_it_opened(office):
    id = office.submit()
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    with office.context.database.read() as session:
        screening = session.get_one(Screening, id)
        key, sealed = office.context.screening_key(session, screening), screening.submission
    erasure.erase(office.context, id, PROGRAM, "asked by the patient")

    with office.context.database.read() as session:
        screening = session.get_one(Screening, id)
        assert (screening.state, screening.submission, screening.gravity) == ("erased", None, None)
        pdfs = session.scalars(select(ReportRow.pdf)).all()
        assert pdfs == [None] * 4
        assert session.scalars(select(Decision.content)).all() == [b""]
        with pytest.raises(SealedBlobError):
            fresh = office.context.screening_key(session, screening)
            open_bytes(fresh, sealed, f"screening:{id}:submission")
        assert audit.find_break(session, office.context.keys.audit) is None
    last = entries(office, id)[-1]
    assert (last.act, last.who, last.why) == ("erase", "program", "asked by the patient")
    assert open_bytes(key, sealed, f"screening:{id}:submission")  # the old key alone opened it


def test_nothing_that_finds_a_person_is_kept_when_she_is_erased(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    assert row(office, invitation.screening_id).person_hash
    erasure.erase(office.context, invitation.screening_id, PROGRAM, "asked")

    erased = row(office, invitation.screening_id)
    finds = {c.name for c in Screening.__table__.columns if c.name.endswith("_hash")}
    kept = {name for name in finds if getattr(erased, name)}
    assert kept == {"link_hash", "definitions_hash"}
    assert erased.link_hash != office.context.hash(f"link:{invitation.link}")
    later = reviews.open_review(office.context, office.doctor, office.submit())
    assert later.related == [], "the same name and date of birth"


def test_a_report_that_was_not_made_before_erasing_is_not_waited_for(office):
    id = office.submit()
    assert len(making.due_reports(office.context)) == 2
    erasure.erase(office.context, id, PROGRAM, "asked")
    office.pass_time(hours=1)

    assert making.due_reports(office.context) == []
    assert count_work(office.context).pending == 0


def test_nothing_erased_is_left_in_the_files(office, tmp_path):
    id = office.submit()
    before = row(office, id)
    if office.context.database.engine.dialect.name == "postgresql":
        return
    assert before.wrapped_key in everything(tmp_path)
    erasure.erase(office.context, id, PROGRAM, "asked")

    assert before.wrapped_key not in everything(tmp_path)
    assert before.person not in everything(tmp_path)


def everything(folder: Path):
    return b"".join(p.read_bytes() for p in folder.glob("screening.db*"))


@pytest.mark.both_databases
def test_an_erased_screening_is_gone_for_everyone(office):
    invitation = office.invite()
    office.answer(invitation.screening_id)
    answering.submit(office.context, office.hold(invitation.screening_id), DECLARED)
    erasure.erase(office.context, invitation.screening_id, PROGRAM, "asked")

    for act, reason in (
        (lambda: answering.follow_link(office.context, invitation.link), "gone"),
        (
            lambda: receipts.read_receipt(office.context, office.hold(invitation.screening_id)),
            "erased",
        ),
        (
            lambda: reviews.open_review(office.context, office.doctor, invitation.screening_id),
            "erased",
        ),
        (lambda: erasure.erase(office.context, invitation.screening_id, PROGRAM, "x"), "erased"),
        (lambda: export.export(office.context, invitation.screening_id, PROGRAM), "erased"),
    ):
        with pytest.raises(ActRefusedError, match=reason):
            act()
    assert day_list.list_screenings(office.context, office.clinic) == []
    assert queue.list_queue(office.context, office.doctor) == []
    assert queue.search(office.context, office.doctor, "Lan") == []
    office.make_reports()


def test_a_recheck_outlives_the_screening_that_it_asked_again_about(office):
    first = office.submit()
    again = office.arrive(first)
    answering.submit(office.context, office.hold(again), DECLARED)
    connected = erasure.erase(office.context, first, PROGRAM, "asked")

    assert connected == [office.number(2)]
    assert reviews.open_review(office.context, office.doctor, again).changes is None


@pytest.mark.both_databases
def test_purging_follows_the_state(office):
    sent, unsent, withdrawn = office.submit(), office.invite(), office.invite()
    invitations.withdraw(office.context, office.desk, withdrawn.screening_id)
    due = lambda: {h.id for h in retention.due_for_purge(office.context, 90, 10)}  # noqa: E731
    office.pass_time(days=103)
    retention.expire(office.context)
    assert due() == set()
    office.pass_time(days=2)
    assert due() == {unsent.screening_id, withdrawn.screening_id}
    assert {h.id for h in retention.purge(office.context, 90, 10)} == due() | {
        unsent.screening_id,
        withdrawn.screening_id,
    }
    assert due() == set()
    office.pass_time(days=3650)
    assert due() == {sent}


def test_an_export_holds_all_that_is_held(office):
    id = office.submit(age="x")
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    packed = zipfile.ZipFile(BytesIO(export.export(office.context, id, office.desk).archive))
    held = json.loads(packed.read("screening.json"))
    number = held["number"]

    assert set(packed.namelist()) == {
        "screening.json",
        f"{number}-screening.pdf",
        f"{number}-copy.pdf",
        f"{number}-decided.pdf",
        f"{number}-plan.pdf",
    }
    assert all(packed.read(n).startswith(b"%PDF") for n in packed.namelist() if n.endswith("pdf"))
    assert held["person"] == {"name": "Lan Nguyen", "born": "1986-05-03"}
    assert held["draft"]["answers"]["date_of_birth"]
    assert held["submission"]["procedures"]
    assert held["decisions"][0]["doctor"]["name"] == "Dr Mai Tran"
    assert held["audit"][-1]["act"] == "export"
    assert not [name for name in held if name.endswith("hash")]


@pytest.mark.both_databases
def test_numbers_of_two_clinics_are_kept_apart(office):
    from screening.workflow.clinics import clinics

    ours = office.invite()
    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    theirs = invitations.invite(office.context, program(other), "Ana Silva")

    assert ours.number == theirs.number
    with pytest.raises(ActRefusedError, match="several"):
        retention.find_screening(office.context, ours.number)
    assert retention.find_screening(office.context, ours.number, other).id == theirs.screening_id
    with pytest.raises(ActRefusedError, match="gone"):
        retention.find_screening(office.context, "SC-1")
