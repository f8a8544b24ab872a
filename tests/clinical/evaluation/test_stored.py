"""From what is stored of a screening to a case, and which of its answers are asked again."""

from datetime import date, timedelta

from screening.clinical.evaluation.ageing import earliest_days, to_ask_again
from screening.clinical.evaluation.case import read_case
from screening.clinical.evaluation.stored import raw_case

TODAY = date(2026, 11, 21)
BEFORE = TODAY - timedelta(days=19)
QUIET = {"bleeding": "no", "painkiller": "no"}


def test_only_what_was_answered_before_the_day_is_named_with_its_day(library):
    days = {"bleeding": BEFORE, "painkiller": TODAY}
    raw = raw_case(["mesotherapy-face"], QUIET, days, TODAY)

    assert raw["answered_on"] == {"bleeding": BEFORE.isoformat()}
    assert read_case(library, raw).answered_on == {"bleeding": BEFORE}
    assert "answered_on" not in raw_case(["mesotherapy-face"], QUIET, {}, TODAY)


def test_no_answer_is_newer_than_the_day_that_it_is_weighed_for(library):
    days = {"bleeding": TODAY + timedelta(days=3)}

    assert read_case(library, raw_case(["mesotherapy-face"], QUIET, days, TODAY)).answers == QUIET


def test_a_visit_before_the_answers_or_years_ahead_is_no_day_to_weigh_for():
    days = {0: True, -1: False, 30: True, 800: False}
    for ahead, counts in days.items():
        visit = TODAY + timedelta(days=ahead)
        assert ("visit" in raw_case(["prp"], {}, {}, TODAY, visit)) == counts, ahead


def test_an_answer_of_today_is_never_asked_again(library):
    answers = QUIET | {"event": "yes", "event_date": "2026-11-01"}

    assert to_ask_again(library, answers, {}, TODAY) == set()
    assert to_ask_again(library, answers, dict.fromkeys(answers, TODAY), TODAY) == set()


def test_what_holds_no_more_is_asked_again_and_what_holds_is_not(library):
    answers = QUIET | {"event": "yes", "event_date": "2026-11-30", "latex": "unknown"}
    yesterday = TODAY - timedelta(days=1)

    again = to_ask_again(library, answers, dict.fromkeys(answers, yesterday), TODAY)
    assert again == {"painkiller"}


def test_an_answer_without_a_day_is_as_old_as_it_can_be(library):
    answers = QUIET | {"painkiller_last_dose": "2026-11-12", "vaccine_booked_date": "2026-12-24"}
    days = earliest_days(library.items, answers, BEFORE)

    assert days == dict.fromkeys(answers, BEFORE) | {"painkiller_last_dose": date(2026, 11, 12)}
