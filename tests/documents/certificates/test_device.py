"""A seal from a PKCS#11 device: SoftHSM, the real library with a token in a folder."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from screening.bootstrap import open_context
from screening.config import read_config
from screening.documents.certificates.authority import (
    CredentialsError,
    create_authority,
    issue_certificate,
)
from screening.documents.certificates.device import open_device
from screening.documents.signing.seal import seal_pdf
from screening.documents.verifying.verify import verify_pdf
from tests.documents.sealing import plain

PLACES = ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/local/lib/softhsm")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def home():
    return create_authority("Aurelia Clinic", NOW)


@pytest.fixture(scope="module")
def device(tmp_path_factory, home):
    """Return the address of a token that holds the clinic's seal, under the PIN 4321."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    seal = issue_certificate(home, "Seal of Aurelia Clinic", "seal", NOW)
    pem = seal.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    tool = shutil.which("softhsm2-util")
    token = ["--token", "clinic", "--pin", "4321"]
    start = [tool, "--init-token", "--free", "--label", "clinic", "--so-pin", "1", "--pin", "4321"]
    start[start.index("--so-pin") + 1] = "87654321"
    subprocess.run(start, check=True, capture_output=True)
    keep = [tool, "--import", folder / "key.pem", *token, "--label", "seal", "--id", "01"]
    subprocess.run(keep, check=True, capture_output=True)
    library = next(p for p in (Path(d, "libsofthsm2.so") for d in PLACES) if p.exists())
    _keep_certificates(library, {"seal": seal.certificate, "authority": home.certificate})
    yield f"pkcs11:token=clinic;object=seal?module-path={library}"
    del os.environ["SOFTHSM2_CONF"]


def _keep_certificates(library, certificates):
    import pkcs11
    from pkcs11 import Attribute, CertificateType, ObjectClass

    with (
        pkcs11.lib(str(library))
        .get_token(token_label="clinic")
        .open(rw=True, user_pin="4321") as session
    ):
        for label, certificate in certificates.items():
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: label,
                    Attribute.SUBJECT: certificate.subject.public_bytes(),
                    Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )


def passes(seal, home):
    now = datetime.now(UTC)
    pdf = seal_pdf(plain(), seal, now, "Sealed")
    return verify_pdf(pdf, [home.certificate], now).status == "PASSED"


def test_a_device_seals_what_verifies(device, home):
    seal = open_device(device, "4321")

    assert seal.subject == "Seal of Aurelia Clinic"
    assert seal.chain == (home.certificate,)
    for _ in range(8):  # half of all signatures have to be turned into the form that counts
        assert passes(seal, home)


def test_a_process_that_was_forked_can_seal_too(device, home):
    """As the worker does: it opens the device, then forks for each report."""
    seal = open_device(device, "4321")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if passes(seal, home) else 1)
        except BaseException:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("clinic;", "other;"), "cannot be used"),
        (("=seal", "=other"), "no certificate with the name other"),
        (("module-path", "library"), "Write the device as"),
        (("libsofthsm2", "nothing"), "cannot be used"),
    ],
)
def test_what_cannot_be_used_says_why(device, change, why):
    with pytest.raises(CredentialsError, match=why):
        open_device(device.replace(*change), "4321")


def test_a_wrong_pin_says_why(device):
    with pytest.raises(CredentialsError, match="PinIncorrect"):
        open_device(device, "1234")


def test_the_settings_put_the_device_to_use(device, tmp_path):
    (tmp_path / "pin").write_text("4321\n")
    environment = {
        "SCREENING_INSTANCE": str(tmp_path / "instance"),
        "SCREENING_SEAL_FILE": device,
        "SCREENING_SEAL_PASSPHRASE_FILE": str(tmp_path / "pin"),
    }
    context = open_context(read_config(environment))
    context.database.close()

    assert context.seal.subject == "Seal of Aurelia Clinic"
    assert context.one_seal
    assert context.seal.chain[-1] in context.trust
