"""Ticks outweigh "None of these" that was ticked beside them, also without JavaScript."""

import pytest

from screening.clinical.definitions.questionnaire import ItemType
from screening.web.screenings.screens import Answerable
from tests.conftest import TODAY


class Sent:
    """A field as a browser without JavaScript sent it."""

    def __init__(self, name, data):
        self.name, self.data = name, data


class Alone(dict):
    """A form that has no box beside the field."""

    def __missing__(self, name):
        return None


@pytest.fixture(scope="module")
def item(library):
    return next(i for i in library.items if i.type is ItemType.SOME_OF and "none" in i.codes)


@pytest.mark.parametrize(("ticked", "kept"), [(0, ["none"]), (1, None), (2, None)])
def test_none_of_these_is_unticked_where_something_is_ticked(item, ticked, kept):
    others = [code for code in item.codes if code not in {"none", "unknown", "tell-doctor"}]
    field = Sent("x", ["none", *others[:ticked]])
    Answerable(item, TODAY)(Alone(), field)

    assert field.answer == (kept or others[:ticked])
    assert field.data == field.answer, "and so it stands on the page that is shown again"
