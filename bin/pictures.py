"""Make a picture of every page, in a real browser, from a demo clinic of its own.

Usage: bin/pictures.py [desk]      "desk" makes only the five of docs/staff.md

Names of people, pages and files are the same each time; dates and numbers are those of the day.
"""

import io
import os
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests import walk  # noqa: E402
from tests.installation import Installation  # noqa: E402
from tests.visitor import Visitor  # noqa: E402
from tests.web.conftest import ARGUMENTS, CHROMIUM  # noqa: E402
from tests.web.test_whole_way import sign_in  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
LANGUAGES = {"en": "English", "ru": "Русский", "vi": "Tiếng Việt", "ar": "العربية"}
PHONE, DESKTOP, NARROW = (390, 844), (1280, 900), (320, 640)
COLOURS = 48  # pages have few, so that this shows no difference and takes a third of the bytes
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
KINDS = ("date_of_birth", "can_be_pregnant", "heart", "painkiller", "allergy_list")


class Camera:
    """Writes pictures and remembers them, to show them by kind and page."""

    def __init__(self, browser, clinic, only=""):
        self.browser, self.clinic, self.only, self.taken = browser, clinic, only, {}

    def window(self, size, **options):
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, base_url=self.clinic.url, **options
        )
        context.set_default_timeout(20_000)
        return context.new_page()

    def take(self, page, name, group, most=1500):
        """Write what `page` shows, its upper `most` pixels, as FOLDER/name.png."""
        if self.only not in name:
            return
        page.wait_for_load_state()
        shown = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled")))
        shown = shown.convert("RGB").crop((0, 0, shown.width, min(shown.height, most)))
        path = FOLDER / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        shown.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        self.taken.setdefault(group, []).append(name)

    def in_languages(self, page, name):
        """Take a patient's page in each language, and leave it in English."""
        address = page.url.split("?")[0]
        for code, language in LANGUAGES.items():
            page.goto(f"{address}?lang={code}")
            self.take(page, f"{code}/{name}", f"The patient's pages: {language}", PHONE[1])
        page.goto(f"{address}?lang=en")


def patients_way(camera):
    """Walk the whole questionnaire and take every kind of page in every language."""
    page = camera.window(PHONE)
    page.goto(camera.clinic.invite("Lan Nguyen", "soft-lifting", "mesotherapy-face"))
    camera.in_languages(page, "1-welcome")
    page.get_by_role("button", name="Start").click()
    camera.in_languages(page, "2-treatments")
    walk.confirm_treatments(page)

    def kind(nth, link_id):
        def answer(page):
            camera.in_languages(page, f"3-question-{nth}-{link_id}")
            if link_id == "can_be_pregnant":
                looks(camera, page, page.url, "question")
            yes = page.get_by_label("Yes", exact=True)
            if link_id in ("date_of_birth", "allergy_list"):
                walk.answer_quietly(page)
            else:
                (yes if link_id == "painkiller" else page.get_by_label("No", exact=True)).or_(
                    page.get_by_label("None of these")
                ).first.check()

        return answer

    special = {link_id: kind(nth, link_id) for nth, link_id in enumerate(KINDS, 1)}
    special["allergy_any"] = lambda page: page.get_by_label("Yes", exact=True).check()
    walk.answer_all(page, special)
    camera.in_languages(page, "4-check")
    page.get_by_role("link", name="My answers are right").click()
    camera.in_languages(page, "5-declaration")
    page.get_by_label("I agree with this declaration").check()
    page.get_by_label("Your full name").fill("Lan Nguyen")
    page.get_by_role("button", name="Agree and send").click()
    camera.in_languages(page, "6-receipt")
    looks(camera, page, "/nowhere", "error")


def looks(camera, page, address, name):
    """Take one page as those see it who want it dark, in colours of their own, or small."""
    size = page.viewport_size
    if camera.only not in f"looks/{name}":
        return
    for look, media in {
        "dark": {"color_scheme": "dark"},
        "forced": {"forced_colors": "active"},
        "narrow": {},
    }.items():
        page.emulate_media(color_scheme="light", forced_colors="none")
        page.emulate_media(**media)
        if look == "narrow":
            page.set_viewport_size(dict(zip(("width", "height"), NARROW, strict=True)))
        page.goto(address)
        camera.take(
            page, f"looks/{name}-{look}", "Dark, with forced colours, and 320 px wide", 1100
        )
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size(size)


def send_all(camera):
    """Let the patients answer without a browser; one more was only invited."""
    for name, (special, *procedures) in PATIENTS.items():
        Visitor().submit_quietly(camera.clinic.invite(name, *procedures), special, name)
    camera.clinic.invite("Lan Pham", "prp")


def decide(page, camera, name, choice):
    page.goto("/doctor")
    page.get_by_role("link", name=name).first.click()
    for one in page.get_by_label("Your decision").all():
        one.select_option(choice)
    for words in page.get_by_label("Reason in your words").all():
        words.fill("Talked it over, her own doctor wrote.")
    for conditions in page.locator("textarea[name^=conditions]:visible").all():
        conditions.fill("Half the dose.")
    page.get_by_label("Your password").fill(camera.clinic.doctor_password)
    page.get_by_role("button", name="Decide and sign").click()


def doctors_morning(camera):
    page = camera.window(DESKTOP)
    sign_in(page, "doctor", camera.clinic.doctor_password)
    for name in ("Eva Novak", "Ken Mori"):
        decide(page, camera, name, "proceed-with-conditions")
    camera.take(page, "staff/doctor-decided", "The staff's pages", 1300)
    page.goto("/doctor")
    camera.take(page, "desk-queue", "The staff's pages", 1100)
    looks(camera, page, "/doctor", "queue")
    page.goto("/doctor")
    page.get_by_role("link", name="Olga Ivanova").first.click()
    camera.take(page, "desk-review", "The staff's pages", 1300)
    looks(camera, page, page.url, "review")
    page.goto("/account")
    camera.take(page, "staff/account", "The staff's pages")


def others_pages(camera):
    page = camera.window(DESKTOP)
    for name, address in {
        "sign-in": "/sign-in",
        "verify": "/verify",
        "tablet": "/kiosk",
        "not-there": "/nowhere",
    }.items():
        page.goto(address)
        camera.take(page, f"staff/{name}", "Pages for everyone")
    sign_in(page, "reception", camera.clinic.reception_password)
    camera.take(page, "desk-day", "The staff's pages", 1100)
    page.goto("/reception/invitations")
    camera.take(page, "staff/invite", "The staff's pages")
    page = camera.window(DESKTOP)
    sign_in(page, "lead", camera.clinic.lead_password)
    camera.take(page, "staff/lead", "The staff's pages")
    page.goto("/lead/insight")
    camera.take(page, "desk-insight", "The staff's pages", 1800)
    looks(camera, page, "/lead/insight", "insight")
    page = camera.window(DESKTOP)
    sign_in(page, "admin", camera.clinic.password("admin"))
    for name, address in {
        "desk-accounts": "/admin",
        "staff/tablets": "/admin/tablets",
        "staff/audit": "/admin/audit",
    }.items():
        page.goto(address)
        camera.take(page, name, "The staff's pages", 1100)


def write_index(taken):
    """Write the page that shows all pictures."""
    lines = ["# Every page in pictures", "", "Made by `make pictures`. Nobody in them is real.", ""]
    for group, names in sorted(taken.items()):
        lines += [f"## {group}", ""]
        for name in names:
            words = re.sub(r"^.*/|-|_", lambda m: " " if m[0] in "-_" else "", name)
            lines += [f"![{words}]({name}.png)"]
        lines += [""]
    (FOLDER / "README.md").write_text("\n".join(lines))


def main():
    only = "desk-" if sys.argv[1:] == ["desk"] else ""
    os.environ["SCREENING_LANGUAGES"] = ",".join(LANGUAGES)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        clinic = Installation(Path(folder)).start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            camera = Camera(browser, clinic, only)
            send_all(camera)
            doctors_morning(camera)
            others_pages(camera)
            if not only:
                patients_way(camera)
                write_index(camera.taken)
        finally:
            browser.close()
            clinic.stop()


if __name__ == "__main__":
    main()
