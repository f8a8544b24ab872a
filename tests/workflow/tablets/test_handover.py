import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.core.actor import PATIENT
from screening.workflow.reception import day_list, invitations
from screening.workflow.screenings import answering, edit_lock
from screening.workflow.tablets import handover, tablets
from tests.office import PHONE, refused
from tests.workflow.tablets.test_tablets import acts, tablet

BORN = "1986-05-03"
OTHER = "1991-02-28"


@pytest.fixture
def here(office):
    return tablet(office)


def test_a_start_code_works_once(office, here):
    code = office.invite().start_code

    assert handover.start(office.context, here, code.lower(), BORN)
    assert refused(handover.start, office.context, here, code, BORN) == "no-match"


def test_a_start_code_ends_with_the_day(office, here):
    code = office.invite().start_code
    office.pass_time(hours=12)

    assert refused(handover.start, office.context, here, code, BORN) == "no-match"


def test_a_wrong_date_of_birth_opens_nothing_and_does_not_use_the_code_up(office, here):
    code = office.invite().start_code

    assert refused(handover.start, office.context, here, code, OTHER) == "no-match"
    assert handover.start(office.context, here, code, BORN)


def test_of_two_patients_with_one_name_each_opens_only_the_own(office, here):
    one, other = office.invite(born=BORN), office.invite(born=OTHER)

    assert refused(handover.start, office.context, here, one.start_code, OTHER) == "no-match"
    assert refused(handover.start, office.context, here, other.start_code, BORN) == "no-match"
    assert handover.start(office.context, here, one.start_code, BORN) == one.screening_id
    assert handover.start(office.context, here, other.start_code, OTHER) == other.screening_id


def test_without_a_date_of_birth_no_code_starts_until_the_reception_notes_it(office, here):
    invited = office.invite(born=None)
    [entry] = day_list.list_screenings(office.context, office.clinic)
    assert not entry.has_birth_date
    for guess in ("", BORN, None):
        assert (
            refused(handover.start, office.context, here, invited.start_code, guess) == "no-match"
        )

    invitations.note_birth_date(office.context, office.desk, invited.screening_id, BORN)
    assert handover.start(office.context, here, invited.start_code, BORN) == invited.screening_id
    assert "note date of birth" in acts(office)


@pytest.mark.both_databases
def test_five_misses_lock_the_tablet_until_staff_unlock_it(office, here):
    code = office.invite().start_code
    for attempt in range(5):
        wrong = ("AAAA-AAAA", BORN) if attempt % 2 else (code, OTHER)
        assert refused(handover.start, office.context, here, *wrong) == "no-match"

    office.pass_time(minutes=30)
    assert refused(handover.start, office.context, here, code, BORN) == "locked"
    assert [t.locked for t in tablets.list_kiosks(office.context, office.clinic)] == [True]
    tablets.unlock(office.context, office.desk, here.id)
    assert handover.start(office.context, here, code, BORN)
    assert acts(office)[-3:] == ["lock tablet", "unlock tablet", "start"]


def test_the_receptions_code_starts_an_empty_questionnaire_and_says_so_first(office, here):
    invited = office.invite()
    handover.start(office.context, here, invited.start_code, BORN)
    held = edit_lock.take(office.context, invited.screening_id, here)
    answering.give_answer(office.context, held, "date_of_birth", BORN)
    office.pass_time(hours=21)

    for code in (invited.start_code, "AAAA-AAAA"):
        assert refused(handover.start, office.context, here, code, BORN) == "no-match"
    assert refused(answering.open_draft, office.context, held) == "no-visit"
    new = invitations.renew_link(office.context, office.desk, invited.screening_id).start_code
    assert refused(handover.start, office.context, here, new, BORN) == "begun"
    kept = answering.read_draft(office.context, invited.screening_id).answers
    assert kept == {"date_of_birth": BORN}, "nothing is destroyed by one tap"

    id = handover.start(office.context, here, new, BORN, True)
    held = edit_lock.take(office.context, id, here)
    draft = answering.open_draft(office.context, held)
    assert (draft.answers, draft.invited_for) == ({}, ["mesotherapy-face"])


def begin_by_phone(office, **answers):
    """Return a screening begun on the phone and the phone's edit lock."""
    invited = office.invite(born=None)
    held = edit_lock.take(
        office.context, answering.enter(office.context, invited.link, PHONE), PATIENT, PHONE
    )
    answering.choose_procedures(office.context, held, ["mesotherapy-face"])
    for link_id, answer in answers.items():
        answering.give_answer(office.context, held, link_id, answer)
    return invited.screening_id, held


def test_begun_on_the_phone_it_ends_on_the_tablet_with_every_answer(office, here):
    id, phone = begin_by_phone(office, date_of_birth=BORN, can_be_pregnant="no")
    code = handover.code_for_tablet(office.context, phone)
    assert len(code.replace("-", "")) == 6
    assert refused(handover.start, office.context, here, code, OTHER) == "no-match"

    assert handover.start(office.context, here, code, BORN) == id
    held = edit_lock.take(office.context, id, here)
    assert answering.open_draft(office.context, held).answers == {
        "date_of_birth": BORN,
        "can_be_pregnant": "no",
    }
    for act, more in (
        (answering.open_draft, ()),
        (answering.give_answer, ("can_be_pregnant", "yes")),
        (answering.choose_procedures, (["mesotherapy-face"],)),
        (handover.code_for_tablet, ()),
    ):
        assert refused(act, office.context, phone, *more) == "elsewhere"
    assert refused(handover.start, office.context, here, code, BORN) == "no-match"


def test_the_phones_code_ends_after_ten_minutes(office, here):
    _id, phone = begin_by_phone(office, date_of_birth=BORN)
    code = handover.code_for_tablet(office.context, phone)
    office.pass_time(minutes=10)

    assert refused(handover.start, office.context, here, code, BORN) == "no-match"


def test_the_phone_gives_no_code_before_it_knows_a_date_of_birth(office):
    _id, phone = begin_by_phone(office)
    assert refused(handover.code_for_tablet, office.context, phone) == "no-birth-date"


def test_the_tablets_link_leads_to_one_phone_once(office, here):
    id = handover.start(office.context, here, office.invite().start_code, BORN)
    held = edit_lock.take(office.context, id, here)
    link = handover.link_for_phone(office.context, here, held)
    assert refused(handover.start, office.context, here, link, BORN) == "no-match"

    assert handover.follow_to_phone(office.context, link, PHONE) == id
    edit_lock.take(office.context, id, PATIENT)
    assert refused(answering.open_draft, office.context, held) == "elsewhere"
    assert refused(handover.follow_to_phone, office.context, link, PHONE) == "link-used"
    with office.context.database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.screening_id == id))
        assert [e.act for e in entries][-3:] == [
            "give link for phone",
            "go on by phone",
            "change device",
        ]


@pytest.mark.both_databases
def test_the_tablets_link_ends_after_ten_minutes(office, here):
    id = handover.start(office.context, here, office.invite().start_code, BORN)
    link = handover.link_for_phone(office.context, here, edit_lock.take(office.context, id, here))
    office.pass_time(minutes=10)

    assert refused(handover.follow_to_phone, office.context, link, PHONE) == "link-used"


def test_a_tablet_left_alone_loses_the_lock_and_one_in_use_keeps_it(office, here):
    id = handover.start(office.context, here, office.invite().start_code, BORN)
    held = edit_lock.take(office.context, id, here)
    for _ in range(4):
        office.pass_time(minutes=14)
        edit_lock.keep(office.context, held)

    assert edit_lock.is_here(office.context, held)
    office.pass_time(minutes=15)
    assert refused(answering.open_draft, office.context, held) == "no-visit"
    assert refused(edit_lock.keep, office.context, held) == "no-visit"


@pytest.mark.both_databases
def test_a_visit_that_ended_opens_nothing_whatever_the_browser_kept(office, here):
    id = handover.start(office.context, here, office.invite().start_code, BORN)
    held = edit_lock.take(office.context, id, here)
    edit_lock.lay_down(office.context, held)

    assert refused(answering.open_draft, office.context, held) == "no-visit"
    assert refused(answering.give_answer, office.context, held, "date_of_birth", BORN) == "no-visit"
