"""A clinic without processes: real database, real keys, a clock that tests move."""

import copy
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from screening.app import create_app
from screening.bootstrap import issue_seal, open_authority, open_context
from screening.clinical.definitions.questionnaire import NO, YES, first_unanswered, journey
from screening.clinical.medicines.questions import NotRecognised
from screening.config import read_config
from screening.documents.certificates.authority import issue_certificate
from screening.documents.rendering.render import render_pdf
from screening.storage.tables import Account, ReportRow, Screening
from screening.web.core.limits import limiter
from screening.workflow.accounts import second_factor, sessions
from screening.workflow.clinics import clinics
from screening.workflow.core.actor import PATIENT, Actor, program
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.reception import asking_again, invitations
from screening.workflow.reports import making
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, arrival, edit_lock, medicine_check, proof
from tests.clinical.evaluation.test_promises import quiet_answer
from tests.compiled_once import TEMPLATES

ZONE = ZoneInfo("Europe/London")
DECLARED = {"text": "All of it is true.", "name": "Lan Nguyen", "ink": ""}
PHONE = "the-patients-phone"  # the secret of its browser
START = {"born": ["3", "5", "1986"]}  # beside a code, on a tablet
PASSWORD = "correct horse battery"


class Client(FlaskClient):
    """A browser that goes from a form which was refused to the page that says why, as browsers do.

    So it does from a search to what was found. Where a form was taken the answer is left as it
    came: a redirect.
    """

    def open(self, *args, **kwargs):
        response = super().open(*args, **kwargs)
        to, asked = response.headers.get("Location", ""), str(args[0]) if args else ""
        leads_back = re.match(r"/no/|/verify/result/|.*[?&](checked|lang|why|now)=", to)
        is_search = re.search(r"/(search|reception/patients|recall|verification)$", asked)
        is_search = is_search and not to.endswith("/sign-in")
        seen = response.status_code == 303 and (leads_back or is_search)
        return self.get(to) if seen else response


def refused(act, *arguments):
    """Return the reason for which `act` is refused; it must be."""
    with pytest.raises(ActRefusedError) as caught:
        act(*arguments)
    return caught.value.reason


def decide(office, id, choice, reason="", password=PASSWORD, who=None):
    """Return the arguments with which a doctor decides the same for every procedure."""
    who = who or office.doctor
    review = reviews.open_review(office.context, who, id)
    conditions = "Patch test first" if choice == "proceed-with-conditions" else ""
    choices = {p["id"]: (choice, reason, (), conditions) for p in review.report["procedures"]}
    return office.context, who, id, choices, password


def text_of(pdf, folder):
    """Return what poppler reads in `pdf`, in one line."""
    (folder / "read.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", folder / "read.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split())


def render_briefly(report, *rest, **options):
    """Render a real report without what fills its pages: answers, care and sources.

    For acts that read no page of it; test_conformance.py keeps whole ones.
    """
    bare = [one | {"preparation": [], "aftercare": {}} for one in report["procedures"]]
    short = {**report, "procedures": bare, "sections": [], "sources": []}
    return render_pdf(short, *rest, **options)


class Office:
    """One clinic with a doctor, ready to invite; `rung` holds the reports that the bell was for.

    It opens at the moment at which it is made. Tests count from `now`, and write no day down.
    """

    def __init__(self, folder: Path, **settings: str):
        self.secrets = {}
        self._open(folder, settings)
        self.now = self.start = datetime.now(UTC)
        seal = issue_seal(self.config, self.context.keys, "Aurelia", self.now)
        where = ("Aurelia", "1 Street", "123", str(ZONE))
        self.clinic = clinics.add_clinic(self.context, *where, seal)
        self.doctor = self.add("doctor", "Dr Mai Tran", "doctor")
        self.receptionist = self.add("reception", "Sam Hill", "receptionist")
        self.lead = self.add("lead", "Kim Lee", "clinical-lead")

    def _open(self, folder, settings):
        self.config = read_config({"SCREENING_INSTANCE": str(folder), **settings})
        self.rung, self.locks = [], {}
        # Certificates are made by the real clock at first start; the rest follows ours.
        opened = open_context(self.config)
        self.context = replace(opened, ring=self.rung.append, now=lambda: self.now)

    def copied(self, folder, **settings):
        """Return an office of the same people at the same moment; `folder` holds a copy of ours."""
        office = copy.copy(self)
        office.secrets = dict(self.secrets)
        office._open(folder, settings)
        return office

    def add(self, username, name, role, clinic=None):
        credentials = None
        if role == "doctor":
            authority = open_authority(self.config, self.context.keys)
            credentials = issue_certificate(
                authority, name, "doctor", self.now, registration="GMC 7654321"
            )
        clinic = clinic or self.clinic
        id = sessions.add_account(
            self.context, program(clinic), username, name, role, PASSWORD, credentials
        )
        totp = pyotp.parse_uri(second_factor.offer_app(self.context, id))
        second_factor.accept_app(self.context, id, totp.at(self.now))
        self.secrets[username] = totp.secret
        return self.sign_in(username)

    def sign_in(self, username):
        waiting = second_factor.who_waits(
            self.context, sessions.sign_in(self.context, username, PASSWORD)
        )
        return sessions.who_is(
            self.context, second_factor.complete(self.context, waiting, self.code(username))
        )

    def code(self, username):
        """Return the code that the person's app shows now, as if the last one was long ago."""
        with self.context.database.write() as session:
            account = session.scalars(select(Account).where(Account.username == username)).one()
            account.totp_counter = None
        return pyotp.TOTP(self.secrets[username]).at(self.now)

    def enter(self, client, username):
        """Sign in with a test client, through both pages."""
        client.post("/sign-in", data={"username": username, "password": PASSWORD})
        return client.post("/sign-in/second-factor", data={"code": self.code(username)})

    def day(self, ago=0):
        """Return the day at the clinic `ago` days before its today, as an answer."""
        return (self.now.astimezone(ZONE).date() - timedelta(ago)).isoformat()

    def vaccine_in(self, days):
        """Return the answers of someone whose vaccine is booked for then."""
        return {"booked": ["vaccine_dose"], "vaccine_booked_date": self.day(-days)}

    @property
    def evening(self):
        """Return the last minute of the clinic's today, for an appointment yet to come."""
        return self.now.astimezone(ZONE).replace(hour=23, minute=59)

    def number(self, nth):
        """Return the number of the `nth` screening of the year in which the clinic opened."""
        return f"SC-{self.start.year}-{nth:06d}"

    @property
    def desk(self):
        """Who invites and the like, where it matters to no one who it is."""
        return Actor("account:1", self.clinic)

    def pass_time(self, **by):
        self.now += timedelta(**by)

    def invite(self, *procedures, name="Lan Nguyen", born="1986-05-03", at=None):
        chosen = procedures or ("mesotherapy-face",)
        return invitations.invite(self.context, self.desk, name, chosen, at, born=born)

    def bind(self, screening_id, device=PHONE):
        """Let `device` be the one that began this screening, and those that it asks again about."""
        with self.context.database.write() as session:
            while screening_id:
                row = session.get_one(Screening, screening_id)
                row.device_hash = proof.device_hash(self.context, row, device)
                screening_id = row.recheck_of

    def hold(self, screening_id):
        """Return the edit lock of the patient's phone, which comes in where it is not in yet."""
        lock = self.locks.get(screening_id)
        if lock is None or not edit_lock.is_here(self.context, lock):
            lock = edit_lock.take(self.context, screening_id, PATIENT, PHONE)
        self.locks[screening_id] = lock
        return lock

    def _holder(self, screening_id, holder=(None, None)):
        """Put another holder in the place of the screening's, and return the one before."""
        with self.context.database.write() as session:
            row = session.get_one(Screening, screening_id)
            before = row.pen_hash, row.pen_until
            row.pen_hash, row.pen_until = holder
        return before

    def answer(self, screening_id, **special):
        """Answer everything quietly but for `special`, without submitting.

        A browser that holds the edit lock holds it afterwards, as if it had answered.
        """
        draft = answering.read_draft(self.context, screening_id)
        questionnaire, answers = draft.questionnaire(self.context.definitions), {}
        while item := first_unanswered(journey(questionnaire, answers), answers):
            answers[item.link_id] = special.get(item.link_id, quiet_answer(item))
        holder = self._holder(screening_id)
        held = self.hold(screening_id)
        answering.choose_procedures(self.context, held, draft.procedures)
        # All in one write: the page-by-page way is walked in tests/web.
        answering.change_draft(self.context, held, {"answers": answers})
        if holder[0]:
            self._holder(screening_id, holder)

    def answer_open(self, screening_id, **special):
        """Answer what is still open, page by page, and return the questions that were."""
        asked = []
        draft = answering.read_draft(self.context, screening_id)
        answers = dict(draft.answers)
        questionnaire = draft.questionnaire(self.context.definitions)
        while item := first_unanswered(journey(questionnaire, answers), answers):
            asked.append(item.link_id)
            answers[item.link_id] = special.get(item.link_id, quiet_answer(item))
            held = self.hold(screening_id)
            answering.give_answer(self.context, held, item.link_id, answers[item.link_id])
        return asked

    def arrive(self, screening_id, **rows):
        """Return the id of the arrival of a patient who answered every row; "no" where not told."""
        id = asking_again.arrive(self.context, self.desk, screening_id).screening_id
        rows_asked = self.context.definitions.bindings.rows
        said = {row: rows.get(row.replace("-", "_"), "no") for row in rows_asked}
        arrival.answer_rows(self.context, self.hold(id), said)
        return id

    def submit(self, *procedures, at=None, **special):
        """Return the id of a screening that was answered and sent; `at` is when to come."""
        return self.answer_and_send(self.invite(*procedures, at=at).screening_id, **special)

    def answer_and_send(self, screening_id, **special):
        self.answer(screening_id, **special)
        self.stand_by(screening_id)
        answering.submit(self.context, self.hold(screening_id), DECLARED)
        return screening_id

    def stand_by(self, screening_id):
        """Say to each question about a medicine on the list that all is right as it stands."""
        while asked := self.medicine_questions(screening_id):
            reply = YES if isinstance(asked[0], NotRecognised) else NO
            lock = self.hold(screening_id)
            medicine_check.reply_to_question(self.context, lock, asked[0].id, reply)

    def medicine_questions(self, screening_id):
        draft = answering.read_draft(self.context, screening_id)
        return draft.medicine_questions(self.context.definitions)

    def make_reports(self, render=render_briefly, of=None):
        """Make what is due, of one screening where `of` names it."""
        for report_id in making.due_reports(self.context):
            if of in (None, self._screening_of(report_id)):
                making.make_report(self.context, report_id, render)

    def _screening_of(self, report_id):
        with self.context.database.read() as session:
            return session.get_one(ReportRow, report_id).screening_id

    def app(self):
        app = create_app(self.config, self.context)
        app.jinja_env.bytecode_cache = TEMPLATES
        limiter.reset()  # each app counts anew, though all of an installation count together
        app.testing = True
        app.test_client_class = Client
        return app

    def close(self):
        self.context.database.close()
