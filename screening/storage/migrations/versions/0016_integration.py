"""Keys of other programs, what they asked for, and what they call our rows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MAYBE: dict[str, Any] = {"nullable": True}


def _text(name: str, *refers: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), *refers, **{"nullable": False} | more)


def _bytes(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), **{"nullable": False} | more)


def _moment(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False} | more)


def _of(table: str, **more: Any) -> sa.Column[Any]:
    return _text(f"{table}_id", sa.ForeignKey(f"{table}.id"), **more)


def upgrade() -> None:
    op.create_table(
        "api_key",
        _text("id", primary_key=True),
        _of("clinic", index=True),
        _text("name"),
        _text("key_hash", unique=True),
        _text("scopes"),
        _of("account", **MAYBE),
        _moment("created_at"),
        _moment("used_at", **MAYBE),
        _moment("revoked_at", **MAYBE),
    )
    op.create_table(
        "request",
        _text("id", primary_key=True),
        _of("api_key"),
        _of("clinic"),
        _text("key_hash"),
        _text("request_hash"),
        _of("screening", index=True, **MAYBE),
        _bytes("answer", **MAYBE),
        _moment("created_at", index=True),
        sa.UniqueConstraint("api_key_id", "key_hash"),
    )
    op.create_table(
        "reference",
        _text("id", primary_key=True),
        _of("clinic"),
        _text("kind"),
        _text("value_hash"),
        _of("patient"),
        _of("screening", **MAYBE),
        _bytes("content"),
        sa.UniqueConstraint("clinic_id", "kind", "value_hash"),
    )
    op.create_index("ix_reference_patient", "reference", ["patient_id"])
    op.create_index("ix_reference_screening", "reference", ["screening_id"])
    op.create_table(
        "webhook",
        _text("id", primary_key=True),
        _of("clinic", index=True),
        _text("url"),
        _bytes("content"),
        _moment("created_at"),
        _moment("ended_at", **MAYBE),
    )
    op.create_table(
        "delivery",
        _text("id", primary_key=True),
        _of("webhook"),
        _text("kind"),
        _text("subject_id"),
        _text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("due_at"),
        _moment("lease_until", **MAYBE),
        _text("error", **MAYBE),
        _moment("created_at"),
        _moment("sent_at", **MAYBE),
    )
    pending = sa.text("state = 'pending'")
    only: dict[str, Any] = {"sqlite_where": pending, "postgresql_where": pending}
    op.create_index("ix_delivery_waits", "delivery", ["due_at"], **only)
    op.create_index("ix_delivery_webhook", "delivery", ["webhook_id", "created_at"])
    with op.batch_alter_table("treatment") as table:
        table.alter_column("account_id", existing_type=sa.String(), nullable=True)
