"""Furnish this wing. It was run on commit ddacb3d and stands here to show how it was made.

It calls the program as it was then, so that it runs on that commit and need not run on
a later one; nothing here is changed when the program is. From the top of a checkout of
that commit:

    M=.../tests/museum; PYTHONPATH=.:$M .venv/bin/python $M/2026-11-29/make.py FOLDER

Its clock begins on 19 October 2026 and ends on 29 November 2026 at noon (UTC). Keys,
links and numbers that are drawn differ in each run; what is told of them does not.
"""

import copy
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import lists
import telling
from cryptography.hazmat.primitives.serialization import Encoding
from device import Device
from flask_babel import force_locale
from screening.bell import open_bell
from screening.documents.press import RenderError
from screening.documents.render import render_pdf
from screening.opening import issue_seal
from screening.web.forms import WORDS
from screening.web.texts import declaration_text
from screening.workflow.passkeys import Challenge
from tests.clinical.test_promises import quiet_answer

from screening import opening
from screening.config import read_secrets, write_secrets
from screening.storage.encryption import new_key
from screening.workflow import (
    accounts,
    administrator,
    asking_again,
    audit_log,
    clinics,
    doctor,
    factors,
    handover,
    keeping,
    kiosk,
    look,
    mailing,
    passkeys,
    patient,
    reception,
    reminders,
    reports,
    returning,
    rotation,
)
from tests.documents.outside import outside_authorities
from tests.mail_server import MailServer
from tests.office import PASSWORD, START, Office, first_unanswered, journey, refused

SITE = "https://screening.example"
BEGIN, END = datetime(2026, 10, 19, 8, tzinfo=UTC), datetime(2026, 11, 29, 12, tzinfo=UTC)
SETTINGS = {
    "SCREENING_PUBLIC_URL": SITE,
    "SCREENING_LANGUAGES": "en,ar,ru,vi",
    "SCREENING_ORGANISATION": "Aurelia",
}
PIN, BORN = "492716", "1986-05-03"
FACE, TOXIN = "mesotherapy-face", "botulinum-toxin"


class Furnishing(Office):
    """Two clinics whose clock goes forward by hand; `told` is what the manifest will say."""

    def __init__(self, folder, questions, mail):
        self.folder, self.now, self.secrets, self.mail = folder, BEGIN, {}, mail
        self.kept = {}
        self.told = {"screenings": {}, "accounts": {}, "tablets": {}, "cookies": {}, "moves": {}}
        opening.now = lambda: self.now
        self.put_in_force(questions)

    def put_in_force(self, questions):
        """Start anew over other lists, as after an update."""
        if hasattr(self, "place"):
            self.close()
        self.questions = {"SCREENING_QUESTIONS": str(questions)}
        self._open(self.folder, SETTINGS | self.questions | self.mail.settings)

    def on(self, month, day, hour, minute=0):
        """Let time pass until this moment (UTC)."""
        moment = datetime(2026, month, day, hour, minute, tzinfo=UTC)
        assert moment >= self.now
        self.now = moment

    def on_postgresql(self, address):
        """Work for a while on a copy of the tables there; return what the manifest says of it."""
        other = copy.copy(self)
        other.told = copy.deepcopy(self.told) | {"screenings": {}}
        other._open(self.folder, SETTINGS | {"SCREENING_DATABASE": address} | self.questions)
        id = other.invited("sent on PostgreSQL", "Ole Dahl")
        other.submit(id, "Ole Dahl", easy_bruise="unknown")
        mai = other.sign_in_again("doctor")
        other.decide(mai, id, "proceed-with-conditions", "", ("specialist-agrees",), "One side")
        other.answer_some(other.invited("begun on PostgreSQL", "Eva Lund"), 6)
        told = {
            "screenings": telling.tell(other, other.told["screenings"]),
            "tables": telling.counts(other),
            "audit": {"head": audit_log.verify(other.place)[0]},
        }
        other.close()
        return told

    def pages(self):
        app = self.app()
        app.config["WTF_CSRF_ENABLED"] = False
        return app

    def found(self, name, *where):
        seal = issue_seal(self.config, self.place.keys, name)
        return clinics.add_clinic(self.place, name, *where, seal)

    def employ(self, username, name, role, clinic=None):
        person = self.add(username, name, role, clinic)
        self.told["accounts"][username] = {
            "name": name,
            "role": role,
            "password": PASSWORD,
            "totp": self.secrets[username],
        }
        return person

    def remember(self, name, invitation, **more):
        told = {"id": invitation.screening_id, "link": invitation.link}
        self.told["screenings"][name] = told | more
        return invitation.screening_id

    def invited(self, name, who, procedures=(FACE,), by=None, born=BORN, **more):
        """Invite and return the id; `name` is what the manifest calls it."""
        by = by or self.desk
        invitation = reception.invite(
            self.place, by.clinic.id, by.who, who, procedures, born=born, **more
        )
        self.remember(name, invitation, start_code=invitation.start_code)
        return invitation.screening_id

    def answer_some(self, id, most, pen=None, **special):
        """Answer one question after the other, `most` of them."""
        for _ in range(most):
            draft = patient.open_draft(self.place, id, pen)
            steps = journey(draft.questionnaire(self.place.definitions), draft.answers)
            if not (item := first_unanswered(steps, draft.answers)):
                return
            answer = special.get(item.link_id, quiet_answer(item))
            patient.give_answer(self.place, id, item.link_id, answer, pen)

    def submit(self, id, name, language="en", who="self", helper="", **special):
        """Answer everything and send it, in the words of `language`."""
        born = patient.open_draft(self.place, id).answers.get("date_of_birth")
        self.answer(id, **{"date_of_birth": born or BORN} | special)
        patient.say_who_answered(self.place, id, who, helper)
        app = self.pages()
        with app.test_request_context("/"), force_locale(language):
            words = {code: str(word) for code, word in WORDS.items()} | {"": "—"}
            text = declaration_text({"who": who, "name": helper})
        declared = {"text": text, "name": name, "ink": "M10 20 L30 25 L60 10"}
        patient.submit(self.place, id, declared, language, words)

    def decide(self, who, id, *ruling, why=""):
        review = doctor.open_review(self.place, who, id)
        rulings = {p["id"]: ruling for p in review.report["procedures"]}
        more = (why,) if why else ()
        act = doctor.amend if why else doctor.decide
        act(self.place, who, id, rulings, *more, PASSWORD)

    def make(self, screening_id, *kinds):
        """Make the reports of one screening that wait, or only those of `kinds`."""
        for id in reports.due_reports(self.place):
            row = telling.report(self, id)
            if row.screening_id == screening_id and row.kind in (kinds or {row.kind}):
                assert reports.make_report(self.place, id, render_pdf)

    def sign_in_again(self, username):
        """Return the person of a fresh sign-in: the earlier one has ended long ago."""
        self.now += timedelta(minutes=1)
        return self.sign_in(username)


@contextmanager
def furnishing(folder, versions):
    mail = MailServer()
    mail.refuses["nobody@patient.example"] = "550 5.1.1 No such user here"
    office = Furnishing(folder, versions[0], mail)
    yield office
    mail.stop()
    office.close()


def october(o):
    """The first lists: the clinics open, and the first patient comes."""
    where = ("1 Garden Street, London", "+44 20 7946 0000", "Europe/London")
    o.clinic = clinics.add_clinic(
        o.place, "Aurelia", *where, issue_seal(o.config, o.place.keys, "Aurelia")
    )
    where = ("12 Tràng Tiền, Hà Nội", "+84 24 3826 0000", "Asia/Ho_Chi_Minh")
    name = "Phòng khám Hoa Sen"
    clinic_b = clinics.add_clinic(o.place, name, *where, issue_seal(o.config, o.place.keys, name))
    o.employ("doctor", "Dr Mai Tran", "doctor")
    o.desk = o.employ("reception", "Sam Hill", "receptionist")
    o.employ("lead", "Kim Lee", "clinical-lead")
    admin = o.employ("admin", "Kim Berg", "administrator")
    o.employ("doctor-b", "Bs. Trần Thị Hoa", "doctor", clinic_b)
    o.desk_b = o.employ("reception-b", "Lê Văn Minh", "receptionist", clinic_b)
    o.employ("former", "Ana Costa", "receptionist")
    o.told["accounts"]["former"]["disabled"] = True
    [former] = [a for a in administrator.list_accounts(o.place, admin) if a.username == "former"]
    administrator.disable(o.place, admin, former.id)
    logo = (Path.cwd() / "tests" / "logo.png").read_bytes()
    ours = ("Aurelia", "1 Garden Street, London", "+44 20 7946 0000", "#0b5394")
    look.change_look(o.place, admin, look.Look(*ours, logo=logo))
    device = Device.new(SITE, b"the reception's telephone")
    challenge = Challenge("bXVzZXVtIG9mIE9jdG9iZXI", SITE, o.now)
    passkeys.add_passkey(o.place, o.desk, challenge, device.make(challenge.text), "Telephone")
    o.told["accounts"]["reception"]["passkey"] = {"id": device.id, "pem": device.pem}
    tablets(o, admin)

    o.on(10, 20, 9)
    first = o.invited("first visit", "Lan Nguyen")
    o.submit(first, "Lan Nguyen")
    o.make(first)  # later on only some: the museum is small
    o.on(10, 21, 10)
    o.decide(o.sign_in_again("doctor"), first, "proceed")
    o.make(first)
    gone = o.invited("withdrawn", "Ana Silva")
    o.answer_some(gone, 5)
    o.on(10, 23, 9)
    reception.withdraw(o.place, o.clinic, o.desk.who, gone, "cancelled")


def tablets(o, admin):
    """One paired, one to be paired, one locked, one taken out of use."""
    codes = {
        name: kiosk.add_kiosk(o.place, o.clinic, name, admin.who, PIN)
        for name in ("Waiting room", "Second floor", "Locked", "Old")
    }
    o.told["tablets"]["Second floor"] = {"code": codes["Second floor"]}
    for name in ("Waiting room", "Locked", "Old"):
        o.told["tablets"][name] = {"token": kiosk.pair(o.place, codes[name]), "pin": PIN}
    for entry in kiosk.list_kiosks(o.place, o.clinic):
        if entry.name == "Old":
            kiosk.revoke_kiosk(o.place, o.clinic, admin.who, entry.id)
    locked = kiosk.tablet_of(o.place, o.told["tablets"]["Locked"]["token"])
    for _ in range(5):
        refused(handover.start, o.place, locked, "AAAA-BBBB", BORN)


def november(o):
    """The second lists: a deferral, an expired link, an erased and a superseded screening."""
    o.on(11, 1, 9)
    mai = o.sign_in_again("doctor")
    codes = factors.renew_recovery_codes(o.place, mai)
    waiting = factors.who_waits(o.place, accounts.sign_in(o.place, "doctor", PASSWORD))
    factors.complete(o.place, waiting, codes[0])
    o.told["accounts"]["doctor"]["recovery_codes"] = codes
    rotation.rotate_clinic(o.place, o.clinic)
    o.on(11, 3, 9)
    o.answer_some(o.invited("expired", "Bo Larsen"), 9)

    o.on(11, 5, 9)
    amended = o.invited("amended", "José Müller-Østergård", born="1979-02-28")
    o.submit(amended, "José Müller", painkiller="yes", painkiller_last_dose="2026-11-03")
    o.make(amended, "screening")
    o.on(11, 5, 15)
    o.decide(o.sign_in_again("doctor"), amended, "defer", "", ("wait-is-over-later",))
    o.make(amended, "decided")
    o.on(11, 6, 9)
    erased = o.invited("erased", "Eve Adams")
    o.submit(erased, "Eve Adams", past_reaction="yes", past_reaction_what="swelling")
    o.make(erased, "screening")
    o.told["screenings"]["erased"]["pdf"] = telling.printed(o, erased)
    o.on(11, 12, 9)
    before = o.invited("superseded", "Zoë Park", (FACE, TOXIN), born="1991-12-31")
    o.submit(before, "Zoë Park")
    o.make(before, "screening")
    o.on(11, 19, 9)
    assert keeping.expire(o.place) == 1
    keeping.erase(o.place, erased, "program", "asked by the patient")


def today(o):
    """The lists of today, with what the clinic changed in them, up to the last day."""
    o.on(11, 20, 9)
    secret = o.config.secret_file
    write_secrets(secret, [new_key(), *read_secrets(secret)])
    rotation.rotate_secret(o.place, read_secrets(secret))
    o.on(11, 21, 9)
    before = o.told["screenings"]["superseded"]["id"]
    again = asking_again.recheck(o.place, o.clinic, o.desk.who, before)
    o.remember("recheck", again, start_code=again.start_code)
    o.submit(again.screening_id, "Zoë Park")
    o.make(again.screening_id, "screening")
    o.on(11, 23, 9)
    arabic = o.invited("arabic", "ليلى الخطيب", born="1990-07-14", to="layla@patient.example",
                       language="ar")  # fmt: skip
    o.mail.start()
    send_mails(o)
    o.submit(arabic, "ليلى الخطيب", "ar", bleeding="unknown")
    o.make(arabic, "screening", "copy")
    o.on(11, 25, 9)
    when = datetime(2026, 12, 1, 11, tzinfo=UTC)
    russian = o.invited("russian", "Анна Смирнова", born="1988-01-09", appointment_at=when)
    pregnant = {"can_be_pregnant": "yes", "pregnant": "yes"}
    o.submit(russian, "Анна Смирнова", "ru", "interpreter", "Ольга", **pregnant)
    o.make(russian, "copy")
    stamped(o, russian)
    o.on(11, 26, 3)
    soon = datetime(2026, 11, 30, 15, tzinfo=UTC)
    o.invited("invited", "Mia Fox", to="mia@patient.example", appointment_at=soon)
    send_mails(o)
    vietnamese = o.invited("vietnamese", "Nguyễn Thị Lan", by=o.desk_b)
    o.submit(vietnamese, "Nguyễn Thị Lan", "vi", easy_bruise="yes")
    o.make(vietnamese, "screening", "copy")
    hoa = o.sign_in_again("doctor-b")
    conditions = "Bắt đầu với một vùng thử nhỏ"
    o.decide(hoa, vietnamese, "proceed-with-conditions", "", ("specialist-agrees",), conditions)
    o.make(vietnamese, "decided")
    o.on(11, 28, 9)
    back = o.invited("returning", "Lan Nguyen", born=None)
    patient.give_answer(o.place, back, "date_of_birth", BORN)
    returning.bring_back(o.place, back)
    kept = sorted(patient.open_draft(o.place, back).last["answers"])
    returning.confirm(o.place, back, set(kept[:8]), {kept[8]})
    link = administrator.open_account(
        o.place, o.sign_in_again("admin"), "newcomer", "Noor Ali", "receptionist"
    )
    o.told["accounts"]["newcomer"] = {"name": "Noor Ali", "role": "receptionist", "link": link}


def stamped(o, screening_id):
    """Make the report with a trusted clock, whose moment is that of the machine."""
    with outside_authorities() as outside:
        ours, o.place = o.place, replace(o.place, clock=outside.clock())
        o.make(screening_id, "screening")
        o.place = ours
        o.kept["clock.crt"] = outside.certificate("root").public_bytes(Encoding.PEM)
    o.told["screenings"]["russian"]["stamped"] = True


def send_mails(o):
    return [mailing.send_mail(o.place, order) for order in mailing.due_mails(o.place)]


def last_morning(o):
    """Half a day at the desk; what is begun here is still going on at noon."""
    o.on(11, 29, 9)
    o.invited("mail refused", "Ned Low", to="nobody@patient.example")
    send_mails(o)
    o.on(11, 29, 10)
    failing = o.invited("report failing", "Ivy Stone")
    o.submit(failing, "Ivy Stone", other_meds="yes", medicine_list="a cream")
    fail(o)
    changed = o.invited("something changed", "Kit Moon")
    o.submit(changed, "Kit Moon")
    asking_again.something_changed(o.place, changed)
    telling.asked_again(o, "something changed", "goes through it again")
    o.on(11, 29, 11)
    mai = o.sign_in_again("doctor")
    told = o.told["screenings"]
    o.decide(mai, told["amended"]["id"], "proceed-with-conditions", "He brought the bottle",
             ("other",), "Patch test first", why="It was another tablet")  # fmt: skip
    o.make(told["amended"]["id"], "decided")
    o.decide(mai, told["arabic"]["id"], "request-information")
    telling.asked_again(o, "arabic", "asked again")
    o.mail.stop()
    o.on(11, 29, 11, 20)
    o.invited("mail waits", "Pia Holm", to="pia@patient.example")
    reminders.order_reminders(o.place, 2)
    devices(o)
    o.told["rung"] = telling.waiting(o, told["arabic"]["id"], "plan")
    open_bell(o.config, o.place.keys)(o.told["rung"])


def fail(o):
    """Try the reports of the moment three times, each in vain."""

    def render(*given, **more):
        raise RenderError("the report could not be rendered")

    for _ in range(3):
        for id in reports.due_reports(o.place):
            if telling.report(o, id).created_at > o.now - timedelta(hours=1):
                reports.make_report(o.place, id, render)
        o.now += timedelta(minutes=5)


def devices(o):
    """Browsers and tablets that are in the midst of it at noon."""
    app, told = o.pages(), o.told["screenings"]
    o.on(11, 29, 11, 40)
    phone = app.test_client()
    id = o.invited("on the phone", "Uma Rao")
    phone.post(f"/s/{told['on the phone']['link']}")
    o.answer_some(id, 12, telling.pen(phone))
    desk = app.test_client()
    o.enter(desk, "reception")
    o.on(11, 29, 11, 50)
    tablet = app.test_client()
    tablet.set_cookie("__Host-kiosk", o.told["tablets"]["Waiting room"]["token"])
    id = o.invited("on the tablet", "Tom Reed", (FACE, TOXIN))
    tablet.post("/kiosk/start", data={"code": told["on the tablet"]["start_code"], **START})
    o.answer_some(id, 7, telling.pen(tablet))
    o.on(11, 29, 11, 55)
    moving = app.test_client()
    id = o.invited("from phone to tablet", "Ida Berg")
    moving.post(f"/s/{told['from phone to tablet']['link']}")
    o.answer_some(id, 3, telling.pen(moving))
    code = handover.code_for_tablet(o.place, id, telling.pen(moving))
    told["from phone to tablet"]["move_code"] = code
    other = app.test_client()
    other.set_cookie("__Host-kiosk", o.told["tablets"]["Waiting room"]["token"])
    id = o.invited("from tablet to phone", "Max Lind")
    start = {"code": told["from tablet to phone"]["start_code"], **START}
    other.post("/kiosk/start", data=start)
    o.answer_some(id, 4, telling.pen(other))
    here = kiosk.tablet_of(o.place, o.told["tablets"]["Waiting room"]["token"])
    told["from tablet to phone"]["move_link"] = handover.link_for_phone(
        o.place, here, id, telling.pen(other)
    )
    for name, client in {"phone": phone, "tablet": tablet, "reception": desk}.items():
        o.told["cookies"][name] = client.get_cookie("__Host-session").value
    for _ in range(5):
        refused(accounts.sign_in, o.place, "lead", "not my password")
    o.told["accounts"]["lead"]["locked"] = True


def main(target):
    with tempfile.TemporaryDirectory() as made:
        versions = lists.write_versions(Path.cwd() / "questions", Path(made))
        folder = Path(made) / "instance"
        with furnishing(folder, versions) as office:
            october(office)
            office.put_in_force(versions[1])
            november(office)
            office.put_in_force(versions[2])
            today(office)
            last_morning(office)
            office.on(11, 29, 12)
            assert office.now == END
            telling.write(office, Path(target), SETTINGS)


main(sys.argv[1])
