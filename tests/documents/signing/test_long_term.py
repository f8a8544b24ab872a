"""Seals and signatures with a trusted time: PAdES B-LTA, against real authorities on loopback."""

import itertools
import random
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import cms, tsp
from cryptography.hazmat.primitives.serialization import Encoding

from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.cms.parts import ContainerError
from screening.documents.cms.token import normal_token, read_token
from screening.documents.signing.long_term import NormalTimeStamper
from screening.documents.signing.seal import SealError, seal_pdf, sign_pdf
from screening.documents.verifying.verify import verify_pdf
from tests.documents.outside import LATE, SOON, first_day, outside_authorities
from tests.documents.sealing import gap_of_last_signature, plain

IN_TURN = itertools.cycle((1, 0x20))  # another digit, and the same one written otherwise
CLOCKS = pytest.mark.parametrize("clock", ["tsa", "tsa-rsa"])


@pytest.fixture(scope="module")
def outside():
    with outside_authorities() as outside:
        yield outside


@pytest.fixture(scope="module")
def trust(outside):
    return [outside.certificate("root")]


@pytest.fixture(scope="module")
def made(outside):
    """Return a function that gives the sealed and the signed report by the clock of that name."""
    known = {}

    def make(clock):
        if clock not in known:
            now, authority = datetime.now(UTC), outside.clock(clock)
            sealed = seal_pdf(plain(), outside.credentials("seal"), now, "Sealed", True, authority)
            doctor = outside.credentials("doctor")
            known[clock] = sealed, sign_pdf(sealed, doctor, now, "Decided", authority)
        return known[clock]

    return make


@pytest.fixture
def failing(outside):
    outside.broken = True
    yield outside
    outside.broken = False


# What passes


@CLOCKS
def test_seal_and_signature_carry_the_moment_of_a_trusted_clock(made, trust, clock):
    verification = verify_pdf(made(clock)[1], trust, datetime.now(UTC))

    assert (verification.status, verification.reasons) == ("PASSED", ())
    seal, doctor = verification.signatures
    assert (seal.field, doctor.field) == ("ClinicSeal", "Doctor")
    assert seal.stamped_by.startswith("Outside Clock")
    assert seal.stamped_at < doctor.stamped_at < datetime.now(UTC)
    assert (seal.covers_whole_file, doctor.covers_whole_file) == (False, True)


@CLOCKS
def test_it_still_passes_when_the_certificates_have_ended(made, trust, clock):
    years = first_day(SOON + 1)
    assert verify_pdf(made(clock)[1], trust, years).status == "PASSED"


def test_when_the_clocks_certificate_has_ended_too_nobody_can_tell(made, trust):
    later = first_day(LATE + 1)
    verification = verify_pdf(made("tsa")[1], trust, later)
    assert verification.status == "INDETERMINATE"
    assert f"is not in force on {later:%Y-%m-%d}" in " ".join(map(str, verification.reasons))


def test_an_unknown_clock_is_not_believed(made, trust, outside):
    """The seal is known, the clock is not: its time proves nothing."""
    home = create_authority("Aurelia Clinic", datetime.now(UTC))
    seal = issue_certificate(home, "Seal of Aurelia Clinic", "seal", datetime.now(UTC))
    pdf = seal_pdf(plain(), seal, datetime.now(UTC), "Sealed", False, outside.clock())

    assert verify_pdf(pdf, [home.certificate, *trust], datetime.now(UTC)).status == "PASSED"
    alone = verify_pdf(pdf, [home.certificate], datetime.now(UTC))
    assert (alone.status, alone.signatures[0].stamped_at) == ("INDETERMINATE", None)
    assert "We do not trust the timestamp of Outside Clock" in " ".join(map(str, alone.reasons))


def test_other_programs_can_read_what_was_stamped(made, outside, tmp_path):
    pdf = made("tsa-rsa")[1]
    start, end = gap_of_last_signature(pdf)
    token = cms.ContentInfo.load(bytes.fromhex(pdf[start + 1 : end - 1].decode())).dump()
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "covered").write_bytes(pdf[:start] + pdf[end:])
    (tmp_path / "root.pem").write_bytes(outside.certificate("root").public_bytes(Encoding.PEM))
    (tmp_path / "report.pdf").write_bytes(pdf)

    stamped = subprocess.run(
        [
            "openssl",
            "ts",
            "-verify",
            "-data",
            "covered",
            "-in",
            "token",
            "-token_in",
            "-CAfile",
            "root.pem",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "Verification: OK" in stamped.stdout, stamped.stderr
    told = subprocess.run(["pdfsig", "report.pdf"], cwd=tmp_path, capture_output=True, text=True)
    assert told.stdout.count("Signature is Valid.") == 2
    assert "Total document signed" in told.stdout.split("DoctorTimestamp")[1]
    assert subprocess.run(["qpdf", "--check", "report.pdf"], cwd=tmp_path).returncode == 0


# One byte anywhere


def refused(pdf, trust):
    verification = verify_pdf(pdf, trust, datetime.now(UTC))
    assert (verification.status, verification.signatures) == ("FAILED", ())
    return True


def flipped(pdf, context, bits):
    return pdf[:context] + bytes([pdf[context] ^ bits]) + pdf[context + 1 :]


@CLOCKS
def test_no_digit_of_a_document_timestamp_can_change(made, trust, clock):
    pdf = made(clock)[1]
    start, end = gap_of_last_signature(pdf)
    written = pdf[start:end].rstrip(b">").rstrip(b"0")

    for place, bits in zip(range(start, start + len(written) + 1), IN_TURN, strict=False):
        assert refused(flipped(pdf, place, bits), trust)
    for place in [*range(start + len(written), end, 7), end - 2, end - 1]:
        for bits in (1, 8, 0x10, 0x40):
            assert refused(flipped(pdf, place, bits), trust)


@CLOCKS
def test_no_digit_of_a_signatures_timestamp_can_change(made, trust, clock):
    """The seal alone, cut off before its store: the token is all that follows the signature.

    A clock with a key of RSA writes the same around a longer number: there every third digit.
    """
    whole = made(clock)[0]
    numbers = whole[whole.index(b"/ByteRange [") :].split(b"[")[1].split(b"]")[0].split()
    start, end, rest = (int(number) for number in numbers[1:])
    pdf = whole[: end + rest]
    doubted = verify_pdf(pdf, trust, datetime.now(UTC))
    assert doubted.status == "INDETERMINATE"  # and nothing rules revocation out

    written = pdf[start:end].rstrip(b">").rstrip(b"0")
    step = 3 if clock == "tsa-rsa" else 1
    for place, bits in zip(range(start, start + len(written) + 1, step), IN_TURN, strict=False):
        assert refused(flipped(pdf, place, bits), trust)


@CLOCKS
def test_no_byte_elsewhere_can_change_and_none_follow(made, trust, clock):
    pdf, chance = made(clock)[1], random.Random(20261121)
    for _ in range(300):
        place = chance.randrange(len(pdf))
        assert refused(flipped(pdf, place, 1 << chance.randrange(8)), trust)
    for more in (b"\n", b"\0", b"%%EOF\n", pdf):
        assert refused(pdf + more, trust)
    for place in chance.sample(range(len(made(clock)[0]) + 1, len(pdf)), 40):
        assert refused(pdf[:place], trust)


def _changed_token(pdf, change):
    start, end = gap_of_last_signature(pdf)
    info = cms.ContentInfo.load(bytes.fromhex(pdf[start + 1 : end - 1].decode()))
    [signer] = info["content"]["signer_infos"]
    change(info["content"], signer)
    digits = info.dump(force=True).hex().upper().encode().ljust(end - start - 2, b"0")
    return pdf[:start] + b"<" + digits + b">" + pdf[end:]


def _other_name_of_the_algorithm(signed, signer):
    signer["signature_algorithm"] = {"algorithm": "rsassa_pkcs1v15"}


def _told_more(signed, signer):
    time = cms.CMSAttribute(
        {"type": "signing_time", "values": [cms.Time("utc_time", datetime.now(UTC))]}
    )
    signer["unsigned_attrs"] = cms.CMSAttributes([time])


def _two_digests(signed, signer):
    signed["digest_algorithms"].append({"algorithm": "sha512"})


@pytest.mark.parametrize("change", [_other_name_of_the_algorithm, _told_more, _two_digests])
def test_a_timestamp_that_says_the_same_in_other_bytes_is_refused(made, trust, change):
    pdf = made("tsa-rsa")[1]
    assert _changed_token(pdf, lambda signed, signer: None) == pdf
    assert _changed_token(pdf, change) != pdf
    assert refused(_changed_token(pdf, change), trust)


def test_a_timestamp_of_something_else_is_refused(made):
    pdf = made("tsa")[1]
    start, end = gap_of_last_signature(pdf)
    token = cms.ContentInfo.load(bytes.fromhex(pdf[start + 1 : end - 1].decode())).dump()

    assert read_token(token, pdf[:start] + pdf[end:]).at < datetime.now(UTC)
    with pytest.raises(ContainerError, match="not for what it stands beside"):
        read_token(token, pdf)
    with pytest.raises(ContainerError, match="cannot be read"):
        normal_token(b"0" + token)


# What fails


def test_a_clock_that_does_not_answer_fails_the_act(failing):
    seal, now = failing.credentials("seal"), datetime.now(UTC)
    bare = create_authority("Aurelia Clinic", now)
    own = issue_certificate(bare, "Seal", "seal", now)
    for who in (seal, own):
        with pytest.raises(SealError, match="cannot be sealed"):
            seal_pdf(plain(), who, now, "Sealed", False, failing.clock())
    with pytest.raises(SealError, match="timestamp authority does not answer"):
        seal_pdf(plain(), own, now, "Sealed", False, failing.clock())


def test_a_clock_that_is_not_there_fails_the_act(outside):
    now = datetime.now(UTC)
    home = create_authority("Aurelia Clinic", now)
    clock = replace(outside.clock(), url="http://127.0.0.1:9/")
    with pytest.raises(SealError, match="timestamp authority does not answer"):
        seal_pdf(plain(), issue_certificate(home, "S", "seal", now), now, "Sealed", False, clock)


def test_the_doctors_signature_fails_without_the_clock(made, request):
    sealed = made("tsa")[0]
    failing = request.getfixturevalue("failing")  # only now: the seal needed the clock
    with pytest.raises(SealError, match="cannot be signed"):
        sign_pdf(sealed, failing.credentials("doctor"), datetime.now(UTC), "X", failing.clock())


def test_a_timestamp_for_another_file_is_not_put_in(outside, monkeypatch):
    """What a replayed or mistaken answer would be."""

    def other(self, digest, name):
        request = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {
                    "hash_algorithm": {"algorithm": name},
                    "hashed_message": bytes(32),
                },
                "cert_req": True,
            }
        )
        return None, request

    monkeypatch.setattr(NormalTimeStamper, "request_cms", other)
    with pytest.raises(SealError, match="timestamp authority does not answer as it should"):
        seal_pdf(
            plain(), outside.credentials("seal"), datetime.now(UTC), "X", False, outside.clock()
        )


def test_a_revoked_certificate_seals_nothing(outside):
    with pytest.raises(SealError, match="revoked"):
        seal_pdf(
            plain(), outside.credentials("revoked"), datetime.now(UTC), "X", False, outside.clock()
        )
