import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.storage.encryption import (
    Keys,
    SealedBlobError,
    fingerprint,
    new_key,
    open_bytes,
    open_json,
    seal_bytes,
    seal_json,
)


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_in_its_own_place(content):
    key = new_key()

    assert open_bytes(key, seal_bytes(key, content, "here"), "here") == content


def test_a_row_swapped_for_another_does_not_open():
    key = new_key()

    with pytest.raises(SealedBlobError):
        open_bytes(key, seal_bytes(key, b"answers", "screening:1"), "screening:2")


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_flipped_byte_does_not_open(place):
    key = new_key()
    blob = bytearray(seal_bytes(key, b"a secret answer", "here"))
    blob[place] ^= 1

    with pytest.raises(SealedBlobError):
        open_bytes(key, bytes(blob), "here")


def test_the_same_content_is_never_sealed_to_the_same_bytes():
    """A nonce that comes twice gives the contents of both away."""
    key = new_key()

    assert len({seal_bytes(key, b"no", "here")[:12] for _ in range(100)}) == 100


def test_a_fingerprint_is_found_with_its_key_alone():
    assert fingerprint(b"k" * 32, "Lan Nguyen") == fingerprint(b"k" * 32, "Lan Nguyen")
    assert fingerprint(b"k" * 32, "Lan Nguyen") != fingerprint(b"j" * 32, "Lan Nguyen")
    assert len(fingerprint(b"k" * 32, "")) == 64


def test_another_key_does_not_open():
    with pytest.raises(SealedBlobError):
        open_bytes(new_key(), seal_bytes(new_key(), b"a", "here"), "here")


def test_hostile_text_comes_back_as_it_was():
    key, text = new_key(), "\ud800 \x00 \u202e <b>"

    assert open_json(key, seal_json(key, text, "here"), "here") == text


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Keys.from_secret(b"short")


def test_every_purpose_has_a_key_of_its_own():
    keys = Keys.from_secret(b"x" * 32)

    assert len({getattr(keys, name) for name in keys.__dataclass_fields__}) == 7


def test_what_opens_a_key_file_is_a_key_of_256_bits_and_no_password():
    one, other = (Keys.from_secret(byte * 32).passphrase for byte in (b"a", b"b"))

    assert len(bytes.fromhex(one.decode())) * 8 == 256
    assert one != other
