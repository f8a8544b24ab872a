"""Names of medicines only make the pages ask: no text and no reply makes an outcome milder."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.medicines import changed_answer, find_names, open_readings
from screening.clinical.definitions.questionnaire import NO, NOT_KNOWN, YES, journey
from tests.clinical.evaluation.test_promises import assemble_questionnaire, outcome, quiet_patient

PROCEDURES = ("thread-lift", "mesotherapy-face", "prp")
NAMES = ("warfarin", "vitamin e", "st john's wort", "إيبوبروفين", "аспирин", "aspirin", "dầu cá")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Warfarin 5mg", [("warfarin", "warfarin")]),
        ("warfrin", [("warfrin", "warfarin")]),
        ("I take St. John’s wort.", [("st johns wort", "st john's wort")]),
        ("VITAMIN-E capsules", [("vitamin e", "vitamin e")]),
        ("Аспирин", [("аспирин", "аспирин")]),
        ("dau ca", [("dau ca", "dầu cá")]),
        ("none, I am well", []),
        ("vitamin d and calcium", []),
        ("asprin", [("asprin", "aspirin")]),
        ("inspiring aspartame", []),
    ],
)
def test_names_are_found_as_people_write_them(text, found):
    assert [(one.wrote, one.meant) for one in find_names(text, NAMES)] == found


def test_a_short_word_is_no_misspelled_name():
    """Avil is for hay fever, Advil thins the blood: four and five letters are too few to tell."""
    assert find_names("Avil 25 mg, Motin", ["advil", "motrin"]) == []


def test_a_long_list_is_read_to_its_end():
    """A patient's list may have 2,000 characters."""
    listed = "paracetamol, " * 130 + "warfarin"
    assert len(listed) < 2_000

    assert [one.meant for one in find_names(listed, NAMES)] == ["warfarin"]


def test_a_name_in_arabic_is_found_with_and_without_its_signs():
    assert [one.meant for one in find_names("إيبوبروفين", NAMES)] == ["إيبوبروفين"]
    assert [one.meant for one in find_names("ايبوبروفين", NAMES)] == ["إيبوبروفين"]


def readings(library, procedure, answers, said=()):
    steps = journey(assemble_questionnaire(library, [procedure]), answers)
    asked = [step.item for step in steps]
    return list(open_readings(library.medicines, asked, answers, said))


def with_list(library, procedure, text):
    _items, answers = quiet_patient(library, procedure)
    return answers | {"other_meds": YES, "medicine_list": text, "medicine_kinds": ["none"]}


def words(library):
    names = [name for kind in library.medicines.classes for name in kind.names]
    return st.lists(st.sampled_from(names) | st.text(string.ascii_letters + " ,\n", max_size=8))


@settings(max_examples=60 * settings.default.max_examples // 100)
@given(st.data())
def test_no_text_and_no_reply_ever_makes_an_outcome_milder(library, data):
    procedure = data.draw(st.sampled_from(PROCEDURES))
    text = " ".join(data.draw(words(library))) or "-"
    answers = with_list(library, procedure, "-")
    before = outcome(library, procedure, answers)

    answers["medicine_list"] = text
    assert outcome(library, procedure, answers) is before, "the text itself says nothing"
    for reading in readings(library, procedure, answers):
        reply = data.draw(st.sampled_from([YES, NO, NOT_KNOWN]))
        was, now = outcome(library, procedure, answers), dict(answers)
        now[reading.item.link_id] = changed_answer(reading, answers[reading.item.link_id], reply)
        assert outcome(library, procedure, now).gravity >= was.gravity, (reading, reply)
        if reply == NO:
            assert now == answers
        answers = now


def test_every_class_of_the_library_is_asked_about_by_every_one_of_its_names(library):
    for kind in library.medicines.classes:
        for name in kind.names:
            answers = with_list(library, "soft-lifting", name)
            asked = {r.kind.id: r for r in readings(library, "soft-lifting", answers)}
            steps = journey(assemble_questionnaire(library, ["soft-lifting"]), answers)
            if kind.question in {step.item.link_id for step in steps}:
                assert kind.id in asked, (kind.id, name)


def test_who_said_so_already_is_not_asked_again(library):
    answers = with_list(library, "thread-lift", "warfarin and ibuprofen")
    assert {r.kind.id for r in readings(library, "thread-lift", answers)} == {
        *("blood-thinner", "painkiller-that-thins-blood"),
    }
    answers["blood_thinner"] = YES
    [left] = readings(library, "thread-lift", answers)
    assert left.kind.id == "painkiller-that-thins-blood"
    assert not readings(library, "thread-lift", answers, [f"{left.kind.id}:ibuprofen"])


def test_a_new_name_of_the_same_kind_is_asked_about(library):
    said = ["blood-thinner:warfarin"]
    answers = with_list(library, "thread-lift", "warfarin, now eliquis")

    [reading] = readings(library, "thread-lift", answers, said)
    assert [one.meant for one in reading.names] == ["eliquis"]


def test_a_reply_keeps_what_was_ticked_besides(library):
    answers = with_list(library, "mesotherapy-face", "methotrexate") | {"immune_meds": ["none"]}
    [reading] = readings(library, "mesotherapy-face", answers)

    assert changed_answer(reading, ["none"], YES) == ["immune_tablets"]
    assert changed_answer(reading, ["steroids"], YES) == ["steroids", "immune_tablets"]
    assert changed_answer(reading, ["steroids"], NOT_KNOWN) == ["steroids", NOT_KNOWN]
    assert changed_answer(reading, ["none"], NO) == ["none"]
