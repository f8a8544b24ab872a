"""Who waits, who is found, and who else is looking."""

from datetime import timedelta

import pytest

from screening.workflow.reception import invitations
from screening.workflow.review import queue, reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED


def submit_as(office, name, appointment=None, **special):
    invited = invitations.invite(
        office.context, office.desk, name, ["mesotherapy-face"], appointment
    )
    office.answer(invited.screening_id, **special)
    answering.submit(office.context, office.hold(invited.screening_id), DECLARED)
    return invited


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("nguyen", ["Nguyễn Thị Lan"]),
        ("LAN thi", ["Nguyễn Thị Lan"]),
        ("Duc", ["Đức Trần"]),
        ("SC-{year}-000003", ["Ana Silva"]),
        ("an", ["Ana Silva", "Đức Trần", "Nguyễn Thị Lan"]),
        ("nobody", []),
        ("   ", []),
    ],
)
def test_a_search_finds_parts_of_a_name_or_number(office, words, expected):
    for name in ("Nguyễn Thị Lan", "Đức Trần", "Ana Silva"):
        submit_as(office, name)
        office.pass_time(minutes=1)

    found = queue.search(office.context, office.doctor, words.format(year=office.start.year))
    assert [e.name for e in found] == expected


def test_a_search_reads_only_the_newest(office, monkeypatch):
    submit_as(office, "Ana Silva")
    office.pass_time(minutes=1)
    submit_as(office, "Lan Nguyen")
    monkeypatch.setattr(queue, "NEWEST", 1)

    assert queue.search(office.context, office.doctor, "Ana") == []
    assert [e.name for e in queue.search(office.context, office.doctor, "Lan")] == ["Lan Nguyen"]


def test_the_queue_goes_by_appointment_and_counts_today_and_outcomes(office):
    today = office.evening
    submit_as(office, "Grave", can_be_pregnant="yes", pregnant="yes")
    submit_as(office, "Tomorrow", today + timedelta(days=1))
    submit_as(office, "Today", today)
    waiting = queue.list_queue(office.context, office.doctor)
    counts = queue.count(waiting, today.date(), "Europe/London")

    assert [e.name for e in waiting] == ["Today", "Tomorrow", "Grave"]
    assert (counts.all, counts.today) == (3, 1)
    assert counts.outcomes == {"no-contraindication-identified": 2, waiting[2].outcome: 1}


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
