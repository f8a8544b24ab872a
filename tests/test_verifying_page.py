"""The commands that insurers and courts are told to run do what the page says of them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from screening.documents.certificates.authority import fingerprint_of
from tests.documents.sealing import authority, signed
from tests.documents.verifying.hostile import stamped, stranger

PAGE = Path(__file__).parents[1] / "docs" / "verifying.md"
BLOCKS = re.findall(r"```sh([^\n]*)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
PLAIN = "\n".join(commands for kind, commands in BLOCKS if not kind)
TIMESTAMP = "\n".join(commands for kind, commands in BLOCKS if kind)


def run(folder, pdf, commands, number=None):
    """Return what the page's commands say of `pdf`, of its signature `number` in pdfsig's list."""
    (folder / "report.pdf").write_bytes(pdf)
    for name in ("authority.pem", "clock.pem"):
        (folder / name).write_bytes(authority().certificate_pem)
    if number:
        commands = commands.replace("n=1\n", f"n={number}\n")
    shell = ["bash", "-c", commands]
    done = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("number", "name"), [(1, "Doctor"), (2, "ClinicSeal")])
def test_each_signature_is_found_good_by_the_commands_on_the_page(tmp_path, number, name):
    assert shutil.which("pdfsig")
    assert shutil.which("openssl")
    told = run(tmp_path, signed(), PLAIN, number)
    listed = told.split("Signature #")[number]
    assert name in listed
    assert "Signature is Valid." in listed
    assert "erification successful" in told
    assert ("O = Aurelia Clinic, CN = Seal" in told) == (name == "ClinicSeal")
    digits = fingerprint_of(authority().certificate).replace(" ", "")
    assert digits in told.replace(":", "")


def test_a_timestamp_is_found_good_and_its_moment_is_told(tmp_path):
    told = run(tmp_path, stamped(signed(), "ArchiveTimestamp1"), f"{PLAIN}\n{TIMESTAMP}", 3)
    assert "ArchiveTimestamp1" in told.split("Signature #")[3]
    assert told.count("Signature is Valid.") == 2
    assert "Signature has not yet been verified." in told.split("Signature #")[3]
    assert "Verification: OK" in told
    assert "Time stamp: Nov 21 10:15:30 2026 GMT" in told


def test_a_file_that_was_changed_or_goes_on_is_found_out(tmp_path):
    place = signed().index(b"Screening report")
    changed = signed()[:place] + b"S" + b"T" + signed()[place + 2 :]
    told = run(tmp_path, changed, PLAIN)
    assert "erification successful" not in told
    assert "Signature is Valid." not in told
    longer = run(tmp_path, signed() + b"\n% more\n", PLAIN)
    assert "Total document signed" not in longer.replace("Not total document signed", "")


def test_a_key_that_another_authority_vouches_for_is_found_out(tmp_path):
    commands = PLAIN.replace("-CAfile authority.pem", "-CAfile other.pem")
    (tmp_path / "other.pem").write_text(stranger().certificates_pem)
    assert "erification successful" not in run(tmp_path, signed(), commands)
