"""Nothing becomes milder by silence: what anyone declined, deferred or put conditions on binds."""

from datetime import datetime, time, timedelta

import pytest

from screening.storage.tables import Screening
from screening.workflow.patients import merging
from screening.workflow.patients.binding import binding_decisions
from screening.workflow.review import reviews
from tests.office import ZONE, decide


def patient_of(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id).patient_id


def joined(office, *ids):
    """Merge the patients of these screenings, each into the first one's; return the ids."""
    first, *others = (patient_of(office, id) for id in ids)
    for other in others:
        merging.merge(office.context, office.desk, first, other)
    office.pass_time(minutes=1)
    return ids


def ruled(office, id, choice, reason="", who=None):
    reviews.decide(*decide(office, id, choice, reason, who=who))
    office.pass_time(minutes=1)


def binding(office, id):
    with office.context.database.read() as session:
        return binding_decisions(office.context, session, session.get_one(Screening, id))


def choices(office, id):
    return [one.choice for one in binding(office, id)]


@pytest.fixture
def colleague(office):
    return office.add("other", "Dr Omar Haddad", "doctor")


def test_a_colleagues_decline_binds_on_the_next_visit_with_its_reason(office, colleague):
    first, second = joined(office, office.submit(), office.submit())
    assert binding(office, second) == []
    ruled(office, first, "decline", "168/102 on the day", who=colleague)

    [standing] = binding(office, second)
    assert (standing.choice, standing.doctor) == ("decline", "Dr Omar Haddad")
    assert (standing.reason, standing.screening_id) == ("168/102 on the day", first)
    assert standing.is_milder("defer")
    assert not standing.is_milder("decline")
    assert binding(office, first) == [], "its own decision is amended, with a reason of its own"


def test_of_another_person_or_another_procedure_nothing_binds(office):
    first, stranger = office.submit(), office.submit()
    _, both = joined(office, first, office.submit("thread-lift", "mesotherapy-face"))
    ruled(office, first, "decline")

    assert binding(office, stranger) == []
    assert [one.procedure for one in binding(office, both)] == ["mesotherapy-face"]


def test_a_milder_decision_without_a_reason_ends_nothing(office, colleague):
    ids = joined(office, office.submit(), office.submit(), office.submit())
    ruled(office, ids[0], "decline", who=colleague)
    ruled(office, ids[1], "proceed")

    assert choices(office, ids[2]) == ["decline"]


def test_a_milder_decision_with_a_reason_is_what_stands_from_then_on(office, colleague):
    ids = joined(office, office.submit(), office.submit(), office.submit())
    ruled(office, ids[0], "decline", who=colleague)
    ruled(office, ids[1], "proceed-with-conditions", "The family doctor found 120/80, twice")

    [standing] = binding(office, ids[2])
    assert (standing.choice, standing.conditions) == ("proceed-with-conditions", "Patch test first")


def test_a_reason_that_was_given_before_anyone_knew_of_the_decline_ends_nothing(office, colleague):
    first, second, third = office.submit(), office.submit(), office.submit()
    ruled(office, first, "decline", who=colleague)
    ruled(office, second, "proceed", "Milder than advised for another cause")
    joined(office, first, second, third)

    assert choices(office, third) == ["decline"]


def test_of_an_amended_decision_the_newest_counts(office):
    first, second = joined(office, office.submit(), office.submit())
    ruled(office, first, "decline")
    _, who, id, given, password = decide(office, first, "proceed", "The report was mixed up")
    reviews.amend(office.context, who, id, given, "mixed up", password)

    assert binding(office, second) == []


def test_conditions_stand_behind_a_decline_and_a_request_for_answers_ends_neither(office):
    ids = joined(office, *(office.submit(bleeding="unknown") for _ in range(4)))
    ruled(office, ids[0], "proceed-with-conditions", "Seen by a haematologist")
    ruled(office, ids[1], "request-information")
    assert choices(office, ids[3]) == ["proceed-with-conditions"]
    ruled(office, ids[2], "decline")

    assert choices(office, ids[3]) == ["decline"]


def test_a_defer_binds_until_its_day(office):
    vaccinated = {"vaccine": "yes", "vaccine_date": office.day(1)}
    first = office.submit("thread-lift", **vaccinated)
    _, second = joined(office, first, office.submit("thread-lift"))
    ruled(office, first, "defer")

    [standing] = binding(office, second)
    assert standing.choice == "defer"
    office.now = datetime.combine(standing.until, time(0), ZONE) - timedelta(minutes=1)
    assert choices(office, second) == ["defer"]
    office.pass_time(minutes=2)
    assert binding(office, second) == []


def test_a_shorter_wait_without_a_reason_does_not_end_a_longer_one(office, colleague):
    vaccinated = {"vaccine": "yes", "vaccine_date": office.day(1)}
    first, second = office.submit("thread-lift"), office.submit("thread-lift", **vaccinated)
    *_, third = joined(office, first, second, office.submit("thread-lift"))
    ruled(office, first, "defer", "Until the rash is gone", who=colleague)
    ruled(office, second, "defer")
    office.pass_time(days=365)

    [standing] = binding(office, third)
    assert (standing.until, standing.reason) == (None, "Until the rash is gone")


def test_a_damaged_decision_hides_no_other(office, colleague):
    ids = joined(office, office.submit(), office.submit(), office.submit())
    ruled(office, ids[0], "decline", who=colleague)
    ruled(office, ids[1], "decline", "Kept")
    with office.context.database.write() as session:
        session.get_one(Screening, ids[0]).wrapped_key = b"damaged"

    assert [one.reason for one in binding(office, ids[2])] == ["Kept"]
