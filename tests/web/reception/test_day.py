"""A reception's day in a real browser, on a phone and at the desk."""

import pytest
from playwright.sync_api import expect

from tests.visitor import Visitor
from tests.web.core.test_accessibility import check_light_and_dark
from tests.web.core.test_whole_way import sign_in


@pytest.mark.parametrize(("size", "second"), [("phone", "+420 998"), ("desktop", "+420 997")])
def test_a_day_at_the_reception(clinic, browser_of, size, second):
    name = f"Petra {size.title()}"
    page = browser_of(size)
    sign_in(page, "reception", clinic.reception_password)
    page.get_by_role("link", name="Invite a patient").click()
    page.get_by_label("Patient’s name").fill(name)
    page.get_by_label("Telephone").fill("+420 123 456")
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator("#link a").get_attribute("href")
    page.reload()
    assert page.locator("#link a").get_attribute("href") == link, "loaded again it is the same"
    page.get_by_role("link", name="Back to the list").click()
    page.go_back()

    page.goto("/reception/invitations")
    page.get_by_label("Patient’s name").fill(name)
    page.get_by_label("Telephone").fill(second)
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_text("You may know this patient already")).to_be_visible()
    assert page.get_by_label("Telephone").input_value() == second, "nothing typed is lost"
    check_light_and_dark(page, 320, 390, 1440)
    page.get_by_label("It is another person").check()
    page.get_by_role("button", name="Make the invitation").click()

    stale = browser_of(size)
    sign_in(stale, "reception", clinic.reception_password)
    row = stale.get_by_role("row").filter(has_text=second)
    row.get_by_text("More", exact=False).first.click()
    page.goto("/reception")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    check_light_and_dark(page, 320, 390, 1440)
    mine = page.get_by_role("row").filter(has_text=second)
    mine.get_by_role("button", name="Withdraw now").click()
    expect(page.get_by_role("row").filter(has_text=second)).to_contain_text("Withdrawn")

    row.get_by_role("button", name="Withdraw now").click()
    expect(stale.get_by_text("the list was out of date")).to_be_visible()
    check_light_and_dark(stale, 320, 1440)
    stale.get_by_role("button", name="Undo").click()
    expect(stale.get_by_role("row").filter(has_text=second)).to_contain_text("Has not answered")

    stale.get_by_role("link", name="Patients", exact=True).click()
    stale.get_by_label("Name or number").fill(f"PETRÁ {size}")
    stale.get_by_role("button", name="Search").click()
    expect(stale.get_by_role("heading", name=name)).to_have_count(2)
    check_light_and_dark(stale, 320, 1440)
    stale.get_by_role("link", name="Warnings").click()
    check_light_and_dark(stale, 320, 1440)


def test_a_new_link_is_possible_for_whoever_has_sent_the_answers(clinic, browser_of):
    made = clinic.invite("Sent Already", "mesotherapy-face")
    page = browser_of("desktop")
    sign_in(page, "reception", clinic.reception_password)
    row = page.get_by_role("row").filter(has_text="Sent Already")
    Visitor().submit_quietly(made)
    row.get_by_role("button", name="New link and code").click()

    expect(page.get_by_text("The answers are sent already")).to_be_visible()
    assert page.locator("#link a").get_attribute("href") != made
