"""Every kind of page, in light and dark: nothing that axe finds, nothing that does not fit."""

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from tests import walk
from tests.visitor import Unseen, Visitor
from tests.web.test_whole_way import sign_in

[AXE] = Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page):
    """Return what axe finds on the page, as rule and place."""
    page.wait_for_load_state("load")
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]]


def check(page):
    assert findings(page) == [], page.url
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_patients_pages(clinic, browser_of, scheme):
    page = browser_of("phone", color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(clinic.invite(walk.somebody(), "soft-lifting"))
    check(page)
    page.get_by_role("button", name="Start").click()
    check(page)
    walk.confirm_treatments(page)
    check(page)
    page.get_by_role("button", name="Continue", exact=True).click()
    check(page)
    Unseen(page).answer_quietly({"allergy_any": "yes"})
    for link_id in ("can_be_pregnant", "heart", "allergy_list", "painkiller"):
        page.goto(f"/screening/questions/{link_id}")
        check(page)
    page.goto("/screening/check")
    check(page)
    page.get_by_role("link", name="My answers are right").click()
    check(page)
    walk.say_who_answered(page)
    check(page)
    page.get_by_role("button", name="Agree and send").click()
    check(page)
    page.get_by_label("I agree with this declaration").check()
    page.get_by_label("Your full name").fill("Ana Silva")
    page.get_by_role("button", name="Agree and send").click()
    check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_staff(clinic, browser_of, scheme):
    link = clinic.invite(walk.somebody(), "thread-lift")
    Visitor().submit_quietly(link, {"bleeding": "unknown"})

    page = browser_of("desktop", color_scheme=scheme)
    for path in ("/", "/sign-in", "/kiosk", "/nowhere"):
        page.goto(path)
        check(page)
    sign_in(page, "doctor", clinic.doctor_password)
    check(page)
    page.get_by_role("link", name="Ana Silva").first.click()
    check(page)
    page.get_by_role("button", name="Decide and sign").click()
    check(page)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "reception", clinic.reception_password)
    check(page)
    page.get_by_role("link", name="Invite a patient").click()
    check(page)
    page.get_by_label("Patient’s name").fill("Nguyễn Thị Lan")
    page.get_by_role("button", name="Make the invitation").click()
    check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_accounts(clinic, browser_of, scheme):
    page = browser_of("desktop", color_scheme=scheme)
    page.goto("/sign-in")
    page.get_by_label("User name").fill("lead")
    page.get_by_label("Password").fill(clinic.password("lead"))
    page.get_by_role("button", name="Sign in").click()
    check(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    check(page)
    sign_in(page, "admin", clinic.password("admin"))
    for size in ((320, 640), (1280, 900)):
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        for path in (
            *("/admin", "/admin/accounts/new", "/admin/tablets", "/admin/audit"),
            *("/account", "/account/password", "/account/app", "/account/recovery-codes"),
            "/account/passkeys/new",
        ):
            page.goto(path)
            check(page)
    page.goto("/admin")
    page.get_by_role("link", name="Sam Hill").click()
    check(page)
    page.get_by_role("button", name="New link to set the password").click()
    check(page)
    link = page.locator(".secret").inner_text()
    page.goto("/admin/audit")
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_role("heading", name="The log is whole")).to_be_visible()
    check(page)
    page.goto("/account/recovery-codes")
    page.get_by_label("Your password").fill(clinic.password("admin"))
    page.get_by_role("button", name="Make new codes").click()
    check(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    page.get_by_role("button", name="Keep this password").click()
    check(page)
