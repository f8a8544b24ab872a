"""Nothing that a patient says is silent: cases with the outcome that is right, and why."""

import json
from pathlib import Path

import pytest

from screening.clinical.evaluation.case import CaseError, read_case
from screening.clinical.evaluation.verdicts import verdicts_of

CASES = [
    json.loads(line)
    for line in (Path(__file__).with_name("cases") / "silent.jsonl").read_text().splitlines()
]
# What the program hears is tested here in any case; what the lists say of it from format 3 on.
RIGHT_BEFORE = {
    "ibuprofen six days ago, filler",
    "isotretinoin, one day short of six months",
    "anaphylaxis in the past, filler",
    "adalimumab, threads",
    "NSAID three days ago, PRP",
    "pregnant without its gate",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_right_answer_of_a_case(library, case):
    expect = case["expect"]
    if library.format < 3 and case["name"] not in RIGHT_BEFORE:
        pytest.skip("the lists in force do not decide about everything yet")
    if "exit" in expect:
        with pytest.raises(CaseError):
            read_case(library, case["in"])
        return
    told = verdicts_of(library, read_case(library, case["in"]))
    [verdict] = told["procedures"]

    assert {k: verdict[k] for k in expect.keys() & {"outcome", "until"}}.items() <= expect.items()
    assert verdict["outcome"] != expect.get("not")
    assert expect.get("visit", {}).items() <= verdict.get("visit", {}).items()
    assert expect.get("to_read", "") in " ".join(one["text"] for one in told["to_read"])
