"""How a clinic's pages and reports look: colours, logo, paper."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(sa.Column("accent", sa.String(), nullable=True))
        table.add_column(sa.Column("accent_dark", sa.String(), nullable=True))
        table.add_column(sa.Column("paper", sa.String(), nullable=False, server_default="A4"))
        table.add_column(sa.Column("logo", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("logo_print", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("clinic") as table:
        for name in ("logo_print", "logo", "paper", "accent_dark", "accent"):
            table.drop_column(name)
