"""Which screenings belong together, and which only may."""

from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from screening.workflow.screenings.history import person_hash
from tests.office import DECLARED
from tests.workflow.patients.test_binding import patient_of


def related(office, id):
    found = reviews.open_review(office.context, office.doctor, id).related
    return {r.screening_id: r.chained for r in found}


def submit_as(office, name, born="1986-01-01"):
    invited = office.invite(name=name)
    office.answer(invited.screening_id, date_of_birth=born)
    answering.submit(office.context, office.hold(invited.screening_id), DECLARED)
    return invited.screening_id


def test_the_same_name_and_date_of_birth_may_be_the_same_person(office):
    first = submit_as(office, "Lan Nguyen")
    second = submit_as(office, "  lan  NGUYEN ")

    assert related(office, second) == {first: False}


def test_another_name_or_date_of_birth_is_not_brought_up(office):
    id = submit_as(office, "Lan Nguyen")
    submit_as(office, "Lan Nguyen", born="1987-01-01")
    submit_as(office, "Ana Silva")

    assert related(office, id) == {}


def test_the_same_person_at_another_clinic_has_another_hash(office):
    frame = {"patient": {"name": "Lan Nguyen", "born": "1986-01-01"}}

    assert person_hash(office.context, "one", frame) != person_hash(office.context, "two", frame)


def test_what_was_asked_again_is_this_patient_for_certain(office):
    first = office.submit()
    again = office.arrive(first)
    office.answer_open(again)
    answering.submit(office.context, office.hold(again), DECLARED)

    assert related(office, again) == {first: True}
    assert related(office, first) == {again: True}


def test_who_was_invited_again_as_the_same_person_is_so_for_certain(office):
    first = office.submit()
    who = (office.context, office.desk, "Lan Nguyen", ("mesotherapy-face",))
    again = invitations.invite(*who, patient_id=patient_of(office, first)).screening_id
    office.answer(again)
    answering.submit(office.context, office.hold(again), DECLARED)

    assert related(office, again) == {first: True}
    assert related(office, first) == {again: True}


def test_neither_name_nor_birthday_can_be_read_from_what_finds_them(office):
    submit_as(office, "Zzlan Nguyen", born="1986-07-19")
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))

    assert b"Zzlan" not in stored and b"zzlan" not in stored and b"1986-07-19" not in stored
