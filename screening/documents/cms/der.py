"""Whether bytes are DER, asked before any parser of ASN.1 sees them.

BER allows lengths that are not said beforehand, and every parser that we use takes minutes for
a few kilobytes of them. Ours are DER throughout, as the standards of signatures ask for. The
walk here looks at tags and lengths only, once at each, and builds nothing.
"""

from __future__ import annotations

from screening.documents.cms.reasons import N_, BrokenError

LONGEST = 500_000  # bytes; a container of ours has 12,000, a list of revoked certificates more
MOST_VALUES = 50_000
DEEPEST = 32
NOT_DER = N_("Not one of ours: a signature in it is written in another form than ours are.")

CONSTRUCTED, LONG_TAG, LONG_LENGTH = 0x20, 0x1F, 0x80


class NotDerError(BrokenError):
    """These bytes are not one DER value, or a larger one than any of ours."""

    def __init__(self) -> None:
        super().__init__(NOT_DER)


def der_size(content: bytes, longest: int = LONGEST, most: int = MOST_VALUES) -> int:
    """Return how many bytes the DER value at the start of `content` has.

    Raises NotDerError where it is none: an open or needlessly long length, a value that
    reaches beyond the one around it, too many, too deep or too large.
    """
    begin, whole = _header(content, 0, min(len(content), longest))
    ends, at, left = [whole], (begin if content[0] & CONSTRUCTED else whole), most
    while ends:
        if at == ends[-1]:
            ends.pop()
            continue
        begin, end = _header(content, at, ends[-1])
        inside = content[at] & CONSTRUCTED
        left -= 1
        if not left or len(ends) > DEEPEST:
            raise NotDerError
        if inside:
            ends.append(end)
        at = begin if inside else end
    return whole


def _header(content: bytes, at: int, limit: int) -> tuple[int, int]:
    """Return where the value at `at` begins and ends, within `limit`."""
    if at + 2 > limit or content[at] & LONG_TAG == LONG_TAG or not content[at]:
        raise NotDerError
    size, begin = content[at + 1], at + 2
    if size & LONG_LENGTH:
        count = size & 0x7F
        told = content[begin : begin + count]
        size, begin = int.from_bytes(told, "big"), begin + count
        if not 1 <= count <= 4 or len(told) < count or not told[0] or size < LONG_LENGTH:
            raise NotDerError
    if begin + size > limit:
        raise NotDerError
    return begin, begin + size


def check_der(content: bytes, longest: int = LONGEST, most: int = MOST_VALUES) -> None:
    """Raise NotDerError where `content` is not one DER value and nothing else."""
    if der_size(content, longest, most) != len(content):
        raise NotDerError
