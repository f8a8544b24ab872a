"""Medicines establish or make possible what their class says, and never make an outcome milder."""

import string
from dataclasses import replace
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.definitions import assemble_questionnaire, findings_asked
from screening.clinical.definitions.findings import ABSENT, PRESENT, UNKNOWN
from screening.clinical.definitions.medicines import MedicineRecord
from screening.clinical.definitions.questionnaire import NO, NOT_KNOWN, YES, journey
from screening.clinical.evaluation.answers import establish_findings
from screening.clinical.evaluation.case import (
    CaseError,
    evaluate_case,
    findings_of,
    read_case,
)
from screening.clinical.evaluation.population import establish_all
from screening.clinical.evaluation.reading import to_read_by
from screening.clinical.evaluation.replies import gather
from screening.clinical.evaluation.verdicts import verdicts_of
from screening.clinical.medicines.lines import read_line
from screening.clinical.medicines.questions import (
    DidYouMean,
    NotRecognised,
    Reading,
    changed_answer,
    open_questions,
    with_replies,
)
from screening.clinical.medicines.record import record_as_json, record_from
from screening.clinical.report.report import compile_report
from tests.clinical.evaluation.test_promises import QUESTIONS, TODAY, quiet_patient

THREADS = "thread-lift"


def with_list(library, text, procedure=THREADS, **answers):
    _items, quiet = quiet_patient(library, procedure)
    listed = {"other_meds": YES, "medicine_list": text, "medicine_kinds": ["none"]}
    return quiet | listed | answers


def states(library, text, replies=None, **answers):
    answers = with_list(library, text, **answers)
    record = with_replies(library.medicines.read(answers), replies or {})
    return establish_findings(library, answers, TODAY, medicines=record).states


def case_of(library, text, **more):
    raw = {"procedures": [THREADS], "on": TODAY.isoformat(), "answers": with_list(library, text)}
    return read_case(library, raw | more)


def asked_about(library, text, replies=None, **answers):
    answers = with_list(library, text, **answers)
    record = with_replies(library.medicines.read(answers), replies or {})
    steps = journey(assemble_questionnaire(library, [THREADS]), answers)
    items = [step.item for step in steps]
    used = findings_asked(library, [THREADS])
    return list(open_questions(library, items, answers, record, replies or {}, used))


@pytest.mark.parametrize(
    ("text", "finding", "state"),
    [
        ("Eliquis 5 mg", "anticoagulant", PRESENT),
        ("Элик­вис", "anticoagulant", PRESENT),
        ("Nurofen", "nsaid_recent", PRESENT),
        ("Aspirin", "nsaid_recent", UNKNOWN),
        ("Aspirin", "antiplatelet", UNKNOWN),
        ("Plavix", "antiplatelet", UNKNOWN),
        ("ibuprofen gel", "nsaid_recent", UNKNOWN),
        ("heparin gel", "anticoagulant", ABSENT),
        ("hydrocortisone cream", "systemic_steroid", ABSENT),
        ("prednisolone", "systemic_steroid", PRESENT),
        ("blood thinner", "anticoagulant", UNKNOWN),
        ("warfrin", "anticoagulant", ABSENT),
        ("I avoid warfarin", "anticoagulant", ABSENT),
        ("vitamin C", "anticoagulant", ABSENT),
    ],
)
def test_a_name_says_what_its_class_says_and_a_guess_says_nothing(library, text, finding, state):
    assert states(library, text)[finding] == state


def test_a_medicine_stands_against_an_answer_that_forgot_it(library):
    quiet = states(library, "vitamin C")
    assert quiet["anticoagulant"] == ABSENT

    assert states(library, "Xarelto", blood_thinner=NO)["anticoagulant"] == PRESENT


def test_after_a_no_the_medicine_and_the_reply_leave_it_unknown(library):
    for reply in (NO, NOT_KNOWN):
        replies = {"blood_thinner:rivaroxaban": reply}
        assert states(library, "Xarelto", replies)["anticoagulant"] == UNKNOWN
        other = {"blood_thinner:warfarin": reply}
        assert states(library, "Xarelto", other)["anticoagulant"] == PRESENT


def test_what_is_only_possible_is_settled_by_the_patients_own_no(library):
    assert states(library, "Aspirin")["cardiovascular_disease"] == UNKNOWN
    replies = {"heart:acetylsalicylic acid": NO}
    assert states(library, "Aspirin", replies)["cardiovascular_disease"] == ABSENT


def test_a_misspelled_name_is_asked_about_first_and_then_counts(library):
    [asked, *_] = asked_about(library, "warfrin")
    assert isinstance(asked, DidYouMean)
    assert [guess.name for _, guess in asked.choices()] == ["warfarin"]

    assert states(library, "warfrin", {asked.id: "0"})["anticoagulant"] == PRESENT
    assert states(library, "warfrin", {asked.id: NOT_KNOWN})["anticoagulant"] == ABSENT
    [reading] = [
        q for q in asked_about(library, "warfrin", {asked.id: "0"}) if q.id == "blood_thinner"
    ]
    assert (reading.code, reading.texts) == (YES, ["warfrin"])
    [unread] = asked_about(library, "warfrin", {asked.id: NO})
    assert isinstance(unread, NotRecognised)


def test_what_nobody_knows_is_shown_until_the_patient_has_looked_at_it(library):
    [asked] = asked_about(library, "vitamin C, Zzblorbix\nYyblorbix 5 mg")
    assert [entry.text for entry in asked.entries] == ["Zzblorbix", "Yyblorbix 5 mg"]

    seen = dict.fromkeys(asked.keys(), YES)
    assert asked_about(library, "vitamin C, Zzblorbix\nYyblorbix 5 mg", seen) == []
    [again] = asked_about(library, "Zzblorbix, Xxblorbix", seen)
    assert [entry.text for entry in again.entries] == ["Zzblorbix", "Xxblorbix"]


def test_a_medicine_is_asked_about_at_the_question_that_it_belongs_to(library):
    asked = {q.id: q.code for q in asked_about(library, "Xarelto, ibuprofen, methotrexate")}

    assert asked == {
        "blood_thinner": YES,
        "heart": None,
        "past_clots": YES,
        "painkiller": YES,
        "immune_meds": None,
        "autoimmune": YES,
        "other_illnesses": "weak_immune_system",
    }


def test_who_said_so_already_is_not_asked_again(library):
    asked = asked_about(library, "ibuprofen")
    assert [q.id for q in asked] == ["painkiller"]

    assert (
        asked_about(library, "ibuprofen", painkiller=YES, painkiller_last_dose="2026-11-20") == []
    )
    assert asked_about(library, "ibuprofen", {"painkiller:ibuprofen": NO}) == []
    [once_more] = asked_about(library, "ibuprofen, Aleve", {"painkiller:ibuprofen": NO})
    assert once_more.texts == ["ibuprofen", "Aleve"]


def test_a_reply_keeps_what_was_ticked_besides(library):
    items = {item.link_id: item for item in library.items}
    reading = Reading(items["medicine_kinds"], "muscle_relaxant", ())

    assert changed_answer(reading, ["none"], YES) == ["muscle_relaxant"]
    assert changed_answer(reading, ["light_sensitive"], YES) == [
        "muscle_relaxant",
        "light_sensitive",
    ]
    assert changed_answer(reading, ["light_sensitive"], NOT_KNOWN) == ["light_sensitive", NOT_KNOWN]
    assert changed_answer(reading, ["none"], NO) == ["none"]
    several = replace(reading, code=None)
    assert changed_answer(several, ["none"], YES) == "", "asked again"


CLASSES = yaml.safe_load((QUESTIONS / "medicines.yaml").read_text("utf-8"))["medicines"]
SUBSTANCES = [name for kind in CLASSES for name in kind["substances"][:6]]
LISTED = st.lists(
    st.sampled_from(SUBSTANCES) | st.text(string.ascii_letters + " ,\n", max_size=8), max_size=6
).map(lambda names: ", ".join(names) or "-")


@settings(max_examples=60 * settings.default.max_examples // 100, deadline=None)
@given(LISTED, st.data())
def test_no_medicine_and_no_reply_ever_makes_an_outcome_milder(library, text, data):
    """A list only adds; what is asked about it adds or leaves; and one patient is many."""
    before = evaluate_case(library, case_of(library, "vitamin C"))
    now = evaluate_case(library, case_of(library, text))
    assert now[0].outcome.gravity >= before[0].outcome.gravity

    replies = {}
    answers = with_list(library, text)
    for asked in asked_about(library, text):
        if isinstance(asked, Reading):
            reply = data.draw(st.sampled_from([YES, NO, NOT_KNOWN]))
            replies |= dict.fromkeys(asked.keys(), reply)
    record = with_replies(library.medicines.read(answers), replies)
    one = establish_findings(library, answers, TODAY, medicines=record)
    assert all(pair >= ABSENT for pair in one.states.values())
    quiet = establish_findings(library, answers, TODAY)
    for name, (certain, possible) in one.states.items():
        was = quiet.states[name]
        assert certain >= was[0] and possible >= was[1], name
    screenings = [(TODAY, with_list(library, "-")), (TODAY, answers)]
    crowd = gather(screenings, medicines={1: (record, answers)})
    together = establish_all(library, crowd)
    assert {n: (c >> 1, p >> 1) for n, (c, p) in together.states.items()} == one.states


@settings(max_examples=60 * settings.default.max_examples // 100, deadline=None)
@given(LISTED)
def test_a_report_keeps_what_was_read_and_replays_without_the_dictionary(library, text):
    case = case_of(library, text)
    frame = {"number": "1", "submitted_at": "2026-11-21T12:00:00+01:00"}
    raw = {"procedures": [THREADS], "on": TODAY.isoformat(), "answers": dict(case.answers)}
    kept = compile_report(library, case, raw, frame)["case"]

    forgetful = replace(library, medicines=replace(library.medicines, dictionary=None))
    again = read_case(forgetful, kept)
    assert again.medicines == case.medicines
    assert findings_of(forgetful, again, TODAY) == findings_of(library, case, TODAY)
    if case.medicines.entries:
        assert kept["medicines"]["dictionary"] == library.medicines.dictionary.hash
        assert record_from(record_as_json(case.medicines)) == case.medicines


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        ([], "must be an object of dictionary, entries and replies"),
        ({"dictionary": 1, "entries": []}, "dictionary must be text and entries a list"),
        ({"dictionary": "x", "entries": [{}]}, "each entry must be an object with its text"),
        ({"dictionary": "x", "entries": [{"text": "a", "status": "b"}]}, "'b' is not one of"),
        ({"dictionary": "x", "entries": [], "replies": {"a": "b"}}, "each reply must be one of"),
        (
            {"dictionary": "x", "entries": [{"text": "a", "status": "past", "names": [1]}]},
            "names must be a list of words",
        ),
    ],
)
def test_a_record_of_medicines_that_cannot_be_read_is_refused(library, kept, says):
    with pytest.raises(CaseError) as caught:
        case_of(library, "x", medicines=kept)

    assert any(p.startswith("medicines: ") and says in p for p in caught.value.problems)


def test_a_list_is_whole_only_where_a_name_was_recognised_in_every_entry(library):
    def whole(text):
        return library.medicines.read({"medicine_list": text}).is_whole

    assert whole("Eliquis 5 mg, twice a day\nmetformin")
    assert not whole("Eliquis, Zzblorbix")
    assert not whole("Eliquis Zzblorbix")
    assert not whole("Eliquis, warfrin")
    assert not whole("none")
    assert not MedicineRecord().is_whole


def test_a_line_is_told_in_one_answer(library):
    told = read_line(library.medicines, "Eliquis 5mg, Zzblorbix, warfrin")

    assert list(told) == [
        *("text", "recognised", "status", "substances", "classes", "findings", "guesses"),
    ]
    assert told["text"] == "Eliquis 5mg, Zzblorbix, warfrin"
    assert (told["recognised"], told["status"]) == (False, "partly recognised")
    assert (told["substances"], told["classes"]) == (["apixaban"], ["anticoagulant"])
    assert told["findings"][0] == "anticoagulant"
    assert told["guesses"] == [{"name": "warfarin", "substances": ["warfarin"]}]


@pytest.mark.parametrize(
    ("text", "recognised", "status"),
    [
        ("Eliquis", True, "recognised"),
        ("Eliquis, once a day", True, "recognised"),
        ("Eliquis Zzblorbix", True, "partly recognised"),
        ("Zzblorbix", False, "not recognised"),
        ("none", False, "nothing"),
        ("", False, "nothing"),
        ("I do not know the name, a small white pill", False, "not recognised"),
        ("stopped warfarin", True, "past"),
        ("warfrin", False, "guess"),
        ("blood thinner", False, "purpose"),
    ],
)
def test_a_line_says_how_far_it_was_recognised(library, text, recognised, status):
    told = read_line(library.medicines, text)

    assert (told["recognised"], told["status"]) == (recognised, status)
    if status != "recognised" and "Eliquis" not in text and status != "purpose":
        assert told["findings"] == []


def test_an_old_list_still_says_what_it_said(library):
    """What was taken is not forgotten because the answer is old: only a "no" ages."""
    raw = {
        "procedures": [THREADS],
        "on": "2026-11-21",
        "answers": with_list(library, "Xarelto"),
        "answered_on": {"medicine_list": "2026-01-01", "blood_thinner": "2026-01-01"},
    }
    assert findings_of(library, read_case(library, raw), date(2026, 11, 21)).states[
        "anticoagulant"
    ] == (1, 1)


def test_a_list_that_was_recognised_whole_is_not_to_be_read_and_another_is(library):
    def told(text, procedure="soft-lifting"):
        raw = {"procedures": [procedure], "on": TODAY.isoformat(), "otherwise": "absent"}
        raw["answers"] = {"other_meds": YES, "medicine_list": text}
        told = verdicts_of(library, read_case(library, raw))
        return told["procedures"][0]["outcome"], [one["text"] for one in told["to_read"]]

    assert told("sertraline 50, cetirizine") == ("no-contraindication-identified", [])
    for text in ("Zzyntropax 5 mg", "sertraline and Zzyntropax", "warfrin", "none", "500 mg"):
        assert told(text) == ("precaution", [text])
    assert told("I avoid ibuprofen") == ("precaution", ["I avoid ibuprofen"])


def test_what_is_to_be_read_counts_alike_for_one_and_for_many(library):
    listed = ["cetirizine", "Zzyntropax", "warfrin", "cetirizine, none"]
    screenings = [(TODAY, with_list(library, text, "soft-lifting")) for text in listed]
    records = {n: (library.medicines.read(a), a) for n, (_, a) in enumerate(screenings)}
    crowd = gather(screenings, medicines=records)

    assert to_read_by(library, "soft-lifting", crowd) == 0b0110
