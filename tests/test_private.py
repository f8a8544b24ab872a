"""A server started by hand: nobody else reads its files, and it runs nobody else's programs."""

import json
import os
import re
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from screening.bootstrap import open_context
from screening.config import read_config, read_secrets
from screening.job_queue import open_queue, tell_state
from screening.workflow.records.backups import back_up
from tests.installation import Installation
from tests.visitor import Visitor

# Whatever Python or a library would load first, if the current folder stood before them.
NAMES = ("screening", "gunicorn", "huey", "weasyprint", "pikepdf", "pyhanko", "json", "flask")
TRAP = """# notes that it was loaded, and steps aside
import importlib, sys
open({note!r}, "a").write(__name__ + "\\n")
sys.path[:] = [place for place in sys.path if place not in ("", {folder!r})]
del sys.modules[__name__]
importlib.import_module(__name__)
"""
CASE = {"procedures": ["mesotherapy-face"], "on": "2026-11-21", "patient": "Ana Silva"}
CASE["findings"] = {"pregnancy": "absent"}  # of nothing at all no report is made


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Serve from a folder full of traps, with the umask of an ordinary shell, and use it."""
    folder = tmp_path_factory.mktemp("traps")
    for name in NAMES:
        (folder / name).mkdir()
        trap = TRAP.format(note=str(folder / "fell-into"), folder=str(folder))
        (folder / name / "__init__.py").write_text(trap)
    usual = os.umask(0o022)
    server = Installation(folder / "instance", cwd=folder, log=folder / "log.txt").start()
    try:
        Visitor().submit_quietly(server.link)
        server.wait_for_report()
        yield server
    finally:
        server.stop()
        os.umask(usual)


def test_nothing_is_loaded_from_the_folder_that_it_is_started_in(served):
    """Not by the pages, the worker, the renderer, or the process that checks a stranger's file."""
    request = urllib.request.Request(
        f"{served.url}/api/v1/verifications", b"%PDF-1.7", {"Content-Type": "application/pdf"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["status"] == "FAILED"

    assert not (served.cwd / "fell-into").exists()


def test_what_it_writes_is_for_its_owner_alone(served):
    (served.cwd / "case.json").write_text(json.dumps(CASE))
    served.command("report", "case.json", "-o", "report.pdf", check=True)
    served.command("backup", "backup.zip", check=True)
    with closing(sqlite3.connect(served.folder / "screening.db")) as database:
        [(number,)] = database.execute("SELECT number FROM screening")
    served.command("export", number, "-o", "patient.zip", check=True)

    files = [p for p in served.folder.rglob("*") if p.is_file()]
    assert {"screening.db", "screening.db-wal", "screening.db-shm", "queue.db", "secret"} <= {
        p.name for p in files
    }
    files += [served.cwd / name for name in ("report.pdf", "backup.zip", "patient.zip")]
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in files} == {
        p.name: "0o600" for p in files
    }
    assert served.folder.stat().st_mode & 0o777 == 0o700


# Every file of the program that writes one, and why others cannot read what it writes.
WRITES = {
    "bootstrap.py": "0600 before anything stands in it",
    "cli.py": "`screening report`, under the umask of every command",
    "commands/backup.py": "a folder of 0700, which goes again",
    "commands/keeping.py": "0600 before anything stands in it",
    "config.py": "0600 before anything stands in it",
    "definitions/dictionary/packing.py": "names of medicines, which are public",
    "definitions/unpacking.py": "a folder of 0700, which goes again",
    "documents/rendering/fonts.py": "where the type faces are; in a folder of 0700",
    "storage/backup.py": "into a file that workflow/records/backups.py made",
    "storage/ledger.py": "0600 before anything stands in it",
    "storage/store.py": "opens what is there already, to write it to the disk",
    "storage/turn.py": "0600 before anything stands in it",
    "workflow/core/archive.py": "a folder of 0700, which goes again",
    "workflow/records/backups.py": "0600 before anything stands in it",
    "workflow/records/noted_head.py": "0600 before anything stands in it",
}
WRITING = re.compile(
    r"write_bytes|write_text|os\.open\(|\bopen\([^)]*[\"'][wax]b?[\"']|TemporaryDirectory\("
    r"|mkstemp|ZipFile\((?!packed)[^)]*[\"']w[\"']|\.touch\("
)


def test_nothing_else_writes_a_file():
    root = Path("screening")
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if WRITING.search(path.read_text())
    }
    assert found == WRITES.keys()


def test_what_is_opened_without_a_command_is_private_too(tmp_path):
    """By another server, or from a shell of Python: with the umask of an ordinary user."""
    before = os.umask(0o022)
    try:
        config = read_config({"SCREENING_INSTANCE": str(tmp_path / "instance")})
        context = open_context(config)
        tell_state(open_queue(config, context.keys), "", context.now())
        back_up(context, tmp_path / "instance/a.zip", read_secrets(config.secret_file))
        kept = {p.name: p.stat().st_mode & 0o777 for p in config.instance.rglob("*") if p.is_file()}
        context.database.close()
    finally:
        os.umask(before)

    assert {"screening.db", "screening.db-wal", "queue.db", "secret", "a.zip", "ledger"} <= set(
        kept
    )
    assert {oct(mode) for mode in kept.values()} == {"0o600"}, kept


def test_files_that_an_older_version_left_open_are_closed(furnish, tmp_path):
    furnish(tmp_path).close()
    clinic = Installation(tmp_path)
    (tmp_path / "screening.db").chmod(0o644)
    (tmp_path / "notes.txt").touch(0o644)

    clinic.command("certificates", check=True)

    assert (tmp_path / "screening.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "notes.txt").stat().st_mode & 0o777 == 0o644
