"""Say whether a sealed PDF is as it was sealed, in the words of ETSI EN 319 102-1.

PASSED: every byte is as it was when the last of seal, signatures and timestamps was
made, and each was made in its role with a certificate in force, issued by an authority in
`trust`. INDETERMINATE: signed by somebody, but we do not know by whom, or have a doubt about
role or time. FAILED: anything else, and whatever cannot be read.

A file whose last signature is of somebody unknown is not looked into: anyone can make a
certificate, and with it a file that keeps a parser of PDF busy.

Where a file carries timestamps of an authority in `trust`, its certificates are
judged at the moment that these prove, and revocation is looked at: see validation_time.py.
Without there is no trusted time. The standard then judges certificates at the
moment of verification and not at the one that the signature claims, since
whoever holds an expired key can claim any, and revocation is not looked at.

What this cannot see: a report whose seal left no place for a doctor is a sealed report in
its own right. Read `signatures` before relying on one.

Bounded in size, not in time: let a worker that may be killed run it on strangers' files.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from screening.documents.cms.reasons import N_, BrokenError
from screening.documents.verifying.first_look import last_signature, leads_to, stranger
from screening.documents.verifying.result import Status, Verification

UNREADABLE = N_("The file cannot be read as a sealed PDF.")


def verify_pdf(pdf: bytes, trust: Sequence[x509.Certificate], now: datetime) -> Verification:
    """Verify `pdf` as of `now`; no `pdf` makes it raise."""
    # pyHanko logs names out of strangers' files, with tracebacks; the reasons say enough.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    sha256 = hashlib.sha256(pdf).hexdigest()
    try:
        last = last_signature(pdf)
        # A clock's issuers stand in the file, and not in the timestamp that it gave.
        if not last.is_stamp and not leads_to(last, trust):
            return Verification(Status.INDETERMINATE, (stranger(last),), (), sha256)
        # Takes pyHanko, whose start costs more than all that most strangers' files get.
        from screening.documents.verifying.inside import look_inside

        signatures, doubts = look_inside(pdf, trust, now)
    except BrokenError as error:
        return Verification(Status.FAILED, (error.reason,), (), sha256)
    except Exception:  # whatever a hostile file makes the parsers raise
        return Verification(Status.FAILED, (UNREADABLE,), (), sha256)
    status = Status.INDETERMINATE if doubts else Status.PASSED
    return Verification(status, doubts, signatures, sha256)
