"""Mistakes in the list of medicines' names, each named with its line."""

import pytest

from screening.definitions.dictionary.spelling import plain
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import write_library

TEXT = """
reads: [aspirin_why]
medicines:
- class: thinner
  question: thinner
  answer: warfarin
  names: [warfarin, eliquis]
"""


def load(folder, text):
    write_library(folder, {"medicine-names.yaml": text})
    return load_definitions(folder)


def test_a_right_list_is_taken_over(small_folder):
    known = load(small_folder, TEXT).medicines

    assert known.reads == ("aspirin_why",)
    [kind] = known.classes
    assert (kind.question, kind.answer, kind.names) == (
        *("thinner", "warfarin", ("warfarin", "eliquis")),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("[aspirin_why]", "[aspirin_wy]", ':1: unknown question "aspirin_wy", did you mean'),
        ("[aspirin_why]", "[painkiller]", ':1: "painkiller" is not a text question'),
        ("question: thinner", "question: thiner", ':4: unknown question "thiner"'),
        ("answer: warfarin", "answer: warfarine", ':5: unknown answer to "thinner", "warfarine"'),
        ("answer: warfarin", "answer: none", ':5: unknown answer to "thinner", "none"'),
        ("question: thinner", "question: date_of_birth", ":5: unknown answer"),
        ("eliquis]", "Warfarin]", ':6: "Warfarin" stands here twice'),
        ("eliquis]", "ab]", ':6: "ab" is too short'),
        ("names: [warfarin, eliquis]", "names: []", ':3: class "thinner" has neither'),
        ("  answer: warfarin", "  possible: [nothing_such]", ':5: unknown finding "nothing_such"'),
        ("  question: thinner", "  why: so", ':5: class "thinner" has an answer and no question'),
        ("class: thinner", "class: thinner\n  means: x", "'means' is not a word used here"),
    ],
)
def test_a_mistake_is_named_with_its_line(small_folder, right, wrong, says):
    assert right in TEXT
    with pytest.raises(DefinitionError) as caught:
        load(small_folder, TEXT.replace(right, wrong, 1))

    assert says in str(caught.value)


FOUND = """
reads: [aspirin_why]
medicines:
- class: thinner
  establishes: [FINDING]
  substances: [warfarin]
"""


def test_what_is_worked_out_from_others_is_said_by_no_name(small_folder):
    with pytest.raises(DefinitionError) as caught:
        load(small_folder, FOUND.replace("FINDING", "age_under_18"))

    assert ':4: "age_under_18" is worked out from others; name those' in str(caught.value)


def test_a_name_of_the_clinics_own_stands_for_what_the_dictionary_knows(small_folder):
    text = TEXT.replace("warfarin, eliquis", "eliquis, zzunheard")
    known = load(small_folder, text).medicines

    [kind] = known.classes
    assert kind.substances == {"apixaban", "zzunheard"}
    [first, second] = known.dictionary.read("Eliquis, Zzunheard 5 mg")
    assert [k.id for one in (first, second) for k in known.classes_of(one)] == ["thinner"] * 2


def test_the_lists_in_force_name_no_substance_that_the_dictionary_lacks(library):
    reader = library.medicines.dictionary
    named = {s for kind in library.medicines.classes for s in kind.substances}

    assert [s for s in sorted(named) if not reader.meanings(plain(s))] == []


def test_a_name_may_not_establish_what_speaks_for_a_treatment(small_folder):
    findings = small_folder / "findings.yaml"
    text = findings.read_text().replace(
        "- id: anticoagulant\n", "- id: anticoagulant\n  protective: true\n"
    )
    findings.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        load(small_folder, TEXT)

    assert "must never make an outcome milder" in str(caught.value)
