"""What the patient is told about the own copy while it is made, and when it is there."""

from screening.storage.tables import ReportRow
from screening.workflow.screenings import receipts


def test_the_copy_is_made_first_and_its_lateness_is_said(office):
    id = office.submit()
    with office.context.database.read() as session:
        kinds = [session.get_one(ReportRow, order).kind for order in office.rung[:2]]
    assert kinds == ["copy", "screening"]

    def receipt():
        return receipts.read_receipt(office.context, office.hold(id))

    assert (receipt().copy_ready, receipt().copy_late) == (False, False)
    office.pass_time(seconds=4)
    assert (receipt().copy_ready, receipt().copy_late) == (False, True)
    office.make_reports()
    assert receipt().copy_ready
