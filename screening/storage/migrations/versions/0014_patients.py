"""Patients: a person of a clinic, with notes, treatments and check-ins; the clinic's language.

A screening of before gets its patient when the program starts, since that takes its keys
(workflow/patients/adoption.py).
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _text(name: str, *refers: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), *refers, **{"nullable": False} | more)


def _bytes(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), **{"nullable": False} | more)


def _number(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), **{"nullable": False} | more)


def _moment(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False} | more)


MAYBE: dict[str, Any] = {"nullable": True}


def _id() -> sa.Column[Any]:
    return _text("id", primary_key=True)


def _of(table: str, **more: Any) -> sa.Column[Any]:
    return _text(f"{table}_id", sa.ForeignKey(f"{table}.id"), **more)


def upgrade() -> None:
    _add_patient()
    _add_treatment()
    _add_check_in()
    _add_columns()


def _add_patient() -> None:
    op.create_table(
        "patient",
        _id(),
        _of("clinic"),
        _bytes("wrapped_key"),
        _bytes("content"),
        _text("number_hash", **MAYBE),
        _text("person_hash", **MAYBE),
        _text("merged_into", sa.ForeignKey("patient.id"), index=True, **MAYBE),
        _moment("merged_at", **MAYBE),
        _moment("merge_confirmed_at", **MAYBE),
        _text("code_hash", **MAYBE),
        _number("code_misses"),
        _moment("code_locked_until", **MAYBE),
        _moment("created_at"),
        sa.UniqueConstraint("clinic_id", "number_hash"),
    )
    op.create_index("ix_patient_person", "patient", ["clinic_id", "person_hash"])
    op.create_table(
        "patient_word",
        _of("patient", primary_key=True),
        _text("word_hash", primary_key=True, index=True),
    )
    op.create_table(
        "note",
        _id(),
        _of("patient", index=True),
        _of("screening", **MAYBE),
        _of("account"),
        _text("kind"),
        _bytes("content"),
        _moment("created_at"),
    )


def _add_treatment() -> None:
    op.create_table(
        "treatment",
        _id(),
        _of("clinic"),
        _of("patient", index=True),
        _of("screening", index=True),
        _of("account"),
        _text("treated_on"),
        _bytes("content"),
        _moment("created_at"),
        _moment("undone_at", **MAYBE),
    )
    op.create_index("ix_treatment_day", "treatment", ["clinic_id", "treated_on"])
    op.create_table(
        "treatment_lot",
        _of("treatment", primary_key=True),
        _text("lot_hash", primary_key=True, index=True),
    )


def _add_check_in() -> None:
    op.create_table(
        "check_in",
        _id(),
        _of("clinic"),
        _of("patient", index=True),
        _of("treatment"),
        _number("sequence"),
        _text("due_on"),
        _text("state"),
        _text("link_hash", unique=True, **MAYBE),
        _moment("link_expires_at", **MAYBE),
        _moment("asked_at", **MAYBE),
        _moment("reminded_at", **MAYBE),
        _moment("answered_at", **MAYBE),
        _number("gravity", **MAYBE),
        _moment("handled_at", **MAYBE),
        _text("handled_by", sa.ForeignKey("account.id"), **MAYBE),
        _bytes("content", **MAYBE),
        sa.UniqueConstraint("treatment_id", "sequence"),
    )
    op.create_index("ix_check_in_due", "check_in", ["state", "due_on"])
    op.create_index("ix_check_in_desk", "check_in", ["clinic_id", "gravity", "handled_at"])


def _add_columns() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(_text("language", server_default="en"))
        table.add_column(_text("emergency", server_default="112"))
        table.add_column(_text("alert_to", **MAYBE))
    with op.batch_alter_table("account") as table:
        table.add_column(_text("language", **MAYBE))
    with op.batch_alter_table("message") as table:
        table.add_column(_text("check_in_id", **MAYBE))
        table.create_foreign_key("fk_message_check_in_id", "check_in", ["check_in_id"], ["id"])
    with op.batch_alter_table("sign_in") as table:
        table.add_column(_moment("confirmed_at", **MAYBE))
    # SQLite reads a row from the front: what is small goes before what is large.
    lite = op.get_bind().dialect.name == "sqlite"
    after: dict[str, Any] = {"insert_after": "clinic_id"} if lite else {}
    with op.batch_alter_table("screening", recreate="always" if lite else "never") as table:
        table.add_column(_text("patient_id", **MAYBE), **after)
        table.add_column(_text("device_hash", **MAYBE), **after)
        table.add_column(_moment("withdrawn_at", **MAYBE), **after)
        table.create_foreign_key("fk_screening_patient_id", "patient", ["patient_id"], ["id"])
    op.create_index("ix_screening_patient_id", "screening", ["patient_id"])
