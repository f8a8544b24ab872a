import hashlib
import json
import os
import threading
from dataclasses import replace
from functools import cache

import pikepdf
import pytest

from screening.documents.certificates.authority import create_authority, issue_certificate
from screening.documents.signing.seal import seal_pdf
from screening.documents.verifying.verify_process import check
from screening.storage.encryption import open_bytes
from screening.storage.tables import Screening
from screening.workflow.clinics.clinics import clinic_seal
from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.records import erasure
from screening.workflow.reports import checking, verification
from screening.workflow.reports import issued as issued_reports
from screening.workflow.reports.issued import look_up
from screening.workflow.reports.verification import (
    compare,
    in_words,
    replay,
    trusted_roots,
    verify_upload,
)
from screening.workflow.review import reviews
from tests.documents.sealing import NOW, plain, signed
from tests.workflow.reports.test_making import row
from tests.workflow.review.test_reviews import decide


def pdf_of(office, kind="screening"):
    made = row(office, kind)
    with office.context.database.read() as session:
        key = office.context.screening_key(session, session.get_one(Screening, made.screening_id))
    return open_bytes(key, made.pdf, f"report:{made.id}")


def issue(office):
    """Return an issued screening report; the office's clock is the real one."""
    office.submit()
    office.make_reports()
    return pdf_of(office)


@pytest.fixture
def office(request, move_in):
    return move_in(after=issue if "sealed" in request.fixturenames else None)


@pytest.fixture
def sealed(office):
    return office.begun


def checked(office, pdf, code=None):
    return compare(office.context, check(pdf, trusted_roots(office.context), office.now), code)


@cache
def strangers_seal():
    return issue_certificate(create_authority("Aurelia", NOW), "Seal of Aurelia", "seal", NOW)


def hostile_by_a_stranger(number):
    """Return a whole PDF with a seal, by somebody whom nobody knows."""
    return seal_pdf(plain(), strangers_seal(), NOW, f"Number {number}")


def test_an_issued_report_passes_and_its_rules_give_the_same_results(office, sealed):
    code = row(office).code
    result = verify_upload(office.context, sealed, code)

    assert (result.status, result.reasons, result.replayed) == ("PASSED", (), True)
    assert result.issued == look_up(office.context, code)
    assert result.issued.sha256 == result.sha256 == hashlib.sha256(sealed).hexdigest()
    assert [one["signer"] for one in result.signatures] == ["Seal of Aurelia"]
    assert "Lan" not in json.dumps(result.as_json())
    assert "mesotherapy" not in json.dumps(result.as_json())


def test_a_flipped_byte_fails(office, sealed):
    result = verify_upload(office.context, sealed[:500] + b"?" + sealed[501:])
    assert (result.status, result.issued, result.signatures) == ("FAILED", None, ())


SLOW = """
import resource

limit = resource.setrlimit

def limit_and_work(what, most):
    limit(what, most)
    while what == resource.RLIMIT_CPU:
        pass

resource.setrlimit = limit_and_work
"""


def test_a_file_that_takes_too_long_is_not_condemned(office, sealed, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(SLOW)  # the least that can be allowed is a second
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(checking, "MOST_SECONDS", 0)
    monkeypatch.setattr(checking, "SECONDS_FOR_OURS", 0)
    with pytest.raises(ActRefusedError, match="busy"):
        verify_upload(office.context, signed())
    result = verify_upload(office.context, sealed)  # what was issued is known by its hash
    assert (result.status, result.byte_for_byte) == ("INDETERMINATE", True)
    assert result.reasons == (verification.NOT_CHECKED,)

    with pytest.raises(ActRefusedError, match="too-large"):
        verify_upload(office.context, bytes(verification.LARGEST + 1))


def test_a_stranger_who_finds_the_lane_full_is_sent_away_at_once(office):
    lane = checking.Lane(at_once=1, waiting=0)
    with lane.place(), pytest.raises(ActRefusedError, match="busy"), lane.place():
        raise AssertionError("there was no place")
    with lane.place():
        pass


def test_a_burst_of_hostile_files_keeps_no_issued_report_waiting(office, sealed):
    """Forty at once, of which each is read; counted, not timed: who waits for how many."""
    hostile = [hostile_by_a_stranger(number) for number in range(40)]
    before_all = threading.Barrier(len(hostile) + 1)
    told, genuine_done = [], threading.Event()

    def send(pdf):
        before_all.wait()
        try:
            result = verify_upload(office.context, pdf).status
        except ActRefusedError as refused:
            result = str(refused.reason)
        told.append((result, genuine_done.is_set()))

    threads = [threading.Thread(target=send, args=(pdf,)) for pdf in hostile]
    for thread in threads:
        thread.start()
    before_all.wait()
    spent = os.times().children_user
    result = verify_upload(office.context, sealed)
    genuine_done.set()
    for thread in threads:
        thread.join()

    assert (result.status, result.byte_for_byte) == ("PASSED", True)
    assert {status for status, _ in told} <= {"INDETERMINATE", "busy"}
    checked_before = [status for status, late in told if status != "busy" and not late]
    # Five are let in at all: one at a time, and four that wait behind it.
    assert len([status for status, _ in told if status != "busy"]) <= 5 + len(checked_before)
    assert os.times().children_user - spent < 20


@pytest.mark.both_databases
def test_the_code_is_printed_and_found_however_it_is_typed(office, sealed):
    code = row(office).code
    issued = look_up(office.context, code.lower().replace("-", " "))

    assert (issued.code, issued.kind, issued.clinic) == (code, "screening", "Aurelia")
    assert len(code.replace("-", "")) == 16
    for wrong in ("", "x", code[:-1], code[:-1] + ("A" if code[-1] != "A" else "B")):
        with pytest.raises(ActRefusedError, match="gone"):
            look_up(office.context, wrong)


def test_codes_cannot_be_worked_out_without_the_key(office):
    keys = replace(office.context.keys, index=bytes(32))
    other = replace(office.context, keys=keys)
    codes = {issued_reports.verification_code(context, "1") for context in (office.context, other)}
    assert len(codes | {issued_reports.verification_code(office.context, "2")}) == 3


def test_a_report_set_beside_another_code_fails(office, sealed):
    first = row(office).code
    reviews.decide(*decide(office, row(office).screening_id, "proceed"))
    office.make_reports()
    decided = pdf_of(office, "decided")

    right = checked(office, decided, row(office, "decided").code)
    assert (right.status, right.reasons) == ("PASSED", ())
    wrong = checked(office, decided, first)
    assert (wrong.status, wrong.reasons) == ("FAILED", (verification.ANOTHER_REPORT,))


def test_of_what_was_sealed_with_a_stolen_key_there_is_no_record(office):
    with office.context.database.read() as session:
        stolen = clinic_seal(office.context, session, office.clinic)
    found = checked(office, seal_pdf(plain(), stolen, office.now, "Sealed"))

    assert (found.status, found.issued, found.byte_for_byte) == ("PASSED", None, None)
    assert any("no record here of having issued it" in line for line in in_words(found))


def test_a_decided_report_replaces_the_screening_report(office, sealed):
    assert checked(office, sealed).issued.replaced_by is None
    reviews.decide(*decide(office, row(office).screening_id, "proceed"))
    assert checked(office, sealed).issued.replaced_by is None  # while it is being made
    office.make_reports()

    assert checked(office, sealed).issued.replaced_by == "decided"
    assert checked(office, pdf_of(office, "decided")).issued.replaced_by is None


@pytest.mark.both_databases
def test_a_later_screening_replaces_both(office, sealed):
    with office.context.database.write() as session:
        first = session.get_one(Screening, row(office).screening_id)
        session.add(
            Screening(
                clinic_id=first.clinic_id,
                number="later",
                state="in-progress",
                link_hash="later",
                link_expires_at=office.now,
                created_at=office.now,
                recheck_of=first.id,
                wrapped_key=b"",
                person=b"",
                draft=b"",
            )
        )
    assert checked(office, sealed).issued.replaced_by is None
    with office.context.database.write() as session:
        session.query(Screening).filter_by(number="later").one().state = "submitted"
    assert checked(office, sealed).issued.replaced_by == "newer"


def test_a_decided_report_cut_back_to_its_seal_is_not_the_one_that_was_issued(office, sealed):
    reviews.decide(*decide(office, row(office).screening_id, "proceed"))
    office.make_reports()
    whole = pdf_of(office, "decided")
    numbers = whole[whole.index(b"/ByteRange [") :].split(b"[")[1].split(b"]")[0].split()
    cut = whole[: int(numbers[2]) + int(numbers[3])]

    alone = check(cut, trusted_roots(office.context), office.now)
    assert alone["status"] == "INDETERMINATE"
    assert "The doctor's signature is missing" in alone["reasons"][0]["text"]
    result = checked(office, cut)
    assert (result.status, result.reasons) == ("FAILED", (verification.NOT_AS_ISSUED,))


def test_verdicts_that_the_rules_do_not_give_fail(office, sealed):
    found = check(sealed, trusted_roots(office.context), office.now)
    assert compare(office.context, found).status == "PASSED"
    found["record"]["verdicts"]["procedures"][0]["outcome"] = "contraindicated"

    result = compare(office.context, found)
    assert (result.status, result.reasons) == ("FAILED", (verification.OTHER_VERDICTS,))


def test_the_verdicts_of_several_procedures_are_replayed_in_any_order(office, tmp_path):
    office.submit("microcurrent", "mesotherapy-face", can_be_pregnant="yes", period="yes")
    office.make_reports()
    found = check(pdf_of(office, "screening"), trusted_roots(office.context), office.now)
    order = [p["procedure"] for p in found["record"]["verdicts"]["procedures"]]

    assert order == ["mesotherapy-face", "microcurrent"], "the gravest stands first"
    assert compare(office.context, found).replayed is True
    found["record"]["verdicts"] = "nothing"
    assert compare(office.context, found).status == "FAILED"


def test_rules_of_an_earlier_day_come_from_the_archive(office, sealed, small):
    record = check(sealed, trusted_roots(office.context), office.now)["record"]
    later = replace(office.context, definitions=small)
    assert replay(later, record) is True
    record["verdicts"]["procedures"][0]["outcome"] = "contraindicated"
    assert replay(later, record) is False

    assert replay(later, record | {"definitions": "sha256:unknown"}) is None
    assert replay(later, record | {"case": {"procedures": ["gone"]}}) is None
    assert replay(later, {}) is None


def test_the_record_holds_what_the_replay_needs(office, sealed, tmp_path):
    (tmp_path / "report.pdf").write_bytes(sealed)
    with pikepdf.open(tmp_path / "report.pdf") as document:
        record = json.loads(document.attachments["record.json"].get_file().read_bytes())
    assert record["frame"]["verify"]["code"] == row(office).code
    assert record["frame"]["verify"]["address"].endswith("/verify/" + row(office).code)
    assert record["frame"]["verify"]["trusted_time"] is False


def test_a_report_of_an_erased_patient_is_not_called_false(office, sealed):
    """Its hash is gone, so that "byte for byte" cannot be said; its seal is whole."""
    made = row(office)
    reviews.decide(*decide(office, made.screening_id, "proceed"))
    office.make_reports()
    decided = pdf_of(office, "decided")
    erasure.erase(office.context, made.screening_id, PROGRAM, "asked for")

    for pdf, code in ((sealed, made.code), (decided, row(office, "decided").code)):
        result = checked(office, pdf, code)
        assert (result.status, result.reasons, result.replayed) == ("PASSED", (), True)
        assert (result.issued.erased, result.issued.code) == (True, code)
        assert (result.byte_for_byte, result.issued.replaced_by) == (None, None)
        told = " ".join(in_words(result))
        assert "erased here since" in told and "byte for byte" not in told
    assert checked(office, sealed[:500] + b"?" + sealed[501:], made.code).status == "FAILED"


def test_a_copy_of_an_erased_patient_is_not_called_false_beside_its_own_code(office, sealed):
    """A patient's paper carries no code itself, and its hash is gone."""
    copy, of = pdf_of(office, "copy"), row(office, "copy").code
    another = row(office).code
    erasure.erase(office.context, row(office).screening_id, PROGRAM, "asked for")

    result = checked(office, copy, of)
    assert (result.status, result.byte_for_byte) == ("PASSED", None)
    assert result.issued.erased and result.issued.code == of
    assert checked(office, copy, another).reasons == (verification.ANOTHER_REPORT,)
    assert checked(office, sealed, of).reasons == (verification.ANOTHER_REPORT,)
    other = seal_pdf(plain(), strangers_seal(), NOW, "Sealed")
    assert checked(office, other, of).reasons == (verification.ANOTHER_REPORT,)
    assert checked(office, copy).issued is None


def test_what_was_issued_is_known_byte_for_byte_whatever_became_of_certificates(office, sealed):
    assert checked(office, sealed).byte_for_byte is True
    nobody = compare(office.context, check(sealed, [], office.now))
    assert (nobody.status, nobody.byte_for_byte) == ("INDETERMINATE", True)
    assert nobody.issued.code == row(office).code
    assert f"byte for byte what was issued here on {office.now:%Y-%m-%d}" in in_words(nobody)

    other = seal_pdf(plain(), strangers_seal(), NOW, "Sealed")
    assert checked(office, other).byte_for_byte is None
