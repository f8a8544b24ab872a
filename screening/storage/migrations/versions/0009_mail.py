"""Mail: where to send the link, and the outbox of messages."""

import sqlalchemy as sa
from alembic import op

from screening.storage.tables import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("screening") as table:
        table.add_column(sa.Column("contact", sa.LargeBinary(), nullable=True))
    op.create_table(
        "message",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("screening_id", sa.String(), sa.ForeignKey("screening.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("recipient", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.UniqueConstraint("screening_id", "kind", "sequence"),
    )
    op.create_index("ix_message_state", "message", ["state"])


def downgrade() -> None:
    op.drop_table("message")
    with op.batch_alter_table("screening") as table:
        table.drop_column("contact")
