"""A demo clinic, its seal, its doctor, and a small report that both have signed."""

import io
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache

import pikepdf
from pyhanko.sign.signers import PdfSigner
from weasyprint import HTML

from screening.documents.certificates.authority import (
    Credentials,
    create_authority,
    issue_certificate,
)
from screening.documents.rendering.fonts import use_own_fonts
from screening.documents.signing.seal import seal_pdf, sign_pdf

NOW = datetime(2026, 11, 21, 10, 15, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
PAGE = "<html lang=en><title>Screening report</title><h1>Report</h1>" + "".join(
    f"<h2>Question {number}</h2><table><tr><th>Answer<td>No</table>" for number in range(20)
)


@cache
def authority() -> Credentials:
    return create_authority("Aurelia Clinic", NOW)


@cache
def seal() -> Credentials:
    return issue_certificate(authority(), "Seal of Aurelia Clinic", "seal", NOW)


@cache
def doctor() -> Credentials:
    return issue_certificate(authority(), "Dr Mai Trần", "doctor", NOW, registration="GMC 7654321")


@cache
def plain() -> bytes:
    """A report as the renderer leaves it: tagged, archivable, no object streams."""
    use_own_fonts()
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(HTML(string=PAGE).write_pdf(pdf_variant="pdf/a-3a"))) as document:
        document.save(
            written,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            deterministic_id=True,
            fix_metadata_version=False,
        )
    return written.getvalue()


@cache
def alone() -> bytes:
    """A report that no doctor is to sign."""
    return seal_pdf(plain(), seal(), NOW, "Sealed by the clinic")


@cache
def sealed() -> bytes:
    """A report that waits for its doctor."""
    return seal_pdf(plain(), seal(), NOW, "Sealed by the clinic", doctor_field=doctor().certificate)


@cache
def signed() -> bytes:
    return sign_pdf(sealed(), doctor(), LATER, "I have decided")


class SignerOfThen(PdfSigner):
    """Signs as of LATER, whatever day it is."""

    def init_signing_session(self, pdf_out, existing_fields_only=False):
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = LATER
        return session


def gap_of_last_signature(pdf: bytes) -> tuple[int, int]:
    """Return where the last container starts and ends, delimiters included."""
    numbers = pdf[pdf.rindex(b"/ByteRange [") :].split(b"[")[1].split(b"]")[0].split()
    return int(numbers[1]), int(numbers[2])


def told_by_openssl(folder, pdf: bytes, more: bytes = b"") -> subprocess.CompletedProcess:
    """Return what openssl says of the last container in `pdf`, over what it covers and `more`."""
    start, end = gap_of_last_signature(pdf)
    files = {
        "authority.crt": authority().certificate_pem,
        "container": bytes.fromhex(pdf[start + 1 : end - 1].decode()),
        "covered": pdf[:start] + pdf[end:] + more,
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = ("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-out", "/dev/null")
    command += ("-attime", str(int(LATER.timestamp())), "-CAfile", "authority.crt")
    command += ("-in", "container", "-content", "covered")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
