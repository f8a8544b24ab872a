"""A check-in's link alone tells nothing: the date of birth does, within a few tries."""

import pytest

from screening.storage.tables import Treatment
from screening.workflow.core.actor import PROGRAM
from screening.workflow.records import erasure
from screening.workflow.treatments.answers import list_to_call
from screening.workflow.treatments.links import follow_link, prove
from screening.workflow.treatments.treating import take_back
from tests.office import refused
from tests.workflow.treatments.clinic import (
    BORN,
    asked,
    check_ins,
    content_of,
    decided,
    go_to_day,
    know_address,
    treated,
)

WRONG = "1986-05-04"


@pytest.fixture
def office(mailing_office):
    return mailing_office


def test_looking_changes_nothing(office):
    id, link = asked(office)
    before = content_of(office, id), check_ins(office)[0].state
    found = follow_link(office.context, link)

    assert (found.check_in_id, found.over, found.locked) == (id, False, False)
    assert (content_of(office, id), check_ins(office)[0].state) == before


@pytest.mark.both_databases
def test_the_date_of_birth_opens_it_and_a_wrong_one_does_not(office):
    id, link = asked(office)

    assert refused(prove, office.context, link, WRONG) == "no-match"
    assert refused(prove, office.context, link, None) == "no-match"
    assert prove(office.context, link, BORN) == id


def test_after_five_wrong_dates_nobody_gets_in_and_the_desk_calls(office):
    _id, link = asked(office)
    for _try in range(4):
        assert refused(prove, office.context, link, WRONG) == "no-match"
    assert refused(prove, office.context, link, WRONG) == "locked"

    assert refused(prove, office.context, link, BORN) == "locked"
    assert follow_link(office.context, link).locked
    assert [one.why for one in list_to_call(office.context, office.receptionist)] == ["locked"]


def test_a_right_date_forgets_the_wrong_ones(office):
    _id, link = asked(office)
    for _round in range(2):
        for _try in range(4):
            assert refused(prove, office.context, link, WRONG) == "no-match"
        assert prove(office.context, link, BORN)


def test_it_ends_after_two_weeks(office):
    _id, link = asked(office)
    office.pass_time(days=14)

    assert follow_link(office.context, link).over
    assert refused(prove, office.context, link, BORN) == "check-in-over"


def test_it_ends_when_the_screening_is_erased(office):
    _id, link = asked(office)
    erasure.erase(office.context, check_screening(office), PROGRAM, "asked for")

    assert follow_link(office.context, link).over
    assert refused(prove, office.context, link, BORN) == "check-in-over"


def check_screening(office):
    [one] = {row.treatment_id for row in check_ins(office)}
    with office.context.database.read() as session:
        return session.get_one(Treatment, one).screening_id


def test_it_ends_when_the_treatment_is_taken_back(office):
    id = decided(office, "prp")
    know_address(office, id)
    office.now = office.now.replace(hour=8)
    treatment = treated(office, "prp", ago=1, screening_id=id)  # asked about on day 1, today
    go_to_day(office, 0)
    link = content_of(office, check_ins(office)[0].id)["link"]
    take_back(office.context, office.doctor, treatment)

    assert follow_link(office.context, link).over
    assert refused(prove, office.context, link, BORN) == "check-in-over"


def test_a_link_of_nobody_is_not_found(office):
    assert refused(follow_link, office.context, "x" * 32) == "gone"
    assert refused(prove, office.context, "x" * 32, BORN) == "gone"
