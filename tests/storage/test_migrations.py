"""An installation with data in it comes to the newest tables with all of it."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from screening.storage.database import MIGRATIONS, Database

OLD = (
    "INSERT INTO clinic VALUES ('c', 'n', 'a', 'p', 'UTC', x'00', 0, '2026-01-01')",
    "INSERT INTO account VALUES ('a', 'c', 'u', 'n', 'doctor', 'h', NULL, 0, NULL, NULL, '2026-01-01')",
    "INSERT INTO sign_in VALUES ('s', 'a', '2026-01-01', '2026-01-01', NULL)",
    "INSERT INTO screening VALUES ('x', 'c', 'N1', 'decided', 'l', '2026-01-01', NULL, NULL, NULL,"
    " '2026-01-01', NULL, NULL, NULL, NULL, x'00', x'00', x'00', NULL, NULL)",
    "INSERT INTO decision VALUES ('d', 'x', 'a', '2026-01-01', x'00')",
    "INSERT INTO audit VALUES (1, '2026-01-01', 'w', 'a', NULL, NULL, NULL, 'm')",
)


@pytest.fixture
def old(tmp_path):
    """Return a database as it was before the second factors, with a row of each kind."""
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.commit()
    with database.write() as session:
        for sql in OLD:
            session.execute(text(sql))
    yield database
    database.close()


def test_every_row_survives_and_references_hold_again(old):
    old.migrate()

    with old.read() as session:
        for table in ("clinic", "account", "sign_in", "screening", "decision", "audit"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1, table
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    with pytest.raises(IntegrityError), old.write() as session:
        session.execute(text("DELETE FROM account"))


def test_a_sign_in_from_before_has_to_be_made_again_with_a_second_factor(old):
    old.migrate()

    with old.read() as session:
        assert session.execute(text("SELECT factor FROM sign_in")).scalar() is None
