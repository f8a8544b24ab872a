"""Signing in, one's own account and the administrator's desk, in a real browser."""

import csv
import io
import re

import pyotp
import pytest
from playwright.sync_api import expect

from screening.workflow.accounts import second_factor, second_person, sessions
from tests.installation import RUNNING, Installation, free_port
from tests.web.core.test_whole_way import sign_in

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
NEW = "lantern orbit walnut fjord"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """Return a demo clinic under a name, because browsers make no passkey for an address."""
    port = free_port()
    installation = Installation(tmp_path_factory.mktemp("named"), port, host="localhost").start()
    yield installation
    installation.stop()


@pytest.fixture
def page(browser_of):
    return browser_of("desktop")


def give_password(page, clinic, username):
    page.goto("/sign-in")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(clinic.password(username))
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_device(page, **different):
    """Give the browser a device that makes passkeys; return how to speak with it."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | different})
    return devices, added["authenticatorId"]


def add_passkey(page, clinic, username, name):
    page.goto("/account/passkeys/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Your password").fill(clinic.password(username))
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/account")


def test_a_passkey_signs_in_without_a_password(page, clinic):
    sign_in(page, "reception", clinic.password("reception"))
    add_device(page)
    add_passkey(page, clinic, "reception", "Desk computer")
    expect(page.locator("dd bdi", has_text="Desk computer")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/reception")
    page.goto("/account")
    expect(page.locator("tbody").get_by_text("passkey")).to_be_visible()

    page.get_by_role("link", name="Change Desk computer").click()
    page.get_by_label("Name").fill("Old computer")
    page.get_by_role("button", name="Keep this name").click()
    page.get_by_role("link", name="Change Old computer").click()
    page.get_by_label("Your password").fill(clinic.password("reception"))
    page.get_by_role("button", name="Remove this passkey").click()
    page.get_by_text("None yet.").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("This passkey was not accepted").wait_for()


def test_a_passkey_is_the_second_step_and_its_answer_works_once(page, clinic):
    sign_in(page, "doctor", clinic.password("doctor"))
    add_device(page)
    add_passkey(page, clinic, "doctor", "Phone")
    page.get_by_role("button", name="Sign out").click()
    give_password(page, clinic, "doctor")

    sent = []
    page.on("request", lambda r: sent.append(r.post_data) if r.method == "POST" else None)
    before = page.context.cookies()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/doctor")
    page.context.clear_cookies()
    page.context.add_cookies(before)
    answer = page.context.request.post(
        f"{clinic.url}/sign-in/passkey",
        data=sent[0],
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert "This passkey was not accepted" in answer.text()


def test_a_device_that_does_not_check_the_person_is_no_second_factor(page, clinic):
    sign_in(page, "doctor", clinic.password("doctor"))
    add_device(page, hasUserVerification=False, isUserVerified=False)
    page.goto("/account/passkeys/new")
    page.get_by_label("Your password").fill(clinic.password("doctor"))
    page.get_by_role("button", name="Add a passkey").click()

    page.get_by_text("The passkey did not work").wait_for()


def test_a_newcomer_sets_a_password_and_a_second_step_before_any_page_opens(
    page, browser_of, clinic
):
    sign_in(page, "admin", clinic.password("admin"))
    page.get_by_role("link", name="Add an account").click()
    page.get_by_label("Full name").fill("Ana Silva")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Role").select_option("receptionist")
    page.get_by_role("button", name="Add the account").click()
    link = page.locator(".secret").inner_text()

    ana = browser_of("phone")
    ana.goto(link)
    ana.get_by_label("New password", exact=True).fill("password1234")
    ana.get_by_label("New password, once more").fill("password1234")
    ana.get_by_role("button", name="Keep this password").click()
    expect(ana.get_by_text("easy to guess").first).to_be_visible()
    ana.get_by_label("New password", exact=True).fill(NEW)
    ana.get_by_label("New password, once more").fill(NEW)
    ana.get_by_role("button", name="Keep this password").click()
    ana.get_by_label("User name").fill("ana")
    ana.get_by_label("Password").fill(NEW)
    ana.get_by_role("button", name="Sign in", exact=True).click()
    expect(ana.get_by_role("heading", name="Set up your second step")).to_be_visible()
    ana.goto("/reception")
    assert ana.url.endswith("/sign-in")
    ana.goto("/sign-in/second-factor")
    totp = pyotp.TOTP(ana.locator(".secret").inner_text())
    ana.get_by_label("Code from the app").fill(totp.now())
    ana.get_by_role("button", name="Continue").click()
    expect(ana.locator(".secret li")).to_have_count(10)
    codes = ana.locator(".secret li").all_inner_texts()
    assert len(codes) == 10
    ana.get_by_role("link", name="I have kept them").click()
    expect(ana.get_by_role("link", name="Invite a patient")).to_be_visible()

    with ana.expect_navigation():
        ana.get_by_role("button", name="Sign out").click()
    ana.go_back()
    ana.reload()
    assert ana.url.endswith("/sign-in"), "nothing of the work is shown after signing out"
    ana.get_by_label("User name").fill("ana")
    ana.get_by_label("Password").fill(NEW)
    ana.get_by_role("button", name="Sign in", exact=True).click()
    ana.get_by_label("Code").fill(codes[0])
    ana.get_by_role("button", name="Continue").click()
    expect(ana.get_by_role("link", name="Invite a patient")).to_be_visible()
    ana.goto(link)
    expect(ana.get_by_role("heading", name="We cannot find this")).to_be_visible()


def test_a_newcomer_may_begin_with_a_passkey(page, browser_of, clinic):
    sign_in(page, "admin", clinic.password("admin"))
    page.goto("/admin/accounts/new")
    page.get_by_label("Full name").fill("Bea Costa")
    page.get_by_label("User name").fill("bea")
    page.get_by_label("Role").select_option("clinical-lead")
    page.get_by_role("button", name="Add the account").click()
    bea = browser_of("desktop")
    bea.goto(page.locator(".secret").inner_text())
    bea.get_by_label("New password", exact=True).fill(NEW)
    bea.get_by_label("New password, once more").fill(NEW)
    bea.get_by_role("button", name="Keep this password").click()
    add_device(bea)
    bea.get_by_label("User name").fill("bea")
    bea.get_by_label("Password").fill(NEW)
    bea.get_by_role("button", name="Sign in", exact=True).click()
    bea.get_by_role("button", name="Use a passkey of this device").click()

    bea.get_by_role("heading", name="Your recovery codes").wait_for()


def test_signing_out_everywhere_else_ends_the_other_browser(browser_of, clinic):
    here, there = browser_of("desktop"), browser_of("phone")
    for window in (here, there):
        sign_in(window, "lead", clinic.password("lead"))
    here.goto("/account")
    assert here.get_by_role("row", name="Chrome").count() >= 2
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_role("row", name="Chrome")).to_have_count(1)
    there.goto("/account")

    expect(there.get_by_text("You were signed out. Sign in to go on.")).to_be_visible()


def test_a_role_taken_away_in_mid_session_gets_its_page(browser_of, clinic):
    admin, lead = browser_of("desktop"), browser_of("desktop")
    sign_in(lead, "lead", clinic.password("lead"))
    sign_in(admin, "admin", clinic.password("admin"))
    change_role(admin, clinic, "Kim Lee", "receptionist")
    lead.goto("/reception/invitations")
    lead.get_by_label("Patient’s name").fill("Ana Silva")
    change_role(admin, clinic, "Kim Lee", "clinical-lead")
    lead.get_by_role("button", name="Make the invitation").click()

    expect(lead.get_by_role("heading", name="This page is not for you")).to_be_visible()


def change_role(admin, clinic, name, role):
    """Begin it in the administrator's browser; the doctor confirms it."""
    admin.goto("/admin")
    admin.get_by_role("link", name=name).click()
    page = admin.url
    admin.get_by_label("Role").select_option(role)
    admin.get_by_role("button", name="Change the role").click()
    expect(admin.get_by_text("Somebody else has to confirm this").first).to_be_visible()
    secret = sessions.sign_in(clinic.context, "doctor", clinic.password("doctor"))
    waiting = second_factor.who_waits(clinic.context, secret)
    secret = second_factor.complete(clinic.context, waiting, clinic.code("doctor"))
    doctor = sessions.who_is(clinic.context, secret)
    [change] = [
        c for c in second_person.list_changes(clinic.context, doctor) if c.state == "waiting"
    ]
    second_person.confirm(clinic.context, doctor, change.id, clinic.password("doctor"))
    admin.goto(page)


def test_an_account_disabled_in_mid_session_gets_its_page(browser_of, clinic):
    admin, lead = browser_of("desktop"), browser_of("desktop")
    sign_in(admin, "admin", clinic.password("admin"))
    change_role(admin, clinic, "Kim Lee", "receptionist")
    sign_in(lead, "lead", clinic.password("lead"))
    lead.goto("/reception/invitations")
    lead.get_by_label("Patient’s name").fill("Ana Silva")
    admin.get_by_role("button", name="Disable the account").click()
    lead.get_by_role("button", name="Make the invitation").click()
    expect(lead.get_by_text("You were signed out")).to_be_visible()
    give_password(lead, clinic, "lead")
    expect(lead.get_by_text("User name or password is wrong").first).to_be_visible()

    admin.get_by_role("button", name="Enable the account").click()
    change_role(admin, clinic, "Kim Lee", "clinical-lead")


def test_the_administrator_adds_and_takes_away_a_tablet(browser_of, clinic):
    admin, tablet = browser_of("desktop"), browser_of("tablet")
    sign_in(admin, "admin", clinic.password("admin"))
    admin.goto("/admin/tablets")
    admin.get_by_label("Name of the tablet").fill("Second floor")
    admin.get_by_role("button", name="Add the tablet").click()
    tablet.goto("/kiosk")
    tablet.get_by_label("Code").fill(admin.locator(".secret").inner_text())
    tablet.get_by_role("button", name="Pair this tablet").click()
    tablet.get_by_text("A few questions about your health").wait_for()
    admin.get_by_role("button", name=re.compile("Take out of use.*Second floor")).click()
    tablet.goto("/kiosk")

    expect(tablet.get_by_role("heading", name="Set up this tablet")).to_be_visible()


def test_the_administrator_finds_and_exports_who_did_what(page, clinic):
    sign_in(page, "admin", clinic.password("admin"))
    page.goto("/admin/audit")
    page.get_by_label("Person").select_option(label="Kim Berg")
    page.get_by_label("Act").fill("sign in")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**act=sign*")
    rows = page.locator("tbody tr").all_inner_texts()
    assert rows and all("Kim Berg" in row and "sign in with" in row for row in rows)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = download.value.path().read_text()
    exported = list(csv.DictReader(io.StringIO(text)))
    assert {row["who"] for row in exported} == {"Kim Berg"}

    head = page.context.request.get(f"{clinic.url}/admin/audit")
    assert head.status == 200
    page.goto("/admin/audit")
    page.get_by_label("Head noted earlier").fill("1:" + "0" * 64)
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_role("heading", name="The end of the log was cut off")).to_be_visible()


def test_everyone_signs_in_without_javascript(browser_of, clinic):
    page = browser_of("desktop", java_script_enabled=False)
    sign_in(page, "doctor", clinic.password("doctor"))

    expect(page.get_by_role("heading", name="Screenings")).to_be_visible()
    assert RUNNING[clinic.url] is clinic
