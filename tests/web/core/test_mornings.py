"""A doctor's morning and a reception's, in a real browser: several patients, each another end."""

import re

import pytest
from playwright.sync_api import expect

from tests import walk
from tests.visitor import Visitor
from tests.web.core.test_whole_way import see_decided, sign_in

ENDS = {
    "Proceed Silva": ({}, "proceed"),
    "Conditions Silva": ({}, "proceed-with-conditions"),
    "Information Silva": ({"bleeding": "unknown"}, "request-information"),
    "Defer Silva": ({"cold_sore_now": "yes"}, "defer"),
    "Decline Silva": ({}, "decline"),
}


@pytest.fixture(scope="module")
def submitted(clinic):
    """Five patients have sent their answers; return their links, and on which phone."""
    links = {name: clinic.invite(name, "mesotherapy-face") for name in ENDS}
    phones = {name: Visitor() for name in ENDS}
    for name, (special, _) in ENDS.items():
        phones[name].submit_quietly(links[name], special)
    return links, phones


def test_a_doctors_morning_five_screenings_five_ends(clinic, browser_of, submitted):
    page = browser_of("desktop")
    sign_in(page, "doctor", clinic.doctor_password)
    for name, (_, choice) in ENDS.items():
        page.get_by_label("Search by name or number").fill(name.upper())
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=name).first.click()
        page.locator(f"input[type=radio][value={choice}]").check()
        if (reason := page.get_by_label("Reason in your words")).is_visible():
            reason.fill("Talked it over")
        if choice == "proceed-with-conditions":
            page.locator("textarea[name^=conditions]").fill("Half the dose")
        page.get_by_label("Your password").fill(clinic.doctor_password)
        page.get_by_role("button", name="Decide and sign").click()
        see_decided(page)
        page.goto("/doctor")

    page.get_by_role("link", name="Decided lately").click()
    listed = page.locator("#queue").inner_text()
    assert all(name in listed for name in ENDS)
    patient = browser_of("phone")
    links, phones = submitted
    phones["Information Silva"].lend(patient)
    walk.begin(patient, links["Information Silva"])
    assert patient.url.endswith("/questions/bleeding")


def test_the_queue_is_walked_by_keyboard_and_freshens_by_itself(clinic, browser_of):
    Visitor().submit_quietly(clinic.invite("First Keys", "mesotherapy-face"))
    page = browser_of("desktop")
    page.clock.install()
    sign_in(page, "doctor", clinic.doctor_password)
    page.get_by_role("button", name="Keyboard shortcuts").wait_for()
    page.keyboard.press("j")
    assert page.locator("a[data-row]:focus").count() == 1
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_label("Search by name or number").focus()
    page.keyboard.type("jk?")
    assert page.get_by_label("Search by name or number").input_value() == "jk?"
    expect(page.get_by_role("dialog")).to_be_hidden()

    Visitor().submit_quietly(clinic.invite("Late Comer", "mesotherapy-face"))
    assert page.get_by_role("link", name="Late Comer").count() == 0
    page.clock.run_for(16_000)
    page.get_by_role("link", name="Late Comer").wait_for()
    assert page.locator("#news").inner_text() == "The list has changed"


def test_a_receptions_morning(clinic, browser_of):
    page = browser_of("desktop")
    sign_in(page, "reception", clinic.reception_password)
    page.get_by_role("link", name="Invite a patient").click()
    page.get_by_label("Patient’s name").fill("Morning Guest")
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator("#link a").get_attribute("href")
    page.goto("/reception")
    row = page.get_by_role("row").filter(has_text="Morning Guest")
    assert "Has not answered" in row.inner_text()

    patient = browser_of("phone")
    walk.begin(patient, link)
    if "/procedures" in patient.url:
        patient.get_by_label("Mesotherapy, face").check()
    walk.confirm_treatments(patient)
    walk.fill_date(patient, "3", "5", "1986")
    patient.get_by_role("button", name="Continue", exact=True).click()
    page.reload()
    assert re.search(r"question 2 of about \d+", row.inner_text())

    for mistake in (True, False):
        row.get_by_text("More", exact=False).first.click()
        row.get_by_label("Why").select_option("cancelled")
        row.get_by_role("button", name="Withdraw now").click()
        expect(row).to_contain_text("Withdrawn")
        if mistake:
            row.get_by_role("button", name="Undo").click()
            expect(row).to_contain_text("Is answering")
    patient.goto(link)
    expect(patient.get_by_text("This questionnaire was withdrawn")).to_be_visible()
