"""Which questions may share a page, and what a list needs for it: the rest is refused by name."""

import pytest

from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

ALL = "sections/01-all.yaml"
PAINKILLER = "ask: Did you take a painkiller?\n  answer: yes-no"
DENTAL = "ask: Dental work lately or soon?\n  answer: yes-no"
THINNER = "ask: Which blood thinner do you take?\n  answer: some-of"
LAST = "ask: When did you take the last one?\n    answer: date"


def library(tmp_path, *changes):
    text = SMALL[ALL]
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return write_library(tmp_path / "questions", SMALL | {ALL: text})


def grouped(text, group="both"):
    return text, f"{text}\n  together: {group}"


def problems(folder):
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_questions_may_share_a_page_and_a_list_with_a_row_of_its_own(tmp_path):
    found = load_definitions(
        library(
            tmp_path,
            grouped(PAINKILLER),
            grouped(DENTAL),
            (THINNER, f"{THINNER}\n  together: both\n  row: Do you take a blood thinner?"),
        )
    )
    assert [i.together for i in found.sections[0].items] == [None, None, "both", "both", "both"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([grouped(PAINKILLER)], "stands at this question only"),
        ([grouped(PAINKILLER), grouped(THINNER)], "needs 'row'"),
        (
            [grouped(PAINKILLER), (LAST, f"{LAST}\n    together: both")],
            "a follow-up comes on the next page",
        ),
        (
            [grouped(PAINKILLER), ("answer: birth-date", "answer: birth-date\n  together: both")],
            "has a page of its own",
        ),
        (
            [grouped(PAINKILLER), (DENTAL, f"{DENTAL}\n  together: both\n  private: true")],
            "mixes what may be told only to the doctor",
        ),
        ([(PAINKILLER, f"{PAINKILLER}\n  row: Did you?")], "'row' belongs to a list"),
        ([("text: Warfarin", "text: Warfarin\n    row: Do you?")], "at some options"),
        (
            [(THINNER, f"{THINNER}\n  row: Do you?\n  unknown: false")],
            'needs options and "I do not know"',
        ),
    ],
)
def test_what_cannot_share_a_page_is_refused(tmp_path, changes, said):
    found = problems(library(tmp_path, *changes))
    assert said in found and "01-all.yaml:" in found


def test_a_page_holds_six_rows(tmp_path):
    more = "".join(
        f"\n- id: extra{n}\n  ask: Extra {n}?\n  answer: yes-no\n  always: true\n  together: both"
        for n in range(6)
    )
    found = problems(library(tmp_path, grouped(PAINKILLER), ("questions:", f"questions:{more}")))

    assert "'both' has 7 rows; a page holds 6 at most" in found
