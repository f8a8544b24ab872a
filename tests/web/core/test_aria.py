"""What a screen reader is told of every page: Chromium's own tree, as text, and one heading each.

The tree is compared with tests/golden/aria.txt. Where it differs and that is meant:
`GOLDEN_ARIA=write pytest tests/web/core/test_aria.py` writes it anew, to be read and committed.
"""

import os
import re
from pathlib import Path

import pytest

from screening.workflow.core.actor import program
from screening.workflow.tablets import tablets
from tests import walk
from tests.office import PASSWORD
from tests.visitor import Unseen, Visitor
from tests.web.served import SERVES_FILES, served, sign_in

pytestmark = SERVES_FILES
STORED = Path(__file__).parents[2] / "golden" / "aria.txt"
NAMES = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
# What differs from day to day and from run to run: days, numbers, codes, hashes, addresses.
CHANGES = [
    (re.compile(rf"\b({'|'.join(DAYS.split())}|{'|'.join(d[:3] for d in DAYS.split())})\b"), "DAY"),
    (
        re.compile(rf"\b({'|'.join(NAMES.split())}|{'|'.join(m[:3] for m in NAMES.split())})\b"),
        "MONTH",
    ),
    (re.compile(r"http://\S+|sha256:\w+|/(url:)? ?\S*[0-9a-f-]{32,}\S*"), "ADDRESS"),
    (re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\b[0-9A-Z]{32}\b"), "CODE"),
    (re.compile(r"(?<!level=)\d+"), "#"),
    (re.compile(r"\b(GMT|BST|CET|CEST|UTC)\b"), "ZONE"),
]
# Says nothing to who hears a list of links or buttons alone.
EMPTY = {"Change", "Changed", "Open", "More", "Here", "Edit", "Remove"}


class Listener:
    """Goes from page to page and writes down what is said of each."""

    def __init__(self):
        self.heard, self.wrong = {}, []

    def at(self, name, page, address=""):
        if address:
            page.goto(address)
        page.wait_for_load_state()
        page.locator("main").wait_for()
        headings = page.locator("h1").all_inner_texts()
        if len(headings) != 1 or not headings[0].strip():
            self.wrong.append((name, "headings", headings))
        said = page.locator("body").aria_snapshot()
        bare = EMPTY & set(re.findall(r'(?:link|button) "([^"]+)"', said))
        self.wrong += [(name, "says nothing alone", words) for words in sorted(bare)]
        to = page.eval_on_selector_all(
            'a[href^="/"]', "all => all.map(a => [a.textContent.trim(), a.href])"
        )
        leads = {}
        for words, href in to:
            if leads.setdefault(words, href) != href:
                self.wrong.append((name, "two places called", words))
        for pattern, word in CHANGES:
            said = pattern.sub(word, said)
        self.heard[name] = re.sub(r"^ *- /url: .*\n?", "", said, flags=re.M)


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path)
    office.admin = office.add("admin", "Kim Berg", "administrator")
    yield office
    office.close()


def test_every_page_has_one_heading_and_says_to_a_screen_reader_what_it_said(office, chromium):
    listener = Listener()
    with served(office) as address:

        def window():
            context = chromium.new_context(base_url=address)
            context.set_default_timeout(20_000)
            return context.new_page()

        _patients_pages(listener, window(), office, address)
        _pages_that_say_no(listener, window(), office)
        _tablets_pages(listener, window(), office)
        _staffs_pages(listener, window(), office)
    text = "".join(f"## {name}\n{said}\n\n" for name, said in listener.heard.items())
    if os.environ.get("GOLDEN_ARIA") == "write":
        STORED.write_text(text)

    assert listener.wrong == []
    stored = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", STORED.read_text(), re.M | re.S))
    assert list(listener.heard) == list(stored)
    for name, said in listener.heard.items():
        assert said.strip() == stored[name].strip(), name


def _patients_pages(listener, page, office, address):
    link = f"/s/{office.invite('mesotherapy-face', name='First Patient').link}"
    listener.at("welcome", page, link)
    page.locator("main button.primary").last.click()
    listener.at("first question", page)
    page.locator("main button.primary").last.click()
    listener.at("first question, mistaken", page)
    walk.fill_date(page, "3", "5", "1986")
    page.locator("main button.primary").last.click()
    listener.at("a group of questions", page)
    page.locator("main button.primary").last.click()
    listener.at("a group of questions, mistaken", page)
    Unseen(page).answer_quietly()
    listener.at("check and send", page, "/screening/check")
    page.get_by_role("button", name="Stop").or_(page.locator("main button.primary")).last.click()
    listener.at("check and send, mistaken", page)
    phone = Visitor()
    sent = office.invite("mesotherapy-face", name="Ana Silva").link
    phone.submit_quietly(f"{address}/s/{sent}", {"bleeding": "unknown"}, "Ana Silva")
    phone.lend(page)
    listener.at("receipt", page, "/screening/receipt")
    listener.at("something has changed", page, "/screening/change")
    listener.at("own code", page, "/screening/own-code")


def _pages_that_say_no(listener, page, office):
    listener.at("no such page", page, "/nowhere")
    listener.at("no such link", page, f"/s/{'x' * 32}")
    listener.at("no visit", page, "/screening")
    listener.at("no cookies", page, "/cookies?given=y&page=/sign-in")
    page.context.clear_cookies()
    old = office.invite("mesotherapy-face", name="Too Late").link
    office.pass_time(days=40)
    listener.at("link that has ended", page, f"/s/{old}")
    office.pass_time(days=-40)
    listener.at("accessibility", page, "/accessibility")
    listener.at("check a report", page, "/verify")


def _tablets_pages(listener, page, office):
    code = tablets.add_kiosk(office.context, program(office.clinic), "Waiting room", pin="492716")
    listener.at("pairing", page, f"/kiosk/pairing/{code}")
    page.locator("main button.primary").click()
    listener.at("tablet", page, "/kiosk")
    page.locator("main button.primary").click()
    page.locator(".errors[role=alert]").wait_for()
    listener.at("tablet, mistaken", page)
    listener.at("tablet, done", page, "/kiosk/done")
    listener.at("tablet, release", page, "/kiosk/release")
    listener.at("tablet, a phone's link", page, f"/s/{office.invite(name='Third Patient').link}")


def _staffs_pages(listener, page, office):
    listener.at("sign in", page, "/sign-in")
    page.get_by_label("User name").fill("doctor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()
    listener.at("second step", page)
    rooms = {
        "doctor": ["/doctor", "/doctor/decided", "/recall", "/account", "/nowhere"],
        "reception": [
            "/reception",
            "/reception/patients",
            "/reception/invitations",
            "/reception/warnings",
        ],
        "lead": ["/lead", "/lead/insight"],
        "admin": [
            "/admin",
            "/admin/accounts/new",
            "/admin/tablets",
            "/admin/clinic",
            "/admin/audit",
        ],
    }
    for username, addresses in rooms.items():
        sign_in(office, page, username)
        for address in addresses:
            listener.at(f"{username}: {address}", page, address)
        if username == "doctor":
            page.goto("/doctor")
            page.locator("a[data-row]").first.click()
            listener.at("doctor: review", page)
        page.context.clear_cookies()
