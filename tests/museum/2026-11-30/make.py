"""Furnish this wing. It was run on commit 95442b5 and stands here to show how it was made.

It calls the program as it was then, so that it runs on that commit and need not run on
a later one; nothing here is changed when the program is. From the top of a checkout of
that commit:

    M=.../tests/museum; PYTHONPATH=.:$M .venv/bin/python $M/2026-11-30/make.py FOLDER

Its clock begins on 16 November 2026 and ends on 30 November 2026 at noon (UTC). Keys,
links and numbers that are drawn differ in each run; what is told of them does not.
"""

import copy
import re
import shutil
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import telling

from screening import bootstrap
from screening.job_queue import open_bell, open_queue
from screening.workflow.accounts import own_account
from screening.workflow.clinics import alerts, branding, clinics
from screening.workflow.mail import delivery
from screening.workflow.patients import changing, merging
from screening.workflow.reception import invitations
from screening.workflow.records import audit_log
from screening.workflow.reports import making
from screening.workflow.review import notes, reviews
from screening.workflow.screenings import answering, arrival, changes, own_code
from screening.workflow.treatments import answers, asking, links, page, recall, signs, treating
from tests.mail_server import MailServer
from tests.office import DECLARED, PASSWORD, Office, render_briefly

SITE = "https://screening.example"
BEGIN, END = datetime(2026, 11, 16, 8, tzinfo=UTC), datetime(2026, 11, 30, 12, tzinfo=UTC)
SETTINGS = {
    "SCREENING_PUBLIC_URL": SITE,
    "SCREENING_LANGUAGES": "en",
    "SCREENING_ORGANISATION": "Aurelia",
}
BORN, DEVICE, CODE = "1986-05-03", "telephone-of-the-one-who-answered", "seven quiet hills"
TOXIN, CURRENT = "botulinum-toxin", "microcurrent"
LOT = "MX-2026-117"


class Furnishing(Office):
    """Two clinics whose clock goes forward by hand; `told` is what the manifest will say."""

    def __init__(self, folder, questions, mail):
        self.folder, self.now, self.secrets, self.mail = folder, BEGIN, {}, mail
        self.kept, self.devices = {}, {}
        self.told = {"screenings": {}, "accounts": {}, "patients": {}, "check-ins": {}, "signs": {}}
        bootstrap.now = lambda: self.now
        self.settings = SETTINGS | {"SCREENING_QUESTIONS": str(questions)}
        self._open(folder, self.settings | mail.settings)

    def on(self, month, day, hour, minute=0):
        """Let time pass until this moment (UTC)."""
        moment = datetime(2026, month, day, hour, minute, tzinfo=UTC)
        assert moment >= self.now
        self.now = moment

    def on_postgresql(self, address):
        """Work for a while on a copy of the tables there; return what the manifest says of it."""
        other = copy.copy(self)
        other.told = copy.deepcopy(self.told) | {"screenings": {}}
        other._open(self.folder, self.settings | {"SCREENING_DATABASE": address})
        other.sent("sent on PostgreSQL", "Ole Dahl", easy_bruise="unknown")
        told = {
            "screenings": telling.tell(other, other.told["screenings"]),
            "tables": telling.counts(other),
            "audit": {"head": audit_log.verify(other.context)[0]},
        }
        other.close()
        return told

    def found(self, name, *where):
        seal = bootstrap.issue_seal(self.config, self.context.keys, name, self.now)
        return clinics.add_clinic(self.context, name, *where, seal)

    def employ(self, username, name, role, clinic=None):
        person = self.add(username, name, role, clinic)
        self.told["accounts"][username] = {
            "name": name,
            "role": role,
            "password": PASSWORD,
            "totp": self.secrets[username],
        }
        return person

    def invited(self, name, who, procedures=(TOXIN,), by=None, born=BORN, **more):
        """Invite and return the id; `name` is what the manifest calls it."""
        made = invitations.invite(
            self.context, by or self.front, who, procedures, born=born, **more
        )
        told = {"id": made.screening_id, "link": made.link, "start_code": made.start_code}
        self.told["screenings"][name] = told
        return made.screening_id

    def sent(self, name, who, procedures=(TOXIN,), by=None, born=BORN, special=None, **answered):
        """Invite and answer and send; `special` goes to the invitation."""
        id = self.invited(name, who, procedures, by, born, **(special or {}))
        self.answer(id, **{"date_of_birth": born, **answered})
        self.stand_by(id)
        self.send(id, who)
        return id

    def send(self, id, who, language="en"):
        answering.submit(self.context, self.hold(id), DECLARED | {"name": who}, language)

    def settle(self, username, id, rulings, note=""):
        """Decide as somebody who signed in a moment ago."""
        who = self.sign_in_again(username)
        reviews.open_review(self.context, who, id)
        reviews.decide(self.context, who, id, rulings, PASSWORD, note)

    def proceeds(self, id, *procedures):
        self.settle("doctor", id, dict.fromkeys(procedures or (TOXIN,), ("proceed", "", (), "")))

    def treated(self, name, day, *products):
        id = self.told["screenings"][name]["id"]
        done = [treating.Done(TOXIN, products)]
        doctor = self.sign_in_again("doctor")
        treating.treat(self.context, doctor, id, day, done, "Dr Mai Tran")

    def make(self, screening_id, *kinds):
        """Make the reports of one screening that wait, or only those of `kinds`."""
        for id in making.due_reports(self.context):
            row = telling.report(self, id)
            if row.screening_id == screening_id and row.kind in (kinds or {row.kind}):
                assert making.make_report(self.context, id, render_briefly)

    def sign_in_again(self, username):
        """Return the person of a fresh sign-in: the earlier one has ended long ago."""
        self.now += timedelta(minutes=1)
        return self.sign_in(username)

    def post(self):
        """Send what is due by mail."""
        for order in delivery.due_mails(self.context):
            delivery.send_mail(self.context, order)

    def round(self):
        """Go the worker's round of check-ins, and send its mails."""
        asking.ask_how_it_went(self.context)
        self.post()

    def patient(self, name, *screenings):
        """Tell under `name` the first patient of each of these screenings."""
        rows = [telling.patient_id(self, self.told["screenings"][one]["id"]) for one in screenings]
        self.told["patients"][name] = {"ids": rows, "screenings": list(screenings)}
        return rows


def opening(o):
    """The clinics open; ours has another name yet."""
    where = ("1 Garden Street, London", "+44 20 7946 0000", "Europe/London")
    o.clinic = o.found("Garden Street Studio", *where)
    lotus = o.found("Клиника Лотос", "ул. Арбат, 1, Москва", "+7 495 000-00-00", "Europe/Moscow")
    o.employ("doctor", "Dr Mai Tran", "doctor")
    o.employ("doctor-2", "Dr Ben Adler", "doctor")
    o.front = o.employ("reception", "Sam Hill", "receptionist")
    o.employ("lead", "Kim Lee", "clinical-lead")
    admin = o.employ("admin", "Kim Berg", "administrator")
    o.employ("doctor-b", "Ольга Петрова", "doctor", lotus)
    o.front_b = o.employ("reception-b", "Иван Орлов", "receptionist", lotus)
    admin_b = o.employ("admin-b", "Нина Лебедева", "administrator", lotus)
    alerts.change_alerts(o.context, admin, "999", "alerts@aurelia.example")
    look = replace(branding.look_of(o.context, lotus), language="ru", accent="#7a1f3d")
    branding.change_look(o.context, admin_b, look)
    own_account.choose_language(o.context, o.front_b, "vi")
    o.told["accounts"]["reception-b"]["language"] = "vi"


def before_the_name(o):
    """What was sealed while the clinic had its first name; it has another since."""
    o.on(11, 17, 9)
    visit = datetime(2026, 11, 30, 10, tzinfo=UTC)
    special = {"appointment_at": visit, "to": "mila.brandt@patient.example"}
    id = o.sent("arrived", "Mila Brandt", born="1981-11-20", special=special)
    o.proceeds(id)
    o.post()
    o.make(id, "screening")
    o.make(id, "decided")
    o.on(11, 18, 8)
    admin = o.sign_in_again("admin")
    branding.change_look(
        o.context, admin, replace(branding.look_of(o.context, o.clinic), name="Aurelia")
    )
    o.told["seals"] = {"before": "Seal of Garden Street Studio", "since": "Seal of Aurelia"}


def treatments_begin(o):
    o.on(11, 20, 8)
    o.treated("arrived", date(2026, 11, 20), ("Toxin One", "QC 55/1"))


def treatments_go_on(o):
    """A check-in comes on day 2."""
    told = o.told["check-ins"]
    o.on(11, 22, 10)
    o.round()
    told["sign taken"] = telling.check_in(o, "arrived")
    reply(o, "sign taken")
    o.post()
    signs.handle_sign(o.context, o.sign_in_again("doctor"), told["sign taken"]["id"])


def treatments_of_the_last_days(o):
    told = o.told["check-ins"]
    o.on(11, 27, 10)
    o.treated("allowed by another", date(2026, 11, 27), ("Toxin One", LOT))
    o.on(11, 28, 10)
    o.treated("arrived", date(2026, 11, 28), ("Toxin One", "mx 2026 117"), ("Gel", "G-9"))
    o.on(11, 29, 10)
    o.round()
    told["sign open"] = telling.check_in(o, "allowed by another")
    o.treated("allowed by another", date(2026, 11, 29))
    o.told["lot"] = {"lot": LOT, "screenings": ["arrived", "allowed by another"]}
    assert len(recall.recall(o.context, o.front, "mx-2026-117")) == 2
    o.on(11, 30, 9, 30)
    o.round()
    told["asked"] = telling.check_in(o, "arrived")
    reply(o, "sign open")
    o.post()


def reply(o, name):
    """Let the patient say by the link that the first sign is there."""
    told = o.told["check-ins"][name]
    id = links.prove(o.context, told["link"], told["born"])
    [sign, *_] = page.open_page(o.context, id).asked
    answers.answer(o.context, id, {sign.key: "yes"})
    o.told["signs"][name] = {"sign": sign.sign, "act": sign.act}


def persons(o):
    """Who is one person, and who is not."""
    o.on(11, 21, 9)
    o.invited("with a number", "Ines Castro", born="1969-02-14", number="P-1001")
    o.patient("numbered", "with a number")
    o.told["patients"]["numbered"]["number"] = "P-1001"
    o.invited("unconfirmed, first", "Łucja Østergård", born="1988-01-09")
    o.invited("unconfirmed, second", "Lucja O’Brien", born="1988-01-09")
    both = o.patient("unconfirmed", "unconfirmed, first", "unconfirmed, second")
    merging.merge(o.context, o.front, *both)
    o.invited("parted, first", "Noor Haddad", born="1993-03-03")
    o.invited("parted, second", "Noor Haddad", born="1993-03-03")
    one, other = o.patient("parted", "parted, first", "parted, second")
    merging.merge(o.context, o.front, one, other)
    merging.part(o.context, o.front, other)
    changing.keep_apart(o.context, o.front, one, other)
    id = o.invited("own code", "Rosa Lima", born="1979-08-08")
    lock = o.locks[id] = telling.enter(o, id, DEVICE)
    o.answer(id, date_of_birth="1979-08-08")
    own_code.choose(o.context, lock, CODE)
    o.told["screenings"]["own code"] |= {"device": DEVICE, "code": CODE}


def decisions(o):
    """One doctor declines both; another allows the one with a reason. What stands binds the third.

    The two first were written down as of two patients, who are one.
    """
    o.on(11, 23, 9)
    born, both = "1984-12-24", (TOXIN, CURRENT)
    first = o.sent("declined", "Dora Klein", both, born=born, special={"number": "P-2002"})
    no = ("decline", "Swelling of the lips last year, cause unknown.", (), "")
    note = "Her sister is a nurse and asks for it. Please talk to the patient alone."
    o.settle("doctor", first, dict.fromkeys(both, no), note)
    o.on(11, 24, 9)
    to = {"to": "dora.klein@patient.example"}
    second = o.sent("allowed by another", "Dora Klein-Moser", born=born, special=to)
    rows = o.patient("merged", "declined", "allowed by another")
    merging.merge(o.context, o.front, *rows)
    yes = ("proceed-with-conditions", "The allergist found no cause.", (), "Patch test first")
    o.settle("doctor-2", second, {TOXIN: yes})
    merging.confirm_merge(o.context, o.sign_in_again("doctor-2"), rows[0])
    notes.write_note(o.context, o.sign_in_again("doctor-2"), second, "Letter seen.")
    o.on(11, 24, 14)
    o.sent("bound", "Dora Klein", both, born=born, special={"number": "P-2002"})
    o.told["bound"] = {
        "screening": "bound",
        "notes": ["Letter seen.", note],
        "stands": {TOXIN: "proceed-with-conditions", CURRENT: "decline"},
    }


def something_changed(o):
    o.on(11, 25, 9)
    later = changes.something_changed(o.context, o.hold(o.told["screenings"]["bound"]["id"]))
    o.told["screenings"]["goes through it again"] = {"id": later}
    o.on(11, 26, 15)
    born = {"born": "1991-01-19", "by": o.front_b}
    o.sent("Russian", "Анна Смирнова", **born, easy_bruise="yes")


def last_morning(o):
    """What is begun here is still going on at noon."""
    o.on(11, 30, 10)
    id = o.arrive(o.told["screenings"]["arrived"]["id"])
    arrival.confirm_arrival(o.context, o.hold(id), DECLARED["text"])
    o.make(id)
    o.told["screenings"]["confirmed"] = {"id": id}
    o.on(11, 30, 11, 10)
    o.mail.stop()
    id = o.invited("withdrawn", "Ana Silva", born="1977-07-07")
    o.answer(id, date_of_birth="1977-07-07")
    o.on(11, 30, 11, 30)
    invitations.withdraw(o.context, o.front, id, "mistake")
    o.invited("mail waits", "Pia Holm", born="1970-01-01", to="pia@patient.example")


def main(target):
    with tempfile.TemporaryDirectory() as made:
        questions, mail = Path(made) / "questions", MailServer().start()
        few = shutil.ignore_patterns("examples", "facts.yaml", "translations")
        shutil.copytree(Path.cwd() / "questions", questions, ignore=few)
        for path in questions.rglob("*.yaml"):
            path.write_text(re.sub(r"^ *facts: \[[^]]*\]\n", "", path.read_text(), flags=re.M))
        office = Furnishing(Path(made) / "instance", questions, mail)
        opening(office)
        before_the_name(office)
        treatments_begin(office)
        persons(office)
        treatments_go_on(office)
        decisions(office)
        something_changed(office)
        treatments_of_the_last_days(office)
        last_morning(office)
        office.on(11, 30, 12)
        assert office.now == END
        office.told["rung"] = making.due_reports(office.context)[0]
        open_bell(cache(lambda: open_queue(office.config, office.context.keys)))(
            office.told["rung"]
        )
        telling.write(office, Path(target), SETTINGS)
        mail.stop()
        office.close()


main(sys.argv[1])
