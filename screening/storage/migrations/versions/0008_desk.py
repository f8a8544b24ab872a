"""Find what may be the same person; allow several decisions and decided reports in sequence."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REPORTED, DECIDED = "uq_report_screening_id", "uq_decision_screening_id"


def upgrade() -> None:
    with op.batch_alter_table("screening") as table:
        table.add_column(sa.Column("person_hash", sa.String(), nullable=True))
        table.create_index("ix_screening_person_hash", ["person_hash"])
    with op.batch_alter_table("decision") as table:
        table.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint(DECIDED, type_="unique")
        table.create_unique_constraint(DECIDED, ["screening_id", "sequence"])
    with op.batch_alter_table("report") as table:
        table.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="1"))
        table.drop_constraint(REPORTED, type_="unique")
        table.create_unique_constraint(REPORTED, ["screening_id", "kind", "sequence"])


def downgrade() -> None:
    with op.batch_alter_table("report") as table:
        table.drop_constraint(REPORTED, type_="unique")
        table.create_unique_constraint(REPORTED, ["screening_id", "kind"])
        table.drop_column("sequence")
    with op.batch_alter_table("decision") as table:
        table.drop_constraint(DECIDED, type_="unique")
        table.create_unique_constraint(DECIDED, ["screening_id"])
        table.drop_column("sequence")
    with op.batch_alter_table("screening") as table:
        table.drop_index("ix_screening_person_hash")
        table.drop_column("person_hash")
