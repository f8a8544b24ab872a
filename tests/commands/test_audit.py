import sqlite3

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.workflow.records.noted_head import LOST


@pytest.fixture
def audit(tmp_path, furnish):
    """Return a function that runs `screening audit` on an installation with entries."""
    office = furnish(tmp_path)
    office.invite()
    office.close()

    def run(*arguments):
        told = {"SCREENING_INSTANCE": str(tmp_path)}
        return CliRunner().invoke(main, ["audit", *arguments], env=told)

    return run


@pytest.fixture
def verify(audit):
    return lambda *arguments: audit("verify", *arguments)


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


def test_a_lost_end_shows_against_the_head_that_the_worker_noted(verify, tmp_path):
    (tmp_path / "ledger.head").write_text(verify().stdout.split()[-1])
    assert verify().exit_code == 0
    change(tmp_path, "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)")
    done = verify()

    assert (done.exit_code, done.stderr) == (1, f"BROKEN: {LOST}\n")


def test_looks_and_acts_are_listed_apart(audit):
    acts, looks = (audit("list", "--kind", kind).stdout for kind in ("acts", "reads"))

    assert "\tacts\taccount:1\tinvite\tSC-" in acts and "look at audit log" not in acts
    assert "look at audit log" in looks and "invite" not in looks
    assert audit("list", "--most", "1").stdout.count("\n") == 1
