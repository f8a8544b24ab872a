"""Check-ins stand on days that the lists name, and ask for the signs that may show then."""

from datetime import date, timedelta

import pytest

from screening.clinical.definitions.aftercare import Act, Aftercare, Visit, WarningSign
from screening.clinical.definitions.check_ins import check_in_days, signs_between
from screening.clinical.definitions.dates import Duration

TREATED = date(2026, 1, 31)
DAYS = {
    "botulinum-toxin": [2],
    "chemical-peel": [1, 14],
    "energy-device": [2, 14],
    "mesolifting": [3, 7],
    "mesotherapy-face": [3, 7],
    "mesotherapy-hair": [3, 7],
    "microcurrent": [1, 7],
    "prp": [1],
    "soft-lifting": [14],
    "thread-lift": [7, 14, 89, 181],  # three months after 31 January, and six
}


def sign(text="Sore skin.", act=Act.CALL, starts=None, ends=None):
    parse = {"starts": starts, "ends": ends}
    days = {name: Duration.parse(text) if text else None for name, text in parse.items()}
    return WarningSign(text=text, source="S1", act=act, **days)


def days(*lists):
    return [(day - TREATED).days for day in check_in_days(lists, TREATED)]


def asked(first, last, *signs):
    one = Aftercare(warning_signs=signs)
    day = TREATED + timedelta(days=first), TREATED + timedelta(days=last)
    return [sign.text for sign in signs_between([one], TREATED, *day)]


def test_each_shipped_list_asks_on_the_days_that_it_names(library):
    lists = {p.id: days(p.aftercare) for p in library.procedures.values()}

    assert lists == DAYS


def test_what_was_done_together_is_asked_about_together(library):
    care = [library.procedures[name].aftercare for name in ("botulinum-toxin", "mesolifting")]

    assert days(*care) == [3, 7]  # day 2 of the one falls before day 3 of the other


def test_a_visit_has_its_check_in_also_on_the_day_before_another():
    care = Aftercare(
        visits=tuple(
            Visit(text="Check-up.", source="S1", after=Duration.parse(f"{n} days")) for n in (7, 8)
        )
    )

    assert days(care) == [7, 8]


def test_a_list_without_days_has_no_check_in():
    assert days(Aftercare(warning_signs=(sign(),))) == []


def test_only_the_signs_that_may_show_are_asked_about():
    signs = (
        sign("Early.", ends="2 days"),
        sign("Late.", starts="28 days"),
        sign("Always."),
        sign("Now.", starts="7 days", ends="7 days"),
    )

    assert asked(7, 7, *signs) == ["Always.", "Now."]
    assert asked(2, 28, *signs) == ["Early.", "Late.", "Always.", "Now."]


def test_emergencies_stand_first_and_a_sign_of_two_lists_once_as_the_graver():
    call, emergency = sign("Fever."), sign("Fever.", act=Act.EMERGENCY)
    lists = [Aftercare(warning_signs=(sign(), call)), Aftercare(warning_signs=(emergency, call))]
    found = signs_between(lists, TREATED, TREATED, TREATED)

    assert [(one.text, one.act) for one in found] == [
        ("Fever.", "emergency"),
        ("Sore skin.", "call"),
    ]


@pytest.mark.parametrize("name", DAYS)
def test_every_check_in_of_a_shipped_list_has_signs_to_ask_about(library, name):
    care = library.procedures[name].aftercare
    for day in check_in_days([care], TREATED):
        assert signs_between([care], TREATED, day, day)
