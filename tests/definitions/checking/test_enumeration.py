"""What could never work as written is found by trying every patient; each check has its mistake."""

import re

import pytest

from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.findings import derive
from screening.definitions.checking.enumeration import MOST_PARTS, imagine, unsound
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

PEEL, ALL, FINDINGS = "procedures/peel.yaml", "sections/01-all.yaml", "findings.yaml"

RULE = """
- finding: {}
  grade: {}
  because: A reason.
  source: S1
"""
DERIVED = """
- id: {}
  is: Worked out
  when: {}
"""
QUESTION = """
- id: {0}_asked
  ask: Is it so?
  answer: yes-no
  means: {0}
"""
DEEP = """
procedure: deep
name: Deep peel
summary: Takes over the list of the peel.
includes: [peel]
contraindications:
"""


def rule(finding, grade="precaution"):
    return RULE.format(finding, grade)[1:]


def found_in(folder, additions):
    """Return the problems of the small library with `additions` at the end of its files."""
    files = SMALL | {
        name: SMALL.get(name, DEEP).rstrip("\n") + "\n" + text for name, text in additions.items()
    }
    with pytest.raises(DefinitionError) as caught:
        load_definitions(write_library(folder / "questions", files))
    return [str(problem) for problem in caught.value.problems]


def line_of(text, additions, name):
    whole = (SMALL.get(name, DEEP).rstrip("\n") + "\n" + additions[name]).lstrip("\n")
    return whole[: whole.index(text)].count("\n") + 1


MISTAKES = {
    "a rule whose ages exclude each other": (
        {
            FINDINGS: DERIVED.format("old_child", "{all: [age_under_18, age_over_60]}")
            + "- id: age_over_60\n  is: Old\n  age: over 60\n",
            PEEL: rule("old_child"),
        },
        (PEEL, "finding: old_child"),
        'no answers ever lead to "old_child", so this can never hold',
    ),
    "a rule on two answers of which only one can be given": (
        {
            FINDINGS: "- id: never\n  is: N\n- id: now\n  is: N\n"
            + DERIVED.format("both", "{all: [never, now]}"),
            ALL: "- id: cancer\n  ask: Cancer?\n  answer: one-of\n  options:\n"
            "  - id: a\n    text: A\n    means: never\n  - id: b\n    text: B\n    means: now\n",
            PEEL: rule("both"),
        },
        (PEEL, "finding: both"),
        'no answers ever lead to "both", so this can never hold',
    ),
    "a rule on a finding of which only the date is asked": (
        {
            FINDINGS: "- id: surgery\n  is: Surgery\n  date: the day\n",
            ALL: "- id: surgery_date\n  ask: When?\n  answer: date\n  dates: surgery\n",
            PEEL: rule("surgery"),
        },
        (PEEL, "finding: surgery"),
        'no answers ever lead to "surgery", so this can never hold',
    ),
    "a rule on an age that nobody reaches": (
        {FINDINGS: "- id: ancient\n  is: Ancient\n  age: over 200\n", PEEL: rule("ancient")},
        (PEEL, "finding: ancient"),
        'no answers ever lead to "ancient", so this can never hold',
    ),
    "an exception that the general rule outweighs": (
        {
            FINDINGS: DERIVED.format("weighty", "{any: [anticoagulant, pregnancy]}"),
            PEEL: rule("anticoagulant") + rule("weighty", "contraindication"),
        },
        (PEEL, "finding: anticoagulant"),
        '"anticoagulant" never counts: with it there is always "weighty" (contraindication)',
    ),
    "a general rule that its special cases outweigh together": (
        {
            PEEL: rule("anticoagulant", "contraindication")
            + rule("antiplatelet", "contraindication")
        },
        (PEEL, "finding: blood_thinner"),
        '"blood_thinner" never counts: with it there is always '
        '"anticoagulant" (contraindication) or "antiplatelet" (contraindication)',
    ),
    "an age band inside a graver one": (
        {
            FINDINGS: "- id: age_under_10\n  is: Child\n  age: below 10\n",
            PEEL: rule("age_under_10"),
        },
        (PEEL, "finding: age_under_10"),
        '"age_under_10" never counts: with it there is always "age_under_18" (contraindication)',
    ),
    "a protection that comes from something bad": (
        {
            FINDINGS: "- id: smoking\n  is: Smokes\n- id: scar\n  is: Scars\n"
            "- id: oil\n  is: Oils the skin\n  protective: true\n"
            + DERIVED.format("hardened", "{any: [smoking, oil]}\n  protective: true")
            + DERIVED.format("tender", "{all: [scar, {not: hardened}]}"),
            ALL: "".join(map(QUESTION.format, ("smoking", "scar", "oil"))),
            PEEL: rule("tender"),
        },
        (FINDINGS, "id: smoking"),
        '"smoking" takes "tender" away: who is worse off would come out better',
    ),
    "an answer that brings something bad and a protection": (
        {
            FINDINGS: "- id: mild\n  is: Only mild\n  protective: true\n- id: illness\n  is: Ill\n"
            "- id: rash\n  is: Rash\n" + DERIVED.format("serious", "{all: [illness, {not: mild}]}"),
            ALL: QUESTION.format("illness")
            + "- id: kind\n  ask: Kind?\n  answer: some-of\n  options:\n"
            "  - id: red\n    text: Red\n    means: [rash, mild]\n",
            PEEL: rule("serious") + rule("rash"),
        },
        (ALL, "id: kind"),
        '"red" takes "serious" away: who is worse off would come out better',
    ),
    "a finding that rests on too many others": (
        {
            FINDINGS: "".join(f"- id: f{n}\n  is: F\n" for n in range(MOST_PARTS + 1))
            + DERIVED.format("all_of_it", f"{{any: [{', '.join(f'f{n}' for n in range(13))}]}}"),
            ALL: "".join(QUESTION.format(f"f{n}") for n in range(13)),
            PEEL: rule("all_of_it"),
        },
        (FINDINGS, "id: all_of_it"),
        "rests on more than 12 findings; make fewer of them",
    ),
    "a wait counted from a date that nobody asks": (
        {
            FINDINGS: "- id: surgery\n  is: Surgery\n  date: the day\n",
            ALL: QUESTION.format("surgery"),
            PEEL: rule("surgery", "contraindication\n  defer: 4 months"),
        },
        (PEEL, "finding: surgery"),
        'no question asks for the date of "surgery", so the wait never ends',
    ),
    "a wait longer than the question looks back": (
        {
            FINDINGS: "- id: surgery\n  is: Surgery\n  date: the day\n",
            ALL: QUESTION.format("surgery")
            + "  within: 1 month\n  if_yes:\n"
            + "  - id: surgery_date\n    ask: When?\n    answer: date\n    dates: surgery\n",
            PEEL: rule("surgery", "contraindication\n  defer: 30 days"),
        },
        (PEEL, "finding: surgery"),
        'question "surgery_asked" asks only 1 month back; a wait of 30 days would miss who says no',
    ),
    "a wait far longer than the question looks back": (
        {
            FINDINGS: "- id: surgery\n  is: Surgery\n  date: the day\n",
            ALL: QUESTION.format("surgery")
            + "  within: 1 month\n  if_yes:\n"
            + "  - id: surgery_date\n    ask: When?\n    answer: date\n    dates: surgery\n",
            PEEL: rule("surgery", "contraindication\n  defer: 1 year"),
        },
        (PEEL, "finding: surgery"),
        'question "surgery_asked" asks only 1 month back; a wait of 1 year would miss who says no',
    ),
    "a wait of no days": (
        {PEEL: rule("anticoagulant", "contraindication\n  defer: 0 days")},
        (PEEL, "defer: 0 days"),
        '"0 days" is not a length of time; write for example "7 days"',
    ),
    "a wait of no days before a booked date": (
        {PEEL: rule("anticoagulant", "contraindication\n  defer: 7 days\n  ahead: 0 days")},
        (PEEL, "ahead: 0 days"),
        '"0 days" is not a length of time; write for example "7 days"',
    ),
    "an entry that repeats the list it takes over": (
        {"procedures/deep.yaml": SMALL[PEEL][SMALL[PEEL].index("- finding: blood_thinner") :]},
        ("procedures/deep.yaml", "finding: blood_thinner"),
        "only repeats the list of peel; leave it out",
    ),
    "an entry that is milder than the list it takes over": (
        {"procedures/deep.yaml": rule("age_under_18")},
        ("procedures/deep.yaml", "finding: age_under_18"),
        "is milder than in the list of peel; say why in 'note'",
    ),
    "an entry that lets a clinic relax what the other list fixes": (
        {"procedures/deep.yaml": rule("pregnancy", "contraindication")},
        ("procedures/deep.yaml", "finding: pregnancy"),
        "is milder than in the list of peel; say why in 'note'",
    ),
    "an entry that waits less than the list it takes over": (
        {"procedures/deep.yaml": rule("nsaid_recent", "contraindication\n  defer: 6 days")},
        ("procedures/deep.yaml", "finding: nsaid_recent"),
        "is milder than in the list of peel; say why in 'note'",
    ),
}


@pytest.mark.parametrize(("additions", "place", "message"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_named_where_it_stands(tmp_path, additions, place, message):
    file, text = place

    found = found_in(tmp_path, additions)

    assert found == [f"questions/{file}:{line_of(text, additions, file)}: {message}"]


def test_a_rule_on_a_finding_that_nobody_asks_about_is_named(tmp_path):
    additions = {FINDINGS: "- id: lonely\n  is: Nobody asks\n", PEEL: rule("lonely")}
    line = line_of("id: lonely", additions, FINDINGS)

    said = f'questions/{FINDINGS}:{line}: no question ever asks about "lonely"'
    assert said in found_in(tmp_path, additions)


def loaded(folder, additions):
    files = SMALL | {
        name: SMALL.get(name, DEEP).rstrip("\n") + "\n" + text for name, text in additions.items()
    }
    return load_definitions(write_library(folder / "questions", files))


SOUND = {
    "a special case that adds a reason of its own": {PEEL: rule("anticoagulant")},
    "a special case that is graver than the general one": {
        PEEL: rule("anticoagulant", "contraindication")
    },
    "a rule beside a graver one whose wait can end": {
        FINDINGS: DERIVED.format("swollen", "{any: [nsaid_recent, anticoagulant]}"),
        PEEL: rule("swollen"),
    },
    "a milder entry that says why": {
        "procedures/deep.yaml": rule("age_under_18") + "  note: S1 is about something else.\n"
    },
    "an entry that waits longer than the list it takes over": {
        "procedures/deep.yaml": rule("nsaid_recent", "contraindication\n  defer: 8 days")
    },
}


@pytest.mark.parametrize("additions", SOUND.values(), ids=SOUND)
def test_what_works_gives_no_alarm(tmp_path, additions):
    assert loaded(tmp_path, additions).procedures


def test_the_imagined_patients_are_all_combinations():
    yes_or_no = [{"a": (0, 0)}, {"a": (1, 1)}]
    three = [{"b": (0, 0)}, {"b": (0, 1)}, {"c": (1, 1)}]

    states, everyone = imagine([yes_or_no, three])

    met = {
        tuple((name, certain >> n & 1, possible >> n & 1) for name, (certain, possible) in s)
        for n in range(everyone.bit_length())
        for s in [sorted(states.items())]
    }
    assert everyone == 0b111111
    assert met == {
        (("a", a, a), ("b", 0, b), ("c", c, c)) for a in (0, 1) for b, c in ((0, 0), (1, 0), (0, 1))
    }


def test_no_unknown_part_can_settle_a_derived_finding_of_the_library(library):
    derived = [name for name, finding in library.findings.items() if finding.when]

    assert derived
    assert [name for name in derived if unsound(library.findings, name)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda certain, possible: (certain, certain),
        lambda certain, possible: (possible, possible),
        lambda certain, possible: (0, possible),
    ],
    ids=["unknown read as absent", "unknown read as present", "present read as unknown"],
)
def test_an_evaluator_that_settles_the_unknown_is_found(library, wrong):
    def misread(findings, states, everyone):
        return {name: wrong(*pair) for name, pair in derive(findings, states, everyone).items()}

    assert unsound(library.findings, "clotting_medicine", misread)


def test_a_question_that_looks_back_tells_the_program_how_far(library):
    """Or the check of waits would not see that "in the last 7 days" is too short."""
    for item in library.items:
        dated = [name for name in item.establishes if library.findings[name].date]
        back = re.search(r"[Ii]n the last ((\d+ )?(day|week|month|year)s?)", item.text)
        if dated and back:
            said = back[1] if back[2] else f"1 {back[1]}"
            assert item.within == Duration.parse(said), item.link_id
