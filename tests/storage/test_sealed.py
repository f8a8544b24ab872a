"""One list says what is sealed: erasing, rotating keys and restoring read it."""

import pytest
from sqlalchemy import LargeBinary

from screening.storage.columns import Table
from screening.storage.encryption import SealedBlobError, new_key
from screening.storage.sealed import (
    OPEN,
    SEALED,
    open_column,
    open_value,
    seal_column,
    seal_value,
)
from screening.storage.tables import Kept, Screening

OF_SCREENINGS = sorted(name for name, sealed in SEALED.items() if sealed.key == "screening")


def content_for(name):
    return {"a": "\ud83d"} if SEALED[name].holds == "json" else b"\x00a"


def test_every_column_of_bytes_is_sealed_or_said_to_be_open():
    found = {
        str(column)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found == {*SEALED, *OPEN}


@pytest.mark.parametrize("name", OF_SCREENINGS)
def test_what_is_sealed_with_a_screenings_key_hangs_on_it(name):
    """So that whoever erases a screening finds all of it."""
    table = Table.metadata.tables[name.split(".")[0]]
    assert table.name == "screening" or "screening_id" in table.columns


@pytest.mark.parametrize("name", SEALED)
def test_a_blob_opens_in_its_own_row_and_column_only(name):
    key = new_key()
    blob = seal_value(key, name, "1", content_for(name))

    assert open_value(key, name, "1", blob) == content_for(name)
    with pytest.raises(SealedBlobError):
        open_value(key, name, "2", blob)
    for other in SEALED.keys() - {name}:
        if SEALED[other].bound != SEALED[name].bound:
            with pytest.raises(SealedBlobError):
                open_value(key, other, "1", blob)


def test_two_columns_share_a_spot_only_where_a_value_moves_between_them():
    """The app that was offered becomes the app that counts, without being sealed anew."""
    shared = [name for name in SEALED if SEALED[name].bound == "account:{}:totp"]
    assert shared == ["account.totp", "account.totp_offer"]
    assert len({sealed.bound for sealed in SEALED.values()}) == len(SEALED) - 1


def test_a_row_keeps_and_gives_back_what_is_sealed_in_it():
    key, row, kept = new_key(), Screening(id="1"), Kept(name="root")
    seal_column(key, row, "draft", {"answers": {}})
    seal_column(key, row, "contact", None)
    seal_column(key, kept, "content", b"secret")

    assert open_column(key, row, "draft") == {"answers": {}}
    assert row.contact is None and open_column(key, row, "contact") is None
    assert open_column(key, kept, "content") == open_value(key, *SPOT, kept.content) == b"secret"


SPOT = ("installation.content", "root")
