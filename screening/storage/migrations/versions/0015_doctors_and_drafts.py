"""What a second person confirms, and what a page keeps that is not finished."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each kind of change has a function of its own below."""
    _stamp_reports_again()


def _stamp_reports_again() -> None:
    """Know when a report's proof ends, and each file that it was stamped into since."""
    moment = sa.DateTime(timezone=True)
    op.add_column("report", sa.Column("proven_until", moment, nullable=True))
    op.add_column("report", sa.Column("restamp_at", moment, nullable=True))
    op.create_index("ix_report_restamp_at", "report", ["restamp_at"])
    op.create_table(
        "report_stamp",
        sa.Column("sha256", sa.String(), primary_key=True),
        sa.Column("report_id", sa.String(), sa.ForeignKey("report.id"), nullable=False),
        sa.Column("stamped_at", moment, nullable=False),
    )
    op.create_index("ix_report_stamp_report_id", "report_stamp", ["report_id"])
