"""Every kind of page: nothing that axe finds, in dark no colour, nothing that does not fit.

The pages of phone and tablet are met in every language in test_four_languages.py.
"""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import expect

from tests import walk
from tests.visitor import Unseen, Visitor
from tests.web.core.test_whole_way import sign_in

[AXE] = Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async rules => {
    const found = await axe.run({runOnly: rules, resultTypes: ["violations"]});
    return found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 120)]);
}"""  # what is well is as long as the page, and nobody reads it
COLOUR_RULES = ["color-contrast", "link-in-text-block"]  # the others see no colour


def findings(page, rules=RULES):
    """Return what axe finds on the page, as rule and place."""
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    return [tuple(found) for found in page.evaluate(RUN, rules)]


def check(page):
    assert findings(page) == [], page.url
    check_width(page)


def check_width(page):
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"


def check_light_and_dark(page, *widths):
    """Check the page as it stands in both schemes, then whether it fits `widths` too."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour in between
    assert findings(page, COLOUR_RULES) == [], page.url
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    check(page)
    before = page.viewport_size
    for width in widths:
        page.set_viewport_size({"width": width, "height": 640})
        check_width(page)
    page.set_viewport_size(before)


def test_each_kind_of_question(clinic, browser_of):
    page = browser_of("phone")
    page.set_viewport_size({"width": 320, "height": 640})
    walk.begin(page, clinic.invite(walk.somebody(), "soft-lifting"))
    Unseen(page).answer_quietly({"allergy_any": "yes", "painkiller": "yes"})
    asked = ("date_of_birth", "can_be_pregnant", "viral_blood", "allergy_list", "painkiller_why")
    for link_id in asked:
        page.goto(f"/screening/questions/{link_id}")
        check_light_and_dark(page)
    page.goto("/screening/check")
    check_light_and_dark(page)


def test_the_pages_of_the_staff(clinic, browser_of):
    link = clinic.invite(walk.somebody(), "thread-lift")
    Visitor().submit_quietly(link, {"bleeding": "unknown"})

    page = browser_of("desktop")
    for path in ("/", "/sign-in", "/kiosk", "/nowhere"):
        page.goto(path)
        check_light_and_dark(page)
    sign_in(page, "doctor", clinic.doctor_password)
    check_light_and_dark(page, 320, 834)
    page.get_by_role("link", name="Ana Silva").first.click()
    check_light_and_dark(page, 320, 834)
    page.get_by_role("button", name="Decide and sign").click()
    check_light_and_dark(page)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "reception", clinic.reception_password)
    check_light_and_dark(page)
    page.get_by_role("link", name="Invite a patient").click()
    check_light_and_dark(page)
    page.get_by_label("Patient’s name").fill("Nguyễn Thị Lan")
    page.get_by_role("button", name="Make the invitation").click()
    check_light_and_dark(page)


def test_the_pages_of_accounts(clinic, browser_of):
    page = browser_of("desktop")
    page.goto("/sign-in")
    page.get_by_label("User name").fill("lead")
    page.get_by_label("Password").fill(clinic.password("lead"))
    walk.press(page, "Sign in")
    check_light_and_dark(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    check_light_and_dark(page)
    sign_in(page, "admin", clinic.password("admin"))
    for path in (
        *("/admin", "/admin/accounts/new", "/admin/tablets", "/admin/audit"),
        *("/account", "/account/password", "/account/app", "/account/recovery-codes"),
        "/account/passkeys/new",
    ):
        page.goto(path)
        check_light_and_dark(page, 320)
    page.goto("/admin")
    page.get_by_role("link", name="Sam Hill").click()
    check_light_and_dark(page)
    page.get_by_role("button", name="New link to set the password").click()
    check_light_and_dark(page)
    link = page.locator(".secret").inner_text()
    page.goto("/admin/audit")
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_role("heading", name="The log is whole")).to_be_visible()
    check_light_and_dark(page)
    page.goto("/account/recovery-codes")
    page.get_by_label("Your password").fill(clinic.password("admin"))
    page.get_by_role("button", name="Make new codes").click()
    check_light_and_dark(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    page.get_by_role("button", name="Keep this password").click()
    check_light_and_dark(page)
