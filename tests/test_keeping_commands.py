"""The commands of whoever answers for the data, run as they are typed."""

import json
import zipfile

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.config import read_secrets
from screening.workflow.reception import day_list
from screening.workflow.screenings import answering


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path / "instance")
    yield office
    office.close()


def run(folder, *arguments, **settings):
    """Return the exit code and all that was said."""
    environment = {"SCREENING_INSTANCE": str(folder), "SCREENING_DATABASE": "", **settings}
    done = CliRunner().invoke(main, [str(a) for a in arguments], env=environment)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def number(office):
    return day_list.list_screenings(office.context, office.clinic)[0].number


def test_a_backup_is_restored_on_a_new_machine(office, tmp_path):
    invited = office.invite(name="Ana Silva")
    here, there, file = tmp_path / "instance", tmp_path / "new", tmp_path / "a.zip"
    code, said = run(here, "backup", file)
    assert code == 0 and "opens only with the secret" in said
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(here, "backup", file) == (2, f"{file} exists already; name a new file\n")

    code, said = run(there, "restore", file)
    assert code == 2 and "put the secret" in said and not there.exists()
    there.mkdir()
    (there / "secret").write_text("ab" * 32)
    code, said = run(there, "restore", file)
    assert code == 2 and "does not fit this backup; nothing was changed" in said
    assert [p.name for p in there.iterdir()] == ["secret"]

    (there / "secret").write_bytes((here / "secret").read_bytes())
    code, said = run(there, "restore", file)
    assert code == 0 and "every screening opens" in said
    code, said = run(there, "restore", file)
    assert code == 2 and "not empty" in said

    assert run(there, "export", invited.number, "-o", tmp_path / "b.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert b"Ana Silva" in archive.read("screening.json")


def test_what_is_no_backup_is_refused(office, tmp_path):
    (tmp_path / "no.zip").write_text("hello")
    there = tmp_path / "new"
    there.mkdir()
    (there / "secret").write_text("ab" * 32)

    code, said = run(there, "restore", tmp_path / "no.zip")
    assert code == 2 and "not a whole backup; nothing was changed" in said
    assert [p.name for p in there.iterdir()] == ["secret"]


def test_keys_are_prepared_rotated_and_retired(office, tmp_path):
    here, invited = tmp_path / "instance", office.invite()
    secret = here / "secret"
    assert run(here, "keys", "prepare")[0] == 0
    assert len(read_secrets(secret)) == 2
    code, said = run(here, "keys", "prepare")
    assert code == 2 and "prepared already" in said
    assert run(here, "keys", "retire")[0] == 2
    assert run(here, "keys", "rotate")[0] == 0
    assert len(read_secrets(secret)) == 2
    assert run(here, "keys", "rotate", "--clinic", office.clinic)[0] == 0
    assert run(here, "keys", "rotate", "--clinic", "no")[0] == 2
    assert run(here, "keys", "retire") == (0, "1 older secrets dropped\n")

    assert len(read_secrets(secret)) == 1
    assert answering.follow_link(office.context, invited.link)[0] == invited.screening_id


def test_a_screening_is_erased_with_a_reason(office, tmp_path):
    here = tmp_path / "instance"
    office.invite()
    sc = number(office)
    assert run(here, "erase", sc)[0] == 2
    assert run(here, "erase", sc, "--reason", " ")[0] == 2
    assert run(here, "erase", "SC-1", "--reason", "x") == (2, "there is no SC-1\n")
    assert run(here, "erase", sc, "--reason", "asked")[0] == 0
    assert run(here, "erase", sc, "--reason", "asked") == (2, f"{sc} was erased before\n")
    code, _ = run(here, "export", sc, "-o", tmp_path / "x.zip")
    assert code == 2 and not (tmp_path / "x.zip").exists()


def test_a_patient_is_exported_and_erased_by_any_of_her_numbers(office, tmp_path):
    here = tmp_path / "instance"
    first = office.submit()
    office.arrive(first)
    one, other = office.number(1), office.number(2)
    assert run(here, "erase", one, "--patient", one, "--reason", "x")[0] == 2
    assert run(here, "erase", "--patient", "nobody", "--reason", "x") == (2, "there is no nobody\n")
    assert run(here, "export", "--patient", other, "-o", tmp_path / "x.zip")[0] == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert len(json.loads(archive.read("patient.json"))["screenings"]) == 2
    code, said = run(here, "erase", "--patient", one, "--reason", "asked")

    assert code == 0 and all(number in said for number in (one, other))
    assert run(here, "erase", "--patient", one, "--reason", "asked")[0] == 2


def test_erasing_one_screening_names_the_patients_others(office, tmp_path):
    first = office.submit()
    office.arrive(first)
    code, said = run(tmp_path / "instance", "erase", office.number(1), "--reason", "asked")

    assert code == 0
    assert f"is kept: screening erase --patient {office.number(2)}" in said


def test_purging_lists_before_it_erases(office, tmp_path):
    here = tmp_path / "instance"
    office.now = office.now.replace(year=office.now.year - 12)
    office.submit()
    sc = number(office)
    assert run(here, "purge", "--dry-run") == (0, f"{sc} submitted\n1 would be erased\n")
    assert run(here, "purge", "--dry-run", SCREENING_KEEP_YEARS="20") == (0, "0 would be erased\n")
    assert run(here, "purge", SCREENING_KEEP_YEARS="many")[0] == 2
    assert run(here, "purge") == (0, f"{sc} submitted\n1 erased\n")
    assert run(here, "purge") == (0, "0 erased\n")


@pytest.mark.parametrize("content", ["", "hello", "abcd", "deadbeef"])
def test_a_broken_secret_is_named(office, tmp_path, content):
    (tmp_path / "bad").write_text(content)
    code, said = run(
        tmp_path / "instance", "purge", "--dry-run", SCREENING_SECRET_FILE=str(tmp_path / "bad")
    )
    assert code == 2 and "does not hold a secret" in said
