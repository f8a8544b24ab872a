from dataclasses import replace
from datetime import date, timedelta

import pytest

from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.evaluation.case import evaluate_case, read_case

TODAY = date(2026, 11, 21)


def evaluate(definitions, otherwise="absent", procedure="peel", on=TODAY, **case):
    raw = {"procedures": [procedure], "on": on.isoformat(), "otherwise": otherwise, **case}
    [found] = evaluate_case(definitions, read_case(definitions, raw))
    return found


def test_a_certain_contraindication_decides(small):
    found = evaluate(small, findings={"pregnancy": "present"})

    assert found.outcome is Outcome.CONTRAINDICATED
    assert [r.contraindication.finding for r in found.reasons] == ["pregnancy"]


def test_a_possible_contraindication_needs_information(small):
    found = evaluate(small, findings={"pregnancy": "unknown"})

    assert found.outcome is Outcome.INFORMATION_NEEDED


def test_a_precaution_that_is_only_possible_is_weighed_too(small):
    found = evaluate(small, findings={"blood_thinner": "unknown"})

    assert found.outcome is Outcome.PRECAUTION
    assert [(r.contraindication.finding, r.state) for r in found.reasons] == [
        ("blood_thinner", "unknown")
    ]


@pytest.mark.parametrize(
    ("state", "sentence"), [("present", "You bruise."), ("unknown", "Who takes it bruises.")]
)
def test_what_is_not_known_is_never_worded_as_a_yes(small, state, sentence):
    peel = small.procedures["peel"]
    rules = tuple(
        replace(rule, because="You bruise.", if_unknown="Who takes it bruises.")
        for rule in peel.contraindications
    )
    lists = replace(small, procedures={"peel": replace(peel, contraindications=rules)})
    found = evaluate(lists, findings={"nsaid_recent": state})

    assert [reason.because for reason in found.reasons] == [sentence]


@pytest.mark.parametrize("defer", ["nsaid_recent", "dental_work"])
def test_what_may_have_to_wait_needs_information(small, defer):
    found = evaluate(small, findings={defer: "unknown"})

    assert (found.outcome, found.until) == (Outcome.INFORMATION_NEEDED, None)


def test_a_finding_that_no_question_asks_about_is_unknown(small):
    [section] = small.sections
    fewer = tuple(item for item in section.items if item.link_id != "painkiller")
    silent = replace(small, sections=(replace(section, items=fewer),))
    quiet = {"date_of_birth": "1986-05-03", "can_be_pregnant": "no", "thinner": ["none"]}
    found = evaluate(silent, answers=quiet | {"dental": "no"}, otherwise="unknown")

    assert found.outcome is Outcome.INFORMATION_NEEDED
    assert [r.contraindication.finding for r in found.reasons] == ["nsaid_recent"]


def test_every_reason_is_listed_gravest_first(small):
    everything = dict.fromkeys(("anticoagulant", "nsaid_recent", "pregnancy"), "present")
    found = evaluate(small, findings=everything)

    named = [r.contraindication.finding for r in found.reasons]
    assert named == ["pregnancy", "nsaid_recent", "blood_thinner"]


def test_nothing_known_clears_nothing(small, library):
    assert evaluate(small, otherwise="unknown").outcome is Outcome.INFORMATION_NEEDED
    for procedure in library.procedures:
        found = evaluate(library, otherwise="unknown", procedure=procedure)
        assert found.outcome is Outcome.INFORMATION_NEEDED


def test_nothing_present_names_no_contraindication(small, library):
    assert evaluate(small).outcome is Outcome.NONE_IDENTIFIED
    for procedure in library.procedures:
        assert evaluate(library, procedure=procedure).outcome is Outcome.NONE_IDENTIFIED


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(6, "deferred"), (7, "no-contraindication-identified"), (8, "no-contraindication-identified")],
)
def test_a_wait_ends_on_the_day_it_says(small, days, outcome):
    taken = TODAY - timedelta(days=days)
    found = evaluate(
        small, answers={"painkiller": "yes", "painkiller_last_dose": taken.isoformat()}
    )

    assert found.outcome == outcome
    assert found.until == (TODAY + timedelta(days=1) if days == 6 else None)


def test_a_wait_without_its_date_has_no_end(small):
    found = evaluate(small, answers={"painkiller": "yes"})

    assert (found.outcome, found.until) == (Outcome.DEFERRED, None)


def test_the_last_of_several_waits_counts(small):
    dated = {"state": "present", "date": "2026-11-20"}
    found = evaluate(small, findings={"nsaid_recent": dated, "dental_work": dated})

    assert found.until == date(2026, 12, 4)


def test_one_wait_without_its_date_leaves_all_of_them_without_an_end(small):
    dated = {"state": "present", "date": "2026-11-20"}
    found = evaluate(small, findings={"nsaid_recent": dated, "dental_work": "present"})

    assert (found.outcome, found.until) == (Outcome.DEFERRED, None)


def test_a_month_is_honoured_to_its_last_day(small):
    found = evaluate(small, findings={"nsaid_recent": {"state": "present", "date": "2026-11"}})

    assert (found.outcome, found.until) == (Outcome.INFORMATION_NEEDED, None)
    assert found.reasons[0].until == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [(7, "deferred"), (8, "information-needed"), (14, "information-needed")],
)
def test_a_month_certainly_counts_from_its_first_day(small, day, outcome):
    """On the eighth the wait may be over for who took it on the first."""
    dated = {"nsaid_recent": {"state": "present", "date": "2026-11"}}

    assert evaluate(small, findings=dated, on=date(2026, 11, day)).outcome == outcome


def test_a_date_in_the_future_is_no_date(small):
    found = evaluate(small, findings={"nsaid_recent": {"state": "present", "date": "2027-01-01"}})

    assert (found.outcome, found.until) == (Outcome.DEFERRED, None)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2026-12-05", "deferred"),
        ("2026-12-06", "no-contraindication-identified"),
        ("2026-11-07", "no-contraindication-identified"),
        ("2026-11-08", "deferred"),
    ],
)
def test_a_booked_visit_counts_before_and_after(small, day, outcome):
    found = evaluate(small, answers={"dental": "yes", "dental_date": day})

    assert found.outcome == outcome


@pytest.mark.parametrize(
    ("born", "outcome"),
    [("2008-11-22", "contraindicated"), ("2008-11-21", "no-contraindication-identified")],
)
def test_the_age_counts_to_the_day(small, born, outcome):
    assert evaluate(small, answers={"date_of_birth": born}).outcome == outcome


SEED = ["thread-lift", "mesotherapy-face", "mesotherapy-hair", "mesolifting", "soft-lifting"]


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ({"pregnancy": "present"}, ["contraindicated"] * 5),
        ({"clotting_disorder": "present"}, ["contraindicated"] * 5),
        ({"autoimmune_disease": "present"}, ["contraindicated"] * 4 + ["precaution"]),
        ({"acute_infection": "present"}, ["deferred"] * 5),
        (
            {"allergy_hyaluronic_acid": "present"},
            ["no-contraindication-identified"] + ["contraindicated"] * 4,
        ),
        ({"menstruation": "present"}, ["deferred"] * 4 + ["no-contraindication-identified"]),
        ({"nsaid_recent": {"state": "present", "date": "2026-11-18"}}, ["deferred"] * 5),
        (
            {"alopecia_areata": "present"},
            ["contraindicated", "contraindicated", "precaution", "contraindicated", "precaution"],
        ),
    ],
)
def test_the_seed_lists_say_what_their_documents_say(library, findings, expected):
    outcomes = [evaluate(library, procedure=p, findings=findings).outcome for p in SEED]

    assert outcomes == expected


def test_an_infection_clears_two_weeks_after_the_first_day_well(library):
    dated = {"acute_infection": {"state": "present", "date": "2026-11-15"}}
    for procedure in SEED:
        assert evaluate(library, procedure=procedure, findings=dated).until == date(2026, 11, 29)
        assert (
            evaluate(library, procedure=procedure, findings={"acute_infection": "present"}).until
            is None
        )
