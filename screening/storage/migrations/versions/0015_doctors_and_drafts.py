"""What a second person confirms, what a page keeps that is not finished, an annex of sources."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each kind of change has a function of its own below."""
    _add_annex()


def _add_annex() -> None:
    op.create_table(
        "annex",
        sa.Column("clinic_id", sa.String(), sa.ForeignKey("clinic.id"), primary_key=True),
        sa.Column(
            "definitions_hash", sa.String(), sa.ForeignKey("definitions.hash"), primary_key=True
        ),
        sa.Column("language", sa.String(), primary_key=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
    )
