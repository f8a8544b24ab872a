"""Files made to deceive or to hurt: none passes, none takes long, each gets a reason."""

import json
import random
import subprocess
import sys
from functools import cache

import pytest

from screening.documents.verifying.verify import UNREADABLE, verify_pdf
from tests.documents.sealing import LATER, authority, signed
from tests.documents.verifying.hostile import KINDS

MOST_SECONDS = 1.5  # of one core, beside the half that a start may take
MOST_MEMORY = 300_000  # kB
ROUNDS = 2  # of each kind here; bench/hostile.py makes thousands
TRUST = (authority().certificate,)


@cache
def made(kind, number):
    return KINDS[kind](random.Random(f"{kind} {number}"))


@cache
def found(kind, number):
    return verify_pdf(made(kind, number), TRUST, LATER)


@pytest.mark.parametrize("kind", KINDS)
def test_no_hostile_file_passes_and_each_gets_a_reason(kind):
    for number in range(ROUNDS):
        assert found(kind, number).status != "PASSED", number
        assert found(kind, number).reasons, number


def test_the_kinds_are_told_apart():
    """What everyone may meet has a reason of its own, and not that the file cannot be read."""
    told = {
        kind: {str(found(kind, number).reasons[0]) for number in range(ROUNDS)}
        for kind in KINDS
        if "signed" not in kind
    }
    assert [kind for kind, reasons in told.items() if str(UNREADABLE) in reasons] == []
    assert len(set.union(*told.values())) >= 12


def in_a_process_each(folder, pdfs):
    """Return what is answered to each file, and what that took of processor and memory.

    Each process begins where its libraries are loaded: they are the same for all.
    """
    asked = {"trust": authority().certificate_pem.decode(), "now": LATER.isoformat(), "seconds": 2}
    for number, pdf in enumerate(pdfs):
        (folder / str(number)).write_bytes(json.dumps(asked).encode() + b"\n" + pdf)
    command = [sys.executable, "-P", "-c", MEASURING, folder, str(len(pdfs))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


MEASURING = """
import json, os, sys
from screening.documents.verifying import verify_process

folder, many = sys.argv[1:]
for number in range(int(many)):
    readable, writable = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(os.open(f"{folder}/{number}", os.O_RDONLY), 0)
        os.dup2(writable, 1)
        verify_process.main()
        sys.stdout.flush()
        os._exit(0)
    os.close(writable)
    with open(readable) as answer:
        answered = json.loads(answer.read() or "null")
    _, _, used = os.wait4(child, 0)
    print(json.dumps([answered, used.ru_utime + used.ru_stime, used.ru_maxrss]), flush=True)
"""


def test_no_hostile_file_takes_more_than_a_genuine_one_may(tmp_path):
    taken = in_a_process_each(tmp_path, [made(kind, 0) for kind in KINDS])

    assert len(taken) == len(KINDS)
    for kind, (answer, seconds, memory) in zip(KINDS, taken, strict=True):
        assert answer is None or answer["status"] != "PASSED", kind
        assert memory < MOST_MEMORY, kind
        assert seconds < MOST_SECONDS, kind


def test_a_genuine_report_takes_a_good_deal_less(tmp_path):
    """Proves that the limits above leave room for every report of ours."""
    [(answer, _, memory)] = in_a_process_each(tmp_path, [signed()])
    assert answer["status"] == "PASSED"
    assert memory < MOST_MEMORY / 2
