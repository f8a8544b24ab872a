"""Sealed PDFs in a store of their own: a folder, and what speaks S3."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from screening.storage.store import Store, StoreAwayError
from screening.storage.tables import LooseObject, ReportRow
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.operations.health import problems
from screening.workflow.records import erasure
from screening.workflow.records.export import export
from screening.workflow.reports import documents, making
from screening.workflow.reports.documents import count_places, move, remove_loose
from screening.workflow.review import reviews
from tests.office import refused, render_briefly
from tests.s3_server import S3Server
from tests.workflow.reports.test_making import row


@pytest.fixture(scope="module")
def s3():
    server = S3Server().start()
    yield server
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path, monkeypatch):
    if request.param == "folder":
        (folder := tmp_path / "documents").mkdir()
        return Store(f"file://{folder}")
    server = request.getfixturevalue("s3")
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    server.buckets["reports"] = {}
    return Store("s3://reports/clinic")


@pytest.fixture
def stored(office, store):
    """Return an office that keeps its PDFs in `store`."""
    office.context = replace(office.context, store=store)
    return office


def read(office, id):
    return reviews.read_report(office.context, office.doctor, id, "screening")


def everything_in(store):
    return [store.get(name) for name in store.names()]


def test_a_report_lies_in_the_store_sealed_and_is_read_from_there(stored, store):
    id = stored.submit()
    stored.make_reports()

    assert row(stored).pdf is None
    assert row(stored).stored_as in store.names()
    assert count_places(stored.context) == documents.Places(database=0, store=2)
    pdf = read(stored, id)
    assert pdf.startswith(b"%PDF")
    for content in everything_in(store):
        assert b"%PDF" not in content
        assert pdf[100:140] not in content
    assert stored.context.clinic_key  # the keys stand in the database alone


def test_what_lies_in_the_database_is_moved_and_moved_back_and_nothing_is_lost(office, store):
    ids = [office.submit() for _ in range(2)]
    office.make_reports()
    before = [read(office, id) for id in ids]
    office.context = replace(office.context, store=store)
    moving = move(office.context, store)
    assert next(moving) == ""
    assert count_places(office.context) == documents.Places(database=3, store=1)
    assert [read(office, id) for id in ids] == before, "half-way they are read where they lie"

    moving.close()  # as a command that is stopped; the next one goes on where it was
    assert list(move(office.context, store)) == [""] * 3
    assert count_places(office.context) == documents.Places(database=0, store=4)
    assert [read(office, id) for id in ids] == before
    assert not loose(office)

    assert list(move(office.context, store, back=True)) == [""] * 4
    assert count_places(office.context) == documents.Places(database=4, store=0)
    assert [read(replace_store(office, None), id) for id in ids] == before
    assert len(loose(office)) == 4, "a backup of before may lead there"
    assert remove_loose(replace_store(office, store).context) == 0
    office.pass_time(days=36)
    assert remove_loose(office.context) == 4
    assert store.is_empty()


def replace_store(office, store):
    office.context = replace(office.context, store=store)
    return office


def loose(office):
    with office.context.database.read() as session:
        return session.scalars(select(LooseObject.name)).all()


def test_what_comes_back_as_something_else_stays_in_the_database(office, store, monkeypatch):
    id = office.submit()
    office.make_reports()
    before = read(office, id)
    replace_store(office, store)
    monkeypatch.setattr(Store, "get", lambda self, name: b"something else")

    assert all("stays where it is" in problem for problem in move(office.context, store))
    assert count_places(office.context) == documents.Places(database=2, store=0)
    assert read(office, id) == before


def test_an_erased_report_goes_from_the_store_too(stored, store):
    id = stored.submit()
    stored.make_reports()
    assert len(store.names()) == 2
    erasure.erase(stored.context, id, PROGRAM, "asked by the patient")

    assert remove_loose(stored.context) == 2
    assert store.is_empty()
    assert not loose(stored)
    with stored.context.database.read() as session:
        assert session.scalar(select(func.count(ReportRow.stored_as))) == 0


def test_a_newer_file_lets_the_former_stay_for_the_backups_unless_it_is_erased(stored, store):
    id = stored.submit()
    stored.make_reports()
    former = row(stored).stored_as
    kept = documents.keep(stored.context, row(stored).id, b"%PDF newer")
    with stored.context.database.write() as session:
        held = session.get_one(ReportRow, row(stored).id)
        documents.lead_to(stored.context, session, held, kept)

    assert read(stored, id) == b"%PDF newer"
    assert remove_loose(stored.context) == 0
    assert former in store.names()
    erasure.erase(stored.context, id, PROGRAM, "asked by the patient")
    assert remove_loose(stored.context) == 3
    assert store.is_empty()


def test_a_store_that_is_away_loses_nothing_and_is_told(stored, store):
    id = stored.submit()
    stored.make_reports()
    before = read(stored, id)
    away = Store("file:///nowhere/documents")
    replace_store(stored, away)

    assert refused(reviews.read_report, stored.context, stored.doctor, id, "screening") == (
        "store-away"
    )
    assert "the store of documents cannot be reached" in problems(stored.context, 10**9)
    with pytest.raises(ActRefusedError):
        export(stored.context, id, PROGRAM)
    second = stored.submit()
    order = next(iter(making.due_reports(stored.context)))
    assert making.make_report(stored.context, order, render_briefly) is False
    with pytest.raises(StoreAwayError):
        next(move(stored.context, away, back=True))
    assert remove_loose(stored.context) == 0

    replace_store(stored, store)
    stored.pass_time(minutes=1)
    stored.make_reports()
    assert read(stored, id) == before
    assert read(stored, second).startswith(b"%PDF")


def test_what_was_put_and_led_to_by_nothing_goes_after_a_while(stored, store):
    stored.submit()
    stored.make_reports()
    documents.put(stored.context, store, b"sealed, and then the power failed")
    assert len(store.names()) == 3

    assert remove_loose(stored.context) == 0
    stored.pass_time(hours=2)
    assert remove_loose(stored.context) == 1
    assert len(store.names()) == 2


def test_a_report_that_is_not_in_the_store_is_damaged_and_named(stored, store):
    id = stored.submit()
    stored.make_reports()
    store.remove(row(stored).stored_as)

    with pytest.raises(Exception, match="is not in the store of documents"):
        read(stored, id)
    with stored.context.database.read() as session:
        (named,) = documents.missing(session, store)
        assert named.endswith("screening report")
        assert documents.missing(session, None) == ["2 reports, as no store of documents is set"]


def test_a_report_that_was_erased_while_it_was_made_stays_erased(stored, store):
    id = stored.submit()
    (order, *_rest) = making.due_reports(stored.context)

    def render(*args, **kwargs):
        erasure.erase(stored.context, id, PROGRAM, "asked by the patient")
        return render_briefly(*args, **kwargs)

    making.make_report(stored.context, order, render)

    with stored.context.database.read() as session:
        assert set(session.scalars(select(ReportRow.state))) == {"erased"}
    stored.pass_time(hours=2)
    remove_loose(stored.context)
    assert store.is_empty()
