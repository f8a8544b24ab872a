"""Stored reports are stamped again in time, and each of their files is known as ours."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
import time_machine
from sqlalchemy import delete, update

from screening.documents.verifying.verify_process import check
from screening.storage.tables import Account, ReportRow
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.sealed import seal_into
from screening.workflow.records import erasure
from screening.workflow.reports.issued import issued_as
from screening.workflow.reports.restamping import Stamped, due, restamp
from screening.workflow.reports.verification import compare, in_words, trusted_roots
from screening.workflow.review import reviews
from tests.documents.outside import SOON, first_day, outside_authorities
from tests.workflow.reports.test_making import row
from tests.workflow.reports.test_verification import pdf_of
from tests.workflow.review.test_reviews import decide

NEARLY = first_day(SOON) - timedelta(days=20)  # the clock's first key ends then


@pytest.fixture(scope="module")
def outside():
    with outside_authorities() as outside:
        yield outside


@pytest.fixture
def office(office, outside):
    """An office whose clock has its first key."""
    with_clock(office, outside, "tsa-first")
    office.submit()
    with office.context.database.write() as session:  # one report is enough here
        session.execute(delete(ReportRow).where(ReportRow.kind != "screening"))
    office.make_reports()
    return office


def with_clock(office, outside, name):
    clock = outside.clock(name)
    trust = (*office.context.trust, *clock.roots)
    office.context = replace(office.context, clock=clock, trust=trust)


def checked(office, pdf, at):
    return compare(office.context, check(pdf, trusted_roots(office.context), at))


def later(office, at):
    office.context = replace(office.context, now=lambda: at)
    return time_machine.travel(at)


def outcomes(office):
    return {restamp(office.context, id) for id in due(office.context)}


@pytest.mark.both_databases
def test_a_report_is_stamped_again_in_time_and_both_files_are_known(office, outside):
    issued, made = pdf_of(office), row(office)
    assert outcomes(office) == {Stamped.NOT_YET}
    assert due(office.context) == []
    assert row(office).proven_until == first_day(SOON)

    with later(office, NEARLY):
        with_clock(office, outside, "tsa")
        assert outcomes(office) == {Stamped.AGAIN}
        assert due(office.context) == []
    stamped = pdf_of(office)
    assert (stamped.startswith(issued), stamped != issued) == (True, True)
    assert row(office).sha256 == made.sha256 == sha256(issued).hexdigest()

    after = first_day(SOON) + timedelta(days=300)
    lasting, ended = checked(office, stamped, after), checked(office, issued, after)
    assert (lasting.status, lasting.byte_for_byte) == ("PASSED", True)
    assert (ended.status, ended.byte_for_byte) == ("INDETERMINATE", True)
    day = f"{NEARLY:%Y-%m-%d}"
    assert f"and stamped again here on {day}, so that its proof lasts" in in_words(lasting)
    assert "stamped again" not in " ".join(in_words(ended))
    assert lasting.as_json()["issued"]["stamps"][0]["sha256"] == sha256(stamped).hexdigest()
    other = checked(office, stamped + b"\n", after)
    assert (other.status, other.byte_for_byte) == ("FAILED", None)


def test_what_is_too_late_or_broken_or_unanswered_is_said_and_left_as_it_is(office, outside):
    before = pdf_of(office)
    with later(office, NEARLY):
        outside.broken = True
        assert outcomes(office) == {Stamped.FAILED}
        assert due(office.context) != []
        outside.broken = False
    with later(office, first_day(SOON) + timedelta(days=1)):
        assert outcomes(office) == {Stamped.TOO_LATE}
        assert due(office.context) == []
    assert pdf_of(office) == before


@pytest.mark.parametrize(
    "change", [lambda pdf: pdf.replace(b"/Title", b"/TITLE", 1), lambda pdf: pdf + b"% more\n"]
)
def test_a_stored_report_that_was_changed_is_not_stamped(office, outside, change):
    changed = change(pdf_of(office))
    with office.context.database.write() as session:
        stored = session.get_one(ReportRow, row(office).id)
        seal_into(office.context, session, stored, "pdf", changed)
    with later(office, NEARLY):
        with_clock(office, outside, "tsa")
        assert outcomes(office) == {Stamped.FAILED}
    assert pdf_of(office) == changed


def test_a_report_of_a_doctor_who_has_left_passes(office):
    reviews.decide(*decide(office, row(office).screening_id, "proceed"))
    with office.context.database.write() as session:
        session.execute(delete(ReportRow).where(ReportRow.kind == "plan"))
    office.make_reports()
    with office.context.database.write() as session:
        session.execute(update(Account).values(disabled_at=office.now, credentials=None))
    found = checked(office, pdf_of(office, "decided"), office.now)
    assert (found.status, found.byte_for_byte) == ("PASSED", True)
    assert found.signatures[1]["signer"] == "Dr Mai Tran"


def test_without_a_clock_nothing_is_due(office):
    office.context = replace(office.context, clock=None)
    assert due(office.context) == []


def test_who_is_erased_leaves_no_hash_of_a_stamped_file(office, outside):
    with later(office, NEARLY):
        with_clock(office, outside, "tsa")
        outcomes(office)
    stamped = sha256(pdf_of(office)).hexdigest()
    assert issued_as(office.context, {}, stamped) is not None
    erasure.erase(office.context, row(office).screening_id, PROGRAM, "asked")
    assert issued_as(office.context, {}, stamped) is None
    assert row(office).proven_until is None
