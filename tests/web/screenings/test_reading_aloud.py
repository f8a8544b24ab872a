"""What a screen reader, a keyboard and a finger meet, measured in Chromium.

axe finds what is missing; here is what is there: names, groups, hints and errors in
the accessibility tree, the order of focus, the size of targets, and twice the text.
"""

import pytest
from playwright.sync_api import expect

from tests import walk

SMALLEST = 44  # CSS pixels; a link in running text may be smaller (WCAG 2.5.8)
TARGETS = """
() => [...document.querySelectorAll("a, button, input, select, textarea, summary, label")]
  .filter(e => e.type !== "hidden" && (e.matches(".choice, .act label") || !e.matches("label")))
  .filter(e => !e.matches(".skip, .sr, .choice input, .act label input, .said .link"))
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < 43.5)
  .map(([html, box]) => [html, Math.round(box.width), Math.round(box.height)])
"""
CUT = """
() => [...document.querySelectorAll("h1, p, label, button, a")]
  .filter(e => !e.matches(".sr, .skip") && e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).overflowX !== "visible")
  .map(e => e.outerHTML.slice(0, 80))
"""
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim().slice(0, 30)"


def tree_of(page):
    """Return the accessibility tree as Chromium hands it to a screen reader."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    return [n for n in nodes if not n["ignored"]]


def value(node, name):
    return node.get(name, {}).get("value", "")


def role(nodes, wanted):
    return [node for node in nodes if value(node, "role") == wanted]


@pytest.fixture
def visit(clinic, browser_of):
    """Return a page with the first question of a fresh screening."""
    page = browser_of("phone")
    walk.begin(page, clinic.invite(walk.somebody(), "thread-lift"))
    walk.confirm_treatments(page)
    page.wait_for_url("**/date_of_birth")
    return page


def go_on(page):
    walk.press(page)


def test_a_group_has_its_question_as_name_and_hint_and_error_as_description(visit):
    go_on(visit)
    nodes = tree_of(visit)
    [group] = role(nodes, "group")

    assert value(group, "name") == "What is your date of birth?"
    said = value(group, "description")
    assert "Some treatments have an age limit." in said
    assert "Error: Write your date of birth." in said
    boxes = {value(n, "name"): n for n in role(nodes, "textbox")}
    assert set(boxes) == {"Day", "Month", "Year"}
    for node in boxes.values():
        states = {p["name"]: p["value"].get("value") for p in node["properties"]}
        assert states.get("invalid") == "true"
    [alert] = role(nodes, "alert")
    assert value(alert, "name") == "There is a problem"
    assert [value(n, "name") for n in role(nodes, "heading")][-1] == "What is your date of birth?"


def test_radios_are_named_by_their_words_and_grouped_by_the_question(visit):
    walk.fill_date(visit, "3", "5", "1986")
    go_on(visit)
    nodes = tree_of(visit)

    radios = [value(n, "name") for n in role(nodes, "radio")]
    assert radios == ["Yes", "No", "Not sure", "Yes", "No"]
    groups = [value(n, "name") for n in role(nodes, "group") + role(nodes, "radiogroup")]
    assert "Could you get pregnant?" in groups
    heading = [value(n, "name") for n in role(nodes, "heading")]
    assert heading == ["Pregnancy"]
    landmarks = {value(n, "role") for n in nodes}
    assert {"main", "banner", "contentinfo"} <= landmarks


def test_after_a_mistake_the_summary_has_the_focus_and_leads_to_the_field(visit):
    go_on(visit)
    expect(visit.locator(".errors")).to_be_focused()  # with the first frame of a page, not before
    visit.keyboard.press("Tab")
    assert "Write your date of birth" in visit.evaluate(FOCUSED)
    visit.keyboard.press("Enter")
    visit.keyboard.type("3")
    assert visit.get_by_label("Day", exact=True).input_value() == "3"


def test_the_way_can_be_gone_with_the_keyboard_alone(clinic, browser_of):
    page = browser_of("desktop")
    page.goto(clinic.invite(walk.somebody(), "thread-lift"))
    while not page.url.endswith("/date_of_birth"):
        press_until(page, "BUTTON")
        enter(page)
    press_until(page, "INPUT")
    for part in ("3", "5", "1986"):
        page.keyboard.type(part)
        assert outlined(page), "who tabs sees where"
        page.keyboard.press("Tab")
    enter(page)
    assert page.url.endswith("/can_be_pregnant")
    press_until(page, "INPUT")
    page.keyboard.press("ArrowDown")
    assert walk.field_of(page, "can_be_pregnant").get_by_label("No", exact=True).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert walk.field_of(page, "breastfeeding").get_by_label("No", exact=True).is_checked()
    press_until(page, "BUTTON")
    enter(page)
    assert page.url.endswith("/bleeding")


def enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press_until(page, tag, most=15):
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == tag:
            return
    raise AssertionError(f"Tab never comes to a {tag}")


def outlined(page):
    return page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2")


def test_every_target_is_large_enough_for_a_finger(visit):
    pages = [visit.url, "/screening/procedures", "/accessibility"]
    walk.fill_date(visit, "3", "5", "1986")
    go_on(visit)
    for address in [*pages, visit.url]:
        visit.goto(address)
        assert visit.evaluate(TARGETS) == [], address


def test_twice_the_text_fits_on_a_phone_and_nothing_is_cut(visit):
    visit.set_viewport_size({"width": 390, "height": 844})
    for address in (visit.url, "/screening/procedures", "/accessibility"):
        visit.goto(address)
        before = visit.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        visit.evaluate("document.documentElement.style.setProperty('font-size', '200%')")
        assert visit.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 2 * before
        assert visit.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        assert visit.evaluate(CUT) == []
