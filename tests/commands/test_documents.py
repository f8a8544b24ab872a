"""Moving PDFs into a store of their own, and what a backup and a restore say of it."""

import pytest

from tests.test_keeping_commands import number, run


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path / "instance")
    office.submit()
    office.make_reports()
    yield office
    office.close()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


def test_documents_are_moved_and_the_way_is_told(office, folder, tmp_path):
    here, there = tmp_path / "instance", f"file://{folder}"
    code, said = run(here, "move-documents")
    assert code == 2 and "SCREENING_STORE names one" in said
    code, said = run(here, "move-documents", SCREENING_STORE="file:///nowhere/documents")
    assert code == 1 and "nothing is lost, go on with the same command" in said

    code, said = run(here, "move-documents", SCREENING_STORE=there)
    assert (code, said) == (
        0,
        f"2 reports lie in {there}\n0 reports lie in the database\n",
    )
    assert run(here, "move-documents", SCREENING_STORE=there)[0] == 0, "a second time is none"
    assert len([p for p in folder.rglob("*") if p.is_file()]) == 2
    assert {oct(p.stat().st_mode & 0o077) for p in folder.rglob("*")} == {"0o0"}
    back = run(here, "move-documents", "--back", SCREENING_STORE=there)
    assert back == (0, f"0 reports lie in {there}\n2 reports lie in the database\n")


def test_a_backup_says_what_it_does_not_hold_and_a_restore_looks_for_it(office, folder, tmp_path):
    here, new, file = tmp_path / "instance", tmp_path / "new", tmp_path / "a.zip"
    there = f"file://{folder}"
    run(here, "move-documents", SCREENING_STORE=there)
    code, said = run(here, "backup", file, SCREENING_STORE=there)
    assert code == 0
    assert f"2 reports lie in {there} and are not in it" in said
    code, said = run(here, "drill", file, SCREENING_STORE=there)
    assert code == 0 and "reports that verify: 2" in said, said

    next(p for p in folder.rglob("*") if p.is_file()).unlink()
    for name, setting, told in (
        ("one", there, f"not in the store of documents: {number(office)} "),
        ("two", "", "not in the store of documents: 2 reports, as no store of documents is set"),
    ):
        machine = new / name
        machine.mkdir(parents=True)
        (machine / "secret").write_bytes((here / "secret").read_bytes())
        code, said = run(machine, "restore", file, SCREENING_STORE=setting)
        assert code == 1
        assert told in said
        assert "rows restored" in said, "all else is there"


def test_what_is_erased_by_a_command_goes_from_the_store_at_once(office, folder, tmp_path):
    here, there = tmp_path / "instance", f"file://{folder}"
    run(here, "move-documents", SCREENING_STORE=there)
    erased = run(
        here, "erase", number(office), "--reason", "asked by the patient", SCREENING_STORE=there
    )

    assert erased[0] == 0
    assert not [p for p in folder.rglob("*") if p.is_file()]
