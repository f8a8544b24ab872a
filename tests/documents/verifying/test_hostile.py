"""Files made to deceive or to hurt: none passes, none takes long, each gets a reason."""

import json
import random
import subprocess
import sys

import pytest

from screening.documents.verifying.verify import UNREADABLE, verify_pdf
from tests.documents.sealing import LATER, authority, signed
from tests.documents.verifying.hostile import KINDS

MOST_SECONDS = 2  # of one core, from its start to its end
MOST_MEMORY = 300_000  # kB
ROUNDS = 4  # of each kind here; bench/hostile.py makes thousands
TRUST = (authority().certificate,)


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_file_passes_and_each_gets_a_reason(kind):
    for number in range(ROUNDS):
        found = verify_pdf(KINDS[kind](random.Random(f"{kind} {number}")), TRUST, LATER)
        assert found.status != "PASSED", number
        assert found.reasons, number


def test_the_kinds_are_told_apart():
    """What everyone may meet has a reason of its own, and not that the file cannot be read."""
    told = {
        kind: {str(verify_pdf(make(random.Random(n)), TRUST, LATER).reasons[0]) for n in range(3)}
        for kind, make in KINDS.items()
        if "signed" not in kind
    }
    assert [kind for kind, reasons in told.items() if str(UNREADABLE) in reasons] == []
    assert len(set.union(*told.values())) >= 12


def in_its_process(pdf):
    """Return the answer, and what the process took of processor and memory."""
    asked = {"trust": authority().certificate_pem.decode(), "now": LATER.isoformat(), "seconds": 2}
    process = subprocess.Popen(
        [sys.executable, "-c", MEASURING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    written, _ = process.communicate(json.dumps(asked).encode() + b"\n" + pdf)
    answer, used = written.splitlines()
    return json.loads(answer), *json.loads(used)


MEASURING = """
import json, subprocess, sys, resource
done = subprocess.run([sys.executable, "-P", "-m",
    "screening.documents.verifying.verify_process"], stdin=sys.stdin, capture_output=True)
assert not done.stderr, done.stderr
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(done.stdout.decode().strip() or "null")
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_file_takes_more_than_a_genuine_one_may(kind):
    pdf = KINDS[kind](random.Random(kind))
    answer, seconds, memory = in_its_process(pdf)
    assert answer is None or answer["status"] != "PASSED"
    assert memory < MOST_MEMORY
    assert seconds < MOST_SECONDS


def test_a_genuine_report_takes_a_good_deal_less():
    """Proves that the limits above leave room for every report of ours."""
    answer, _, memory = in_its_process(signed())
    assert answer["status"] == "PASSED"
    assert memory < MOST_MEMORY / 2
