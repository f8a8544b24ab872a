"""A lot is found however it is typed or scanned."""

import pytest

from screening.workflow.treatments.lots import fold_lot, lot_hash


@pytest.mark.parametrize(
    "typed", ["HA-22817", "ha 22817", " Ha‑22 817 ", "HA\u201322817", "ＨＡ22817", "HA22817\r\n"]
)
def test_capitals_spaces_hyphens_and_wide_letters_do_not_matter(typed):
    assert fold_lot(typed) == "ha22817"


def test_lots_that_differ_in_a_letter_stay_apart():
    assert fold_lot("HA-22817") != fold_lot("HA-22871")


def test_what_holds_no_letter_is_no_lot(office):
    assert lot_hash(office.context, office.clinic, " - ") is None


def test_two_clinics_do_not_share_a_hash(office):
    assert lot_hash(office.context, "one", "A1") != lot_hash(office.context, "two", "A1")
