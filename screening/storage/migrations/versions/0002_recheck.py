"""A screening may ask again, on the day, about an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("screening") as table:
        table.add_column(sa.Column("recheck_of", sa.String(), nullable=True))
        table.create_foreign_key("fk_screening_recheck_of", "screening", ["recheck_of"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("screening") as table:
        table.drop_constraint("fk_screening_recheck_of", type_="foreignkey")
        table.drop_column("recheck_of")
