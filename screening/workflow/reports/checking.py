"""A stranger's file is read by a process of its own, in a lane that strangers share.

What was issued here is known by its hash and has a lane of its own: a burst of strangers' files
keeps no genuine report waiting. Who finds a lane full is told to come back, and nothing is said
about the file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from screening.documents.cms.reasons import N_
from screening.workflow.core.refusal import ActRefusedError, Refusal

LONGEST_WAIT = 10  # seconds for those before
MOST_SECONDS = 2  # of the processor of a usual machine; ours take a third of it
SECONDS_FOR_OURS = 8  # whatever was issued here may carry many timestamps by now
LONGEST_CHECK = 45  # seconds by the clock, which a busy machine needs
OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
FAILED = "FAILED"
UNREADABLE = N_("The file cannot be read as a sealed PDF.")


class Lane:
    """So many files at once, so many waiting behind them; whoever comes then is sent away."""

    def __init__(self, at_once: int, waiting: int):
        self._places = BoundedSemaphore(at_once)
        self._room = BoundedSemaphore(at_once + waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place. Raises ActRefusedError("busy") without one."""
        if not self._room.acquire(blocking=False):
            raise ActRefusedError(Refusal.BUSY)
        try:
            if not self._places.acquire(timeout=LONGEST_WAIT):
                raise ActRefusedError(Refusal.BUSY)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._room.release()


ISSUED_HERE = Lane(at_once=2, waiting=6)
STRANGERS = Lane(at_once=1, waiting=4)


def check_apart(
    trust: Sequence[Certificate], pdf: bytes, now: datetime, ours: bool = False
) -> dict[str, Any]:
    """Return what documents.verifying says of `pdf`, from a process that knows no secret.

    It gets more time for a file of `ours`, known by its hash: no stranger can send one.

    Raises ActRefusedError("busy") where it took longer than it may: that condemns no file.
    """
    pem = "".join(each.public_bytes(Encoding.PEM).decode() for each in trust)
    seconds = SECONDS_FOR_OURS if ours else MOST_SECONDS
    asked = {"trust": pem, "now": now.isoformat(), "seconds": seconds}
    public = {k: v for k, v in os.environ.items() if not k.startswith("SCREENING_")}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "screening.documents.verifying.verify_process"],
            input=json.dumps(asked).encode() + b"\n" + pdf,
            capture_output=True,
            env=public,
            timeout=LONGEST_CHECK,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    except subprocess.TimeoutExpired:  # it had not yet used up its own seconds
        raise ActRefusedError(Refusal.BUSY) from None
    except ValueError:
        if done.returncode in OUT_OF_TIME:
            raise ActRefusedError(Refusal.BUSY) from None
    return {
        "status": FAILED,
        "reasons": [asdict(UNREADABLE)],
        "signatures": [],
        "sha256": sha256(pdf).hexdigest(),
        "record": None,
    }
