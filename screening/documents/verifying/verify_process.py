"""Verify a stranger's file in a process of its own.

python -P -m screening.documents.verifying.verify_process

Standard input holds a line of JSON with the certificates to trust, the moment that counts as
now and the seconds of the processor that it may take, then the file.
Standard output is the result as JSON. The process may read and compute for a
while, and nothing else; whoever started it ends it when it takes too long.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import sys
from datetime import datetime
from typing import Any

from cryptography.x509 import load_pem_x509_certificates

from screening.documents.verifying.record import read_record
from screening.documents.verifying.verify import Status, verify_pdf

MOST_MEMORY = 1_500_000_000  # bytes


def main() -> None:
    """Answer once."""
    limits = {
        resource.RLIMIT_AS: MOST_MEMORY,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    asked = json.loads(sys.stdin.buffer.readline())
    limits[resource.RLIMIT_CPU] = asked["seconds"]
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))
    pem = asked["trust"].encode()
    trust = load_pem_x509_certificates(pem) if pem else []
    now = datetime.fromisoformat(asked["now"])
    print(json.dumps(check(sys.stdin.buffer.read(), trust, now)))


def check(pdf: bytes, trust: list[Any], now: datetime) -> dict[str, Any]:
    """Return the verification as JSON has it, with the record of a file that is unbroken."""
    verification = verify_pdf(pdf, trust, now)
    found = dataclasses.asdict(verification)
    for one in found["signatures"]:
        for moment in ("claimed_at", "stamped_at"):
            one[moment] = one[moment] and one[moment].isoformat(timespec="seconds")
    broken = verification.status is Status.FAILED
    return found | {"record": None if broken else read_record(pdf)}


if __name__ == "__main__":
    main()
