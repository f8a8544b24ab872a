"""What is told of a stranger's file, by the process that reads it."""

from screening.documents.rendering.render import render_pdf
from screening.documents.signing.seal import seal_pdf
from screening.documents.verifying.verify_process import check
from tests.documents.sealing import LATER, NOW, authority, seal

TRUST = [authority().certificate]


def test_only_an_unbroken_file_tells_what_is_in_it(sample):
    pdf = seal_pdf(render_pdf(sample), seal(), NOW, "Sealed")
    changed = pdf.replace(b"/Title", b"/TITLE", 1)
    assert changed != pdf

    whole, broken = check(pdf, TRUST, LATER), check(changed, TRUST, LATER)
    assert whole["status"] == "PASSED"
    assert whole["record"]["frame"]["number"] == sample["frame"]["number"]
    assert whole["signatures"][0]["claimed_at"] == "2026-11-21T10:15:30+00:00"
    assert (broken["status"], broken["record"], broken["signatures"]) == ("FAILED", None, ())


def test_a_file_of_an_unknown_issuer_is_called_so_and_not_looked_into(sample):
    pdf = seal_pdf(render_pdf(sample), seal(), NOW, "Sealed")
    told = check(pdf, [], LATER)

    assert told["status"] == "INDETERMINATE"
    assert (told["record"], told["signatures"]) == (None, ())
