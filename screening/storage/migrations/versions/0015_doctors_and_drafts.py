"""What a second person confirms, what a page keeps that is not finished, an annex of sources."""

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
    _add_second_people()
    _stamp_reports_again()
    _add_annex()
    _add_one_a_page()
    _keep_what_is_typed()


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


def _add_second_people() -> None:
    """What waits for a second person, whom a browser is known by, and tries by their source."""
    text, moment = sa.String(), sa.DateTime(timezone=True)
    op.add_column("account", sa.Column("registration", text, nullable=True))
    op.add_column("account", sa.Column("vouched_by", text, nullable=True))
    op.drop_column("account", "misses")  # tries stand in "lock" now, by their source
    op.drop_column("account", "locked_until")
    op.add_column("sign_in", sa.Column("browser_hash", text, nullable=True))
    op.create_index("ix_sign_in_browser_hash", "sign_in", ["browser_hash"])
    op.add_column("lock", sa.Column("at", moment, nullable=True))
    op.create_table(
        "account_change",
        sa.Column("id", text, primary_key=True),
        sa.Column("clinic_id", text, sa.ForeignKey("clinic.id"), nullable=False, index=True),
        sa.Column("kind", text, nullable=False),
        sa.Column("account_id", text, sa.ForeignKey("account.id"), nullable=True),
        *(
            sa.Column(name, text, nullable=True)
            for name in ("username", "name", "role", "registration")
        ),
        sa.Column("begun_by", text, nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("settled_by", text, nullable=True),
        sa.Column("settled_at", moment, nullable=True),
    )
    op.create_table(
        "account_notice",
        sa.Column("id", text, primary_key=True),
        sa.Column("change_id", text, sa.ForeignKey("account_change.id"), nullable=False),
        sa.Column("state", text, nullable=False, index=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("lease_until", moment, nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=True),
    )


def _stamp_reports_again() -> None:
    """Know when a report's proof ends, and each file that it was stamped into since."""
    moment = sa.DateTime(timezone=True)
    op.add_column("report", sa.Column("proven_until", moment, nullable=True))
    op.add_column("report", sa.Column("restamp_at", moment, nullable=True))
    op.create_index("ix_report_restamp_at", "report", ["restamp_at"])
    op.create_table(
        "report_stamp",
        sa.Column("sha256", sa.String(), primary_key=True),
        sa.Column("report_id", sa.String(), sa.ForeignKey("report.id"), nullable=False),
        sa.Column("stamped_at", moment, nullable=False),
    )
    op.create_index("ix_report_stamp_report_id", "report_stamp", ["report_id"])


def _add_annex() -> None:
    op.create_table(
        "annex",
        sa.Column("clinic_id", sa.String(), sa.ForeignKey("clinic.id"), primary_key=True),
        sa.Column(
            "definitions_hash", sa.String(), sa.ForeignKey("definitions.hash"), primary_key=True
        ),
        sa.Column("language", sa.String(), primary_key=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
    )


def _add_one_a_page() -> None:
    with op.batch_alter_table("clinic") as table:
        table.add_column(
            sa.Column("one_a_page", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def _keep_what_is_typed() -> None:
    op.add_column("account", sa.Column("unfinished", sa.LargeBinary(), nullable=True))
