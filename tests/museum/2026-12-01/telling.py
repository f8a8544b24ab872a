"""Say in manifest.json what stands in the wing, read by the program that furnished it."""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import packing
from sqlalchemy import func, select

from screening.storage.backup import restore_backup, write_backup
from screening.storage.columns import Table
from screening.storage.database import Database
from screening.storage.encryption import open_json
from screening.storage.tables import (
    AuditEntry,
    Clinic,
    Decision,
    DefinitionsArchive,
    Message,
    ReportRow,
    Screening,
)
from screening.workflow.core.sealed import open_sealed
from screening.workflow.records import audit_log
from tests.postgres import INITDB, Cluster

COMMIT = "6a6c39a"


def report(o, id):
    with o.context.database.read() as session:
        return session.get_one(ReportRow, id)


def write(o, target, settings):
    """Write the wing into the folder `target`."""
    target.mkdir(parents=True, exist_ok=True)
    with o.context.database.read() as session:
        manifest = {
            "made": {"commit": COMMIT, "at": o.now.isoformat(), "settings": settings},
            "tables": _counts(session),
            "clinics": {
                c.name: {
                    "id": c.id,
                    "accent": c.accent,
                    "paper": c.paper,
                    "logo": c.logo_print,
                    "language": c.language,
                    "alert_to": c.alert_to,
                }
                for c in session.scalars(select(Clinic))
            },
            "definitions": list(
                session.scalars(
                    select(DefinitionsArchive.hash).order_by(DefinitionsArchive.first_used_at)
                )
            ),
            "audit": {
                "head": audit_log.verify(o.context)[0],
                "entries": session.scalar(select(func.count()).select_from(AuditEntry)),
            },
            **o.told,
            "screenings": tell(o, o.told["screenings"]),
        }
    assert audit_log.verify(o.context)[1] is None
    manifest["on postgresql"] = _write_data(o, target)
    text = json.dumps(manifest, indent=0, ensure_ascii=False)
    (target / "manifest.json").write_text(text + "\n")


def tell(o, screenings):
    """Return what is stored of each of `screenings` beside what is told of it."""
    with o.context.database.read() as session:
        return {
            name: told | _screening(o, session, session.get_one(Screening, told["id"]))
            for name, told in screenings.items()
        }


def counts(o):
    with o.context.database.read() as session:
        return _counts(session)


def _counts(session):
    return {
        table.name: session.scalar(select(func.count()).select_from(table))
        for table in Table.metadata.sorted_tables
    }


def _screening(o, session, row):
    key = o.context.screening_key(session, row)
    spot = f"screening:{row.id}"
    submission = row.submission and open_json(key, row.submission, f"{spot}:submission")
    decisions = select(Decision).where(Decision.screening_id == row.id)
    made = select(ReportRow).where(ReportRow.screening_id == row.id)
    mails = select(Message).where(Message.screening_id == row.id)
    return {
        "number": row.number,
        "clinic": row.clinic_id,
        "state": row.state,
        "recheck_of": row.recheck_of,
        "bound": row.device_hash is not None,
        "link_ends": row.link_expires_at.isoformat(),
        "person": open_json(key, row.person, f"{spot}:person"),
        "draft": open_json(key, row.draft, f"{spot}:draft"),
        "definitions": row.definitions_hash,
        "outcomes": submission and {p["id"]: p["outcome"] for p in submission["procedures"]},
        "decisions": [
            d.content and open_json(key, d.content, f"decision:{d.id}")
            for d in session.scalars(decisions.order_by(Decision.sequence))
        ]
        if row.state != "erased"
        else [],
        "reports": [_report(r) for r in session.scalars(made.order_by(ReportRow.created_at))],
        "mails": [
            {
                "kind": m.kind,
                "state": m.state,
                "to": open_sealed(o.context, session, m, "recipient"),
            }
            for m in session.scalars(mails.order_by(Message.created_at))
        ],
    }


def _report(row):
    about = ("kind", "sequence", "state", "attempts", "error", "code", "sha256")
    return {name: getattr(row, name) for name in about}


def _write_data(o, target):
    """Write the tables, the secret and the certificate as they stand in the instance folder.

    Return what was told of the acts on PostgreSQL.
    """
    for name in ("secret", "authority.crt", "queue.db"):
        shutil.copy(o.folder / name, target / name)
    for name, content in o.kept.items():
        (target / name).write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        backup, copy = Path(folder) / "backup.zip", Path(folder) / "screening.db"
        write_backup(o.context.database, backup, o.now)
        o.context.database.scrub()
        shutil.copy(o.folder / "screening.db", copy)
        dump, told = _on_postgresql(o, backup)
        packing.pack(target, copy, dump, backup.read_bytes())
    return told


def _on_postgresql(o, backup):
    """Return the same installation as PostgreSQL holds it, in SQL, and what was done there."""
    cluster = Cluster()
    try:
        address = cluster.new()
        database = Database(address)
        secrets = (o.folder / "secret").read_text().split()
        restore_backup(database, backup, [bytes.fromhex(secret) for secret in secrets])
        database.close()
        told = o.on_postgresql(address)
        program = INITDB.resolve().with_name("pg_dump")
        options = ["--inserts", "--no-owner", "--no-privileges", "--no-comments"]
        done = subprocess.run([program, *options, address], capture_output=True, check=True)
    finally:
        cluster.remove()
    # These are words to psql; the rest is SQL.
    kept = [x for x in done.stdout.splitlines(True) if not x.startswith((b"\\restrict", b"\\unr"))]
    return b"".join(kept), told
