"""Make a picture of every page, in a real browser, from a demo clinic of its own.

Usage: bin/pictures.py [PART...]      PART is one of phone, tablet, staff, clinic; else all

Names of people, pages and files are the same each time; dates and numbers are those of the day.
"""

import os
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from camera import DESKTOP, FOLDER, LANGUAGES, PHONE, TABLET, Camera, join_overview, write_index  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests import walk  # noqa: E402
from tests.installation import Installation  # noqa: E402
from tests.visitor import Unseen, Visitor  # noqa: E402
from tests.web.conftest import ARGUMENTS, CHROMIUM  # noqa: E402
from tests.web.core.test_whole_way import see_decided, sign_in  # noqa: E402
from tests.web.tablet_visit import FIRST, identify, start_code  # noqa: E402

UNKNOWN = {"bleeding": "unknown"}
PATIENTS = {
    "Ana Silva": ({"bleeding": "yes", "bleeding_which": ["haemophilia"]}, "thread-lift", "prp"),
    "Minh Tran": (UNKNOWN, "mesotherapy-face"),
    "Olga Ivanova": ({"cold_sore_now": "yes"}, "mesotherapy-face", "soft-lifting"),
    "Tom Baker": ({"breastfeeding": "yes"}, "chemical-peel"),
    "Eva Novak": (UNKNOWN | {"easy_bruise": "unknown"}, "mesotherapy-face"),
    "Jean Petit": (UNKNOWN, "mesotherapy-face"),
    "Ken Mori": (UNKNOWN, "mesotherapy-face"),
}
LAST_DOSE = date.today() - timedelta(3)
KINDS = ("date_of_birth", "can_be_pregnant", "heart", "painkiller_last_dose", "medicine_list")
ANSWERS = UNKNOWN | {
    "painkiller": "yes",
    "painkiller_last_dose": [LAST_DOSE.day, LAST_DOSE.month, LAST_DOSE.year],
    "other_meds": "yes",
    "medicine_list": "Eliqis 5 mg",
    "medicine_kinds": ["none"],
}
MISSES = 5  # wrong codes, after which a tablet is locked
WRONG = "main button.primary"  # pressed where nothing was filled in


def press(selector):
    def pressed(page):
        with page.expect_navigation():
            page.locator(selector).first.click()

    return pressed


def on_the_phone(camera):
    """Walk the whole questionnaire and take every kind of page in every language."""
    page, name = camera.window(PHONE), "Lan Nguyen"
    earlier = Visitor()
    earlier.submit_quietly(camera.clinic.invite(name, "soft-lifting"), UNKNOWN, name)
    earlier.lend(page)
    page.goto(camera.clinic.invite(name, "soft-lifting", "mesotherapy-face"))
    camera.in_languages(page, "phone-01-welcome")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/date_of_birth")
    camera.in_languages(page, "phone-03-first-question")
    camera.in_languages(page, "phone-04-a-mistake", then=press(WRONG))
    walk.fill_date(page, "3", "5", "1986")
    page.locator(WRONG).click()
    camera.in_languages(page, "phone-02-what-is-new")
    for row in page.locator("fieldset").all():
        row.get_by_label("No", exact=True).check()
    page.locator(WRONG).click()
    camera.in_languages(page, "phone-05-still-true")
    page.get_by_role("button", name="Answer everything anew").click()
    Unseen(page).answer_quietly(ANSWERS)
    for nth, link_id in enumerate(KINDS[1:], 6):
        said = link_id.replace("_", "-")
        camera.in_languages(page, f"phone-{nth:02}-{said}", f"/screening/questions/{link_id}")
    camera.looks(page, "/screening/questions/can_be_pregnant", "question")
    camera.in_languages(page, "phone-10-medicine", "/screening/medicine")
    for asked in page.locator("fieldset").all():
        asked.locator("input[type=radio]").last.check()
    page.locator(WRONG).click()
    Unseen(page).answer_quietly(ANSWERS)
    camera.in_languages(page, "phone-11-check", "/screening/check")
    to_tablet = press("button[formaction$=tablet-code]")
    camera.in_languages(
        page, "phone-14-to-the-tablet", f"/screening/questions/{KINDS[1]}", to_tablet
    )
    page.goto("/screening/check")
    walk.say_who_answered(page)
    page.get_by_label("I agree with this declaration").check()
    page.get_by_label("Your full name").fill(name)
    page.get_by_role("button", name="Agree and send").click()
    camera.in_languages(page, "phone-15-receipt")
    camera.in_languages(page, "phone-16-accessibility", "/accessibility")
    camera.looks(page, "/nowhere", "error")
    come_and_go(camera)


def come_and_go(camera):
    """Stop in the middle, come back, come with a link that is nobody's, and by another device."""
    page, link = camera.window(PHONE), camera.clinic.invite("Lan Pham", "soft-lifting")
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    walk.confirm_treatments(page)
    walk.fill_date(page, "3", "5", "1986")
    page.locator(WRONG).click()
    page.wait_for_url("**/can_be_pregnant")

    def stop(page):
        page.locator("button.primary").first.click()
        with page.expect_navigation():
            page.locator("button[formaction$=leave]").click()

    camera.in_languages(page, "phone-18-come-back", link)
    camera.in_languages(page, "phone-19-stopped", link, stop)
    camera.in_languages(page, "phone-20-nobodys-link", f"{link}x")


def locked(camera, page):
    for _ in range(MISSES):
        identify(page, "AAAA-AAAA")
        page.get_by_role("alert").wait_for()
    camera.in_languages(page, "tablet-12-locked", "/kiosk")


def on_the_tablet(camera):
    page = camera.window(TABLET)
    camera.in_languages(page, "tablet-01-pairing", "/kiosk")
    page.get_by_label("Code").fill(camera.clinic.pairing_code)
    page.get_by_role("button", name="Pair this tablet").click()
    page.get_by_text("Please type the code").wait_for()
    camera.in_languages(page, "tablet-02-start", "/kiosk")
    camera.in_languages(page, "tablet-03-a-mistake", "/kiosk", press(WRONG))
    camera.looks(page, "/kiosk", "tablet")
    identify(page, start_code(camera.clinic, "Ana Silva"))
    page.wait_for_url(FIRST)
    Unseen(page).answer_quietly()
    question = "/screening/questions/can_be_pregnant"
    camera.in_languages(page, "tablet-04-question", question)

    def lose_connection(page):
        page.context.set_offline(True)
        page.locator("#offline").wait_for()

    camera.in_languages(page, "tablet-05-no-connection", question, lose_connection)
    to_phone = press("button[formaction$=phone-picture]")
    camera.in_languages(page, "tablet-06-to-the-phone", question, to_phone)
    page.goto(question)
    to_phone(page)
    address = page.locator(".secret").text_content()
    camera.in_languages(camera.window(PHONE), "phone-17-from-the-tablet", address)
    page.clock.install()

    def be_away(page):
        page.clock.run_for(62_000)
        page.locator("#idle").wait_for()

    camera.in_languages(page, "tablet-07-still-there", question, be_away)
    camera.in_languages(page, "tablet-08-check", "/screening/check")
    camera.in_languages(page, "tablet-09-done", "/kiosk/done")
    camera.in_languages(page, "tablet-10-visit-over", "/screening")
    camera.in_languages(page, "tablet-11-release", "/kiosk/release")
    locked(camera, page)


def of_the_staff(camera):
    send_all(camera)
    doctors_morning(camera)
    others_pages(camera)


def send_all(camera):
    """Let the patients answer without a browser; one more was only invited."""
    for name, (special, *procedures) in PATIENTS.items():
        Visitor().submit_quietly(camera.clinic.invite(name, *procedures), special, name)
    camera.clinic.invite("Lan Pham", "prp")


def decide(page, camera, name, choice):
    page.goto("/doctor")
    page.get_by_role("link", name=name).first.click()
    for one in page.locator(f"input[type=radio][value={choice}]").all():
        one.check(force=True)
    for words in page.locator("textarea[name^=reason]:visible").all():
        words.fill("Talked it over, her own doctor wrote.")
    for conditions in page.locator("textarea[name^=conditions]:visible").all():
        conditions.fill("Half the dose.")
    if (password := page.locator("input[name=password]:visible")).count():
        password.first.fill(camera.clinic.doctor_password)
    page.get_by_role("button", name="Decide and sign").click()
    see_decided(page)


def doctors_morning(camera):
    page = camera.window(DESKTOP)
    sign_in(page, "doctor", camera.clinic.doctor_password)
    for name in ("Eva Novak", "Ken Mori"):
        decide(page, camera, name, "proceed-with-conditions")
    camera.take(page, "staff/doctor-decided", 1300)
    page.goto("/doctor")
    camera.take(page, "desk-queue", 1100)
    camera.looks(page, "/doctor", "queue")
    page.goto("/doctor")
    page.get_by_role("link", name="Olga Ivanova").first.click()
    camera.take(page, "desk-review", 1300)
    camera.looks(page, page.url, "review")
    page.goto("/account")
    camera.take(page, "staff/account")


def others_pages(camera):
    page = camera.window(DESKTOP)
    for name in ("sign-in", "verify", "nowhere"):
        page.goto(f"/{name}")
        camera.take(page, f"staff/{name}")
    sign_in(page, "reception", camera.clinic.reception_password)
    camera.take(page, "desk-day", 1100)
    page.goto("/reception/invitations")
    camera.take(page, "staff/invite")
    page = camera.window(DESKTOP)
    sign_in(page, "lead", camera.clinic.lead_password)
    camera.take(page, "staff/lead")
    page.goto("/lead/insight")
    camera.take(page, "desk-insight", 1800)
    camera.looks(page, "/lead/insight", "insight")
    page = camera.window(DESKTOP)
    sign_in(page, "admin", camera.clinic.password("admin"))
    for name, address in {
        "desk-accounts": "/admin",
        "staff/tablets": "/admin/tablets",
        "staff/audit": "/admin/audit",
    }.items():
        page.goto(address)
        camera.take(page, name, 1100)


def of_a_clinic(camera):
    """Take the same pages as a clinic shows them that chose a colour and a logo."""
    page = camera.window(DESKTOP)
    sign_in(page, "admin", camera.clinic.password("admin"))
    page.goto("/admin/clinic")
    page.locator("#accent").fill("#7a1f4b")
    page.locator("#logo").set_input_files(ROOT / "tests" / "logo.png")
    page.locator("main button.primary").first.click()
    camera.take(page, "clinic/settings")
    for look in ("light", "dark"):
        for kind, size in (("phone", PHONE), ("desktop", DESKTOP)):
            page = camera.window(size, color_scheme=look)
            link = camera.clinic.invite("Lan Nguyen", "thread-lift")  # whoever begins holds it
            page.goto(link)
            camera.take(page, f"clinic/welcome-{kind}-{look}", size[1])
        page.goto(link)
        page.locator("button.primary").click()
        page.goto("/screening/procedures")
        camera.take(page, f"clinic/treatments-desktop-{look}", DESKTOP[1])
        page.goto("/screening?lang=ar")
        camera.take(page, f"clinic/arabic-desktop-{look}", DESKTOP[1])


PARTS = {
    "phone": on_the_phone,
    "tablet": on_the_tablet,
    "staff": of_the_staff,
    "clinic": of_a_clinic,
}


def main(parts):
    if not parts:
        for folder in (*LANGUAGES, "looks", "clinic", "staff"):
            shutil.rmtree(FOLDER / folder, ignore_errors=True)
    os.environ["SCREENING_LANGUAGES"] = ",".join(LANGUAGES)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        clinic = Installation(Path(folder)).start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            for part in parts or PARTS:
                PARTS[part](Camera(browser, clinic))
        finally:
            browser.close()
            clinic.stop()
    join_overview()
    write_index()


if __name__ == "__main__":
    main(sys.argv[1:])
