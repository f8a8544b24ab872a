"""What a second person confirms, and what a page keeps that is not finished."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each kind of change has a function of its own below."""
    _keep_what_is_typed()


def _keep_what_is_typed() -> None:
    op.add_column("account", sa.Column("unfinished", sa.LargeBinary(), nullable=True))
