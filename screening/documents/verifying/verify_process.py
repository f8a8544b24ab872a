"""Verify a stranger's file in a process of its own.

python -P -m screening.documents.verifying.verify_process

Standard input holds a line of JSON with the certificates to trust, the moment that counts as
now and the seconds of the processor that it may take, then the file.
Standard output is the result as JSON. The process may read and compute for a
while, and nothing else; whoever started it ends it when it takes too long.

The seconds are those of a usual machine. What starting costs tells how much slower this one is,
so that it condemns no report that only a faster one would have checked in time.
"""

from __future__ import annotations

import dataclasses
import json
import os
import resource
import sys
import time
from datetime import datetime
from typing import Any

from cryptography.x509 import load_pem_x509_certificates

from screening.documents.verifying.record import read_record
from screening.documents.verifying.result import Status
from screening.documents.verifying.verify import verify_pdf

MOST_MEMORY = 400_000_000  # bytes of addresses, of which a third is libraries
USUAL_START = 0.2  # seconds of the processor
KINDER = 5  # gives way to the pages


def main() -> None:
    """Answer once."""
    asked = json.loads(sys.stdin.buffer.readline())
    slower = max(1.0, time.process_time() / USUAL_START)
    limits = {
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(asked["seconds"] * slower),
    }
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))
    _give_way()
    pem = asked["trust"].encode()
    trust = load_pem_x509_certificates(pem) if pem else []
    now = datetime.fromisoformat(asked["now"])
    print(json.dumps(check(sys.stdin.buffer.read(), trust, now)))


def _give_way() -> None:
    try:
        os.nice(KINDER)
    except PermissionError:  # a unit of systemd may forbid it
        return


def check(pdf: bytes, trust: list[Any], now: datetime) -> dict[str, Any]:
    """Return the verification as JSON has it, with the record where we know who sealed it."""
    verification = verify_pdf(pdf, trust, now)
    found = dataclasses.asdict(verification)
    for one in found["signatures"]:
        for moment in ("claimed_at", "stamped_at"):
            one[moment] = one[moment] and one[moment].isoformat(timespec="seconds")
    known = verification.status is not Status.FAILED and verification.signatures
    return found | {"record": read_record(pdf) if known else None}


if __name__ == "__main__":
    main()
