"""What the rows of a list make of its answer: unknown never clears, and no yes is lost."""

from itertools import product

import pytest

from screening.clinical.way.rows import (
    LIST,
    Row,
    folded,
    merged,
    opens_list,
    replies_to,
    reply_in,
    stands_in_rows,
    told_in,
)


@pytest.fixture(scope="module")
def items(library):
    return {item.link_id: item for item in library.items}


def test_a_list_that_is_no_is_none_of_these(items):
    assert folded(items["heart"], {LIST: "no"}) == ["none"]


@pytest.mark.parametrize("reply", ["yes", "unknown"])
def test_a_list_that_may_hold_something_is_open_until_every_row_is_answered(items, reply):
    heart = items["heart"]
    rows = {option.id: "no" for option in heart.options}
    assert folded(heart, {LIST: reply}) is None
    assert folded(heart, {LIST: reply, **dict(list(rows.items())[1:])}) is None
    assert folded(heart, {LIST: reply, **rows, "stroke": "yes"}) == ["stroke"]


def test_not_sure_in_one_row_leaves_open_what_is_not_ticked(items):
    rows = {option.id: "no" for option in items["heart"].options}
    said = {LIST: "yes", **rows, "stroke": "yes", "heart_block": "unknown"}

    assert folded(items["heart"], said) == ["stroke", "unknown"]


def test_a_yes_under_which_every_row_is_no_is_not_lost(items):
    rows = {option.id: "no" for option in items["heart"].options}

    assert folded(items["heart"], {LIST: "yes", **rows}) == ["unknown"]
    assert folded(items["heart"], {LIST: "unknown", **rows}) == ["none"]


def test_what_is_for_the_doctor_only_is_unknown_and_never_no(items):
    assert folded(items["viral_blood"], {"hiv": "tell-doctor", "hepatitis": "no"}) == [
        "tell-doctor"
    ]


def test_nothing_that_can_be_said_in_rows_clears_what_is_not_known(items):
    kidney = items["kidney_liver"]
    for replies in product(("yes", "no", "unknown"), repeat=2):
        answer = folded(kidney, dict(zip(("kidney", "liver"), replies, strict=True)))
        assert ("unknown" in answer) == ("unknown" in replies)
        assert (answer == ["none"]) == (set(replies) == {"no"})


@pytest.mark.parametrize(
    "answer", [["none"], ["unknown"], ["stroke"], ["stroke", "unknown"], ["tell-doctor"]]
)
def test_an_answer_given_as_ticks_is_shown_in_rows_and_comes_back_the_same(items, answer):
    """Of a draft begun one question a page, or on an earlier day."""
    heart = items["heart"]
    told = replies_to(heart, {"heart": answer}, {})

    assert folded(heart, told) == answer or answer == ["tell-doctor"]
    assert Row(heart).is_gate and reply_in(Row(heart), {"heart": answer}, {}) == told[LIST]


def test_what_was_said_once_counts_no_more_where_the_answer_was_changed_since(items):
    heart, said = items["heart"], {"heart": {LIST: "no"}}

    assert replies_to(heart, {"heart": ["stroke"]}, said)[LIST] == "yes"
    assert replies_to(heart, {}, said) == {}, "it is asked again"
    assert replies_to(heart, {}, {"heart": {LIST: "yes"}}) == {LIST: "yes"}, "it is on its way"


def test_a_yes_after_a_no_takes_the_old_answer_away(items):
    told = told_in(items, {"heart": ["none"]}, {"heart": {LIST: "no"}}, {"heart": {LIST: "yes"}})

    assert told.opened == {"heart"} and told.answers == {}


def test_a_no_forgets_the_rows_below_it(items):
    before = {LIST: "yes", "stroke": "yes"}

    assert merged(items["heart"], before, {LIST: "no"}) == {LIST: "no"}


def test_a_short_list_stands_in_rows_and_a_long_one_opens(items):
    assert stands_in_rows(items["kidney_liver"]) and not opens_list(items["kidney_liver"])
    assert opens_list(items["heart"]) and not stands_in_rows(items["heart"])
    assert not stands_in_rows(items["which_thinner"]), "what a yes is called stays ticks"
