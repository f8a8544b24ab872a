"""The first promise, on libraries that nobody wrote: what is not known never clears.

Hypothesis writes small libraries (derived and protective findings, follow-ups, waits
before and after a date, lists that take over others, what a clinic changes in them)
and the answers to them.
"""

import json
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.dates import PartialDate
from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.eligibility import Outcome, determine_eligibility
from screening.clinical.definitions.policy import in_force
from screening.clinical.definitions.questionnaire import ItemType, journey
from screening.clinical.evaluation.answers import establish_findings
from screening.clinical.evaluation.case import evaluate_case, read_case
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import write_library

TODAY = date(2026, 11, 21)
CLEAR = Outcome.NONE_IDENTIFIED
BAD = ["rash", "fever", "scar"]
DATED = {"surgery": False, "vaccine": True}
PROTECTIVE = ["calm", "steady"]
SETTLED = "settled"  # protective too, and derived
ASKED = [*BAD, *DATED, *PROTECTIVE]
DERIVED = ["mixture", "deeper"]
LIVES = [None, "for life", "1 month", {"yes": "6 months", "no": "the day"}]
WAITS = ["1 day", "7 days", "2 weeks", "1 month"]


def conditions(names):
    """Return a strategy for what a derived finding may rest on."""
    protective = st.sampled_from([*PROTECTIVE, SETTLED])
    leaf = st.sampled_from(names) | protective.map(lambda name: {"not": name})

    def joined(part):
        parts = st.lists(part, min_size=2, max_size=3)
        return st.dictionaries(st.sampled_from(["all", "any"]), parts, min_size=1, max_size=1)

    return st.recursive(leaf, joined, max_leaves=4)


@st.composite
def questions(draw):
    """Return questions about each finding, some below others; a few are asked about twice."""
    shown = []
    twice = draw(st.lists(st.sampled_from([*BAD, *DATED, *PROTECTIVE]), max_size=1))
    for nth, name in enumerate(draw(st.permutations([*ASKED, *twice]))):
        item = {"id": f"q{nth}_{name}", "ask": name, "answer": "yes-no", "means": name}
        dates = {"id": f"day{nth}_{name}", "ask": "When?", "answer": "date", "dates": name}
        if DATED.get(name):
            dates["booked"] = "true"
        elif draw(st.booleans()):
            dates["still"] = "It goes on"
        after = [dates] if name in DATED else []
        match draw(st.sampled_from(["yes-no", "one-of", "some-of"])):
            case "yes-no":
                item |= {"if_yes": after} if after else {}
            case kind:
                means = {"id": "it", "text": "It", "means": name, "then": after}
                item |= {"answer": kind, "options": [means, {"id": "other", "text": "Other"}]}
                del item["means"]
        if lives := draw(st.sampled_from(LIVES)):
            item["holds"] = lives
        if shown and draw(st.booleans()):
            hang(draw, draw(st.sampled_from(shown)), item)
        shown.append(item)
    born = {"id": "born", "ask": "Born?", "answer": "birth-date"}
    if draw(st.integers(0, 3)) == 3:
        hang(draw, draw(st.sampled_from(shown)), born)
    below = {id(i) for item in shown for i in below_of(item)}
    return [item for item in (born, *shown) if id(item) not in below]


def hang(draw, parent, item):
    """Put `item` below `parent`, so that it is asked only after some answers."""
    if parent["answer"] == "yes-no":
        parent.setdefault(draw(st.sampled_from(["if_yes", "if_not_no"])), []).append(item)
    else:
        draw(st.sampled_from(parent["options"])).setdefault("then", []).append(item)


def below_of(item):
    options = item.get("options", [])
    return [
        *item.get("if_yes", []),
        *item.get("if_not_no", []),
        *(i for option in options for i in option.get("then", [])),
    ]


@st.composite
def rules(draw):
    """Return a list of contraindications, a finding at most once."""
    usable = [*BAD, *DATED, *DERIVED, "age_over_60"]
    found = []
    for name in draw(st.lists(st.sampled_from(usable), min_size=1, max_size=5, unique=True)):
        rule = {"finding": name, "because": "A reason.", "source": "S1", "note": "Its own."}
        grade = draw(st.sampled_from(["contraindication", "precaution"]))
        waits = ["until resolved", *(WAITS if name in DATED else [])]
        if grade == "contraindication" and (wait := draw(st.sampled_from([None, *waits]))):
            rule["defer"] = wait
            if DATED.get(name) and wait in WAITS:
                rule["ahead"] = draw(st.sampled_from(WAITS))
        found.append(rule | {"grade": grade})
    return found


@st.composite
def policies(draw, lists):
    """Return a clinic's changes of `lists` (procedure: its findings), or none."""
    changes = []
    for rule in draw(st.one_of(st.just([]), rules())):
        procedure = draw(st.sampled_from(sorted(lists)))
        if rule["finding"] in lists[procedure]:
            rule = {k: v for k, v in rule.items() if k not in {"because", "source"}}
        since = draw(st.sampled_from([-1, 0, 1]))
        changes.append(
            {k: v for k, v in rule.items() if k != "note"}
            | {"procedure": procedure, "reason": "Ours.", "by": "Dr Kern"}
            | {"since": (TODAY + timedelta(since)).isoformat()}
        )
    return {"policies/ours.yaml": {"policy": "ours", "changes": changes}} if changes else {}


@st.composite
def contradictions(draw, items):
    """Return two answers or findings that are declared not to be true together."""
    findings = st.sampled_from([*ASKED, *DERIVED])
    every = [i for i in flat(items) if i["answer"] not in {"date", "birth-date"}]

    def side():
        item = draw(st.sampled_from(every))
        codes = {"yes-no": ["yes", "no"]}.get(item["answer"], ["it", "other"])
        return draw(st.one_of(findings, st.sampled_from(codes).map(lambda c: {item["id"]: c})))

    unknown = draw(st.lists(st.sampled_from(ASKED), max_size=2, unique=True))
    return {"one": side(), "other": side(), "because": "Made up.", "unknown": unknown}


def flat(items):
    return [one for item in items for one in (item, *flat(below_of(item)))]


@st.composite
def libraries(draw):
    """Return definitions that pass every static check."""
    findings = [{"id": name, "is": name, "record": "true"} for name in BAD]
    findings += [
        {"id": n, "is": n, "date": "the day", "booked": str(booked).lower(), "record": "true"}
        for n, booked in DATED.items()
    ]
    findings += [{"id": n, "is": n, "protective": "true", "record": "true"} for n in PROTECTIVE]
    findings.append({"id": "age_over_60", "is": "Old", "age": "over 60", "record": "true"})
    parts = draw(st.lists(st.sampled_from([*PROTECTIVE, "age_over_60"]), min_size=2, max_size=2))
    settled = {draw(st.sampled_from(["all", "any"])): parts}
    findings.append({"id": SETTLED, "is": "Settled", "protective": "true", "record": "true"})
    findings[-1]["when"] = settled
    for nth, name in enumerate(DERIVED):
        when = draw(conditions([*BAD, *DATED, *DERIVED[:nth]]))
        findings.append({"id": name, "is": name, "when": when, "record": "true"})
    below = {"procedure": "below", "name": "Below", "summary": "The list that is taken over."}
    above = {"procedure": "above", "name": "Above", "summary": "The list that takes it over."}
    own, taken = draw(rules()), draw(rules())
    lists = {"below": {r["finding"] for r in taken}}
    lists["above"] = lists["below"] | {r["finding"] for r in own}
    files = {
        "findings.yaml": {"findings": findings},
        "sections/all.yaml": {"section": "all", "title": "All", "questions": draw(questions())},
        "sources.yaml": {"sources": [{"id": "S1", "title": "A source", "kind": "paper"}]},
        "procedures/below.yaml": below | {"contraindications": taken},
        "procedures/above.yaml": above | {"includes": ["below"], "contraindications": own},
        **draw(policies(lists)),
    }
    asked = files["sections/all.yaml"]["questions"]
    if clashing := draw(st.lists(contradictions(asked), max_size=2)):
        files["contradictions.yaml"] = {"contradictions": clashing}
    hears_all = draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder:
        written = {name: json.dumps(content) for name, content in files.items()}
        try:
            library = load_definitions(write_library(Path(folder) / "questions", written))
            return replace(library, format=3 if hears_all else 1)
        except DefinitionError as error:
            wrong = "never counts", "can never hold", "only repeats", "changes nothing"
            assert all(any(w in p.text for w in wrong) for p in error.problems), error
            assume(False)


def every_answer(item):
    """Return whatever may be answered, days around each end of a wait among it."""
    days = (-60, -32, -31, -15, -14, -8, -7, -2, -1, 0, 1, 7, 14, 15, 31, 32)
    match item.type:
        case ItemType.DATE:
            dates = [(TODAY + timedelta(n)).isoformat() for n in days]
            still = ["still"] if item.still else []
            return [*dates, "2026", "2026-10", "2026-11", "2026-12", "unknown", *still]
        case ItemType.BIRTH_DATE:
            return ["1965-11-22", "1965-11-21", "2000-01-01", "unknown"]
        case ItemType.SOME_OF:
            ticks = [option.id for option in item.options] + ["unknown"]
            return [["none"]] + [list(t) for n in (1, 2, 3) for t in combinations(ticks, n)]
    return item.codes


def some_answer(item):
    """Return a strategy for an answer: mostly that of someone with nothing to report.

    Who has what is protective has nothing to report either.
    """
    if item.link_id.endswith(tuple(PROTECTIVE)):
        return st.sampled_from(every_answer(item))
    quiet = {ItemType.SOME_OF: ["none"], ItemType.ONE_OF: "other", ItemType.YES_NO: "no"}
    quiet |= {ItemType.DATE: "2020-01-01", ItemType.BIRTH_DATE: "2000-01-01"}
    return st.sampled_from([*[quiet[item.type]] * 9, *every_answer(item)])


def outcome(library, procedure, answers):
    findings = establish_findings(library, answers, TODAY)
    listed = in_force(library, TODAY).procedures[procedure]
    return determine_eligibility(listed, findings, TODAY).outcome


def leads_to(library, answers, item):
    """Return whether the question is asked; off the way an answer can only contradict it."""
    questionnaire = assemble_questionnaire(library, library.procedures)
    return item.link_id in {step.item.link_id for step in journey(questionnaire, answers)}


SETTINGS = settings(
    max_examples=70 * settings.default.max_examples // 100,
    suppress_health_check=[HealthCheck.filter_too_much],
)


@SETTINGS
@given(st.data())
def test_a_hidden_answer_clears_nobody_whom_some_value_of_it_would_not(data):
    library = replace(data.draw(libraries()), contradictions=())
    answers = {item.link_id: data.draw(some_answer(item)) for item in library.items}

    for item in library.items:
        if not leads_to(library, answers, item):
            continue
        for blank in ({}, {item.link_id: "nobody can read this"}):
            hidden = {q: a for q, a in answers.items() if q != item.link_id} | blank
            for procedure in library.procedures:
                if outcome(library, procedure, hidden) is CLEAR:
                    for value in every_answer(item):
                        told = outcome(library, procedure, hidden | {item.link_id: value})
                        assert told is CLEAR, (procedure, item.link_id, value)


@SETTINGS
@given(st.data())
def test_i_do_not_know_clears_nobody_whom_some_other_answer_would_not(data):
    """Answers below the question stay as they are; what is asked anew is blank."""
    library = data.draw(libraries())
    answers = {item.link_id: data.draw(some_answer(item)) for item in library.items}

    for item in library.items:
        not_known = ["unknown"] if item.type is ItemType.SOME_OF else "unknown"
        for procedure in library.procedures:
            if outcome(library, procedure, answers | {item.link_id: not_known}) is CLEAR:
                for value in every_answer(item):
                    told = outcome(library, procedure, answers | {item.link_id: value})
                    assert told is CLEAR, (procedure, item.link_id, value)


@SETTINGS
@given(st.data())
def test_a_month_clears_nobody_whom_some_day_of_it_would_not(data):
    library = data.draw(libraries())
    name = data.draw(st.sampled_from(sorted(DATED)))
    month = data.draw(st.sampled_from(["2026-10", "2026-11", "2026-12", "2026", "2025"]))
    given = {"answers": {}, "procedures": list(library.procedures), "on": TODAY.isoformat()}

    def outcomes(text):
        findings = {name: {"state": "present", "date": text}}
        case = read_case(library, given | {"findings": findings, "otherwise": "absent"})
        return {e.procedure.id for e in evaluate_case(library, case) if e.outcome is CLEAR}

    span = PartialDate.parse(month)
    last = span.last if DATED[name] else min(span.last, TODAY)
    days = [span.first + timedelta(n) for n in range((last - span.first).days + 1)]
    if clear := outcomes(month):
        for day in days:
            assert clear <= outcomes(day.isoformat()), day
