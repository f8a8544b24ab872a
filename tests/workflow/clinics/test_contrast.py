"""An accent that can be read: WCAG's own numbers, and what is offered instead."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.workflow.clinics.contrast import (
    DARK,
    LIGHT,
    TINTED,
    can_be_read,
    contrast,
    mix,
    nearest_that_works,
)

STYLES = Path(__file__).parents[3] / "screening" / "web" / "static" / "core.css"
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_the_grounds_are_those_of_the_stylesheet():
    text = STYLES.read_text()
    light, dark = re.findall(r":root \{(.*?)\}", text, re.DOTALL)[:2]
    for block, (on_it, grounds) in ((light, LIGHT), (dark, DARK)):
        said = dict(re.findall(r"--([\w-]+): (#\w+);", block))
        plain = {"#fff": "#ffffff"}
        assert (said["bg"], said["surface"]) == grounds
        assert plain.get(said["on-accent"], said["on-accent"]) == on_it


def test_our_own_accents_can_be_read():
    assert can_be_read("#17493f", dark=False)
    assert can_be_read("#9fd3c2", dark=True)
    assert not can_be_read("#9fd3c2", dark=False)
    assert not can_be_read("#17493f", dark=True)


@given(colours, st.booleans())
def test_what_is_offered_instead_can_be_read_everywhere(colour, dark):
    offered = nearest_that_works(colour, dark)
    on_it, grounds = DARK if dark else LIGHT
    for other in (on_it, *grounds, *(mix(offered, ground, TINTED) for ground in grounds)):
        assert contrast(offered, other) >= 4.5
    if can_be_read(colour, dark):
        assert offered == colour
