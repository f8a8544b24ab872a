"""One patient from the first invitation to month six, on her phone and at the clinic's desks."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from screening.workflow.treatments.asking import ask_how_it_went
from tests import walk
from tests.installation import free_port
from tests.mail_server import MailServer, send_due, texts
from tests.office import PASSWORD, ZONE
from tests.visitor import Unseen
from tests.web.core.test_accessibility import check_light_and_dark
from tests.web.served import SERVES_FILES, served, sign_in
from tests.workflow.patients.test_month_six import verified
from tests.workflow.treatments.clinic import ALERT_TO, check_ins, give_alert_address

pytestmark = SERVES_FILES
NAME, TO, WHY = "Lan Nguyen", "lan@patient.example", "Pregnant, and she is in no hurry"
BORNE = "The child is born and weaned"
CODE = "seven hills"
LOOKED_AT = set()
SIZES = {"phone": (390, 844), "desk": (1440, 900)}


class Clinic:
    """The served office, its mail server, and a window for each person who looks at it."""

    def __init__(self, office, mail, address, chromium):
        self.office, self.mail = office, mail
        self.address, self.chromium, self.windows = address, chromium, {}

    def window(self, who):
        """Return the person's own browser: a phone for the patient, else a desk."""
        if who not in self.windows:
            width, height = SIZES["phone" if who == "patient" else "desk"]
            context = self.chromium.new_context(
                viewport={"width": width, "height": height}, base_url=self.address
            )
            context.set_default_timeout(60_000)
            self.windows[who] = context.new_page()
        return self.windows[who]

    def desk(self, username, path):
        """Return the window of one of the staff, who signed in anew, at a page."""
        page = self.window(username)
        page.context.clear_cookies()
        sign_in(self.office, page, username)
        page.goto(path)
        return page

    def wait(self, **time):
        """Move the clock and let the worker do what is due."""
        self.office.pass_time(**time)
        self.work()

    def go_to(self, day):
        """Go to ten o'clock of a day at the clinic; the worker does what is due."""
        at = datetime.combine(date.fromisoformat(day), time(10), ZONE)
        self.office.now = at.astimezone(UTC)
        self.work()

    def work(self):
        """Work as the worker does; here Chromium's event loop runs, where nothing is sealed."""

        def work():
            ask_how_it_went(self.office.context)
            self.office.make_reports()
            send_due(self.office)

        with ThreadPoolExecutor(1) as worker:
            worker.submit(work).result()

    def mailed(self, to=TO):
        """Return the newest mail to an address."""
        self.work()
        return [mail for rcpt, mail in self.mail.taken if rcpt == [to]][-1]

    def link_in(self, mail):
        return re.search(rf"{self.address}/\S+", mail.get_body(("plain",)).get_content())[0]


def look(page):
    """Check each kind of page once: by its address without what changes, and what it says first."""
    path = re.sub(r"[^/]*\d[^/]*", "", urlsplit(page.url).path)
    kind = (path, page.locator("h1").inner_text(), page.locator("[role=alert]").count())
    if kind not in LOOKED_AT:
        LOOKED_AT.add(kind)
        check_light_and_dark(page, 390)


@pytest.fixture
def clinic(tmp_path, furnish, chromium):
    mail, port = MailServer().start(), free_port()
    address = f"http://127.0.0.1:{port}"
    office = furnish(tmp_path, SCREENING_PUBLIC_URL=address, **mail.settings)
    office.add("other", "Dr Anh Le", "doctor")
    give_alert_address(office)
    with served(office, port):
        clinic = Clinic(office, mail, address, chromium)
        yield clinic
        for page in clinic.windows.values():
            page.context.close()
    office.close()
    mail.stop()


def invite(clinic, known=False, at=None):
    """Let the reception invite her by e-mail; return the link, which only the mail shows."""
    page = clinic.desk("reception", "/reception/invitations")
    page.get_by_label("Patient’s name").fill(NAME)
    page.get_by_label("Date of birth").fill("1986-05-03")
    page.get_by_label("E-mail address").fill(TO)
    if at:
        page.get_by_label("Appointment").fill(f"{at}T11:00")
    page.locator("[name=procedures][value=thread-lift]").check()
    page.get_by_role("button", name="Make the invitation").click()
    if known:
        expect(page.get_by_text("You may know this patient already")).to_be_visible()
        look(page)
        page.get_by_label("The same person").check()
        page.get_by_role("button", name="Make the invitation").click()
    expect(page.get_by_text("It is not shown here")).to_be_visible()
    look(page)
    link = clinic.link_in(clinic.mailed())
    assert link not in page.content()
    return link


def say_yes(page):
    page.get_by_label("Yes", exact=True).check()


def answer_first(clinic, link):
    """Answer on the phone with something grave, and choose a code."""
    page = clinic.window("patient")
    walk.begin(page, link)
    walk.confirm_treatments(page)
    walk.answer_all(page, {"can_be_pregnant": say_yes, "pregnant": say_yes}, until=4)
    Unseen(page).answer_quietly()
    page.goto("/screening/check")
    walk.declare(page)
    expect(page.get_by_text("Your answers have arrived")).to_be_visible()
    page.get_by_label("code").fill(CODE)
    page.get_by_role("button", name="Keep this code").click()
    expect(page.get_by_role("heading", name="Your code is kept")).to_be_visible()


def sign(page):
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Decide and sign").click()


def choose(page, choice):
    page.locator(".seg", has=page.locator(f"[value={choice}]")).click()


def decline(clinic):
    page = clinic.desk("doctor", "/doctor")
    page.get_by_role("link", name=NAME).click()
    look(page)
    choose(page, "decline")
    page.get_by_label("Reason in your words").fill(WHY)
    sign(page)
    expect(page.get_by_role("heading", name="Decided by")).to_be_visible()


def read_the_answer(clinic, link):
    """Open the neutral mail on the phone; another device needs the code."""
    mail = clinic.mailed()
    said = texts(mail).lower()
    assert "your clinic has answered" in said and clinic.link_in(mail) == link
    for secret in ("thread", "declin", "pregnan", "not for", WHY.lower()):
        assert secret not in said, secret
    page = clinic.window("another")
    page.goto(link)
    expect(page.get_by_text("This was begun on another device")).to_be_visible()
    page = clinic.window("patient")
    page.goto(link)
    page.get_by_role("button", name="Show my receipt").click()
    expect(page.get_by_text("This treatment is not for you")).to_be_visible()
    assert WHY not in page.content()
    look(page)


def read_it_elsewhere(clinic, link):
    """Open the second answer on another device, by the code that was chosen at the first."""
    page = clinic.window("another")
    page.goto(link)
    page.get_by_label("code").fill(CODE)
    page.get_by_role("button", name="Go on with my code").click()
    expect(page.get_by_text("You may come.")).to_be_visible()
    look(page)


def reception_reads(clinic, words, path="/reception"):
    page = clinic.desk("reception", path)
    row = page.get_by_role("row").filter(has_text=NAME).first
    expect(row).to_contain_text(words, ignore_case=True)
    for secret in (WHY, "ecline", "regnan"):
        assert secret not in page.content(), secret
    look(page)
    return row


def answer_again(clinic, link):
    """Answer on the same phone: what was told comes back, the grave answer is no now."""
    page = clinic.window("patient")
    walk.begin(page, link)
    walk.confirm_treatments(page)
    walk.answer_all(page, until=1)
    while page.url.endswith("/since"):
        look(page)
        for group in page.locator("fieldset").all():
            group.get_by_label("No", exact=True).check()
        walk.press(page)
    expect(page.get_by_role("heading", name="Is all of this still true?")).to_be_visible()
    look(page)
    page.get_by_role("button", name="All the rest is still true").click()
    walk.answer_all(page, {"can_be_pregnant": say_yes}, until=4)
    Unseen(page).answer_quietly()
    page.goto("/screening/check")
    walk.declare(page)
    expect(page.get_by_text("Your answers have arrived")).to_be_visible()


def decide_more_mildly(clinic):
    """Let another doctor decide: the line stands on top, and no silence undoes a Decline."""
    page = clinic.desk("other", "/doctor")
    page.get_by_role("link", name=NAME).click()
    top = page.locator(".pile > *").first
    for words in ("Decline", WHY, "Dr Mai Tran"):
        expect(top).to_contain_text(words)
    look(page)
    choose(page, "proceed")
    sign(page)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was signed yet")
    look(page)
    expect(page.get_by_role("radio", name="Proceed", exact=True)).to_be_checked()
    page.get_by_label("Reason in your words").fill(BORNE)
    sign(page)
    expect(page.get_by_role("heading", name="Decided by Dr Anh Le")).to_be_visible()
    look(page)


def arrive(clinic):
    """Let the reception ask again, and her say on the phone that nothing is new."""
    page = clinic.desk("reception", "/reception")
    row = page.get_by_role("row").filter(has_text=NAME).first
    row.get_by_role("button", name="Arrived").click()
    phone = clinic.window("patient")
    walk.begin(phone, page.locator("#link a").get_attribute("href"))
    while re.search(r"/screening/arrival/\d$", phone.url):
        for group in phone.locator("fieldset").all():
            group.get_by_label("No", exact=True).check()
        walk.press(phone)
    phone.get_by_role("button", name="Yes, this is right").click()
    expect(phone.get_by_role("heading", name="Nothing has changed")).to_be_visible()


def write_down(clinic):
    page = clinic.window("reception")
    page.goto("/reception")
    row = page.get_by_role("row").filter(has_text=NAME).first
    expect(row).to_contain_text("confirmed today")
    row.get_by_role("link", name="Treated").click()
    page.get_by_label("Product 1").fill("PDO threads")
    page.get_by_label("Lot 1").fill("LOT-77a")
    look(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="Written down")).to_contain_text("LOT-77a")
    look(page)


def check_in(clinic, ticked=None):
    """Answer behind the mail's link and the date of birth; not sure of one sign, or all is well."""
    page = clinic.window("patient")
    mail = clinic.mailed()
    assert "thread" not in texts(mail).lower()
    page.goto(clinic.link_in(mail))
    assert NAME not in page.content() and "hread" not in page.content()
    if ticked:
        look(page)
    walk.fill_date(page, "3", "5", "1986")
    page.get_by_role("button", name="Continue").last.click()
    page.get_by_role("heading", name="How are you after").wait_for()
    for group in page.locator("fieldset.row").all():
        unsure = ticked and ticked in group.inner_text()
        group.get_by_label("Not sure" if unsure else "No", exact=True).check()
    if ticked:
        look(page)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Get help now" if ticked else "Thank you").wait_for()
    assert page.locator("a[href='tel:112']").count()
    look(page)


def take_the_sign(clinic):
    """Find the sign in red on top of the desk, and take it; the alert mail names no one."""
    said = texts(clinic.mailed(ALERT_TO))
    assert re.search(r"SC-\d{4}-000002", said)
    for secret in (NAME, "hread", "kin that", "1986", TO):
        assert secret not in said, secret
    page = clinic.desk("other", "/doctor")
    sign = page.locator("#queue .alarm").first
    for words in (NAME, "Skin that turns white", "Thread lift", "day 7"):
        expect(sign).to_contain_text(words)
    assert page.title().startswith("(1)")
    look(page)
    sign.get_by_role("link", name="Open").click()
    look(page)
    page.get_by_role("button", name="I take this").click()
    expect(page.get_by_text("Dr Anh Le has taken this")).to_be_visible()
    page.goto("/doctor")
    expect(page.locator(".alarm")).to_have_count(0)


def recall(clinic):
    page = clinic.desk("other", "/recall")
    page.get_by_label("Lot").fill("lot 77 A")
    page.get_by_role("button", name="Find").click()
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("PDO threads LOT-77a")
    expect(row).to_contain_text(NAME)
    look(page)


def read_the_line(clinic):
    """Read the whole line on the patient's page, the newest first."""
    page = clinic.window("other")
    page.goto("/doctor/decided")
    page.get_by_role("link", name=NAME).first.click()
    look(page)
    page.goto(f"/patients/{check_ins(clinic.office)[0].patient_id}")
    look(page)
    said = page.locator("main").inner_text()
    line = ["no warning sign"] * 3 + ["a warning sign, emergency", "LOT-77a", BORNE, WHY]
    places = [m.start() for m in re.finditer("|".join(line), said)]
    assert re.findall("|".join(line), said) == line, said
    assert places == sorted(places)


def verify_reports(clinic):
    """Verify everything that was issued; in a thread, as what makes them."""
    with ThreadPoolExecutor(1) as worker:
        found = worker.submit(verified, clinic.office).result()
    kinds = ["screening", "copy", "decided", "plan"] * 2 + ["arrival"]
    assert found == sorted((kind, "PASSED", True) for kind in kinds)


def test_from_a_decline_over_a_return_and_a_warning_sign_to_month_six(clinic):
    link = invite(clinic)
    answer_first(clinic, link)
    decline(clinic)
    read_the_answer(clinic, link)
    reception_reads(clinic, "Not for this treatment")

    clinic.wait(days=100)
    visit = clinic.office.day(-3)
    link = invite(clinic, known=True, at=visit)
    answer_again(clinic, link)
    decide_more_mildly(clinic)
    reception_reads(clinic, "may come", f"/reception?day={visit}")

    clinic.go_to(visit)
    arrive(clinic)
    write_down(clinic)
    read_it_elsewhere(clinic, link)

    clinic.go_to(clinic.office.day(-7))
    check_in(clinic, "Skin that turns white")
    take_the_sign(clinic)
    for row in check_ins(clinic.office)[1:]:
        clinic.go_to(row.due_on)
        check_in(clinic)
    rows = check_ins(clinic.office)
    assert [row.state for row in rows] == ["answered"] * 4
    after = [(date.fromisoformat(row.due_on) - date.fromisoformat(visit)).days for row in rows]
    assert after[:2] == [7, 14] and after[2] in range(89, 93) and after[3] in range(181, 185)

    recall(clinic)
    read_the_line(clinic)
    verify_reports(clinic)
