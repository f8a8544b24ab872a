"""Second factors, locks, and an audit log that only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# SQLite's INSERT OR REPLACE deletes without asking the trigger on DELETE; the
# trigger on INSERT refuses it, because a replaced sequence is never the next one.
SQLITE = (
    """CREATE TRIGGER audit_next BEFORE INSERT ON audit
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
    BEGIN SELECT RAISE(ABORT, 'an audit entry takes the next sequence'); END""",
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.sequence IS DISTINCT FROM (SELECT coalesce(max(sequence), 0) + 1 FROM audit) THEN
        RAISE EXCEPTION 'an audit entry takes the next sequence';
    END IF;
    RETURN NEW; END $$""",
    """CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'an audit entry is never changed or deleted'; END $$""",
    """CREATE TRIGGER audit_next BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_next()""",
    """CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()""",
)


def upgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("totp", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("totp_counter", sa.Integer(), nullable=True))
        table.add_column(sa.Column("totp_offer", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("link_hash", sa.String(), nullable=True))
        table.add_column(sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True))
        table.create_unique_constraint("uq_account_link_hash", ["link_hash"])
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("factor", sa.String(), nullable=True))
        table.add_column(sa.Column("browser", sa.String(), nullable=False, server_default=""))
        table.create_index("ix_sign_in_account_id", ["account_id"])
    # Each clinic counts its own screenings, so two clinics have the same numbers.
    with op.batch_alter_table("screening") as table:
        table.drop_constraint("uq_screening_number", type_="unique")
        table.create_unique_constraint("uq_screening_clinic_id", ["clinic_id", "number"])
    _add_tables()
    triggers = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for trigger in triggers:
        op.execute(trigger)


def _add_tables() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential_hash", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_passkey_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_hash", name="uq_passkey_credential_hash"),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_recovery_code_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])
    op.create_table(
        "lock",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_lock"),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_next CASCADE")
        op.execute("DROP FUNCTION audit_keep CASCADE")
    else:
        for name in ("audit_next", "audit_no_update", "audit_no_delete"):
            op.execute(f"DROP TRIGGER {name}")
    with op.batch_alter_table("screening") as table:
        table.drop_constraint("uq_screening_clinic_id", type_="unique")
        table.create_unique_constraint("uq_screening_number", ["number"])
    for name in ("lock", "recovery_code", "passkey"):
        op.drop_table(name)
    with op.batch_alter_table("sign_in") as table:
        table.drop_index("ix_sign_in_account_id")
        table.drop_column("browser")
        table.drop_column("factor")
    with op.batch_alter_table("account") as table:
        table.drop_constraint("uq_account_link_hash", type_="unique")
        for name in ("link_expires_at", "link_hash", "totp_offer", "totp_counter", "totp"):
            table.drop_column(name)
