"""A seal for each clinic, certificates that can be read without their keys, codes of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(sa.Column("seal", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("certificates", sa.String(), nullable=True))
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("certificates", sa.String(), nullable=True))
    with op.batch_alter_table("report") as table:
        table.add_column(sa.Column("code", sa.String(), nullable=True))
        table.create_unique_constraint("uq_report_code", ["code"])


def downgrade() -> None:
    with op.batch_alter_table("report") as table:
        table.drop_constraint("uq_report_code", type_="unique")
        table.drop_column("code")
    with op.batch_alter_table("account") as table:
        table.drop_column("certificates")
    with op.batch_alter_table("clinic") as table:
        table.drop_column("certificates")
        table.drop_column("seal")
