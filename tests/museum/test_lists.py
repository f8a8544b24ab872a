"""Lists that are archived are read, and other lists are tried on what was stored under them."""

import pytest

from screening.workflow.core.actor import program
from screening.workflow.rules.rescreen import rescreen
from tests.museum.visiting import ON_SQLITE


def stored(museum, clinic, **where):
    """Return the numbers of what is submitted or decided at a clinic and fulfils `where`."""
    where |= {"clinic": museum.clinic_named(clinic)}
    found = museum.in_state("submitted", "decided").values()
    return {told["number"] for told in found if where.items() <= told.items()}


def tried(museum, clinic, definitions):
    return rescreen(museum.context, definitions, program(museum.clinic_named(clinic)))


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_each_archived_version_leaves_what_was_screened_under_it_unchanged(museum):
    for hash, version in museum.archives().items():
        for clinic in museum.told["clinics"]:
            found = tried(museum, clinic, version)
            changed = {change.number for change in found.changes}
            assert not changed & stored(museum, clinic, definitions=hash), hash


def test_the_lists_in_force_are_tried_on_everything_stored(museum):
    for clinic in museum.told["clinics"]:
        found = tried(museum, clinic, museum.context.definitions)
        assert found.looked_at == len(stored(museum, clinic)) > 0
        assert not found.damaged


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_what_a_clinic_changed_in_its_lists_then_still_counts_in_them(museum):
    """Who bruises easily was put off by the clinic; the first lists leave that to the doctor."""
    told = museum.screening("vietnamese")
    first, *_, last = museum.archives().values()
    assert last.policies
    assert told["outcomes"] == {"mesotherapy-face": "deferred"}
    [change] = tried(museum, "Phòng khám Hoa Sen", first).changes
    assert (change.before, change.after) == ("deferred", "precaution")
