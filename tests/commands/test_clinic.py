"""`screening clinic`: opens a clinic, or changes one."""

import os
import subprocess
import sys

import pytest

from screening.workflow.clinics import branding


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path)
    yield office
    office.close()


def run(office, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "screening", "clinic", *arguments],
        env=os.environ | {"SCREENING_INSTANCE": str(office.config.instance)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_an_existing_clinic_gets_a_language_and_a_name_and_keeps_the_rest(office):
    before = branding.look_of(office.context, office.clinic)
    done = run(office, "Borealis", "--clinic", office.clinic, "--language", "ru")

    assert (done.returncode, done.stdout.strip()) == (0, office.clinic)
    after = branding.look_of(office.context, office.clinic)
    assert (after.name, after.language) == ("Borealis", "ru")
    assert (after.phone, after.address) == (before.phone, before.address)


def test_a_new_clinic_opens_with_its_language(office):
    done = run(office, "Hanoi", "--zone", "Asia/Ho_Chi_Minh", "--language", "vi", "--phone", "1")
    look = branding.look_of(office.context, done.stdout.strip())
    assert (look.name, look.language, look.phone) == ("Hanoi", "vi", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("X", "--language", "fr"), "no language of the pages; known: en, ar, ru, vi"),
        (("X", "--clinic", "nobody"), "name the clinic with --clinic ID"),
        (("X", "--zone", "Mars/Olympus"), "is not a time zone"),
        ((" ",), "write the name of the clinic"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(office, arguments, said):
    done = run(office, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert branding.look_of(office.context, office.clinic).name == "Aurelia"


def test_the_zone_of_a_clinic_stays(office):
    done = run(office, "X", "--clinic", office.clinic, "--zone", "UTC")
    assert (done.returncode, "stays as it was" in done.stderr) == (2, True)
