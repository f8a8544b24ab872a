import hashlib
import json
from dataclasses import replace

import pikepdf
import pytest

from screening.documents.verifying.verify_process import check
from screening.storage.encryption import open_bytes
from screening.storage.tables import Screening
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reports import verification
from screening.workflow.reports.verification import (
    compare,
    look_up,
    replay,
    trusted_roots,
    verify_upload,
)
from screening.workflow.review import reviews
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


def test_a_file_that_hurts_is_given_up(office, sealed, monkeypatch):
    monkeypatch.setattr(verification, "MOST_SECONDS", 0)
    result = verify_upload(office.context, sealed)
    assert (result.status, result.reasons) == ("FAILED", (verification.TOO_LONG,))

    with pytest.raises(ActRefusedError, match="too-large"):
        verify_upload(office.context, bytes(verification.LARGEST + 1))


def test_only_two_files_are_checked_at_once(office, sealed, monkeypatch):
    monkeypatch.setattr(verification, "LONGEST_WAIT", 0.05)
    with verification._at_once, verification._at_once, pytest.raises(ActRefusedError, match="busy"):
        verify_upload(office.context, sealed)


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
    codes = {verification.verification_code(context, "1") for context in (office.context, other)}
    assert len(codes | {verification.verification_code(office.context, "2")}) == 3


def test_a_report_set_beside_another_code_fails(office, sealed):
    first = row(office).code
    reviews.decide(*decide(office, row(office).screening_id, "proceed"))
    office.make_reports()
    decided = pdf_of(office, "decided")

    right = checked(office, decided, row(office, "decided").code)
    assert (right.status, right.reasons) == ("PASSED", ())
    wrong = checked(office, decided, first)
    assert (wrong.status, wrong.reasons) == ("FAILED", (verification.ANOTHER_REPORT,))


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

    assert check(cut, trusted_roots(office.context), office.now)["status"] == "PASSED"
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
