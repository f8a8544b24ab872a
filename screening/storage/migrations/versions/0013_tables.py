"""The tables as version 0.1.0 had them, whose databases are taken over as they stand.

It is number 0013 because twelve steps led there; they are not needed any more. The
order of the columns is the one that those steps left behind.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = None
branch_labels = None
depends_on = None

# SQLite's INSERT OR REPLACE deletes without asking the trigger on DELETE; the
# trigger on INSERT refuses it, because a replaced sequence is never the next one.
SQLITE = (
    """CREATE TRIGGER audit_next BEFORE INSERT ON audit
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
    BEGIN SELECT RAISE(ABORT, 'an audit entry takes the next sequence'); END""",
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM audit) THEN
        RAISE EXCEPTION 'an audit entry takes the next sequence';
    END IF;
    RETURN NEW; END $$""",
    """CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'an audit entry is never changed or deleted'; END $$""",
    """CREATE TRIGGER audit_next BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_next()""",
    """CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()""",
)
WAYS = (  # in which lists are read
    ("ix_screening_queue", ["clinic_id", "state", "decided_at"]),
    ("ix_screening_newest", ["clinic_id", "created_at"]),
    ("ix_screening_submitted", ["clinic_id", "submitted_at"]),
    ("ix_screening_appointment", ["clinic_id", "appointment_at"]),
)


def _column(kind: Any) -> Callable[..., sa.Column[Any]]:
    """Return what makes columns of this kind; one may be empty only where it says `MAYBE`."""
    return lambda name, *refers, **more: sa.Column(
        name, kind, *refers, **{"nullable": False} | more
    )


_text, _number = _column(sa.String()), _column(sa.Integer())
_bytes, _moment = _column(sa.LargeBinary()), _column(sa.DateTime(timezone=True))

MAYBE: dict[str, Any] = {"nullable": True}
UNIQUE: dict[str, Any] = {"nullable": True, "unique": True}


def _id() -> sa.Column[Any]:
    return _text("id", primary_key=True)


def _of(table: str, **more: Any) -> sa.Column[Any]:
    return _text(f"{table}_id", sa.ForeignKey(f"{table}.id"), **more)


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    _add_installation()
    _add_accounts()
    _add_kiosk()
    _add_screening(on_postgresql)
    _add_what_hangs_on_a_screening()
    for trigger in POSTGRESQL if on_postgresql else SQLITE:
        op.execute(trigger)


def _add_installation() -> None:
    op.create_table("installation", _text("name", primary_key=True), _bytes("content"))
    op.create_table(
        "definitions",
        _text("hash", primary_key=True),
        _bytes("archive"),
        _moment("first_used_at"),
    )
    op.create_table(
        "lock",
        _text("name", primary_key=True),
        _number("misses"),
        _moment("locked_until", **MAYBE),
    )
    op.create_table(
        "audit",
        _number("sequence", primary_key=True, autoincrement=False),
        _moment("at"),
        _text("who"),
        _text("act"),
        _text("clinic_id", **MAYBE),
        _text("screening_id", **MAYBE, index=True),
        _text("why", **MAYBE),
        _text("mac"),
    )
    op.create_table(
        "clinic",
        _id(),
        _text("name"),
        _text("address"),
        _text("phone"),
        _text("zone"),
        _bytes("wrapped_key"),
        _number("screenings"),
        _moment("created_at"),
        _bytes("seal", **MAYBE),
        _text("certificates", **MAYBE),
        _text("accent", **MAYBE),
        _text("accent_dark", **MAYBE),
        _text("paper", server_default="A4"),
        _bytes("logo", **MAYBE),
        _text("logo_print", **MAYBE),
    )


def _add_accounts() -> None:
    op.create_table(
        "account",
        _id(),
        _of("clinic"),
        _text("username", unique=True),
        _text("name"),
        _text("role"),
        _text("password_hash"),
        _bytes("credentials", **MAYBE),
        _number("misses"),
        _moment("locked_until", **MAYBE),
        _moment("disabled_at", **MAYBE),
        _moment("created_at"),
        _bytes("totp", **MAYBE),
        _number("totp_counter", **MAYBE),
        _bytes("totp_offer", **MAYBE),
        _text("link_hash", **UNIQUE),
        _moment("link_expires_at", **MAYBE),
        _text("certificates", **MAYBE),
    )
    op.create_table(
        "sign_in",
        _id(),
        _of("account", index=True),
        _moment("started_at"),
        _moment("seen_at"),
        _moment("ended_at", **MAYBE),
        _text("factor", **MAYBE),
        _text("browser", server_default=""),
    )
    op.create_table(
        "passkey",
        _id(),
        _of("account", index=True),
        _text("name"),
        _text("credential_hash", unique=True),
        _bytes("content"),
        _number("uses"),
        _moment("used_at", **MAYBE),
        _moment("created_at"),
    )
    op.create_table(
        "recovery_code",
        _id(),
        _of("account", index=True),
        _text("code_hash"),
        _moment("used_at", **MAYBE),
    )


def _add_kiosk() -> None:
    op.create_table(
        "kiosk",
        _id(),
        _of("clinic"),
        _text("name"),
        _text("code_hash", **UNIQUE),
        _text("token_hash", **UNIQUE),
        _number("misses"),
        _moment("locked_until", **MAYBE),
        _moment("revoked_at", **MAYBE),
        _moment("created_at"),
        _moment("locked_at", **MAYBE),
        _text("pin_hash", **MAYBE),
        _number("pin_misses", server_default="0"),
    )
    # PostgreSQL numbers its columns for good, and this number is free in every database.
    with op.batch_alter_table("kiosk") as table:
        table.drop_column("locked_until")


def _add_screening(on_postgresql: bool) -> None:
    # SQLite reads a row from the front: what is small goes before what is large.
    basis, submission = _bytes("basis", **MAYBE), _bytes("submission", **MAYBE)
    recheck_of = _text("recheck_of", sa.ForeignKey("screening.id"), **MAYBE)
    op.create_table(
        "screening",
        _id(),
        _of("clinic"),
        _text("number"),
        _text("state", index=True),
        _text("link_hash", unique=True),
        _moment("link_expires_at"),
        _text("start_code_hash", **UNIQUE),
        _moment("start_code_expires_at", **MAYBE),
        _moment("appointment_at", **MAYBE),
        _moment("created_at"),
        _moment("submitted_at", **MAYBE),
        _moment("decided_at", **MAYBE),
        _text("definitions_hash", **MAYBE),
        _number("gravity", **MAYBE),
        _bytes("wrapped_key"),
        _bytes("person"),
        _bytes("draft"),
        *((submission, recheck_of, basis) if on_postgresql else (basis, submission, recheck_of)),
        _text("person_hash", **MAYBE, index=True),
        _bytes("contact", **MAYBE),
        _text("pen_hash", **MAYBE),
        _moment("pen_until", **MAYBE),
        _text("move_hash", **UNIQUE),
        _moment("move_expires_at", **MAYBE),
        sa.UniqueConstraint("clinic_id", "number"),
    )
    for name, columns in WAYS:
        op.create_index(name, "screening", columns)
    _index_of_few("ix_screening_recheck_of", "screening", "recheck_of", "recheck_of IS NOT NULL")


def _index_of_few(name: str, table: str, column: str, condition: str) -> None:
    only = sa.text(condition)
    op.create_index(name, table, [column], sqlite_where=only, postgresql_where=only)


def _add_what_hangs_on_a_screening() -> None:
    op.create_table(
        "decision",
        _id(),
        _of("screening"),
        _of("account"),
        _moment("decided_at"),
        _bytes("content"),
        _number("sequence", server_default="1"),
        sa.UniqueConstraint("screening_id", "sequence"),
    )
    op.create_table(
        "report",
        _id(),
        _of("screening"),
        _text("kind"),
        _text("state"),
        _number("attempts"),
        _moment("due_at"),
        _moment("lease_until", **MAYBE),
        _text("error", **MAYBE),
        _bytes("pdf", **MAYBE),
        _text("sha256", **MAYBE, index=True),
        _moment("created_at"),
        _moment("sealed_at", **MAYBE),
        _text("code", **UNIQUE),
        _number("sequence", server_default="1"),
        sa.UniqueConstraint("screening_id", "kind", "sequence"),
    )
    _index_of_few("ix_report_waits", "report", "due_at", "sealed_at IS NULL")
    op.create_table(
        "message",
        _id(),
        _of("screening"),
        _text("kind"),
        _number("sequence"),
        _text("state", index=True),
        _number("attempts"),
        _moment("due_at"),
        _moment("lease_until", **MAYBE),
        _bytes("recipient", **MAYBE),
        _bytes("error", **MAYBE),
        _moment("created_at"),
        _moment("sent_at", **MAYBE),
        sa.UniqueConstraint("screening_id", "kind", "sequence"),
    )
