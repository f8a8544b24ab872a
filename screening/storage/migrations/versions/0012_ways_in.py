"""Indexes for the ways in which lists are read, so that no list reads what it does not show."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WAYS = (
    ("ix_screening_queue", ["clinic_id", "state", "decided_at"]),
    ("ix_screening_newest", ["clinic_id", "created_at"]),
    ("ix_screening_submitted", ["clinic_id", "submitted_at"]),
    ("ix_screening_appointment", ["clinic_id", "appointment_at"]),
)


def upgrade() -> None:
    for name, columns in WAYS:
        op.create_index(name, "screening", columns)
    only = sa.text("recheck_of IS NOT NULL")
    op.create_index(
        "ix_screening_recheck_of",
        "screening",
        ["recheck_of"],
        sqlite_where=only,
        postgresql_where=only,
    )
    op.drop_index("ix_screening_clinic_id", "screening")  # each way above begins with it


def downgrade() -> None:
    op.create_index("ix_screening_clinic_id", "screening", ["clinic_id"])
    for name, _columns in (*WAYS, ("ix_screening_recheck_of", [])):
        op.drop_index(name, "screening")
