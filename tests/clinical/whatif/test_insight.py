"""Every figure against a slow count that anyone can follow."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.whatif.insight import (
    FEW,
    Seen,
    Spent,
    count,
    in_steps,
    most_often,
    percentile,
    spent,
)

FINDINGS = st.sampled_from(["pregnancy", "nsaid_recent", "fever"])
PROCEDURES = st.sampled_from(["peel", "prp"])
OUTCOMES = st.sampled_from(list(map(str, Outcome)))
MONTHS = st.sampled_from(["2026-09", "2026-10", "2026-11"])
VERDICTS = st.dictionaries(
    PROCEDURES,
    st.fixed_dictionaries(
        {
            "outcome": OUTCOMES,
            "until": st.none(),
            "reasons": st.dictionaries(FINDINGS, st.tuples(OUTCOMES, st.none())),
        }
    ),
)
ANSWERS = st.dictionaries(
    st.sampled_from(["fever", "heart", "allergy_list"]),
    st.sampled_from(["yes", "no", "unknown", "tell-doctor", ["pollen", "unknown"], ["none"]]),
)


@st.composite
def screenings(draw):
    verdicts = draw(VERDICTS)
    rules = [(p, finding) for p, v in verdicts.items() for finding in v["reasons"]]
    set_aside = st.frozensets(st.sampled_from(rules)) if rules else st.just(frozenset())
    return Seen(
        draw(MONTHS),
        verdicts,
        draw(ANSWERS),
        draw(st.none() | set_aside),
        draw(st.none() | st.integers(0, 100_000)),
    )


MANY = st.lists(screenings(), max_size=40)


@given(MANY)
def test_outcomes_are_those_that_a_slow_count_finds(many):
    insight = count(many)

    assert insight.screenings == len(many)
    for outcome in Outcome:
        for procedure in ("peel", "prp"):
            with_it = [s for s in many if procedure in s.verdicts]
            alike = [s for s in with_it if s.verdicts[procedure]["outcome"] == outcome]
            assert insight.by_procedure().get(procedure, Counter())[outcome] == len(alike)
            for month in {s.month for s in many}:
                there = insight.by_month(procedure).get(month, Counter())
                assert there[outcome] == len([s for s in alike if s.month == month])
        for month in {s.month for s in many}:
            in_month = [v["outcome"] for s in many if s.month == month for v in s.verdicts.values()]
            there = insight.by_month().get(month, Counter())
            assert there[outcome] == in_month.count(outcome)


@given(MANY)
def test_rules_are_counted_once_for_each_screening_and_procedure(many):
    insight = count(many)

    for rule in [(p, f) for p in ("peel", "prp") for f in ("pregnancy", "nsaid_recent", "fever")]:
        procedure, finding = rule
        met = [s for s in many if finding in s.verdicts.get(procedure, {"reasons": {}})["reasons"]]
        decided = [s for s in met if s.overridden is not None]
        assert insight.met[rule] == len(met)
        assert insight.decided[rule] == len(decided)
        assert insight.overridden[rule] == len([s for s in decided if rule in s.overridden])


@given(MANY)
def test_only_i_do_not_know_counts_as_not_known(many):
    insight = count(many)

    for question in ("fever", "heart", "allergy_list"):
        given_ = [s.answers[question] for s in many if question in s.answers]
        assert insight.asked[question] == len(given_)
        assert insight.unknown[question] == sum(
            a in ("unknown", ["pollen", "unknown"]) for a in given_
        )


@given(MANY)
def test_times_stand_by_month_and_only_where_five_took_one(many):
    by_month = {}
    for seen in many:
        if seen.seconds is not None:
            by_month.setdefault(seen.month, []).append(seen.seconds)
    times = count(many).times()

    assert list(times) == sorted(by_month)
    for month, taken in by_month.items():
        assert (times[month] is None) == (len(taken) < FEW)
        assert times[month] is None or times[month].count == len(taken)


@given(st.lists(st.integers(0, 1000), min_size=1), st.sampled_from([50, 90]))
def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed(values, percent):
    enough = [v for v in values if 100 * sum(w <= v for w in values) >= percent * len(values)]

    assert percentile(values, percent) == min(enough)


def test_half_of_ten_and_nine_of_ten():
    assert spent([10, 20, 30, 40, 50, 60, 70, 80, 90, 1000]) == Spent(10, 50, 90)
    assert spent([1, 2, 3, 4]) is None


def test_a_count_that_may_point_at_one_person_tells_neither_itself_nor_its_rank():
    counted = Counter({"fever": 7, "heart": 4, "asthma": 1, "bleeding": 5})

    assert most_often(counted, 10) == [
        ("fever", 7),
        ("bleeding", 5),
        ("asthma", None),
        ("heart", None),
    ]
    assert most_often(counted, 1) == [("fever", 7)]


@given(st.integers(0, 1000))
def test_a_count_in_steps_tells_no_single_person(times):
    shown = in_steps(times)

    assert (shown is None) == (0 < times < FEW)
    if shown:
        assert {n for n in range(1010) if in_steps(n) == shown} == {*range(shown, shown + FEW)}
