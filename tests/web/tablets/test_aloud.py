"""The tablet by keyboard alone, and what a screen reader is told there."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.screenings.test_reading_aloud import (
    enter,
    outlined,
    press_until,
    role,
    tree_of,
    value,
)
from tests.web.tablet_visit import begin, first_row, start_code


def focused(page):
    """Return the name that a screen reader says of what has the focus."""
    session = page.context.new_cdp_session(page)
    element = session.send("Runtime.evaluate", {"expression": "document.activeElement"})
    object_id = element["result"]["objectId"]
    tree = session.send("Accessibility.getPartialAXTree", {"objectId": object_id})
    return value(tree["nodes"][0], "name")


def tab_to(page, name, most=15):
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page) == name:
            assert outlined(page), "who tabs sees where"
            return
    raise AssertionError(f"Tab never comes to {name}")


@pytest.fixture
def visit(tablet, clinic):
    """Return the tablet's page with the first question of a patient."""
    return begin(tablet, clinic, "Ana Silva")


def test_code_and_date_of_birth_are_typed_without_a_mouse(tablet, clinic):
    page = tablet.new_page()
    page.goto("/kiosk")
    tab_to(page, "Code")
    page.keyboard.type("AAAA-AAAA")
    for name, part in (("Day", "3"), ("Month", "5"), ("Year", "1986")):
        tab_to(page, name, 1)
        page.keyboard.type(part)
    enter(page)
    expect(page.get_by_role("alert")).to_be_focused()  # with the first frame of a page, not before
    assert focused(page) == "There is a problem"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(start_code(clinic, "Ana Silva"))
    for part in ("3", "5", "1986"):
        page.keyboard.press("Tab")
        page.keyboard.type(part)
    enter(page)
    expect(page).to_have_url(re.compile(r"questions/\w+$"))


def test_the_warning_takes_the_focus_and_gives_it_back(visit):
    visit.clock.install()
    visit.reload()
    press_until(visit, "INPUT")
    visit.clock.run_for(62_000)
    expect(visit.get_by_role("dialog")).to_be_visible()
    assert focused(visit) == "Yes, go on"
    seen = set()
    for _ in range(3):
        visit.keyboard.press("Tab")
        seen.add(focused(visit))
    assert "Close now" in seen
    assert "Continue" not in seen, "what lies behind the warning is out of reach"
    visit.keyboard.press("Escape")
    expect(visit.get_by_role("dialog")).to_be_hidden()
    assert focused(visit) == "Yes"
    visit.keyboard.press("Space")
    assert first_row(visit).get_by_label("Yes", exact=True).is_checked()


def test_the_warning_says_what_it_is_about(visit):
    visit.clock.install()
    visit.reload()
    visit.clock.run_for(62_000)
    visit.get_by_role("dialog").wait_for()
    [dialog] = role(tree_of(visit), "dialog")

    assert value(dialog, "name") == "Are you still there?"
    assert re.search(r"we will close this page in \d+ seconds", value(dialog, "description"))


def test_a_lost_connection_is_said_and_not_only_shown(tablet, visit):
    assert role(tree_of(visit), "status") == []
    tablet.set_offline(True)
    visit.locator("#offline").wait_for()
    [said] = role(tree_of(visit), "status")
    tablet.set_offline(False)

    told = {p["name"]: p["value"].get("value") for p in said["properties"]}
    assert told["live"] == "polite"


def test_the_own_phone_is_reached_by_keyboard_and_its_picture_has_a_name(visit):
    tab_to(visit, "Answer this on my own phone")
    enter(visit)
    nodes = tree_of(visit)
    [picture] = role(nodes, "image")
    assert value(picture, "name") == "Picture code that takes your questions to your phone"
    tab_to(visit, "Show the address instead")
    visit.keyboard.press("Enter")
    expect(visit.get_by_text("/go-on/")).to_be_visible()
    tab_to(visit, "No, go on at the tablet")
    enter(visit)
    expect(visit).to_have_url(re.compile("can_be_pregnant$"))


def test_the_start_page_tells_group_mistake_and_field_together(tablet):
    page = tablet.new_page()
    page.goto("/kiosk")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("alert").wait_for()
    nodes = tree_of(page)
    [group] = role(nodes, "group")

    assert value(group, "name") == "Your date of birth"
    assert "Error: Write your date of birth." in value(group, "description")
    boxes = {value(n, "name"): n for n in role(nodes, "textbox")}
    assert set(boxes) == {"Code", "Day", "Month", "Year"}
    assert "Error:" in value(boxes["Code"], "description")
    for node in boxes.values():
        told = {p["name"]: p["value"].get("value") for p in node["properties"]}
        assert told.get("invalid") == "true"


def test_the_staff_leave_by_keyboard_with_the_pin(browser_of, clinic):
    page = browser_of("tablet")
    page.goto(f"/kiosk/pairing/{clinic.pairing_code}")
    tab_to(page, "Pair this tablet")
    enter(page)
    page.goto("/kiosk/release")  # no patient meets a button of the staff
    tab_to(page, "PIN")
    page.keyboard.type("1")
    enter(page)
    [pin] = role(tree_of(page), "textbox")
    assert "Error: This PIN is wrong." in value(pin, "description")
    assert page.get_by_label("PIN").get_attribute("type") == "password"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type(clinic.pin)
    enter(page)
    assert page.goto("/sign-in").status == 200, "an ordinary browser again"
