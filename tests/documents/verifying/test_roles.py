"""Who may sign what: a clinic's seal, that clinic's doctor, a clock that changes nothing."""

import random
from datetime import timedelta

import pytest

from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.signing.seal import seal_pdf, sign_pdf
from screening.documents.verifying.verify import verify_pdf
from tests.documents.sealing import (
    LATER,
    NOW,
    alone,
    authority,
    doctor,
    plain,
    seal,
    sealed,
    signed,
)
from tests.documents.verifying.hostile import (
    CHANGES,
    KINDS,
    for_anybody,
    other_seal,
    resigned,
    signed_by_hand,
    stamped,
)

TRUST = (authority().certificate,)


def told(pdf, now=LATER):
    found = verify_pdf(pdf, TRUST, now)
    return found.status.value, " ".join(map(str, found.reasons))


def test_the_seal_names_the_doctor_who_may_sign_and_another_is_doubted():
    assert told(signed())[0] == "PASSED"
    other = issue_certificate(authority(), "Dr B", "doctor", NOW)
    assert told(signed_by_hand(for_anybody(), other, "Doctor"))[0] == "PASSED"

    sealed_for_another = seal_pdf(plain(), seal(), NOW, "Sealed", other.certificate)
    by_other = signed_by_hand(sealed_for_another, other, "Doctor")
    assert told(by_other)[0] == "PASSED"
    status, why = told(resigned(by_other, doctor()))
    assert (status, "to somebody else" in why) == ("INDETERMINATE", True)


@pytest.mark.parametrize("whose", [seal, other_seal])
def test_a_clinics_key_cannot_pass_for_a_doctors(whose):
    status, why = told(signed_by_hand(for_anybody(), whose(), "Doctor"))
    assert status == "INDETERMINATE"
    assert "was issued to a clinic, not to a doctor" in why


@pytest.mark.parametrize("clinic", ["Borealis", "Aurelia Clinic"])
def test_a_doctor_of_another_clinic_is_doubted_whatever_the_seal_says(clinic):
    """Also where both are trusted, and the other clinic and its doctor bear the same names."""
    home = create_authority(clinic, NOW)
    other = issue_certificate(home, "Dr Mai Trần", "doctor", NOW)
    both = [*TRUST, home.certificate]
    for pdf, why in (
        (signed_by_hand(for_anybody(), other, "Doctor"), "comes from another authority"),
        (resigned(signed(), other), "to somebody else"),
    ):
        found = verify_pdf(pdf, both, LATER)
        assert found.status == "INDETERMINATE"
        assert why in " ".join(map(str, found.reasons))


def test_a_doctor_signs_in_no_place_that_the_seal_did_not_leave():
    for number in range(4):
        pdf = KINDS["a_doctor_who_makes_a_place_for_himself"](random.Random(number))
        assert told(pdf)[0] == "FAILED"


def test_a_report_that_waits_for_its_doctor_is_doubted():
    assert told(sealed()) == (
        "INDETERMINATE",
        "The doctor's signature is missing: the seal left a place for it that is empty.",
    )


def test_a_timestamp_alone_passes_and_one_that_changes_anything_else_is_refused():
    assert told(stamped(alone(), "SealTimestamp"))[0] == "PASSED"
    for number, change in enumerate(CHANGES):
        pdf = stamped(alone(), "SealTimestamp", change, random.Random(number))
        assert told(pdf)[0] == "FAILED", change.__name__


@pytest.mark.parametrize(("days", "doubted"), [(0, False), (1, True), (400, True)])
def test_a_seal_dated_in_the_future_is_doubted(days, doubted):
    pdf = seal_pdf(plain(), seal(), LATER + timedelta(days=days), "Sealed")
    status, why = told(pdf)
    assert ("lies in the future" in why, status == "PASSED") == (doubted, not doubted)


def test_a_doctor_who_signs_locks_every_field():
    assert b"/Lock" in sealed()
    assert b"/FieldMDP" in signed()[len(sealed()) :]


NAMES = (
    "Nguyễn Thị Ánh Tuyết",
    "Клиника «Аурелия»",
    "عيادة أوريليا",
    "מרפאת אורליה",
    "Aurelia عيادة 24",
    "מרפאת Aurelia",
    "ẞtraße Łódź",
    "诊所",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_clinic_and_its_doctor_verify_in_their_own_script(name):
    home = create_authority(name, NOW)
    own = issue_certificate(home, f"Seal of {name}", "seal", NOW, name)
    who = issue_certificate(home, f"Dr {name}", "doctor", NOW)
    pdf = seal_pdf(plain(), own, NOW, "Sealed", who.certificate)
    found = verify_pdf(sign_pdf(pdf, who, LATER, "Decided"), [home.certificate], LATER)

    assert (found.status, found.reasons) == ("PASSED", ())
    assert [one.signer for one in found.signatures] == [f"Seal of {name}", f"Dr {name}"]
    nobody = verify_pdf(pdf, TRUST, LATER)
    assert f"calls itself Seal of {name}:" in str(nobody.reasons[0])
