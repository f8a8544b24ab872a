"""What a second person confirms, and what a page keeps that is not finished."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each kind of change has a function of its own below."""
    _add_marks()
    _let_audit_go_on_after_a_restore()


def _add_marks() -> None:
    op.create_table(
        "mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mark"),
    )


def _let_audit_go_on_after_a_restore() -> None:
    """Let the entry of a restore leave out the numbers that were used up after the backup."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_next")
        op.execute(
            """CREATE TRIGGER audit_next BEFORE INSERT ON audit
            WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
            AND NOT (NEW.act = 'restore backup'
                AND NEW.sequence > (SELECT coalesce(max(sequence), 0) FROM audit))
            BEGIN SELECT RAISE(ABORT, 'an audit entry takes the next sequence'); END"""
        )
        return
    op.execute(
        """CREATE OR REPLACE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
        AND NOT (NEW.act = 'restore backup'
            AND NEW.sequence > (SELECT coalesce(max(sequence), 0) FROM audit)) THEN
            RAISE EXCEPTION 'an audit entry takes the next sequence';
        END IF;
        RETURN NEW; END $$"""
    )
