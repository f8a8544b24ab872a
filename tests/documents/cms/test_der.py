"""Only DER is read, and what is not is refused before any parser sees it."""

import time

import pytest

from screening.documents.cms.container import read_container
from screening.documents.cms.der import DEEPEST, LONGEST, MOST_VALUES, NotDerError, check_der
from screening.documents.cms.parts import der
from tests.documents.sealing import alone, gap_of_last_signature
from tests.documents.verifying.hostile import container_of, open_lengths, with_container


def test_our_own_containers_are_der():
    check_der(container_of(alone()))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x30",
        b"\x30\x80\0\0",  # no length
        b"\x30\x03\x24\x80\0",  # no length inside
        b"\x30\x81\x02\x05\0",  # a length longer than it need be
        b"\x30\x82\0\x02\x05\0",
        b"\x30\x03\x05\0",  # beyond the end
        b"\x30\x02\x05\x01",  # beyond the one around it
        b"\x30\x02\0\0",  # the end of a value without a length
        b"\x3f\x81\x01\0",  # a tag of several bytes
        b"\x05\0\x05\0",  # two values
        b"\x30\x85\x01\0\0\0\0" + b"\0" * 50,
        der(0x30, bytes([4, 0]) * (MOST_VALUES + 1)),
        der(0x04, bytes(LONGEST)),
    ],
)
def test_what_is_not_der_is_refused(content):
    with pytest.raises(NotDerError, match="another form than ours"):
        check_der(content)


def test_values_within_values_end_somewhere():
    deep = b"\x05\0"
    for _ in range(DEEPEST + 1):
        deep = der(0x30, deep)
    with pytest.raises(NotDerError):
        check_der(deep)


def test_open_lengths_are_refused_before_a_parser_spends_minutes_on_them():
    """28 kB of them kept asn1crypto busy for a minute (asn1crypto#256)."""
    whole = alone()
    start, end = gap_of_last_signature(whole)
    assert len(open_lengths(container_of(whole))) < (end - start) // 2
    pdf = with_container(whole, open_lengths(container_of(whole)))
    begin = time.process_time()
    with pytest.raises(NotDerError):
        read_container(pdf, [0, start, end, len(pdf) - end])
    assert time.process_time() - begin < 0.5
