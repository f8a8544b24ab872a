"""Lock a tablet until staff come, let a PIN end its service, and give one device the pen."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOVED = "uq_screening_move_hash"


def upgrade() -> None:
    with op.batch_alter_table("kiosk") as table:
        table.drop_column("locked_until")
        table.add_column(sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("pin_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("pin_misses", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("screening") as table:
        table.add_column(sa.Column("pen_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("pen_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("move_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("move_expires_at", sa.DateTime(timezone=True), nullable=True))
        table.create_unique_constraint(MOVED, ["move_hash"])


def downgrade() -> None:
    with op.batch_alter_table("screening") as table:
        table.drop_constraint(MOVED, type_="unique")
        for name in ("pen_hash", "pen_until", "move_hash", "move_expires_at"):
            table.drop_column(name)
    with op.batch_alter_table("kiosk") as table:
        for name in ("locked_at", "pin_hash", "pin_misses"):
            table.drop_column(name)
        table.add_column(sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
