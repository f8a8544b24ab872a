import hashlib
import io
from datetime import timedelta

import pypdf
import pytest

from screening.bootstrap import trusted
from screening.documents.verifying.verify import verify_pdf
from screening.workflow.clinics import clinics
from screening.workflow.review import reviews
from screening.workflow.review.queue import list_queue
from tests.office import decide, refused


def test_the_queue_puts_the_gravest_first(office):
    mild = office.submit()
    grave = office.submit(can_be_pregnant="yes", pregnant="yes")
    middle = office.submit(can_be_pregnant="yes", pregnant="unknown")

    queue = [e.screening_id for e in list_queue(office.context, office.doctor)]

    assert queue == [grave, middle, mild]


def test_another_clinic_sees_nothing(office):
    id = office.submit()
    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    stranger = office.add("other", "Dr Else", "doctor", other)

    assert list_queue(office.context, stranger) == []
    assert refused(reviews.open_review, office.context, stranger, id) == "gone"
    assert refused(reviews.read_report, office.context, stranger, id, "screening") == "gone"


@pytest.mark.parametrize(
    ("answers", "choice", "reason", "problem"),
    [
        ({}, "proceed", "", None),
        ({"smoke": "daily"}, "nonsense", "", "missing"),
        ({"easy_bruise": "yes"}, "proceed", "", "needs-reason"),
        ({"can_be_pregnant": "yes", "pregnant": "yes"}, "proceed", "I say so", "fixed"),
        ({"can_be_pregnant": "yes", "pregnant": "yes"}, "proceed-with-conditions", "x", "fixed"),
        ({"can_be_pregnant": "yes", "pregnant": "yes"}, "decline", "", None),
        ({"bleeding": "yes", "bleeding_which": ["other"]}, "proceed", "", "needs-reason"),
        ({"bleeding": "yes", "bleeding_which": ["other"]}, "proceed", "Seen by a doctor", None),
        ({"bleeding": "unknown"}, "proceed", "  ", "needs-reason"),
        ({"bleeding": "unknown"}, "request-information", "", None),
        (
            {"can_be_pregnant": "yes", "pregnant": "unknown"},
            "proceed",
            "The test is negative",
            None,
        ),
        ({}, "decline", "x" * 501, "too-long"),
    ],
)
def test_a_decision_milder_than_advised_needs_a_reason(office, answers, choice, reason, problem):
    id = office.submit(**answers)

    if problem:
        assert refused(reviews.decide, *decide(office, id, choice, reason)) == problem
    else:
        reviews.decide(*decide(office, id, choice, reason))
        assert reviews.open_review(office.context, office.doctor, id).state == "decided"


def test_a_wrong_password_signs_nothing_and_five_lock(office):
    id = office.submit()

    for _ in range(5):
        assert refused(reviews.decide, *decide(office, id, "proceed", password="no")) == "wrong"
    assert refused(reviews.decide, *decide(office, id, "proceed")) == "locked"
    assert reviews.open_review(office.context, office.doctor, id).state == "submitted"

    office.pass_time(minutes=16)
    reviews.decide(*decide(office, id, "proceed"))


def test_a_second_decision_is_refused(office):
    id = office.submit()
    reviews.decide(*decide(office, id, "proceed"))

    assert refused(reviews.decide, *decide(office, id, "decline")) == "decided"


def test_the_signed_report_holds_seal_signature_and_the_report_it_decides_on(office):
    id = office.submit()
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()

    first = reviews.read_report(office.context, office.doctor, id, "screening")
    signed = reviews.read_report(office.context, office.doctor, id, "decided")

    checked = verify_pdf(signed, trusted(office.config), office.now)
    assert checked.status == "PASSED"
    assert [s.field for s in checked.signatures] == ["ClinicSeal", "Doctor"]
    reader = pypdf.PdfReader(io.BytesIO(signed))
    [inside] = [found for name, found in reader.attachments.items() if name.endswith(".pdf")]
    assert inside == [first]
    text = "".join(page.extract_text() for page in reader.pages)
    assert hashlib.sha256(first).hexdigest() in text.replace("\n", "").replace("\u200b", "")
    assert verify_pdf(first, trusted(office.config), office.now).status == "PASSED"


def test_a_decision_milder_than_the_advice_for_the_visit_needs_a_reason(office):
    """A vaccine booked for the day before: nothing speaks against it today, much on the visit."""
    at = office.now + timedelta(days=21)
    id = office.submit("thread-lift", **office.vaccine_in(days=20), at=at)
    [procedure] = reviews.read_review(office.context, office.doctor, id).report["procedures"]

    assert procedure["outcome"] == "no-contraindication-identified"
    assert procedure["visit"]["outcome"] == "deferred"
    assert refused(reviews.decide, *decide(office, id, "proceed")) == "needs-reason"
    reviews.decide(*decide(office, id, "proceed", "she will move the vaccine"))
