from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.documents.certificates.authority import ALONE, is_alone
from screening.storage.tables import Account, AccountChange, AccountNotice
from screening.workflow.accounts import (
    administration,
    passwords,
    second_factor,
    second_person,
    sessions,
)
from screening.workflow.clinics.alerts import change_alerts
from screening.workflow.mail import delivery
from screening.workflow.review import reviews
from tests.mail_server import texts
from tests.office import PASSWORD, decide, refused
from tests.workflow.accounts.test_administration import acts, administrator_of

NEW = ("ana", "Ana Silva", "doctor", "GMC 1234567")


@pytest.fixture
def admin(office):
    return administrator_of(office)


def begin(office, admin, *what):
    """Begin a new account and return the id under which it waits."""
    assert administration.open_account(office.context, admin, *(what or NEW)) is None
    found = newest(office, admin)
    office.pass_time(seconds=1)
    return found


def newest(office, person):
    return second_person.list_changes(office.context, person)[0].id


def confirm(office, who, id):
    return second_person.confirm(office.context, who, id, PASSWORD)


def account_of(office, username):
    with office.context.database.read() as session:
        return session.scalars(select(Account).where(Account.username == username)).first()


def certificate_of(office, username):
    with office.context.database.read() as session:
        id = account_of(office, username).id
        return sessions.doctor_credentials(office.context, session, id)


@pytest.mark.both_databases
def test_a_new_doctor_waits_for_a_second_person_who_gets_the_link(office, admin):
    id = begin(office, admin)
    assert account_of(office, "ana") is None
    assert second_person.to_confirm(office.context, office.doctor) == 1
    done = confirm(office, office.doctor, id)

    passwords.set_password(office.context, done.link, "lantern orbit walnut fjord")
    held = certificate_of(office, "ana")
    assert (held.subject, held.registration) == ("Ana Silva", "GMC 1234567")
    assert not is_alone(held.certificate)
    assert {"begin account", "add doctor", "confirm account"} <= set(acts(office))


def test_nobody_confirms_what_they_began_or_what_concerns_themselves(office, admin):
    own = begin(office, admin)
    assert refused(confirm, office, admin, own) == "yourself"
    administration.reset_second_factor(office.context, admin, office.doctor.id)
    of_doctor = newest(office, admin)
    office.pass_time(seconds=1)
    assert refused(confirm, office, office.doctor, of_doctor) == "yourself"
    administration.add_registration(office.context, office.doctor, "GMC 7777777")
    assert refused(confirm, office, office.doctor, newest(office, admin)) == "yourself"

    for id in (own, of_doctor):
        for other in (office.receptionist, office.lead):
            assert refused(confirm, office, other, id) == "yourself", "is nobody who confirms"
    assert second_factor.recovery_codes_left(office.context, office.doctor.id) == 0
    assert sessions.who_is(office.context, office.doctor.sign_in), "nothing is reset yet"


def test_two_who_confirm_each_other_still_name_both_and_the_doctors_see_it(office, admin):
    administration.change_role(office.context, admin, office.lead.id, "administrator")
    confirm(office, office.doctor, newest(office, admin))
    [told] = second_person.list_changes(office.context, office.doctor)

    assert (told.begun_by, told.settled_by, told.state) == ("Kim Berg", "Dr Mai Tran", "confirmed")
    office.pass_time(days=15)
    assert second_person.list_changes(office.context, office.doctor) == []


@pytest.mark.both_databases
def test_a_confirmation_works_once_and_for_two_weeks(office, admin):
    id = begin(office, admin)
    confirm(office, office.doctor, id)
    assert refused(confirm, office, office.doctor, id) == "settled"
    late = begin(office, admin, "bea", "Bea Costa", "administrator")
    second_person.drop(office.context, admin, late)
    assert refused(confirm, office, office.doctor, late) == "settled"
    administration.change_role(office.context, admin, office.lead.id, "receptionist")
    old = newest(office, admin)
    office.pass_time(days=15)
    assert refused(confirm, office, office.sign_in("doctor"), old) == "settled"


def test_a_second_person_gives_the_password_or_a_code(office, admin):
    id = begin(office, admin)

    wrong = (second_person.confirm, office.context, office.doctor, id, "wrong")
    assert refused(*wrong) == "wrong"
    assert account_of(office, "ana") is None
    assert second_person.confirm(office.context, office.doctor, id, office.code("doctor")).link


def test_what_a_closed_account_began_or_is_about_is_confirmed_no_more(office, admin):
    other = office.add("other", "Jo Vance", "administrator")
    began = begin(office, admin)
    administration.reset_second_factor(office.context, admin, office.lead.id)
    about = newest(office, admin)
    administration.disable(office.context, other, admin.id)
    administration.disable(office.context, other, office.lead.id)
    for id in (began, about):
        assert refused(confirm, office, office.doctor, id) == "settled"

    third = begin(office, other)
    with office.context.database.write() as session:  # closed by a backup, say, and not by hand
        session.get_one(Account, other.id).disabled_at = office.now
    assert refused(confirm, office, office.doctor, third) == "closed"


def test_what_waits_at_another_clinic_is_as_good_as_none(office, admin):
    from screening.workflow.clinics.clinics import add_clinic

    elsewhere = add_clinic(office.context, "Boreas", "", "", "UTC")
    stranger = office.add("far", "Far Away", "doctor", elsewhere)

    assert refused(confirm, office, stranger, begin(office, admin)) == "gone"


def test_a_role_holds_once_it_is_confirmed_and_a_new_doctor_needs_a_number(office, admin):
    change = (administration.change_role, office.context, admin, office.receptionist.id)
    assert refused(*change, "doctor", "") == "needs-registration"
    assert refused(*change, "doctor", "none") == "needs-registration"
    administration.change_role(office.context, admin, office.receptionist.id, "doctor", "ＧＭＣ ７")
    assert refused(*change, "doctor", "x" * 41) == "needs-registration"
    assert sessions.who_is(office.context, office.receptionist.sign_in).role == "receptionist"
    confirm(office, office.doctor, newest(office, admin))

    assert sessions.who_is(office.context, office.receptionist.sign_in).role == "doctor"
    assert certificate_of(office, "reception").registration == "GMC 7"


def test_a_doctor_of_before_adds_a_number_and_keeps_what_was_signed(office, admin):
    with office.context.database.write() as session:
        account = session.get_one(Account, office.doctor.id)
        account.registration = None
        bare = office.context.issue("Dr Mai Tran", office.now, None, False)
        sessions.keep_credentials(office.context, session, account, bare)
    assert certificate_of(office, "doctor").registration == ""
    reviews.decide(*decide(office, office.submit(), "proceed"))
    administration.add_registration(office.context, office.doctor, "Л041-01137-77/00000000")
    assert administration.registration_of(office.context, office.doctor) == ""
    confirm(office, admin, newest(office, admin))

    assert certificate_of(office, "doctor").registration == "Л041-01137-77/00000000"
    reviews.decide(*decide(office, office.submit(), "proceed"))


def test_a_reset_waits_too(office, admin):
    administration.reset_second_factor(office.context, admin, office.doctor.id)
    assert account_of(office, "doctor").totp
    assert sessions.who_is(office.context, office.doctor.sign_in)


def test_a_link_for_who_may_confirm_and_has_no_second_step_waits_too(office, admin):
    confirm(office, office.doctor, begin(office, admin, "bea", "Bea Costa", "administrator"))
    bea = account_of(office, "bea").id

    assert administration.give_link(office.context, admin, bea) is None
    assert confirm(office, office.doctor, newest(office, admin)).link
    assert administration.give_link(office.context, admin, office.doctor.id), "has a second step"


def test_in_a_clinic_of_one_a_command_stands_in_and_the_certificate_says_so(office, admin):
    administration.disable(office.context, admin, office.doctor.id)
    id = begin(office, admin)
    [waits] = second_person.list_changes(office.context, admin)
    assert (waits.may, waits.others) == (False, 0)
    second_person.confirm_on_server(office.context, office.clinic, id)

    held = certificate_of(office, "ana").certificate
    assert is_alone(held) and ALONE in held.subject.rfc4514_string().replace("\\", "")
    assert account_of(office, "ana").vouched_by == "server"


def test_the_command_does_not_stand_in_where_somebody_may_confirm(office, admin):
    id = begin(office, admin)
    server = (second_person.confirm_on_server, office.context, office.clinic)

    assert refused(*server, id) == "others-confirm"
    assert refused(*server, "x") == "gone"


@pytest.mark.parametrize(
    "name",
    ["Mai Tran", "MAI  TRAN", "Mаi Trаn", "Mai\u200bTran", "MaiTran", "Dr. Mai Trån", "Tran, Mai"],
)
def test_no_two_people_of_a_clinic_have_names_that_look_the_same(office, admin, name):
    opened = (administration.open_account, office.context, admin, "second")

    assert refused(*opened, name, "doctor", "GMC 2") == "name-taken"
    assert refused(*opened, name, "receptionist") == "name-taken"


def test_a_name_is_taken_while_it_waits_and_after_its_account_is_closed(office, admin):
    begin(office, admin)
    again = (administration.open_account, office.context, admin)
    assert refused(*again, "ana2", "Аna Silva", "doctor", "GMC 3") == "name-taken"
    administration.disable(office.context, admin, office.receptionist.id)
    assert refused(*again, "sam2", "Sam Hill", "receptionist") == "name-taken"


def test_a_restored_clinic_signs_nothing_until_somebody_has_looked_at_its_accounts(office, admin):
    begun = begin(office, admin)
    with office.context.database.write() as session:
        second_person.wait_after_restore(office.context, session)
    sent = office.submit()
    assert refused(confirm, office, office.doctor, begun) == "settled"
    assert refused(reviews.decide, *decide(office, sent, "proceed")) == "restored"
    assert refused(second_person.drop, office.context, admin, newest(office, admin)) == "settled"
    confirm(office, office.doctor, newest(office, admin))

    reviews.decide(*decide(office, sent, "proceed"))


def test_the_clinics_doctors_are_told_by_mail_without_a_name(mailing_office, server):
    office, admin = mailing_office, administrator_of(mailing_office)
    id = begin(office, admin)
    assert delivery.due_mails(office.context) == [], "the clinic gave no address"
    second_person.drop(office.context, admin, id)
    change_alerts(office.context, admin, "112", "doctors@clinic.example")
    id = begin(office, admin)
    confirm(office, office.doctor, id)
    for order in delivery.due_mails(office.context):
        assert delivery.send_mail(office.context, order)

    assert len(server.mails) == 2
    for mail in server.mails:
        assert mail["To"] == "doctors@clinic.example"
        text = texts(mail)
        assert "/confirmations" in text
        assert not [name for name in ("Ana", "Silva", "Kim", "Mai", "GMC") if name in text]
    with office.context.database.read() as session:
        states = set(session.scalars(select(AccountNotice.state)))
        assert states == {"sent"}
    assert delivery.due_mails(office.context) == []


def test_a_change_that_is_begun_again_takes_the_place_of_the_first(office, admin):
    for role in ("receptionist", "administrator"):
        office.pass_time(seconds=1)
        administration.change_role(office.context, admin, office.lead.id, role)
    with office.context.database.read() as session:
        rows = session.scalars(select(AccountChange).order_by(AccountChange.begun_at)).all()
    assert [row.state for row in rows] == ["dropped", "waiting"]
    assert office.now - rows[0].begun_at == timedelta(seconds=1)


def test_a_restored_clinic_waits_until_it_is_confirmed_however_long_that_takes(office, admin):
    with office.context.database.write() as session:
        second_person.wait_after_restore(office.context, session)
    office.pass_time(days=30)
    [waits] = second_person.list_changes(office.context, office.doctor)

    assert second_person.to_confirm(office.context, office.doctor) == 1
    confirm(office, office.doctor, waits.id)
    sent = office.submit()
    reviews.decide(*decide(office, sent, "proceed"))


def test_the_doctors_of_a_restored_clinic_get_a_mail(mailing_office, server):
    office, admin = mailing_office, administrator_of(mailing_office)
    change_alerts(office.context, admin, "112", "doctors@clinic.example")
    unmailed = replace(office.context, mail=None)  # as the command that restores has it
    with office.context.database.write() as session:
        second_person.wait_after_restore(unmailed, session)
    for order in delivery.due_mails(office.context):
        assert delivery.send_mail(office.context, order)

    [mail] = server.mails
    assert mail["To"] == "doctors@clinic.example" and "/confirmations" in texts(mail)
    assert delivery.due_mails(office.context) == []
