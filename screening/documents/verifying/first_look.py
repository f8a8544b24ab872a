"""What a file's bytes say before any parser of PDF sees them: most strangers' files end here.

A file has to begin as a PDF, and its last signature has to cover it to the last byte, in our
form, unbroken. `leads_to` then tells whether that signature is of somebody whose issuer we know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID

from screening.documents.certificates.authority import is_authority, name_in
from screening.documents.cms.container import Protected, read_container
from screening.documents.cms.reasons import N_, BrokenError, Reason

LARGEST = 20 * 1024 * 1024  # bytes
BYTE_RANGE = re.compile(rb"/ByteRange ?\[(\d{1,8}) (\d{1,8}) (\d{1,8}) (\d{1,8})\]")
ANY_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[")
HEAD, TAIL = b"%PDF-", b"%%EOF"
LONGEST_TAIL = 1024  # bytes; where programs look for the end
LONGEST_BEFORE = 4096  # bytes before the head; what begins later is something else
LONGEST_CHAIN = 5

EMPTY = N_("The file is empty.")
NO_PDF = N_("Not one of ours: this is no PDF file.")
NO_SEAL = N_("Not one of ours: the file carries no seal. A printed or scanned copy has none.")
LOCKED = N_("The file is protected by a password, so that its seal cannot be checked.")
BEFORE = N_("Bytes were added before the first byte of the report.")
AFTER = N_("Bytes were added after the last signature.")
CUT = N_("The end of the file is missing.")
SAVED_AGAIN = N_(
    "The file was saved again by another program, or changed on its way here: its seal no longer "
    "fits. Ask for the file as it was first sent."
)


def last_signature(pdf: bytes) -> Protected:
    """Return who made the last signature. Raises BrokenError with why nobody did."""
    check_ends(pdf)
    return read_container(pdf, _last_range(pdf))


def check_ends(pdf: bytes) -> None:
    """Refuse what nobody signed to the last byte: nothing here is more than a search."""
    if not pdf:
        raise BrokenError(EMPTY)
    if len(pdf) > LARGEST:
        raise BrokenError(N_("The file is larger than %(most)s MB.", most=str(LARGEST // 1024**2)))
    begin = pdf.find(HEAD, 0, LONGEST_BEFORE)
    if begin < 0:
        raise BrokenError(NO_PDF)
    if not ANY_BYTE_RANGE.search(pdf):
        cut = TAIL not in pdf[-LONGEST_TAIL:]
        raise BrokenError(LOCKED if b"/Encrypt" in pdf else CUT if cut else NO_SEAL)
    if begin:
        raise BrokenError(BEFORE)
    _check_end(pdf)


def _check_end(pdf: bytes) -> None:
    _, start, end, rest = _last_range(pdf)
    fits = 0 < start < end <= len(pdf) and pdf[start] == ord("<") and pdf[end - 1] == ord(">")
    if not fits:
        cut = pdf[start : start + 1] in (b"", b"<") and end + rest > len(pdf)
        raise BrokenError(CUT if cut else LOCKED if b"/Encrypt" in pdf else SAVED_AGAIN)
    if end + rest != len(pdf):
        raise BrokenError(AFTER if end + rest < len(pdf) else CUT)


def _last_range(pdf: bytes) -> list[int]:
    found = BYTE_RANGE.findall(pdf)
    if not found:
        raise BrokenError(LOCKED if b"/Encrypt" in pdf else SAVED_AGAIN)
    return [int(number) for number in found[-1]]


def leads_to(signed: Protected, roots: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """Return which of `roots` vouches for who signed, at whatever time.

    Whoever has no certificate from them could be anyone: their file needs no closer look.
    """
    certificate = signed.certificate
    for _ in range(LONGEST_CHAIN):
        for root in roots:
            if certificate == root or _issued(certificate, root):
                return root
        above = [each for each in signed.chain if _issued(certificate, each)]
        if not above or above[0] == certificate:
            return None
        certificate = above[0]
    return None


def stranger(signed: Protected) -> Reason:
    """Return what is to be said of somebody unknown: the name proves nothing."""
    return N_(
        "Signed by someone we do not know who calls itself %(name)s: anyone can make such a "
        "certificate.",
        name=name_in(signed.certificate, NameOID.COMMON_NAME) or "–",
    )


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return is_authority(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
