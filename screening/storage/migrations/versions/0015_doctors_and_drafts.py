"""What a second person confirms, and what a page keeps that is not finished."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each kind of change has a function of its own below."""
    _add_one_a_page()


def _add_one_a_page() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(
            sa.Column("one_a_page", sa.Boolean(), nullable=False, server_default=sa.false())
        )
