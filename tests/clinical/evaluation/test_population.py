"""Many screenings at once come out exactly as one at a time."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.eligibility import determine_eligibility
from screening.clinical.definitions.findings import Findings
from screening.clinical.definitions.questionnaire import ItemType, answers_on_path
from screening.clinical.evaluation.case import Case, findings_of
from screening.clinical.evaluation.population import establish_all
from screening.clinical.evaluation.population_eligibility import determine_all
from screening.clinical.evaluation.replies import bits, gather, positions
from tests.clinical.evaluation.test_promises import TODAY, answer_to
from tests.definitions.test_random_libraries import every_answer, libraries

DAYS = [TODAY + timedelta(n) for n in (-400, -8, -7, -1, 0, 1, 30)]


def assert_same(definitions, screenings, procedures=None, answered_on=()):
    """Compare states, dates, outcomes, clear days and reasons, one screening after the other."""
    crowd = gather(screenings, answered_on)
    found = establish_all(definitions, crowd)
    verdicts = {
        p: determine_all(definitions.procedures[p], found, crowd.days, crowd.everyone)
        for p in procedures or definitions.procedures
    }
    for nth, (on, answers) in enumerate(screenings):
        given = answered_on[nth] if answered_on else {}
        case = Case(tuple(definitions.procedures), on, answers, Findings({}), answered_on=given)
        one = findings_of(definitions, case, on)
        states = {n: (c >> nth & 1, p >> nth & 1) for n, (c, p) in found.states.items()}
        assert states == one.states
        assert {n: d[nth] for n, d in found.dates.items() if nth in d} == one.dates
        for name, verdict in verdicts.items():
            alone = determine_eligibility(definitions.procedures[name], one, on)
            [outcome] = [o for o, who in verdict.outcomes.items() if who >> nth & 1]
            assert (outcome, verdict.until.get(nth)) == (alone.outcome, alone.until)
            reasons = {(f, o) for f, r in verdict.reasons.items() for o in r if r[o] >> nth & 1}
            assert reasons == {(r.contraindication.finding, r.outcome) for r in alone.reasons}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_a_small_library_comes_out_the_same(small, data):
    one = st.fixed_dictionaries({}, optional={i.link_id: odd_answer(i) for i in small.items})
    assert_same(small, data.draw(st.lists(st.tuples(st.sampled_from(DAYS), one), max_size=8)))


def odd_answer(item):
    """Return a strategy for what may be stored: answers, and what cannot be read as one."""
    return answer_to(item) | st.sampled_from(["", "yes", "2026-02-30", "2027", [], ["unknown"]])


@settings(
    max_examples=40 * settings.default.max_examples // 100,
    suppress_health_check=[HealthCheck.filter_too_much],
)
@given(libraries(), st.integers())
def test_libraries_that_nobody_wrote_come_out_the_same(library, seed):
    screenings = crowd(library, 40, seed)
    assert_same(library, screenings, answered_on=earlier(screenings, seed))


def test_the_library_in_force_comes_out_the_same(library):
    screenings = crowd(library, 150, 5)
    assert_same(library, screenings)
    assert_same(library, screenings, answered_on=earlier(screenings, 11))
    assert_same(replace(library, format=3), screenings)


def test_only_what_lies_on_the_way_counts(library):
    """As submitted: each patient chose two procedures and answered what these ask."""
    chosen = ["mesotherapy-face", "thread-lift"]
    questionnaire = assemble_questionnaire(library, chosen)
    stored = [(on, answers_on_path(questionnaire, a)) for on, a in crowd(library, 60, 7)]

    assert_same(library, stored, chosen)


def crowd(definitions, size, seed):
    """Return patients who answer at random, half of their questions quietly or not at all."""
    draw = random.Random(seed)
    items = list(definitions.items)
    return [(draw.choice(DAYS), some_answers(draw, items)) for _ in range(size)]


def earlier(screenings, seed):
    """Return for each patient that some answers were given some days before."""
    draw = random.Random(seed)
    return [
        {
            link_id: on - timedelta(draw.choice([0, 1, 40, 200, 400]))
            for link_id in answers
            if draw.random() < 0.5
        }
        for on, answers in screenings
    ]


def some_answers(draw, items):
    given = {}
    for item in items:
        if item.type is ItemType.TEXT:
            given[item.link_id] = draw.choice(["nothing", "", "yes"])
        elif draw.random() < 0.8:
            given[item.link_id] = draw.choice(every_answer(item))
    return given


def test_a_question_that_was_never_asked_is_told_from_one_not_known(small):
    asked = {"date_of_birth": "1986-01-01", "can_be_pregnant": "yes", "pregnant": "unknown"}
    found = establish_all(small, gather([(TODAY, asked), (TODAY, {}), (TODAY, MAYBE), (TODAY, NO)]))

    assert found.states["pregnancy"] == (0, 0b0111)
    assert found.unasked["pregnancy"] == 0b0010
    assert found.unasked["blood_thinner"] == 0b1111


MAYBE = {"can_be_pregnant": "unknown", "pregnant": "unknown"}
NO = {"can_be_pregnant": "no"}


def test_a_follow_up_under_not_known_was_not_left_out(small):
    """The patient was asked, and does not know what leads to it."""
    [section] = small.sections
    items = [replace(i, if_yes=i.if_not_no, if_not_no=()) for i in section.items]
    strict = replace(small, sections=(replace(section, items=tuple(items)),))
    found = establish_all(strict, gather([(TODAY, {"can_be_pregnant": "unknown"}), (TODAY, {})]))

    assert found.states["pregnancy"] == (0, 0b11)
    assert found.unasked["pregnancy"] == 0b10


def test_a_finding_that_no_question_asks_about_is_unknown_of_everyone(small):
    [section] = small.sections
    fewer = tuple(item for item in section.items if item.link_id != "painkiller")
    silent = replace(small, sections=(replace(section, items=fewer),))
    everyone = [(TODAY, NO), (TODAY, {})]

    assert establish_all(silent, gather(everyone)).states["nsaid_recent"] == (0, 0b11)
    assert_same(silent, everyone)


def test_of_two_dates_for_one_finding_the_later_question_counts(small):
    """Even where its answer cannot be true; so it is for one patient too."""
    [section] = small.sections
    [dental] = [i for i in section.items if i.link_id == "dental"]
    again = replace(dental.if_yes[0], link_id="dental_again", booked=True)
    twice = replace(dental, if_yes=(*dental.if_yes, again))
    findings = small.findings | {
        "dental_work": replace(small.findings["dental_work"], booked=False)
    }
    items = tuple(twice if i is dental else i for i in section.items)
    odd = replace(small, findings=findings, sections=(replace(section, items=items),))
    answers = {"dental": "yes", "dental_date": "2026-11-01", "dental_again": "2026-12-24"}

    assert_same(odd, [(TODAY, answers), (TODAY, answers | {"dental_again": "2026-11-02"})])


def test_who_did_not_choose_a_procedure_has_no_outcome_for_it(small):
    many = gather([(TODAY, {}), (TODAY, {})])
    found = determine_all(small.procedures["peel"], establish_all(small, many), many.days, 0b10)

    assert [who for who in found.outcomes.values() if who] == [0b10]


@given(st.sets(st.integers(0, 300)))
def test_positions_undo_bits(chosen):
    assert set(positions(bits(chosen, 301))) == chosen


def test_nobody_at_all_is_no_trouble(small):
    assert gather([]).everyone == 0
    assert_same(small, [])
