"""An index of the reports that wait, however many are sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    only = sa.text("sealed_at IS NULL")
    op.create_index(
        "ix_report_waits", "report", ["due_at"], sqlite_where=only, postgresql_where=only
    )
    op.drop_index("ix_report_state", "report")


def downgrade() -> None:
    op.create_index("ix_report_state", "report", ["state"])
    op.drop_index("ix_report_waits", "report")
