"""A clinic that is opened, staffed and put to use by commands alone, as they are typed."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from screening.cli import main
from screening.storage.tables import Account, Clinic
from screening.workflow.accounts import administration, passwords, sessions
from screening.workflow.core.actor import Staff
from screening.workflow.screenings import answering
from screening.workflow.tablets import tablets
from tests.installation import Installation


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path)
    yield installation
    installation.context.database.close()


def run(installation, *arguments):
    return CliRunner().invoke(main, arguments, env=installation.environment)


def test_what_each_command_prints_opens_what_it_says(installation):
    def printed(*arguments):
        done = run(installation, *arguments)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    clinic = printed("clinic", "Aurelia", "--zone", "Europe/London")
    doctor = ("account", "mai", "--name", "Dr Mai Tran", "--role", "doctor")
    account = printed(*doctor, "--registration", "GMC 7654321")
    tablet = printed("kiosk", "Waiting room", "--clinic", clinic)
    invited = printed("invite", "Lan Nguyen", "--procedure", "mesotherapy-face")

    context = installation.context
    assert installation.clinic_id == clinic
    assert sessions.sign_in(context, "mai", account.split("password: ")[1])
    assert tablets.pair(context, tablet.removeprefix("pairing code: "))
    assert invited.startswith(f"{installation.url}/s/")
    assert answering.follow_link(context, invited.rpartition("/")[2])[1] == "invited"


def test_an_account_is_refused_in_words(installation):
    run(installation, "clinic", "Aurelia")
    doctor = ("account", "mai", "--name", "Mai Tran", "--role", "doctor")
    assert run(installation, *doctor, "--registration", "GMC 1").exit_code == 0
    again = ("account", "other", "--name", "Dr Mаi Tran", "--role", "administrator")
    same = ("account", "mai", "--name", "Bo Lind", "--role", "administrator")

    for arguments, words in ((doctor, "--registration"), (again, "the same"), (same, "taken")):
        done = run(installation, *arguments)
        assert (done.exit_code, words in done.stderr) == (2, True)


def test_in_a_clinic_of_one_the_command_confirms_what_waits(installation):
    run(installation, "clinic", "Aurelia")
    run(installation, "account", "kim", "--name", "Kim Berg", "--role", "administrator")
    context, clinic = installation.context, installation.clinic_id
    with context.database.read() as session:
        kim = session.scalars(select(Account)).one()
        at = session.get_one(Clinic, clinic)
    here = Staff(f"account:{kim.id}", clinic, "x", kim.id, at, kim.name, kim.role, "")
    given = ("ana", "Ana Silva", "doctor", "GMC 1")
    assert administration.open_account(context, here, *given) is None
    waits = run(installation, "confirm").stdout.split()
    assert waits[1:] == ["account", "Ana", "Silva"]
    done = run(installation, "confirm", waits[0])

    assert done.exit_code == 0 and done.stdout.startswith("confirmed on the server: Ana Silva")
    assert passwords.follow_link(context, done.stdout.strip().rpartition("/")[2]) == "ana"
    assert run(installation, "confirm").stdout == ""
    for id, words in ((waits[0], "confirmed or dropped before"), ("x", "nothing with this id")):
        again = run(installation, "confirm", id)
        assert (again.exit_code, words in again.stderr) == (2, True)


def test_an_invitation_to_what_nobody_offers_names_what_there_is(installation):
    run(installation, "clinic", "Aurelia")
    done = run(installation, "invite", "Lan Nguyen", "--procedure", "levitation")

    assert done.exit_code == 2
    assert "name up to ten of these procedures: " in done.stderr
    assert "mesotherapy-face" in done.stderr
