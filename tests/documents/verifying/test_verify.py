"""Promise 4: any change to a sealed report is detected, one byte anywhere, or bytes appended."""

import hashlib
import io
import logging
import random
from datetime import timedelta
from functools import cache

import pikepdf
import pytest
from asn1crypto import cms
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata

from screening.documents.certificates.authority import (
    Credentials,
    create_authority,
    issue_certificate,
)
from screening.documents.cms.parts import ORDER
from screening.documents.signing.seal import MOST_SIGNATURES, KeySigner, seal_pdf, sign_pdf
from screening.documents.verifying.first_look import LARGEST
from screening.documents.verifying.verify import verify_pdf
from tests.documents.sealing import (
    LATER,
    NOW,
    SignerOfThen,
    alone,
    authority,
    doctor,
    gap_of_last_signature,
    plain,
    seal,
    sealed,
    signed,
)

BOTH = pytest.mark.parametrize("pdf", [sealed, signed])
TRUST = (authority().certificate,)
STRANGER = create_authority("Aurelia Clinic", NOW)


def verified(pdf, trust=TRUST, now=LATER):
    return verify_pdf(pdf, trust, now)


def refused(pdf):
    """Return why `pdf` FAILED."""
    verification = verified(pdf)
    assert (verification.status, verification.signatures) == ("FAILED", ())
    [reason] = verification.reasons
    return str(reason)


def doubted(pdf, **known):
    """Return why `pdf` is INDETERMINATE."""
    verification = verified(pdf, **known)
    assert verification.status == "INDETERMINATE"
    return " ".join(map(str, verification.reasons))


def flipped(pdf, context, bits):
    changed = bytearray(pdf)
    changed[context] ^= bits
    return bytes(changed)


@cache
def for_anybody():
    """A sealed report whose place for a doctor is for whoever comes, as before seals named one."""
    return seal_pdf(plain(), seal(), NOW, "Sealed", doctor_field=True)


# What passes


def test_a_sealed_report_passes():
    verification = verified(alone())

    assert (verification.status, verification.reasons) == ("PASSED", ())
    [only] = verification.signatures
    assert (only.field, only.meaning, only.signer) == (
        "ClinicSeal",
        "seal",
        "Seal of Aurelia Clinic",
    )
    assert only.claimed_at == NOW
    assert only.covers_whole_file
    assert verification.sha256 == hashlib.sha256(alone()).hexdigest()


def test_a_report_with_seal_and_doctors_signature_passes():
    verification = verified(signed())

    assert (verification.status, verification.reasons) == ("PASSED", ())
    first, second = verification.signatures
    assert (first.meaning, first.covers_whole_file) == ("seal", False)
    assert (second.meaning, second.covers_whole_file) == ("doctor's signature", True)
    assert (second.field, second.signer) == ("Doctor", "Dr Mai Trần")
    assert second.claimed_at == LATER


def test_a_doctors_signature_tells_the_registration_number():
    seal_, doctors = verified(signed()).signatures

    assert (seal_.registration, doctors.registration) == ("", "GMC 7654321")
    assert not doctors.alone


def test_a_seal_is_in_doubt_once_its_certificate_has_ended():
    end = seal().certificate.not_valid_after_utc

    assert verified(alone(), now=end - timedelta(1)).status == "PASSED"
    assert verified(alone(), now=end + timedelta(1)).status == "INDETERMINATE"


@cache
def sealed_below_an_intermediate():
    """A seal from an authority that another one vouches for, as a commercial one would be."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    root = _authority_certificate("Root", keys[0], "Root", keys[0])
    middle = _authority_certificate("Middle", keys[1], "Root", keys[0])
    issuer = Credentials(keys[1], middle, (root,))
    pdf = seal_pdf(plain(), issue_certificate(issuer, "Seal", "seal", NOW), NOW, "Sealed")
    return pdf, middle, root


def _authority_certificate(name, key, issuer, issuer_key):
    subject, by = (
        x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, each)])
        for each in (name, issuer)
    )
    return (
        x509.CertificateBuilder(by, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=3000))
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def test_a_seal_below_an_intermediate_authority_passes_and_carries_it():
    pdf, middle, root = sealed_below_an_intermediate()

    assert verify_pdf(pdf, [root], LATER).status == "PASSED"
    digits = pdf.lower()
    assert middle.public_bytes(Encoding.DER).hex().encode() in digits
    assert root.public_bytes(Encoding.DER).hex().encode() in digits


def test_no_byte_of_an_intermediate_certificate_can_change():
    pdf, middle, root = sealed_below_an_intermediate()
    start = pdf.lower().index(middle.public_bytes(Encoding.DER).hex().encode())

    for place in range(start, start + 2 * len(middle.public_bytes(Encoding.DER))):
        assert verify_pdf(flipped(pdf, place, 1), [root], LATER).status == "FAILED"


# One byte anywhere


@BOTH
def test_no_digit_of_the_container_can_change(pdf):
    """Each digit once in its value and once in its case, delimiters included."""
    content = pdf()
    start, end = gap_of_last_signature(content)
    written = content[start:end].rstrip(b">").rstrip(b"0")

    for place in range(start, start + len(written) + 1):
        for bits in (1, 0x20):
            assert refused(flipped(content, place, bits))


@BOTH
def test_no_digit_of_the_padding_can_change(pdf):
    content = pdf()
    start, end = gap_of_last_signature(content)
    padding = len(content[start:end].rstrip(b">")) - len(content[start:end].rstrip(b">0"))
    assert padding > 500

    for place in [*range(end - padding, end, 7), end - 2, end - 1]:
        for bits in (1, 8, 0x10, 0x40):
            assert refused(flipped(content, place, bits))


@BOTH
@pytest.mark.parametrize("digits", [bytes.lower, lambda d: d[:100].lower() + d[100:]])
def test_the_container_cannot_be_written_with_other_letters(pdf, digits):
    content = pdf()
    start, end = gap_of_last_signature(content)
    assert refused(content[:start] + digits(content[start:end]) + content[end:])


@BOTH
def test_no_byte_elsewhere_can_change(pdf):
    content = pdf()
    chance = random.Random(20261121)

    for _ in range(300):
        place = chance.randrange(len(content))
        assert refused(flipped(content, place, 1 << chance.randrange(8)))


def test_no_byte_of_the_seal_can_change_below_the_doctors_signature():
    start, end = gap_of_last_signature(sealed())
    for place in range(start, end, 13):
        assert refused(flipped(signed(), place, 1))


@BOTH
def test_no_byte_can_be_left_out_or_put_in(pdf):
    content = pdf()
    chance = random.Random(7)

    for place in [0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(50))]:
        assert refused(content[:place] + content[place + 1 :])
        assert refused(content[:place] + b" " + content[place:])


# Another container with the same meaning


def _with_container(pdf, change):
    """Return `pdf` with its last container decoded, changed and written again."""
    start, end = gap_of_last_signature(pdf)
    info = cms.ContentInfo.load(bytes.fromhex(pdf[start + 1 : end - 1].decode()))
    [signer] = info["content"]["signer_infos"]
    change(info["content"], signer)
    digits = info.dump(force=True).hex().upper().encode().ljust(end - start - 2, b"0")
    return pdf[:start] + b"<" + digits + b">" + pdf[end:]


def _nothing(signed_data, signer):
    pass


def _other_half(signed_data, signer):
    r, s = decode_dss_signature(signer["signature"].native)
    signer["signature"] = encode_dss_signature(r, ORDER - s)


def _one_more_certificate(signed_data, signer):
    other = Certificate.load(authority().certificate.public_bytes(Encoding.DER))
    signed_data["certificates"].append(cms.CertificateChoices("certificate", other))


def _unsigned_attribute(signed_data, signer):
    told = cms.CMSAttribute({"type": "signing_time", "values": [cms.Time("utc_time", LATER)]})
    signer["unsigned_attrs"] = cms.CMSAttributes([told])


def _two_digest_algorithms(signed_data, signer):
    signed_data["digest_algorithms"].append({"algorithm": "sha512"})


def _another_version(signed_data, signer):
    signed_data["version"] = "v3"


def _twice_signed(signed_data, signer):
    signed_data["signer_infos"].append(signer.copy())


@BOTH
def test_a_container_that_is_only_written_again_passes(pdf):
    """Proves that what is refused below is refused for its change."""
    assert _with_container(pdf(), _nothing) == pdf()


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        _other_half,
        _one_more_certificate,
        _unsigned_attribute,
        _two_digest_algorithms,
        _another_version,
        _twice_signed,
    ],
)
def test_a_container_that_says_the_same_in_other_bytes_is_refused(pdf, change):
    changed = _with_container(pdf(), change)
    assert changed != pdf()
    assert refused(changed)


# Bytes appended, cut off, or signed by someone else


def _updated(pdf):
    """Return `pdf` with a whole correct revision after it, which paints over the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    painting = generic.StreamObject(stream_data=b"1 g 0 0 600 900 re f")
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = generic.ArrayObject(
        [page.raw_get("/Contents"), writer.add_object(painting)]
    )
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@BOTH
@pytest.mark.parametrize(
    "appended",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf + b"\r\n",
        lambda pdf: pdf + b"   ",
        lambda pdf: pdf + b"\0",
        lambda pdf: pdf + b"%%EOF\n",
        lambda pdf: pdf + pdf,
        lambda pdf: pdf + b"\n" + sealed(),
        lambda pdf: pdf + plain(),
        _updated,
    ],
)
def test_nothing_can_be_appended(pdf, appended):
    assert refused(appended(pdf()))


@BOTH
def test_of_a_thousand_random_changes_none_passes(pdf):
    """Without the store: what was issued is not asked for. Flips, appended bytes, both."""
    draw, whole, passed = random.Random(20261121), pdf(), []
    for number in range(1_000):
        changed = flipped(whole, draw.randrange(len(whole)), 1 << draw.randrange(8))
        if number % 4 == 3:
            changed = whole + draw.randbytes(draw.randrange(1, 40))
        elif number % 2:
            changed += draw.randbytes(draw.randrange(1, 40))
        if verified(changed).status != "FAILED":
            passed.append(number)
    assert passed == []


def test_appended_and_missing_bytes_are_called_so():
    assert refused(sealed() + b"\n") == "Bytes were added after the last signature."
    assert refused(sealed()[:-1]) == "The end of the file is missing."


def test_a_signed_report_cut_at_any_place_is_refused_but_at_the_seals_end():
    chance = random.Random(3)
    for place in [*(chance.randrange(len(signed())) for _ in range(100)), len(sealed()) + 1]:
        assert refused(signed()[:place])


def test_a_report_cut_back_to_its_seal_lacks_the_doctors_signature():
    """It is what the clinic sealed, and the seal says that a doctor was to sign."""
    assert doubted(signed()[: len(sealed())]) == (
        "The doctor's signature is missing: the seal left a place for it that is empty."
    )
    [only] = verified(sealed()).signatures
    assert only.meaning == "seal"


def _signed_by_hand(
    pdf, who, field, new=False, certify=False, permissions=MDPPerm.FILL_FORMS, paint=False
):
    metadata = PdfSignatureMetadata(
        field_name=field,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=certify,
        docmdp_permissions=permissions,
    )
    spec = SigFieldSpec(field) if new else None
    signer = SignerOfThen(metadata, KeySigner(who), new_field_spec=spec)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if paint:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        page["/Rotate"] = generic.NumberObject(180)
        writer.update_container(page)
    return signer.sign_pdf(writer).getvalue()


def test_a_page_changed_by_the_doctors_signature_itself_is_refused():
    """In one revision with it: only the comparison of the two sees it."""
    assert verified(_signed_by_hand(sealed(), doctor(), "Doctor")).status == "PASSED"
    changed = _signed_by_hand(sealed(), doctor(), "Doctor", paint=True)
    assert refused(changed) == "After the seal more was changed than it allows."


def test_a_page_painted_over_before_the_doctor_signs_is_refused():
    """Both signatures match their bytes; only the number of revisions shows it."""
    painted = _signed_by_hand(_updated(sealed()), doctor(), "Doctor")
    assert refused(painted) == "After the seal more was changed than it allows."


def test_a_signature_in_another_place_than_the_seal_left_is_refused():
    other = _signed_by_hand(sealed(), doctor(), "Nurse", new=True)
    assert "left no place" in refused(other)


def test_a_report_without_a_seal_is_refused():
    assert refused(plain()) == (
        "Not one of ours: the file carries no seal. A printed or scanned copy has none."
    )
    only_doctor = _signed_by_hand(plain(), doctor(), "Doctor", new=True)
    assert "not a clinic's seal" in refused(only_doctor)
    approving = _signed_by_hand(plain(), seal(), "ClinicSeal", new=True)
    assert "does not say what may follow" in refused(approving)
    loose = _signed_by_hand(
        plain(), seal(), "ClinicSeal", new=True, certify=True, permissions=MDPPerm.ANNOTATE
    )
    assert "does not say what may follow" in refused(loose)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"not a PDF",
        b"/ByteRange [0 0 0 0]",
        b"/ByteRange [0 20 22 30]",
        b"/ByteRange [0 99999999 0 0]",
        b"%PDF-1.7\n/ByteRange [0 37 41 1]     <30>  ",
    ],
)
def test_what_cannot_be_read_is_refused(junk):
    assert refused(junk)
    assert refused(junk + sealed()[:5000])


def test_a_file_without_a_tail_or_with_another_structure_is_refused():
    with pikepdf.open(io.BytesIO(sealed())) as document:
        again = io.BytesIO()
        document.save(again)
    assert refused(again.getvalue())


# Bounds


def test_more_than_twenty_megabytes_are_not_looked_at():
    assert refused(bytes(LARGEST + 1)) == "The file is larger than 20 MB."
    assert refused(bytes(LARGEST)) == "Not one of ours: this is no PDF file."


def test_more_signatures_than_years_need_are_not_looked_at():
    pdf = sealed()
    for number in range(MOST_SIGNATURES):
        pdf = _signed_by_hand(pdf, doctor(), f"Doctor{number}", new=True)
    assert refused(pdf) == f"The file carries more than {MOST_SIGNATURES} signatures."


# Whose certificate it is


def test_a_seal_of_an_unknown_issuer_is_indeterminate():
    told = (
        "Signed by someone we do not know who calls itself {}: anyone can make such a certificate."
    )
    assert doubted(alone(), trust=()) == told.format("Seal of Aurelia Clinic")
    assert doubted(signed(), trust=[STRANGER.certificate]) == told.format("Dr Mai Trần")
    assert verified(signed(), trust=()).signatures == ()


def test_a_doctor_of_an_unknown_issuer_is_indeterminate():
    impostor = issue_certificate(STRANGER, "Dr Mai Trần", "doctor", NOW)
    told = doubted(sign_pdf(for_anybody(), impostor, LATER, "I have decided"))
    assert told == (
        "Signed by someone we do not know who calls itself Dr Mai Trần: "
        "anyone can make such a certificate."
    )


@pytest.mark.parametrize("days", [3.1 * 365, -2])
def test_outside_its_time_a_certificate_is_indeterminate(days):
    """Whatever the signature claims: without a trusted time its claim proves nothing."""
    told = doubted(alone(), now=NOW + timedelta(days=days))
    assert "is not in force on 20" in told
    assert "without a trusted time" in told


class Careless(Credentials):
    """Seals at any moment, as whoever holds the key could."""

    def in_force(self, at):
        return True


def test_a_time_claimed_outside_the_certificates_is_indeterminate():
    careless = Careless(seal().key, seal().certificate, seal().chain)
    told = doubted(seal_pdf(plain(), careless, NOW - timedelta(days=30), "Sealed"))
    assert "was not in force when it claims to have signed" in told


def test_a_doctors_key_cannot_pass_for_the_clinics_seal():
    assert "names no clinic" in doubted(seal_pdf(plain(), doctor(), NOW, "Sealed"))


def test_the_authoritys_own_key_cannot_seal():
    told = doubted(seal_pdf(plain(), authority(), NOW, "Sealed"))
    assert "was not issued for this use" in told


def test_a_certificate_signed_by_a_seal_is_not_trusted():
    """Only an authority issues, and a seal's certificate says that it is none."""
    forged = issue_certificate(seal(), "Dr Mai Trần", "doctor", NOW)
    pdf = sign_pdf(for_anybody(), forged, LATER, "I have decided")

    assert "do not know who calls itself Dr Mai Trần" in doubted(pdf)
    assert "do not know who calls itself Dr Mai Trần" in doubted(pdf, trust=[seal().certificate])


def test_nothing_of_a_strangers_file_reaches_the_log(caplog):
    with caplog.at_level(logging.DEBUG):
        doubted(signed(), trust=())
        refused(b"junk" + signed())
    assert "Mai" not in caplog.text
