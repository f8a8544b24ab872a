"""`screening invite`: for a person a link, for another program JSON, once for each of its ids."""

import json

import pytest
from click.testing import CliRunner

from screening.cli import main


@pytest.fixture
def invite(furnish, tmp_path, monkeypatch):
    furnish(tmp_path).close()
    monkeypatch.setenv("SCREENING_INSTANCE", str(tmp_path))
    return lambda *given: CliRunner().invoke(main, ["invite", *given])


def test_a_program_gets_what_the_reception_sees_once(invite):
    how = ("Lan Nguyen", "--json", "--born", "1986-05-03", "--external-id", "S-1", "--procedure")
    first = json.loads(invite(*how, "botulinum-toxin").stdout)
    again = json.loads(invite(*how, "botulinum-toxin").stdout)

    assert first["opened"] and "/s/" in first["link"] and len(first["start_code"]) == 9
    assert again == first | {"link": None, "start_code": None, "opened": False}


def test_a_person_gets_the_link(invite):
    assert invite("Lan Nguyen").stdout.startswith("http")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--procedure", "nothing"), "name up to ten of these procedures"),
        (("--born", "3/5/1986"), "does not match the format"),
        (("--born", "2999-01-01"), "not still to come"),
        (("--appointment", "tomorrow"), "is no moment"),
        (("--appointment", "2030-05-03T10:00"), "does not say of which zone"),
        (("--email", "lan"), "this is no e-mail address"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(invite, given, said):
    done = invite("Lan Nguyen", *given)

    assert done.exit_code == 2
    assert said in done.stderr
