"""How long the shipped questionnaires may be at most, and that one a page is longer."""

from datetime import date, timedelta

import pytest

from screening.clinical.way.burden import (
    burden_of,
    burden_of_arrival,
    burden_of_return,
)

DAY = date(2026, 11, 29)
FACE, THREE = ["mesotherapy-face"], ["thread-lift", "soft-lifting", "botulinum-toxin"]
# A dozen yes and several medicines.
COMPLEX = {
    "bleeding": "unknown",
    "blood_thinner": "yes",
    "which_thinner": ["warfarin"],
    "painkiller": "yes",
    "other_meds": "yes",
    "medicine_list": "Metformin\nRamipril 5 mg\nSerrapeptase\nvitamin D",
    "allergy_any": "yes",
    "allergy_list": ["latex", "nsaid"],
    "allergy_reaction": ["rash"],
    "heart": ["high_blood_pressure"],
    "diabetes": "yes",
    "autoimmune": "yes",
    "which_autoimmune": ["thyroid"],
    "past_filler": ["filler"],
    "past_botox": "yes",
    "cold_sore_past": "often",
    "dental": "yes",
    "worry": "yes",
    "easy_bruise": "unknown",
}


@pytest.mark.parametrize("born", [{}, {"can_be_pregnant": "yes"}])
def test_facial_mesotherapy_costs_at_most_sixteen_pages_and_sixty_two_taps(library, born):
    found = burden_of(library, FACE, DAY, born)

    assert found.pages <= 16 and found.taps <= 62, found


def test_three_treatments_cost_at_most_nineteen_pages(library):
    assert burden_of(library, THREE, DAY).pages <= 19


@pytest.mark.parametrize("procedures", [FACE, THREE])
def test_a_dozen_yes_and_several_medicines_cost_at_most_thirty_pages(library, procedures):
    assert burden_of(library, procedures, DAY, COMPLEX).pages <= 30


def test_to_come_back_with_nothing_new_costs_at_most_eight_pages_and_twenty_four_taps(library):
    for name in library.procedures:
        found = burden_of_return(library, [name], DAY, DAY - timedelta(120))
        assert found.pages <= 8 and found.taps <= 24, (name, found)


def test_an_arrival_costs_at_most_five_pages(library):
    assert burden_of_arrival(library).pages <= 5


def test_no_procedure_alone_costs_more_than_sixteen_pages(library):
    assert {n: burden_of(library, [n], DAY).pages <= 16 for n in library.procedures} == (
        dict.fromkeys(library.procedures, True)
    )


def test_one_question_a_page_costs_three_times_the_pages(library):
    single = burden_of(library, FACE, DAY, grouped=False)

    assert single.pages > 2.5 * burden_of(library, FACE, DAY).pages
    assert single.questions <= burden_of(library, FACE, DAY).questions
