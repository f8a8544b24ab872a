"""Databases of other versions: taken over as they stand, or refused with what to do.

The museum opens whole installations of version 0.1.0; here is what it cannot hold.
"""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from screening.storage.database import (
    MIGRATIONS,
    Database,
    OtherVersionError,
    known_revisions,
    migrate,
)
from screening.storage.tables import DefinitionsArchive
from tests.storage.test_audit import NOON

pytestmark = pytest.mark.both_databases


@pytest.fixture
def database(address):
    database = Database(address)
    database.migrate()
    with database.write() as session:
        session.add(DefinitionsArchive(hash="a", archive=b"", first_used_at=NOON))
    yield database
    database.close()


def set_shape(database, shape):
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": shape})


def all_of(database):
    with database.read() as session:
        shape = session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        return shape, session.execute(text("SELECT * FROM definitions")).all()


def test_a_database_of_version_0_1_0_is_taken_over_as_it_stands(address):
    database = Database(address)
    with database.rebuild() as connection:
        migrate(connection, "0013")  # what the last of its steps wrote
    with database.write() as session:
        session.add(DefinitionsArchive(hash="a", archive=b"", first_used_at=NOON))
    before = all_of(database)

    database.migrate()

    assert all_of(database)[1] == before[1]
    assert all_of(database)[0] == [max(known_revisions())]
    database.close()


@pytest.mark.parametrize("shape", ["0001", "0002", "0003", "0005", "0009", "0012"])
def test_an_older_one_is_refused_with_the_version_that_takes_it_over(database, shape):
    set_shape(database, shape)
    before = all_of(database)

    with pytest.raises(OtherVersionError) as caught:
        database.migrate()

    assert str(caught.value) == (
        f"the database was made before version 0.1.0 of this program (shape {shape}): "
        "open it with version 0.1.0 first"
    )
    assert all_of(database) == before


def test_a_newer_one_is_refused_and_left_alone(database):
    set_shape(database, "9999")
    before = all_of(database)

    with pytest.raises(OtherVersionError, match="newer version"):
        database.migrate()
    assert all_of(database) == before


def test_the_names_of_the_files_say_which_shapes_there_are_and_which_is_the_newest():
    scripts = ScriptDirectory(MIGRATIONS)

    assert known_revisions() == {script.revision for script in scripts.walk_revisions()}
    assert max(known_revisions()) == scripts.get_current_head()
