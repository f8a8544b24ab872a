"""Proof that outlives its keys: one timestamp more before the last one ends, year after year."""

import random
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.signing.restamp import proof_of, stamp_again
from screening.documents.signing.seal import SealError, seal_pdf, sign_pdf
from screening.documents.verifying.verify import verify_pdf
from tests.documents.outside import LATER, LOST, SOON, first_day, outside_authorities
from tests.documents.sealing import LATER as AFTER
from tests.documents.sealing import alone, authority, doctor, plain, signed
from tests.documents.verifying.hostile import (
    CHANGES,
    for_anybody,
    signed_by_hand,
    stamped,
)

KEPT = 10  # years, as a clinic keeps reports where nothing else is set
KEYS = ("tsa-first", "tsa-second", "tsa")  # of the one clock, one after the other
A_MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def outside():
    with outside_authorities() as outside:
        yield outside


@pytest.fixture(scope="module")
def home():
    return create_authority("Aurelia Clinic", datetime.now(UTC))


@pytest.fixture(scope="module")
def trust(outside, home):
    return [home.certificate, outside.certificate("root")]


@pytest.fixture(scope="module")
def own_seal(home):
    return issue_certificate(home, "Seal of Aurelia Clinic", "seal", datetime.now(UTC))


@pytest.fixture(scope="module")
def issued(outside, home, own_seal):
    """A decided report as it was issued, by the clock's first key."""
    now, clock = datetime.now(UTC), outside.clock(KEYS[0])
    who = issue_certificate(home, "Dr Mai Trần", "doctor", now)
    sealed = seal_pdf(plain(), own_seal, now, "Sealed", who.certificate, clock)
    return sign_pdf(sealed, who, now, "Decided", clock)


def told(pdf, trust, at):
    found = verify_pdf(pdf, trust, at)
    return found.status.value, " ".join(map(str, found.reasons))


@pytest.fixture(scope="module")
def kept(outside, trust, issued):
    """Return what was stored as each of the clock's keys ended, by the day of the last stamp."""
    files, pdf = {}, issued
    for years, key in zip((SOON, LATER), KEYS[1:], strict=True):
        at = first_day(years) - A_MONTH
        with time_machine.travel(at):
            pdf = stamp_again(pdf, outside.clock(key), trust, at)
        files[at] = pdf
    return files


def test_a_report_stays_verifiable_for_as_long_as_it_is_kept(issued, kept, trust):
    """The clock changes its key twice, and seal, doctor and the first two keys end meanwhile."""
    begin = datetime.now(UTC)
    for year in (0, SOON, SOON + 1, LATER, KEPT):
        at = begin + timedelta(days=365 * year)
        pdf = [issued, *(each for day, each in kept.items() if day <= at)][-1]
        assert told(pdf, trust, at) == ("PASSED", ""), year
        if year > SOON:
            assert told(issued, trust, at)[0] == "INDETERMINATE"


def test_what_was_issued_stays_in_it_byte_for_byte_and_other_programs_agree(issued, kept, tmp_path):
    last = list(kept.values())[-1]
    assert last.startswith(issued)
    (tmp_path / "report.pdf").write_bytes(last)
    seen = subprocess.run(["pdfsig", "report.pdf"], cwd=tmp_path, capture_output=True, text=True)
    assert seen.stdout.count("Signature is Valid.") == 2
    assert "Total document signed" in seen.stdout.split("ArchiveTimestamp2")[1]
    assert subprocess.run(["qpdf", "--check", "report.pdf"], cwd=tmp_path).returncode == 0


def test_the_proof_ends_with_the_last_clocks_key_and_later_is_too_late(outside, issued, trust):
    proof = proof_of(issued, trust)
    assert (proof.is_stamped, proof.ends) == (True, first_day(SOON))
    with time_machine.travel(first_day(SOON) + A_MONTH), pytest.raises(SealError, match="too late"):
        stamp_again(issued, outside.clock(), trust, first_day(SOON) + A_MONTH)


def test_a_clock_that_does_not_answer_leaves_the_report_as_it_is(outside, issued, trust):
    outside.broken = True
    try:
        with pytest.raises(SealError, match="does not answer"):
            stamp_again(issued, outside.clock(), trust, datetime.now(UTC))
    finally:
        outside.broken = False


def test_a_report_without_trusted_time_gets_one_while_its_seal_counts(outside, own_seal, trust):
    bare = seal_pdf(plain(), own_seal, datetime.now(UTC), "Sealed")
    end = own_seal.certificate.not_valid_after_utc
    with time_machine.travel(end - A_MONTH):
        saved = stamp_again(bare, outside.clock(), trust, end - A_MONTH)

    status, why = told(bare, trust, end + A_MONTH)
    assert status == "INDETERMINATE"
    assert "without a trusted time nobody can tell whether it was when it signed" in why
    assert told(saved, trust, end + A_MONTH) == ("PASSED", "")


# A seal that is revoked after it sealed


def test_what_was_sealed_before_its_seal_was_lost_passes_for_good(outside, trust):
    lost, now = outside.credentials("lost-later"), datetime.now(UTC)
    pdf = seal_pdf(plain(), lost, now, "Sealed", False, outside.clock())
    for later in (now, first_day(LOST) + A_MONTH, first_day(KEPT)):
        assert told(pdf, trust, later) == ("PASSED", "")
    with time_machine.travel(first_day(LOST) + A_MONTH):
        again = stamp_again(pdf, outside.clock(), trust, datetime.now(UTC))
        assert told(again, trust, datetime.now(UTC)) == ("PASSED", "")


def test_what_was_sealed_after_its_seal_was_lost_never_passes(outside, trust):
    lost, after = outside.credentials("lost-later"), first_day(LOST) + A_MONTH
    with time_machine.travel(after):
        with pytest.raises(SealError, match="revoked"):
            seal_pdf(plain(), lost, after, "Sealed", False, outside.clock())
        # Whoever found it claims an earlier day, and has the clock stamp it now.
        forged = seal_pdf(plain(), lost, after - timedelta(days=90), "Sealed")
        with pytest.raises(SealError, match="revoked"):
            stamp_again(forged, outside.clock(), trust, after)
    status, why = told(forged, trust, after)
    assert status == "INDETERMINATE"
    assert "was revoked nobody was asked: without a trusted time" in why


# A timestamp at the end adds itself and its proof, and nothing else


def test_a_timestamp_that_came_later_passes_and_one_that_changes_more_is_refused():
    trust = [authority().certificate]
    for pdf in (alone(), signed()):
        assert told(stamped(pdf, "ArchiveTimestamp1"), trust, AFTER) == ("PASSED", "")
    for number, change in enumerate(CHANGES[:3]):
        pdf = stamped(signed(), "ArchiveTimestamp1", change, random.Random(number))
        assert told(pdf, trust, AFTER)[0] == "FAILED", change.__name__


@pytest.mark.parametrize("slipped", [b"% more\n", b"\n" * 3, b"<script>", b"\0"])
def test_bytes_that_were_slipped_in_before_a_timestamp_are_found(slipped):
    pdf = stamped(signed() + slipped, "ArchiveTimestamp1")
    assert told(pdf, [authority().certificate], AFTER)[0] == "FAILED"


def test_nobody_signs_after_the_first_of_them_and_none_is_left_out():
    trust = [authority().certificate]
    late = signed_by_hand(stamped(for_anybody(), "ArchiveTimestamp1"), doctor(), "Doctor")
    second = stamped(signed(), "ArchiveTimestamp2")
    for pdf in (late, second):
        assert "where the seal left no place" in told(pdf, trust, AFTER)[1]
