"""Furnish this wing. It was run on commit 6a6c39a and stands here to show how it was made.

It calls the program as it was then, so that it runs on that commit and need not run on
a later one; nothing here is changed when the program is. From the top of a checkout of
that commit:

    M=.../tests/museum; PYTHONPATH=.:$M .venv/bin/python $M/2026-12-01/make.py FOLDER

Its clock begins on 30 November 2026 and ends on 1 December 2026 at noon (UTC). Keys,
links and numbers that are drawn differ in each run; what is told of them does not.
"""

import copy
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import telling

from screening import bootstrap
from screening.documents.rendering.render import render_pdf
from screening.job_queue import open_bell, open_queue
from screening.workflow.accounts import administration, second_person
from screening.workflow.accounts.unfinished import keep_unfinished
from screening.workflow.clinics import alerts, clinics
from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys, webhooks
from screening.workflow.operations import health
from screening.workflow.reception import invitations
from screening.workflow.records import audit_log
from screening.workflow.reports import annexes, making
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from screening.workflow.screenings.unfinished import keep_unfinished as keep_with_draft
from tests.mail_server import MailServer
from tests.office import DECLARED, PASSWORD, Office, render_briefly

SITE = "https://screening.example"
BEGIN, END = datetime(2026, 11, 30, 8, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
SETTINGS = {
    "SCREENING_PUBLIC_URL": SITE,
    "SCREENING_LANGUAGES": "en",
    "SCREENING_ORGANISATION": "Aurelia",
    "SCREENING_WEBHOOK_NETWORKS": "127.0.0.0/8",
}
BORN, TOXIN = "1986-05-03", "botulinum-toxin"
NEWS_TO = "http://127.0.0.1:9/news"  # where nobody listens


class Furnishing(Office):
    """A clinic whose clock goes forward by hand; `told` is what the manifest will say."""

    def __init__(self, folder, questions, mail):
        self.folder, self.now, self.secrets, self.kept = folder, BEGIN, {}, {}
        self.told = {"screenings": {}, "accounts": {}}
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

    def employ(self, username, name, role, clinic=None):
        person = self.add(username, name, role, clinic)
        self.told["accounts"][username] = {
            "name": name,
            "role": role,
            "password": PASSWORD,
            "totp": self.secrets[username],
        }
        return person

    def invited(self, name, who, by=None, **more):
        """Invite and return the id; `name` is what the manifest calls it."""
        by = by or self.front
        made = invitations.invite(self.context, by, who, (TOXIN,), born=BORN, **more)
        told = {"id": made.screening_id, "link": made.link, "start_code": made.start_code}
        self.told["screenings"][name] = told
        return made.screening_id

    def sent(self, name, who, by=None, **answered):
        id = self.invited(name, who, by)
        self.answer(id, date_of_birth=BORN, **answered)
        self.stand_by(id)
        answering.submit(self.context, self.hold(id), DECLARED | {"name": who}, "en")
        return id

    def make(self, screening_id, render=render_briefly):
        for id in making.due_reports(self.context):
            if telling.report(self, id).screening_id == screening_id:
                assert making.make_report(self.context, id, render)

    def sign_in_again(self, username):
        """Return the person of a fresh sign-in: the earlier one has ended long ago."""
        self.now += timedelta(minutes=1)
        return self.sign_in(username)


def opening(o):
    where = ("1 Garden Street, London", "+44 20 7946 0000", "Europe/London")
    seal = bootstrap.issue_seal(o.config, o.context.keys, "Aurelia", o.now)
    o.clinic = clinics.add_clinic(o.context, "Aurelia", *where, seal)
    o.employ("doctor", "Dr Mai Tran", "doctor")
    o.employ("doctor-2", "Dr Ben Adler", "doctor")
    o.front = o.employ("reception", "Sam Hill", "receptionist")
    o.employ("lead", "Kim Lee", "clinical-lead")
    o.admin = o.employ("admin", "Kim Berg", "administrator")
    seal = bootstrap.issue_seal(o.config, o.context.keys, "Borealis", o.now)
    other = clinics.add_clinic(o.context, "Borealis", "2 Street", "456", "Europe/Paris", seal)
    o.employ("doctor-b", "Dr Léa Roux", "doctor", other)
    o.front_b = o.employ("reception-b", "Max Roy", "receptionist", other)
    alerts.change_alerts(o.context, o.admin, "999", "alerts@aurelia.example")
    health.problems(o.context, 10**12)


def two_people(o):
    """One account waits for its second person, one was confirmed, one change was dropped."""
    o.on(11, 30, 9)
    admin = o.sign_in_again("admin")
    doctor = o.sign_in_again("doctor")

    def begin(username, name, role, registration=None):
        administration.open_account(o.context, admin, username, name, role, registration)
        o.now += timedelta(seconds=1)
        return second_person.list_changes(o.context, admin)[0].id

    confirmed = begin("newcomer", "Dr Noa Levi", "doctor", "GMC 7777777")
    done = second_person.confirm(o.context, doctor, confirmed, PASSWORD)
    o.told["accounts"]["newcomer"] = {"name": "Dr Noa Levi", "link": done.link}
    second_person.drop(o.context, admin, begin("mistake", "Dr Nobody", "doctor", "GMC 1111111"))
    waits = begin("ana", "Dr Ana Silva", "doctor", "GMC 1234567")
    o.told["waits for a second person"] = {"id": waits, "username": "ana"}


def reports(o):
    """The two-page document and the sheet of one decision, whole, and the annex beside them."""
    o.on(11, 30, 10)
    id = o.sent("decided", "Mila Brandt")
    doctor = o.sign_in_again("doctor")
    reviews.open_review(o.context, doctor, id)
    rulings = {TOXIN: ("proceed", "", (), "")}
    reviews.decide(o.context, doctor, id, rulings, PASSWORD, "")
    o.make(id, render_pdf)

    def briefly(annex, **more):
        return render_pdf({**annex, "lists": annex["lists"][:1]}, **more)

    for order in annexes.missing_annexes(o.context):
        assert annexes.make_annex(o.context, order, briefly)
    o.told["annex of"] = "decided"


def programs(o):
    """A booking system holds a key, has opened a screening by its own ids, and hears of it."""
    o.on(11, 30, 11)
    admin = o.sign_in_again("admin")
    key = api_keys.make_key(o.context, program(o.clinic), "Booking", list(api_keys.Scope))
    revoked = api_keys.make_key(o.context, program(o.clinic), "Old", ["status"])
    for entry in api_keys.list_keys(o.context, admin):
        if entry.name == "Old":
            api_keys.revoke_key(o.context, admin, entry.id)
    id, secret = webhooks.add_webhook(o.context, admin, NEWS_TO)
    wanted = {
        "patient": {"name": "Ines Castro", "born": BORN, "external_id": "P-77"},
        "procedures": [TOXIN],
        "external_id": "S-77",
        "appointment": {"at": "2026-12-04T10:00:00+00:00", "external_id": "A-77"},
    }
    client = o.app().test_client()
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "of the third wing"}
    made = client.post("/api/v1/screenings", json=wanted, headers=headers)
    assert made.status_code == 201, made.text
    told = {"id": made.json["id"], "link": made.json["link"].rpartition("/")[2]}
    o.told["screenings"]["by a program"] = told
    o.told["program"] = {
        "key": key,
        "revoked": revoked,
        "request": {"key": headers["Idempotency-Key"], "body": wanted},
        "webhook": {"id": id, "secret": secret, "url": NEWS_TO},
    }


def last_morning(o):
    """What is begun here is still going on at noon."""
    o.on(12, 1, 10)
    o.sent("sent", "Rosa Lima", easy_bruise="yes")
    o.sent("elsewhere", "Luc Petit", o.front_b)
    withdrawn = o.invited("withdrawn", "Ben Otis")
    invitations.withdraw(o.context, o.front, withdrawn, "mistake")
    o.invited("invited", "Pia Holm")
    o.invited("mail waits", "Ida Falk", to="ida.falk@patient.example")
    o.on(12, 1, 11, 50)
    typed = {"names": ["name", "number"], "fields": [["name", "Ana Si"]], "at": o.now.isoformat()}
    page = "/reception/invitations"
    front = o.sign_in_again("reception")
    keep_unfinished(o.context, front.id, page, page, typed)
    o.told["typed at work"] = {"username": "reception", "page": page, "typed": "Ana Si"}
    id = o.invited("typed and not sent", "Dora Klein")
    lock = o.hold(id)
    answering.choose_procedures(o.context, lock, (TOXIN,))
    answering.give_answer(o.context, lock, "date_of_birth", BORN)
    page = "/screening/questions/event"
    typed = {"names": ["event"], "fields": [["event", "yes"]], "at": o.now.isoformat()}
    keep_with_draft(o.context, o.hold(id), page, page, typed)


def main(target):
    with tempfile.TemporaryDirectory() as made:
        questions, mail = Path(made) / "questions", MailServer()  # which nobody has started
        few = shutil.ignore_patterns("examples", "facts.yaml", "translations")
        shutil.copytree(Path.cwd() / "questions", questions, ignore=few)
        for path in questions.rglob("*.yaml"):
            path.write_text(re.sub(r"^ *facts: \[[^]]*\]\n", "", path.read_text(), flags=re.M))
        office = Furnishing(Path(made) / "instance", questions, mail)
        for furnish in (opening, two_people, reports, programs, last_morning):
            furnish(office)
        office.on(12, 1, 12)
        assert office.now == END
        office.told["rung"] = making.due_reports(office.context)[0]
        queue = open_queue(office.config, office.context.keys)
        open_bell(lambda: queue)(office.told["rung"])
        with queue.storage.db() as cursor:  # what is copied below is whole
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        telling.write(office, Path(target), SETTINGS)
        office.close()


main(sys.argv[1])
