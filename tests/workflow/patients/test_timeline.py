"""On top of a review stands what came before: everything of the person, newest first."""

from screening.storage.columns import new_id
from screening.storage.tables import CheckIn, Note, Screening, Treatment
from screening.workflow.core.sealed import seal_into
from screening.workflow.patients import merging
from screening.workflow.patients.timeline import timeline_of
from screening.workflow.review import reviews
from tests.office import decide
from tests.workflow.patients.test_binding import joined, patient_of, ruled


def line(office, id):
    with office.context.database.read() as session:
        return timeline_of(office.context, session, session.get_one(Screening, id))


def add(office, of, content, **columns):
    """Add a row that hangs on a patient, sealed with the patient's key."""
    with office.context.database.write() as session:
        row = (
            of(id=new_id(), created_at=office.now, **columns)
            if of is not CheckIn
            else of(id=new_id(), **columns)
        )
        seal_into(office.context, session, row, "content", content)
        session.add(row)
    office.pass_time(minutes=1)
    return row.id


def test_decisions_treatments_check_ins_and_notes_stand_newest_first(office):
    first, open_one, second = joined(office, office.submit(), office.submit(), office.submit())
    ruled(office, first, "proceed-with-conditions")
    whose = {"patient_id": patient_of(office, first), "account_id": office.doctor.id}
    of_clinic = {"clinic_id": office.clinic, "patient_id": whose["patient_id"]}
    done = {**of_clinic, "screening_id": first, "account_id": office.doctor.id}
    treatment = add(office, Treatment, {"lots": ["C34"]}, treated_on=office.day(), **done)
    add(
        office,
        CheckIn,
        {"signs": []},
        **of_clinic,
        treatment_id=treatment,
        sequence=1,
        due_on=office.day(),
        state="answered",
        answered_at=office.now,
        gravity=2,
    )
    add(office, Note, {"text": "Faints"}, screening_id=None, kind="note", **whose)

    found = line(office, second)

    assert [e.what for e in found.events] == [
        *("note", "check-in", "treatment", "decision", "screening")
    ]
    note, asked, treated, decided, waiting = found.events
    assert (note.content, note.doctor) == ({"text": "Faints"}, "Dr Mai Tran")
    assert (asked.gravity, treated.content) == (2, {"lots": ["C34"]})
    assert decided.rulings[0].conditions == "Patch test first"
    assert (waiting.screening_id, waiting.state) == (open_one, "submitted")
    assert found.damaged == []


def test_of_an_amended_decision_only_the_one_in_force_stands(office):
    first, second = joined(office, office.submit(), office.submit())
    ruled(office, first, "decline")
    _, who, id, given, password = decide(office, first, "proceed", "Mixed up")
    reviews.amend(office.context, who, id, given, "mixed up", password)

    [decided] = line(office, second).events
    assert (decided.sequence, decided.rulings[0].choice) == (2, "proceed")


def test_a_merge_is_said_until_a_doctor_agreed(office):
    first, second = joined(office, office.submit(), office.submit())
    assert line(office, first).merged_unconfirmed
    assert line(office, second).merged_unconfirmed
    merging.confirm_merge(office.context, office.doctor, patient_of(office, second))

    assert not line(office, second).merged_unconfirmed


def test_what_does_not_open_is_named_and_hides_nothing_else(office):
    first, broken, last = joined(office, office.submit(), office.submit(), office.submit())
    ruled(office, first, "decline")
    ruled(office, broken, "decline")
    with office.context.database.write() as session:
        session.get_one(Screening, broken).wrapped_key = b"damaged"

    found = line(office, last)
    assert [one.screening_id for one in found.events] == [first]
    assert found.damaged == [office.number(2)]
