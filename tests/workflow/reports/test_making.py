from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from screening.documents.rendering.render_process import Press
from screening.storage.tables import ReportRow
from screening.workflow.accounts.sessions import doctor_credentials
from screening.workflow.reports import making
from screening.workflow.reports.outbox import REPORTS
from screening.workflow.review import reviews
from tests.office import decide, render_briefly


def row(office, kind="screening"):
    with office.context.database.read() as session:
        whole = select(ReportRow).options(undefer(ReportRow.pdf))
        return session.scalars(whole.where(ReportRow.kind == kind)).one()


def test_an_order_is_carried_out_once(office):
    office.submit()
    order = row(office).id
    assert order in making.due_reports(office.context)

    assert making.make_report(office.context, order, render_briefly) is True
    assert making.make_report(office.context, order, render_briefly) is False
    assert order not in making.due_reports(office.context)
    assert row(office).state == "sealed"


@pytest.mark.both_databases
def test_an_order_that_another_worker_holds_is_left_to_it(office, caplog):
    number = reviews.open_review(office.context, office.doctor, office.submit()).number
    order = row(office).id
    assert order in making.due_reports(office.context)
    assert making._lease(office.context, order)

    assert making.make_report(office.context, order, render_briefly) is False
    office.pass_time(seconds=41)
    assert order in making.due_reports(office.context)
    assert making.make_report(office.context, order, render_briefly) is True
    assert row(office).attempts == 2
    assert f"report of {number} failed, tried 1 times: the worker died" in caplog.text


@pytest.mark.both_databases
def test_a_report_that_fails_is_shown_as_failing_and_tried_again(office):
    id = office.submit()
    order = row(office).id
    assert order in making.due_reports(office.context)
    known = office.context
    office.context = replace(known, one_seal=True, seal=None)

    assert making.make_report(office.context, order, render_briefly) is False
    shown = reviews.open_review(office.context, office.doctor, id).reports["screening"]
    assert (shown.state, shown.attempts) == ("pending", 1)
    assert shown.error

    office.context = known
    assert order not in making.due_reports(office.context)
    office.pass_time(seconds=3)
    assert making.make_report(office.context, order, render_briefly) is True


def test_a_report_that_goes_on_failing_is_tried_less_and_less_often(office):
    office.submit()
    office.context = replace(office.context, one_seal=True, seal=None)
    pauses = []
    for _ in range(12):
        assert making.make_report(office.context, row(office).id, render_briefly) is False
        pauses.append((row(office).due_at - office.now).total_seconds())
        office.now = row(office).due_at

    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]


def test_a_report_that_cannot_be_rendered_leaves_the_doctor_every_verdict(
    office, caplog, children_find_tests
):
    id = office.submit(can_be_pregnant="yes", pregnant="yes")
    press = Press("tests.documents.hurting:answer", seconds=1)
    for order in making.due_reports(office.context):
        assert making.make_report(office.context, order, press.render) is False
    press.close()

    review = reviews.open_review(office.context, office.doctor, id)
    assert f"screening report of {review.number} failed, tried 1 times: RenderError" in caplog.text
    assert review.reports["screening"].error.startswith("RenderError")
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    desk = app.test_client()
    office.enter(desk, "doctor")
    page = desk.get(f"/doctor/screenings/{id}").text
    assert "Contraindicated" in page and "Pregnant" in page
    reviews.decide(*decide(office, id, "decline"))
    assert reviews.open_review(office.context, office.doctor, id).state == "decided"
    office.pass_time(seconds=5)
    assert row(office).id in making.due_reports(office.context)


@pytest.mark.both_databases
def test_a_decided_report_waits_for_the_screening_report(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    with office.context.database.write() as session:
        session.execute(
            update(ReportRow)
            .where(ReportRow.kind == "screening")
            .values(due_at=office.now + REPORTS.longest_pause)
        )

    office.make_reports()
    assert "sealed first" in row(office, "decided").error

    with office.context.database.write() as session:
        session.execute(
            update(ReportRow).where(ReportRow.kind == "screening").values(due_at=office.now)
        )
    office.pass_time(seconds=5)
    office.make_reports()
    office.pass_time(seconds=5)
    office.make_reports()
    assert row(office, "decided").state == "sealed"


def test_the_decided_report_names_the_doctor_as_the_certificate_does(office):
    id = office.submit()
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    seen = []

    def render(report, decision=None, *rest, **more):
        seen.append(decision)
        return render_briefly(report, decision, *rest, **more)

    office.make_reports(render)
    with office.context.database.read() as session:
        own = doctor_credentials(office.context, session, office.doctor.id)
    signed_by = [each["doctor"] for each in seen if each and "registration" in each["doctor"]]
    assert signed_by == [{"name": "Dr Mai Tran", "registration": own.registration}]
    assert own.registration
