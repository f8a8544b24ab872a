"""What the tests of the waiting room's tablet share: a code from the desk, and the way in."""

import re
from urllib.error import HTTPError

from tests import walk
from tests.visitor import Visitor

FIRST = "**/questions/can_be_pregnant"  # of a woman whose date of birth was typed at the start
SECOND = re.compile(r"/questions/(?!can_be_pregnant)\w+$")


def start_code(clinic, name, born="1986-05-03"):
    """Return a start code the way the reception gets it."""
    desk = clinic.sign_in(Visitor(), "reception")
    desk.get(f"{clinic.url}/reception/invitations")
    given = {"name": name, "procedures": "mesotherapy-face", "born": born}
    try:
        desk.post(**given)
    except HTTPError as asked:  # somebody alike, of the tests before
        seen = re.search(r'name="seen" value="([^"]+)"', asked.read().decode())
        desk.post(**given, seen=seen[1], patient="another")
    return desk.html.split('class="secret code">')[1].split("<")[0]


def identify(page, code, day="3", month="5", year="1986"):
    page.goto("/kiosk")
    page.get_by_label("Code").fill(code)
    walk.fill_date(page, day, month, year)
    page.get_by_role("button", name="Start").click()


def begin(tablet, clinic, name):
    for other in tablet.pages:  # of the tests before: a tablet shows one page
        other.close()
    page = tablet.new_page()
    identify(page, start_code(clinic, name))
    page.wait_for_url(FIRST)
    return page


def answer_first(page, answer="No"):
    """Fill the first page of questions."""
    for link_id in ("can_be_pregnant", "breastfeeding"):
        first_row(page, link_id).get_by_label(answer, exact=True).check()


def first_row(page, link_id="can_be_pregnant"):
    return walk.field_of(page, link_id)


def first_is_kept(page):
    return first_row(page).get_by_label("No", exact=True).is_checked()


def pair(page, clinic):
    """Pair a further tablet, by the picture's address."""
    page.goto(f"/kiosk/pairing/{clinic.add_kiosk('Further')}")
    page.get_by_role("button", name="Pair this tablet").click()
    page.get_by_text("Please type the code").wait_for()


def renewed_code(clinic, name):
    desk = clinic.sign_in(Visitor(), "reception").get(f"{clinic.url}/reception")
    row = desk.html.split(f"<bdi>{name}</bdi>")[1]
    desk.post(clinic.url + re.search(r'action="([^"]+/invitation)"', row)[1])
    return desk.html.split('class="secret code">')[1].split("<")[0]
