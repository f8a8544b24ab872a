"""A clinic that is opened, staffed and put to use by commands alone, as they are typed."""

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.workflow.accounts import sessions
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
    account = printed("account", "mai", "--name", "Dr Mai Tran", "--role", "doctor")
    tablet = printed("kiosk", "Waiting room", "--clinic", clinic)
    invited = printed("invite", "Lan Nguyen", "--procedure", "mesotherapy-face")

    context = installation.context
    assert installation.clinic_id == clinic
    assert sessions.sign_in(context, "mai", account.split("password: ")[1])
    assert tablets.pair(context, tablet.removeprefix("pairing code: "))
    assert invited.startswith(f"{installation.url}/s/")
    assert answering.follow_link(context, invited.rpartition("/")[2])[1] == "invited"


def test_an_invitation_to_what_nobody_offers_names_what_there_is(installation):
    run(installation, "clinic", "Aurelia")
    done = run(installation, "invite", "Lan Nguyen", "--procedure", "levitation")

    assert done.exit_code == 2
    assert "name up to ten of these procedures: " in done.stderr
    assert "mesotherapy-face" in done.stderr
