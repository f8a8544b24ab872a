"""Two patients arrive, in a real browser: one with nothing new, one with news."""

import re

import pytest
from playwright.sync_api import expect

from tests import walk
from tests.visitor import Visitor
from tests.web.core.test_accessibility import check_light_and_dark
from tests.web.core.test_whole_way import see_decided, sign_in


@pytest.fixture
def decided(clinic, browser_of):
    """Return a function that has a doctor let somebody of that name come."""

    def decided(name):
        Visitor().submit_quietly(clinic.invite(name, "mesotherapy-face"))
        page = browser_of("desktop")
        sign_in(page, "doctor", clinic.doctor_password)
        page.get_by_role("link", name=name).first.click()
        page.locator(".seg").filter(has=page.locator("[value=proceed]")).click()
        page.get_by_label("Your password").fill(clinic.doctor_password)
        page.get_by_role("button", name="Decide and sign").click()
        see_decided(page)
        return page

    return decided


def arrive(clinic, browser_of, name, size="phone", **rows):
    """Return the desk's page and the patient's, after its rows are answered."""
    desk, patient = browser_of("desktop"), browser_of(size)
    sign_in(desk, "reception", clinic.reception_password)
    row = desk.get_by_role("row").filter(has_text=name)
    row.get_by_role("button", name="Arrived").click()
    walk.begin(patient, desk.locator("#link a").get_attribute("href"))
    while re.search(r"/screening/arrival/\d$", patient.url):
        for group in patient.locator("fieldset").all():
            field = group.locator("input").first.get_attribute("name")
            group.get_by_label(rows.get(field, "No"), exact=True).check()
        check_light_and_dark(patient, 320, 390)
        walk.press(patient)
    desk.goto("/reception")
    return desk, patient


def test_with_nothing_new_the_decision_stands(clinic, browser_of, decided):
    decided("Nothing New")
    desk, patient = arrive(clinic, browser_of, "Nothing New")
    check_light_and_dark(patient, 320, 390)
    patient.get_by_role("button", name="Yes, this is right").click()
    expect(patient.get_by_role("heading", name="Thank you. Nothing has changed.")).to_be_visible()

    desk.reload()
    row = desk.get_by_role("row").filter(has_text="Nothing New")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(re.compile(r"confirmed today \d\d:\d\d"))
    desk.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    check_light_and_dark(desk, 390)
    doctor = browser_of("desktop")
    sign_in(doctor, "doctor", clinic.doctor_password)
    waiting = doctor.locator("#queue").inner_text().split("Decided lately")[0]
    assert "Nothing New" not in waiting


def test_news_go_back_to_the_doctor_with_the_earlier_decision(clinic, browser_of, decided):
    decided("Some News")
    _desk, patient = arrive(clinic, browser_of, "Some News", **{"cold-sore": "Yes"})
    expect(patient.get_by_text("cold sore").first).to_be_visible()
    assert "bleed" not in patient.content(), "what was answered before is not shown"
    walk.declare(patient, "Some News")

    doctor = browser_of("desktop")
    sign_in(doctor, "doctor", clinic.doctor_password)
    doctor.get_by_role("link", name="Some News").first.click()
    news = doctor.locator("section", has_text="Changed since the last screening").first
    expect(news).to_contain_text("cold sore")
    expect(news).to_contain_text("Deferred")
    expect(news).to_contain_text("Before that, decided by Dr Mai Tran")
    check_light_and_dark(doctor, 390)
