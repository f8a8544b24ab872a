"""Where a report's PDF lies, if not in its row, and what lies there that no report leads to."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("stored_as", sa.String(), nullable=True))
    op.create_table(
        "loose_object",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("report_id", sa.String(), sa.ForeignKey("report.id"), index=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
