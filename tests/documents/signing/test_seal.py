import io
import subprocess
from datetime import timedelta

import pikepdf
import pytest
from asn1crypto.x509 import Certificate, NameTypeAndValue
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from screening.documents.certificates import names
from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.cms.parts import ORDER
from screening.documents.signing.seal import SealError, seal_pdf, sign_pdf
from tests.documents.sealing import (
    LATER,
    NOW,
    authority,
    doctor,
    plain,
    seal,
    sealed,
    signed,
    told_by_openssl,
)

YEARS = timedelta(days=366 * 3)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes bytes to a file and returns its path."""

    def write(content, name="report.pdf"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def test_the_seal_certifies_that_only_signing_may_follow():
    [found] = PdfFileReader(io.BytesIO(sealed())).embedded_signatures

    assert found.field_name == "ClinicSeal"
    assert found.docmdp_level is MDPPerm.FILL_FORMS
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert found.sig_object["/Reason"] == "Sealed by the clinic"
    assert found.self_reported_timestamp == NOW


def test_the_moment_stands_where_pades_wants_it_and_keeps_its_zone():
    """EN 319 142-1 forbids the signing-time attribute and asks for /M instead."""
    [_, found] = PdfFileReader(io.BytesIO(signed())).embedded_signatures

    kinds = {attribute["type"].native for attribute in found.signer_info["signed_attrs"]}
    assert kinds == {"content_type", "message_digest", "signing_certificate_v2"}
    assert found.self_reported_timestamp == LATER
    assert found.self_reported_timestamp.utcoffset() == timedelta()


def test_sealing_and_signing_only_add_bytes():
    assert sealed().startswith(plain())
    assert signed().startswith(sealed())
    assert len(signed()) - len(plain()) < 16_000


def test_the_fields_are_invisible_and_say_what_they_are():
    with pikepdf.open(io.BytesIO(signed())) as document:
        fields = {str(field.T): field for field in document.Root.AcroForm.Fields}

    assert set(fields) == {"ClinicSeal", "Doctor"}
    assert str(fields["ClinicSeal"].TU) == "Digital seal of the clinic"
    assert str(fields["Doctor"].TU) == "Digital signature of the doctor"
    assert all([float(n) for n in field.Rect] == [0, 0, 0, 0] for field in fields.values())


def test_without_a_doctors_field_a_doctor_cannot_sign():
    alone = seal_pdf(plain(), seal(), NOW, "Sealed")
    with pytest.raises(SealError, match="cannot be signed"):
        sign_pdf(alone, doctor(), NOW, "I have decided")


@pytest.mark.parametrize("at", [NOW - timedelta(days=1), NOW + YEARS])
def test_a_certificate_that_is_not_in_force_neither_seals_nor_signs(at):
    with pytest.raises(SealError, match="Seal of Aurelia Clinic is not in force on 20"):
        seal_pdf(plain(), seal(), at, "Sealed")
    with pytest.raises(SealError, match="Dr Mai Trần is not in force on 20"):
        sign_pdf(sealed(), doctor(), at, "I have decided")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(SealError, match="time zone"):
        seal_pdf(plain(), seal(), NOW.replace(tzinfo=None), "Sealed")


def test_a_report_is_sealed_once_and_signed_once():
    with pytest.raises(SealError, match="a seal comes first"):
        seal_pdf(sealed(), seal(), NOW, "Sealed")
    with pytest.raises(SealError, match="the seal and nothing else"):
        sign_pdf(signed(), doctor(), NOW, "I have decided")
    with pytest.raises(SealError, match="the seal and nothing else"):
        sign_pdf(plain(), doctor(), NOW, "I have decided")


def test_nobody_signs_what_is_not_as_it_was_sealed():
    changed = sealed().replace(b"/Title (Screening report)", b"/Title (Screening retort)")
    assert changed != sealed()
    with pytest.raises(SealError, match="changed after it was signed"):
        sign_pdf(changed, doctor(), NOW, "I have decided")
    with pytest.raises(SealError, match="changed after it was sealed"):
        sign_pdf(sealed() + b"\n", doctor(), NOW, "I have decided")


@pytest.mark.parametrize("junk", [b"", b"not a PDF", b"%PDF-1.7\n%%EOF\n"])
def test_what_is_no_pdf_is_not_sealed(junk):
    with pytest.raises(SealError, match="cannot be sealed"):
        seal_pdf(junk, seal(), NOW, "Sealed")
    with pytest.raises(SealError, match="cannot be signed"):
        sign_pdf(junk, doctor(), NOW, "I have decided")


def test_a_signature_is_always_written_in_its_low_form():
    for _ in range(20):
        pdf = seal_pdf(plain(), seal(), NOW, "Sealed")
        [found] = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        _, s = decode_dss_signature(found.signer_info["signature"].native)
        assert s <= ORDER // 2


def test_pdfsig_finds_both_signatures_valid(written):
    told = run("pdfsig", written(signed())).stdout

    assert told.count("Signature Validation: Signature is Valid.") == 2
    assert told.count("Signature Type: ETSI.CAdES.detached") == 2
    assert "Signer Certificate Common Name: Dr Mai Trần" in told
    assert "Signer Certificate Common Name: Seal of Aurelia Clinic" in told
    assert told.count("- Total document signed") == 1
    assert told.count("- Not total document signed") == 1


def test_pdfsig_finds_a_changed_byte(written):
    """Proves that the test above can fail."""
    told = run("pdfsig", written(signed().replace(b"/Marked true", b"/Marked tru ", 1))).stdout
    assert "Signature is Valid" not in told


@pytest.mark.parametrize("pdf", [sealed, signed])
def test_openssl_verifies_the_container_over_the_covered_bytes(pdf, tmp_path):
    assert "successful" in told_by_openssl(tmp_path, pdf()).stderr
    assert told_by_openssl(tmp_path, pdf(), b"\n").returncode != 0


def test_qpdf_finds_nothing_wrong(written):
    told = run("qpdf", "--check", written(signed()))
    assert told.returncode == 0
    assert "No syntax or stream encoding errors" in told.stdout


def test_pyhanko_by_its_own_rules_finds_both_signatures_whole_and_only_signed_after():
    """Our verification uses other rules of the same library; these are the strict ones of it."""
    root = Certificate.load(authority().certificate.public_bytes(Encoding.DER))
    trust = ValidationContext(trust_roots=[root], moment=LATER, allow_fetching=False)
    found = PdfFileReader(io.BytesIO(signed())).embedded_signatures
    told = [validate_pdf_signature(one, trust) for one in found]

    assert [one.bottom_line for one in told] == [True, True]
    assert [one.coverage.name for one in told] == ["ENTIRE_REVISION", "ENTIRE_FILE"]
    assert told[0].modification_level.name == "FORM_FILLING"


LONGEST_NAMES = ["A", "x" * 100, "Ж" * 100, "诊" * 100, "عيادة Aurelia", "מרפאת Aurelia 24"]


@pytest.mark.parametrize("name", LONGEST_NAMES)
def test_a_seal_and_a_signature_have_room_whatever_the_names(name, monkeypatch):
    """As in a process that has sealed nothing yet, which compares names as asn1crypto does."""
    monkeypatch.setattr(NameTypeAndValue, "_ldap_string_prep", names._as_directories_do)
    home = create_authority(name, NOW)
    own = issue_certificate(home, f"Seal of {name}", "seal", NOW)
    who = issue_certificate(home, name, "doctor", NOW, registration="7" * 100, alone=True)
    pdf = seal_pdf(plain(), own, NOW, "Sealed " * 30, who.certificate)

    found = PdfFileReader(io.BytesIO(sign_pdf(pdf, who, LATER, "Decided"))).embedded_signatures
    containers = [each.pkcs7_content for each in found]
    assert [len(each.rstrip(b"\0")) < len(each) - 400 for each in containers] == [True, True]
