from datetime import date

import pytest

from screening.clinical.definitions.aftercare import (
    Act,
    Advice,
    Aftercare,
    Span,
    calendar,
    plan_aftercare,
)
from screening.clinical.definitions.dates import Duration
from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.findings import ABSENT, PRESENT, UNKNOWN, Findings
from screening.clinical.definitions.language import in_language, texts_of
from screening.clinical.evaluation.case import read_case
from screening.clinical.report.report import compile_report

DAY = date(2026, 11, 30)


def advice(text, starts=None, lasts=None, avoid=True, unless=()):
    """Return advice with its times in the words of the files."""
    return Advice(
        text=text,
        source="S1",
        avoid=avoid,
        starts=Duration.parse(starts) if starts else None,
        lasts=Span.parse(lasts) if lasts else None,
        unless=unless,
    )


def report(definitions, *procedures, on="2026-11-21", otherwise="absent", **findings):
    raw = {"procedures": list(procedures), "on": on, "otherwise": otherwise, "findings": findings}
    compiled = compile_report(definitions, read_case(definitions, raw), raw, {})
    return {one["id"]: one for one in compiled["procedures"]}, compiled


@pytest.mark.parametrize(
    ("lasts", "last"),
    [
        ("1 day", "2026-11-30"),
        ("7 days", "2026-12-06"),
        ("2 weeks", "2026-12-13"),
        ("1 month", "2026-12-29"),
        ("3 months", "2027-02-27"),
        ("4 hours", "2026-11-30"),
        ("24 hours", "2026-12-01"),
        ("48 hours", "2026-12-02"),
    ],
)
def test_a_span_ends_on_its_last_day_and_hours_reach_into_theirs(lasts, last):
    assert Span.parse(lasts).last_day(DAY) == date.fromisoformat(last)
    assert str(Span.parse(lasts)) == lasts


@pytest.mark.parametrize("text", ["two days", "0 days", "1.5 hours", "-1 day", ""])
def test_a_span_that_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValueError, match="is not a length of time"):
        Span.parse(text)


def test_the_calendar_counts_from_the_day_of_the_procedure_which_is_day_0():
    entries = calendar(
        [
            advice("no end"),
            advice("washing later", "1 day", "3 days"),
            advice("sport", lasts="7 days"),
            advice("on the day", lasts="1 day"),
        ],
        DAY,
    )

    assert [(e.advice.text, e.first.day, e.last and e.last.day) for e in entries] == [
        ("on the day", 30, 30),
        ("sport", 30, 6),
        ("no end", 30, None),
        ("washing later", 1, 3),
    ]


@pytest.mark.parametrize(("state", "kept"), [(ABSENT, True), (UNKNOWN, False), (PRESENT, False)])
def test_advice_is_left_out_as_soon_as_a_finding_may_forbid_it(state, kept):
    cream = advice("cream", avoid=False, unless=("allergy", "ulcer"))
    water = advice("water", avoid=False)

    plan = plan_aftercare(
        Aftercare((cream, water)), Findings({"allergy": state, "ulcer": ABSENT, "other": PRESENT})
    )

    assert plan.kept == ((cream, water) if kept else (water,))
    assert [(one.advice, one.findings) for one in plan.left_out] == (
        [] if kept else [(cream, ("allergy",))]
    )


NEED_A_CHECK = {
    "chlorhexidine": {"allergy_chlorhexidine"},
    "arnica": {"allergy_daisy_family", "pregnancy"},
    "traumeel": {"allergy_daisy_family", "pregnancy"},
    "chamomile": {"allergy_daisy_family"},
    "heparin": {"allergy_heparin", "clotting_disorder", "possible_clotting_disorder"},
    "take ibuprofen": {"allergy_nsaid", "stomach_ulcer", "pregnancy", "clotting_medicine"},
    "lidocaine": {"allergy_local_anaesthetic"},
}


def test_whatever_needs_its_own_check_has_it_in_every_procedure(library):
    checked = set()
    for procedure in library.procedures.values():
        for one in procedure.aftercare.advice:
            for word, findings in NEED_A_CHECK.items():
                if not one.avoid and word in one.text.lower():
                    assert findings <= set(one.unless), one.text
                    checked.add(word)
    assert checked == set(NEED_A_CHECK)


@pytest.mark.parametrize(
    ("procedure", "finding", "words"),
    [
        ("mesotherapy-face", "allergy_chlorhexidine", "chlorhexidine"),
        ("mesolifting", "allergy_chlorhexidine", "chlorhexidine"),
        ("mesotherapy-face", "allergy_heparin", "heparin"),
        ("mesotherapy-face", "allergy_daisy_family", "Traumeel"),
        ("soft-lifting", "allergy_daisy_family", "Arnica"),
        ("soft-lifting", "allergy_daisy_family", "chamomile"),
        ("thread-lift", "allergy_nsaid", "ibuprofen"),
        ("thread-lift", "stomach_ulcer", "ibuprofen"),
        ("thread-lift", "anticoagulant", "ibuprofen"),
        ("thread-lift", "allergy_local_anaesthetic", "lidocaine"),
    ],
)
@pytest.mark.parametrize("state", ["present", "unknown"])
def test_the_report_says_what_is_left_out_and_why(library, procedure, finding, words, state):
    procedures, _ = report(library, procedure, **{finding: state})
    care = procedures[procedure]["aftercare"]
    known, _ = report(library, procedure)

    [left_out] = [one for one in care["left_out"] if words in one["text"]]
    assert state in [because["state"] for because in left_out["because"]]
    assert not any(words in one["text"] for one in care["advice"] if not one["avoid"])
    assert any(words in one["text"] for one in known[procedure]["aftercare"]["advice"])
    assert known[procedure]["aftercare"]["left_out"] == []


def test_a_patient_who_answers_nothing_keeps_every_warning_sign(library):
    nothing, _ = report(library, *library.procedures, otherwise="unknown")
    everything, _ = report(library, *library.procedures)

    for name, one in nothing.items():
        assert one["aftercare"]["warning_signs"] == everything[name]["aftercare"]["warning_signs"]
        assert one["aftercare"]["warning_signs"]


def test_the_questions_behind_an_item_are_asked_for_its_procedure_only(library):
    def asked(procedure):
        return {item.link_id for item in assemble_questionnaire(library, [procedure])}

    assert "ulcer" in asked("thread-lift")
    assert "ulcer" not in asked("mesotherapy-face")
    for name, procedure in library.procedures.items():
        items = [i for i in library.items if i.link_id in asked(name)]
        known = {f for item in items for f in item.establishes}
        known |= {name for name, finding in library.findings.items() if finding.when}
        assert {f for one in procedure.aftercare.advice for f in one.unless} <= known


def test_warning_signs_come_with_an_included_list_and_the_rest_does_not(library):
    face, hair, lifting = (
        library.procedures[name].aftercare
        for name in ("mesotherapy-face", "mesotherapy-hair", "mesolifting")
    )
    toxin = library.procedures["botulinum-toxin"].aftercare

    assert {s.text for s in hair.warning_signs} > {s.text for s in face.warning_signs}
    said = [sign.text for sign in lifting.warning_signs]
    assert {s.text for s in face.warning_signs + toxin.warning_signs} < set(said)
    assert len(set(said)) == len(said)
    assert not {one.text for one in face.advice} & {one.text for one in hair.advice}


def times(definitions, procedure):
    """Return from when and for how long each piece of advice holds, by its text."""
    return {
        one.text: (str(one.starts or ""), str(one.lasts or ""))
        for one in definitions.procedures[procedure].aftercare.advice
    }


@pytest.mark.parametrize(
    ("procedure", "text", "starts", "lasts"),
    [
        ("thread-lift", "Hold something cold", "", "48 hours"),
        ("thread-lift", "Hot food", "", "3 days"),
        ("thread-lift", "Alcohol", "", "14 days"),
        ("thread-lift", "Sport", "", "21 days"),
        ("thread-lift", "Sun and", "", "1 month"),
        ("thread-lift", "Physiotherapy", "", "2 months"),
        ("mesotherapy-face", "Washing your face", "", "1 day"),
        ("mesotherapy-face", "Wash with filtered", "1 day", "3 days"),
        ("mesotherapy-face", "Use your usual", "2 days", ""),
        ("mesotherapy-face", "Sport", "", "7 days"),
        ("mesotherapy-hair", "Washing your hair", "", "2 days"),
        ("mesolifting", "Sun and", "", "7 days"),
        ("mesolifting", "After the third step: stay", "", "4 hours"),
        ("soft-lifting", "Make-up", "", "3 days"),
        ("soft-lifting", "Steam room", "", "14 days"),
        ("botulinum-toxin", "Hard exercise", "", "24 hours"),
    ],
)
def test_the_windows_are_those_of_the_sources(library, procedure, text, starts, lasts):
    [found] = [span for one, span in times(library, procedure).items() if one.startswith(text)]

    assert found == (starts, lasts)


def test_two_visits_after_threads_must_be_kept_and_two_are_advised(library):
    visits = library.procedures["thread-lift"].aftercare.visits

    assert [(str(v.after), v.obligatory) for v in visits] == [
        ("7 days", True),
        ("14 days", True),
        ("3 months", False),
        ("6 months", False),
    ]


@pytest.mark.parametrize(
    ("procedure", "words"),
    [
        ("soft-lifting", "white"),
        ("soft-lifting", "see"),
        ("soft-lifting", "stroke"),
        ("soft-lifting", "pain"),
        ("botulinum-toxin", "breathing"),
        ("mesolifting", "swallowing"),
    ],
)
def test_what_cannot_wait_is_an_emergency(library, procedure, words):
    signs = library.procedures[procedure].aftercare.warning_signs

    assert any(s.act is Act.EMERGENCY and words in s.text for s in signs)


def test_a_sign_says_in_which_days_it_shows_and_an_emergency_by_which_day(library):
    procedures, _ = report(library, "thread-lift", otherwise="unknown")
    beats = next(
        sign
        for sign in procedures["thread-lift"]["aftercare"]["warning_signs"]
        if "beats like the pulse" in sign["text"]
    )

    assert (beats["act"], beats["starts"], beats["ends"]) == ("emergency", "3 days", "120 days")
    for name in ("soft-lifting", "thread-lift", "prp", "chemical-peel", "energy-device"):
        signs = library.procedures[name].aftercare.warning_signs
        assert [s.text for s in signs if s.act is Act.EMERGENCY and s.ends is None] == []


def test_every_source_of_the_aftercare_is_in_the_list_of_sources(library):
    for name, procedure in library.procedures.items():
        _, compiled = report(library, name, otherwise="unknown")
        listed = {source["id"] for source in compiled["sources"]}
        assert {s for one in procedure.aftercare for s in (one.source, *one.also)} <= listed


def test_the_aftercare_is_translated_like_everything_else(library):
    aftercare = library.procedures["thread-lift"].aftercare
    texts = list(dict.fromkeys(one.text for one in aftercare))
    known = {text: f"[{text}]" for text in texts}
    translated = in_language(
        type(library)(
            library.hash,
            library.findings,
            library.sections,
            library.procedures,
            library.sources,
            translations={"xx": known},
        ),
        "xx",
    )

    there = translated.procedures["thread-lift"].aftercare
    assert [one.text for one in there] == [f"[{one.text}]" for one in aftercare]
    assert set(texts) <= set(texts_of(library))
