"""Every stored answer has its own day and its way, and one stored before keeps an honest one."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from screening.storage.tables import Screening
from screening.workflow.core.given import Way, given_in
from screening.workflow.core.sealed import open_sealed, seal_into, submission_of
from screening.workflow.records.export import export
from screening.workflow.screenings import answering, changes, edit_lock
from tests.office import DECLARED, refused
from tests.workflow.tablets.test_tablets import tablet


def given(office, id):
    with office.context.database.read() as session:
        row = session.get_one(Screening, id)
        draft = open_sealed(office.context, session, row, "draft")
        return {
            key: (one.answered_on.isoformat(), one.way)
            for key, one in given_in(office.context, session, row, draft).items()
        }


def forget_days(office, id):
    """Make of a stored screening one of the time before answers had days."""
    with office.context.database.write() as session:
        row = session.get_one(Screening, id)
        draft = open_sealed(office.context, session, row, "draft")
        del draft["given"]
        seal_into(office.context, session, row, "draft", draft)


@pytest.mark.both_databases
def test_each_answer_keeps_the_day_on_which_it_was_given(office):
    id = office.invite().screening_id
    answering.give_answer(office.context, office.hold(id), "bleeding", "no")
    office.pass_time(days=3)
    answering.give_answer(office.context, office.hold(id), "heart", "no")

    assert given(office, id) == {
        "bleeding": (office.day(3), "typed"),
        "heart": (office.day(), "typed"),
    }


def test_a_changed_answer_is_of_its_own_day_and_moves_no_other(office):
    id = office.invite().screening_id
    for link_id in ("bleeding", "heart"):
        answering.give_answer(office.context, office.hold(id), link_id, "no")
    office.pass_time(days=3)
    answering.give_answer(office.context, office.hold(id), "bleeding", "yes")

    assert given(office, id)["bleeding"][0] == office.day()
    assert given(office, id)["heart"][0] == office.day(3)


def test_the_day_is_the_clinics_and_not_the_machines(office):
    office.now = office.now.replace(month=6, day=15, hour=23, minute=30)  # half past midnight there
    id = office.invite().screening_id
    answering.give_answer(office.context, office.hold(id), "bleeding", "no")

    assert given(office, id)["bleeding"][0] == office.day()
    assert office.day() != office.now.date().isoformat()


def test_an_answer_on_the_tablet_says_so(office):
    id = office.invite().screening_id
    lock = edit_lock.take(office.context, id, tablet(office))
    answering.give_answer(office.context, lock, "bleeding", "no")

    assert given(office, id)["bleeding"] == (office.day(), Way.TABLET)


def test_what_was_sent_before_answers_had_days_is_of_its_sending_day(office):
    id = office.submit()
    forget_days(office, id)
    office.pass_time(days=40)

    assert set(given(office, id).values()) == {(office.day(40), "typed")}


def test_a_draft_of_that_time_is_of_its_first_day_and_never_newer_than_it_must_be(office):
    id = office.invite().screening_id
    answering.give_answer(office.context, office.hold(id), "bleeding", "no")
    office.pass_time(days=4)
    answering.give_answer(office.context, office.hold(id), "painkiller", "yes")
    answering.give_answer(office.context, office.hold(id), "painkiller_last_dose", office.day(1))
    forget_days(office, id)
    office.pass_time(days=2)
    edit_lock.take(office.context, id, office.desk)

    days = {key: day for key, (day, _) in given(office, id).items()}
    assert days["bleeding"] == days["painkiller"] == office.day(6)
    assert days["painkiller_last_dose"] == office.day(3), "it cannot have been said before"


def test_what_a_later_screening_takes_over_keeps_its_day(office):
    id = office.submit()
    office.pass_time(days=40)
    again = changes.something_changed(office.context, office.hold(id))
    forget = given(office, again)
    forget_days(office, again)

    assert forget == given(office, again)
    assert forget["heart"] == (office.day(40), "typed")


def test_a_draft_finished_days_later_asks_again_what_holds_no_more(office):
    id = office.invite().screening_id
    office.answer(id, can_be_pregnant="yes", pregnant="no", period="no")
    office.pass_time(days=2)
    draft = answering.read_draft(office.context, id)

    assert "pregnant" not in draft.answers and "bleeding" in draft.answers
    assert refused(answering.submit, office.context, office.hold(id), DECLARED) == "incomplete"

    assert "pregnant" in office.answer_open(id)
    answering.submit(office.context, office.hold(id), DECLARED)
    with office.context.database.read() as session:
        report = submission_of(office.context, session, session.get_one(Screening, id))
    assert report["case"]["answered_on"]["bleeding"] == office.day(2)
    assert "pregnant" not in report["case"]["answered_on"], "it was answered today"
    assert report["frame"]["ways"]["bleeding"] == "typed"


def test_the_export_holds_the_day_and_the_way_of_each_answer(office):
    id = office.submit()
    packed = export(office.context, id, office.desk).archive
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        held = json.loads(archive.read("screening.json"))

    assert held["draft"]["given"]["heart"] == {"answered_on": office.day(), "way": "typed"}


def test_a_clock_that_was_put_back_makes_no_answer_of_tomorrow(office):
    id = office.invite().screening_id
    office.answer(id)
    office.now -= timedelta(days=1)
    answering.submit(office.context, office.hold(id), DECLARED)

    with office.context.database.read() as session:
        report = submission_of(office.context, session, session.get_one(Screening, id))
    assert "answered_on" not in report["case"]
