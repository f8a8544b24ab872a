"""What the outcomes of a screening rest on, small enough to read a million of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite reads a row from the front: the column goes before the large one.
    rebuild = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    place = {"insert_before": "submission"} if rebuild == "always" else {}
    with op.batch_alter_table("screening", recreate=rebuild) as table:
        table.add_column(sa.Column("basis", sa.LargeBinary(), nullable=True), **place)


def downgrade() -> None:
    with op.batch_alter_table("screening") as table:
        table.drop_column("basis")
