"""Who waits, who is found, and who else is looking."""

from datetime import timedelta

import pytest

from screening.storage.tables import Screening
from screening.workflow.core.sealed import open_sealed, seal_into
from screening.workflow.reception import appointments, invitations
from screening.workflow.review import line, queue, reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED


def submit_as(office, name, appointment=None, **special):
    invited = invitations.invite(
        office.context, office.desk, name, ["mesotherapy-face"], appointment
    )
    office.answer(invited.screening_id, **special)
    declared = {**DECLARED, "name": name}
    answering.submit(office.context, office.hold(invited.screening_id), declared)
    return invited


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("nguyen", ["Nguyễn Thị Lan"]),
        ("LAN thi", ["Nguyễn Thị Lan"]),
        ("Duc", ["Đức Trần"]),
        ("SC-{year}-000003", ["Ana Silva"]),
        ("an", []),
        ("nobody", []),
        ("   ", []),
    ],
)
def test_a_search_finds_whole_parts_of_a_name_or_a_number(office, words, expected):
    for name in ("Nguyễn Thị Lan", "Đức Trần", "Ana Silva"):
        submit_as(office, name)
        office.pass_time(minutes=1)

    found = queue.search(office.context, office.doctor, words.format(year=office.start.year))
    assert [e.name for e in found] == expected


def test_the_queue_goes_by_appointment_and_counts_today_and_outcomes(office):
    today = office.evening
    submit_as(office, "Grave", can_be_pregnant="yes", pregnant="yes")
    submit_as(office, "Tomorrow", today + timedelta(days=1))
    submit_as(office, "Today", today)
    page = queue.read_queue(office.context, office.doctor)
    counts, waiting = page.counts, page.entries

    assert [(e.name, e.group) for e in waiting] == [
        ("Today", "today"),
        ("Tomorrow", "next"),
        ("Grave", "no-date"),
    ]
    assert (counts.all, counts.today) == (3, 1)
    assert counts.outcomes == {"no-contraindication-identified": 2, waiting[2].outcome: 1}


def names(office, **choice):
    return [e.name for e in queue.read_queue(office.context, office.doctor, **choice).entries]


def test_a_visit_that_has_passed_without_a_decision_is_overdue_and_comes_first(office):
    submit_as(office, "Later", office.evening + timedelta(days=9))
    submit_as(office, "Missed", office.evening)
    office.pass_time(days=1, minutes=1)
    page = queue.read_queue(office.context, office.doctor)

    assert [(e.name, e.group) for e in page.entries] == [("Missed", "overdue"), ("Later", "next")]
    assert page.groups == {"overdue": 1, "next": 1}


def test_a_choice_of_the_line_is_made_before_it_is_cut_into_pages(office, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 2)
    for name in "ABC":
        submit_as(office, name)
        office.pass_time(minutes=1)
    submit_as(office, "Grave", can_be_pregnant="yes", pregnant="yes")
    submit_as(office, "Today", office.evening)

    assert names(office) == ["Today", "Grave"]
    assert names(office, page=2) == ["A", "B"]
    assert names(office, page=9) == names(office, page=3) == ["C"]
    assert names(office, today=True) == ["Today"]
    [grave] = queue.read_queue(office.context, office.doctor, outcome="contraindicated").entries
    page = queue.read_queue(office.context, office.doctor, page=2)
    assert grave.name == "Grave" and grave.gravity == 4
    assert (page.first, page.total, page.pages, page.counts.all) == (3, 5, 3, 5)


def test_a_line_says_why_and_never_states_what_is_not_known(office):
    submit_as(office, "Pregnant", can_be_pregnant="yes", pregnant="yes")
    submit_as(office, "Unsure", bleeding="unknown")
    said = {e.name: e.reasons for e in queue.list_queue(office.context, office.doctor)}

    assert said["Pregnant"][0]["state"] == "present"
    assert [r["state"] for r in said["Unsure"]] == ["unknown"]


def test_a_line_of_before_is_read_from_its_report(office):
    invited = submit_as(office, "Lan Nguyen", bleeding="unknown")
    [before] = queue.list_queue(office.context, office.doctor)
    with office.context.database.write() as session:
        screening = session.get_one(Screening, invited.screening_id)
        basis = open_sealed(office.context, session, screening, "basis")
        seal_into(office.context, session, screening, "basis", basis.pop("line") and basis)

    assert queue.list_queue(office.context, office.doctor) == [before]


def test_a_visit_that_was_moved_shows_no_verdict_of_its_former_day(office):
    at = office.evening + timedelta(days=21)
    invited = submit_as(office, "Booked", at, painkiller="yes", painkiller_last_dose=office.day())
    [entry] = queue.list_queue(office.context, office.doctor)
    assert entry.visit_on == at.date().isoformat()
    assert entry.procedures[0]["visit"] == "no-contraindication-identified"

    later = at + timedelta(days=1)
    appointments.reschedule(office.context, office.desk, invited.screening_id, later)
    [entry] = queue.list_queue(office.context, office.doctor)
    assert entry.visit_on is None


def test_whatever_changes_the_queue_changes_its_mark_and_nothing_else_does(office):
    seen = []

    def fresh():
        mark = queue.read_queue(office.context, office.doctor).mark
        assert mark == line.mark_of(office.context, office.doctor)
        new = mark not in seen
        seen.append(mark)
        return new

    other = office.add("other", "Dr Else", "doctor")
    assert fresh()
    id = submit_as(office, "Lan Nguyen", office.evening).screening_id
    assert fresh()
    reviews.open_review(office.context, office.doctor, id)  # one's own look is no news
    office.pass_time(seconds=20)
    assert not fresh()
    reviews.open_review(office.context, other, id)
    assert fresh()
    later = office.evening + timedelta(days=1)
    appointments.reschedule(office.context, office.desk, id, later)
    assert fresh()
    office.pass_time(days=1)  # what was tomorrow is today
    assert fresh()
    invitations.withdraw(office.context, office.desk, id)
    assert fresh()


def test_what_no_doctor_has_opened_is_new(office):
    id = office.submit()
    assert [e.new for e in queue.list_queue(office.context, office.doctor)] == [True]
    reviews.open_review(office.context, office.doctor, id)
    assert [e.new for e in queue.list_queue(office.context, office.doctor)] == [False]


def test_two_doctors_at_one_screening_see_each_other(office):
    id = office.submit()
    other = office.add("other", "Dr Else", "doctor")
    assert reviews.open_review(office.context, office.doctor, id).look is None
    opened = office.now

    office.pass_time(minutes=2)
    seen = reviews.open_review(office.context, other, id).look
    [waiting] = queue.list_queue(office.context, other)

    assert (seen.name, seen.at) == ("Dr Mai Tran", opened)
    assert waiting.look == seen
    assert reviews.open_review(office.context, office.doctor, id).look.name == "Dr Else"
    office.pass_time(minutes=16)
    assert reviews.open_review(office.context, other, id).look is None
