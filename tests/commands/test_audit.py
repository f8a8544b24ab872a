import sqlite3

import pytest
from click.testing import CliRunner

from screening.cli import main


@pytest.fixture
def verify(tmp_path, furnish):
    """Return a function that runs `screening audit verify` on an installation with entries."""
    office = furnish(tmp_path)
    office.invite()
    office.close()

    def run(*arguments):
        told = {"SCREENING_INSTANCE": str(tmp_path)}
        return CliRunner().invoke(main, ["audit", "verify", *arguments], env=told)

    return run


def change(tmp_path, sql):
    with sqlite3.connect(tmp_path / "screening.db") as connection:
        for name in ("audit_no_update", "audit_no_delete"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)
    connection.close()


def test_a_whole_log_prints_its_head(verify):
    done = verify()
    head = done.stdout.split()[-1]

    assert (done.exit_code, done.stdout.startswith("whole")) == (0, True)
    assert verify("--head", head).exit_code == 0
    assert verify("--head", head.split(":")[1]).exit_code == 0


def test_a_changed_entry_is_named(verify, tmp_path):
    change(tmp_path, "UPDATE audit SET who = 'account:2' WHERE sequence = 2")
    done = verify()

    assert done.exit_code == 1
    assert "entry 2 was changed" in done.stderr


def test_a_cut_tail_shows_against_a_head_noted_before(verify, tmp_path):
    head = verify().stdout.split()[-1]
    change(tmp_path, "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)")

    assert verify().exit_code == 0
    done = verify("--head", head)
    assert done.exit_code == 1
    assert "cut off" in done.stderr
