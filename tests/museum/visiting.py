"""Open a copy of a wing with the present program, at the wing's own day.

All that the museum's tests import of the program stands here, or in tests/office.py.
"""

import hashlib
import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pyotp
import pytest
from cryptography.x509 import load_pem_x509_certificates
from sqlalchemy import select

from screening.definitions.unpacking import load_archive
from screening.documents.verifying.verify_process import check
from screening.storage.database import Database
from screening.storage.encryption import open_bytes, open_json
from screening.storage.tables import Account, DefinitionsArchive, Message, ReportRow, Screening
from screening.workflow.reports import making
from screening.workflow.reports.verification import compare, trusted_roots
from tests.museum import packing
from tests.office import Office, render_pdf
from tests.postgres import DATABASES

HERE = Path(__file__).parent
WINGS = sorted(path.parent.name for path in HERE.glob("*/manifest.json"))
ON_SQLITE = [(wing, "sqlite") for wing in WINGS]  # for what is not about the tables
ON_EVERYTHING = [(wing, kind) for wing in WINGS for kind in DATABASES]
A_MINUTE = timedelta(minutes=1)


class Told(dict):
    """What a manifest tells. Whoever asks for what the wing has not passes it over."""

    def __missing__(self, key):
        pytest.skip(f"this wing has no {key!r}")


@cache
def _manifest(wing):
    return (HERE / wing / "manifest.json").read_text()


def read_manifest(wing):
    return json.loads(_manifest(wing), object_hook=Told)


def wings_with(key):
    """Return, for parametrize, the wings whose manifest has this key, on SQLite."""
    return [(wing, "sqlite") for wing in WINGS if key in read_manifest(wing)]


def furnish(wing, folder, database=""):
    """Write the wing's instance folder, or all but the tables where they stand in `database`."""
    folder.mkdir(parents=True)
    for name in ("secret", "authority.crt", "queue.db"):
        (folder / name).write_bytes((HERE / wing / name).read_bytes())
    if database:
        fill_postgresql(wing, database)
    else:
        packing.unpack_database(HERE / wing, folder / "screening.db")


def fill_postgresql(wing, address):
    database = Database(address)
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute(packing.unpack_dump(HERE / wing))
        connection.connection.driver_connection.commit()
    database.close()


class Museum(Office):
    """An office of a wing's people a minute after it was furnished; `told` is its manifest."""

    def __init__(self, wing, folder, database=""):
        self.wing, self.told = HERE / wing, read_manifest(wing)
        if database:  # where a little more was done
            there = self.told["on postgresql"]
            every = self.told["screenings"] | there["screenings"]
            self.told = Told(self.told | there | {"screenings": Told(every)})
        self.now = datetime.fromisoformat(self.told["made"]["at"]) + A_MINUTE
        self.secrets = {
            username: account["totp"]
            for username, account in self.told["accounts"].items()
            if "totp" in account
        }
        self.folder, self.database = folder, database
        self.open()

    def open(self, **more):
        """Start the installation, with `more` settings than it had then."""
        settings = self.told["made"]["settings"] | {"SCREENING_DATABASE": self.database}
        self._open(self.folder, settings | more)
        self.pages = None

    def clinic_named(self, name):
        return self.told["clinics"][name]["id"]

    def screening(self, name):
        return self.told["screenings"][name]

    def in_state(self, *states):
        """Return what the manifest says of each screening in one of `states`, by its name."""
        every = self.told["screenings"].items()
        return {name: told for name, told in every if told["state"] in states}

    def rows_of(self, screening_id, kind=None):
        """Return the reports of a screening, made and to be made, the first first."""
        query = select(ReportRow).where(ReportRow.screening_id == screening_id)
        if kind:
            query = query.where(ReportRow.kind == kind)
        with self.context.database.read() as session:
            return list(session.scalars(query.order_by(ReportRow.sequence)))

    def make(self, screening_id, kind):
        """Make the newest report of this kind and return its row and the PDF."""
        assert making.make_report(self.context, self.rows_of(screening_id, kind)[-1].id, render_pdf)
        row = self.rows_of(screening_id, kind)[-1]
        return row, self.pdf_of(row)

    def mails_of(self, screening_id):
        query = select(Message).where(Message.screening_id == screening_id)
        with self.context.database.read() as session:
            return list(session.scalars(query.order_by(Message.created_at)))

    def held(self, screening_id):
        """Return number, state, person and draft of a screening as they are stored."""
        with self.context.database.read() as session:
            row = session.get_one(Screening, screening_id)
            key, spot = self.context.screening_key(session, row), f"screening:{row.id}"
            sealed = {name: getattr(row, name) for name in ("person", "draft")}
            opened = {n: open_json(key, blob, f"{spot}:{n}") for n, blob in sealed.items()}
            return {"number": row.number, "state": row.state, **opened}

    def archives(self):
        """Return the archived lists, read, by the hash they are kept under, the oldest first."""
        query = select(DefinitionsArchive).order_by(DefinitionsArchive.first_used_at)
        with self.context.database.read() as session:
            return {row.hash: read_archive(row.archive) for row in session.scalars(query)}

    def last_code(self, username):
        """Return the code of someone's app that was used last."""
        with self.context.database.read() as session:
            query = select(Account.totp_counter).where(Account.username == username)
            return pyotp.TOTP(self.secrets[username]).generate_otp(session.scalar(query))

    def pdf_of(self, row):
        with self.context.database.read() as session:
            again = session.get_one(ReportRow, row.id)
            screening = session.get_one(Screening, row.screening_id)
            key = self.context.screening_key(session, screening)
            return open_bytes(key, again.pdf, f"report:{row.id}")

    def check(self, pdf, when=None):
        """Return what the file alone says on the day after, or at `when`.

        The clock is trusted that stamped one of the reports, later on the wing's own day.
        """
        clock = self.wing / "clock.crt"
        trusted = load_pem_x509_certificates(clock.read_bytes()) if clock.exists() else []
        roots = [*trusted_roots(self.context), *trusted]
        return check(pdf, roots, when or self.now + timedelta(days=1))

    def verify(self, pdf, code=None, when=None):
        """Return what is said of the file beside what was issued and what the rules give."""
        return self.verify_with_record(pdf, code, when)[0]

    def verify_with_record(self, pdf, code=None, when=None):
        found = self.check(pdf, when)
        return compare(self.context, found, code), found["record"]


read_archive = cache(load_archive)  # which takes half a second


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def browser(museum, **cookies):
    """Return a test client that holds these cookies, as a browser of then still does.

    A cookie's signature carries the moment of the machine that signed it, and ends in a
    month by the clock on the wall; here it ends when the installation says so.
    """
    if museum.pages is None:
        museum.pages = museum.app()
        lasts = timedelta(days=36_500)
        museum.pages.config.update(WTF_CSRF_ENABLED=False, PERMANENT_SESSION_LIFETIME=lasts)
    client = museum.pages.test_client()
    for name, value in cookies.items():
        client.set_cookie(f"__Host-{name}", value)
    return client
