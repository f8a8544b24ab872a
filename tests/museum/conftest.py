"""Wings of the museum as each kind of database holds them: to look at, or to take along."""

import shutil

import pytest

from tests.museum.visiting import ON_SQLITE, WINGS, Museum, furnish
from tests.postgres import DATABASES, name_in

# Later wings are looked at on PostgreSQL where it is about the tables: test_records.py.
EVERY = [*((WINGS[0], kind) for kind in DATABASES), *ON_SQLITE[1:]]


@pytest.fixture(scope="session")
def furnished(request, tmp_path_factory):
    """Return a function that gives a wing's folder and the address of its tables, made once."""
    made = {}

    def furnished(wing, kind):
        if (wing, kind) not in made:
            folder = tmp_path_factory.mktemp("museum") / "instance"
            database = request.getfixturevalue("cluster").new() if kind == "postgresql" else ""
            furnish(wing, folder, database)
            made[wing, kind] = folder, database
        return made[wing, kind]

    return furnished


@pytest.fixture(scope="session")
def opened(request, furnished, tmp_path_factory):
    """Return a function that gives a wing which the present program opened, made once.

    Opening brings its tables to the newest shape, which takes longer than most tests.
    """
    made = {}

    def opened(wing, kind):
        if (wing, kind) not in made:
            made[wing, kind] = _copied(
                request, furnished(wing, kind), tmp_path_factory.mktemp("opened")
            )
            Museum(wing, *made[wing, kind]).close()
        return made[wing, kind]

    return opened


@pytest.fixture(scope="session", params=EVERY, ids="-".join)
def shown(request, opened, tmp_path_factory):
    """Return a wing that all tests look at and none changes."""
    yield from _visited(request, opened, tmp_path_factory.mktemp("shown"))


@pytest.fixture(params=EVERY, ids="-".join)
def museum(request, opened, tmp_path):
    """Return a wing of one's own."""
    yield from _visited(request, opened, tmp_path)


def _visited(request, opened, folder):
    wing, kind = request.param
    museum = Museum(wing, *_copied(request, opened(wing, kind), folder))
    yield museum
    museum.close()


def _copied(request, original, folder):
    """Return the folder of a copy below `folder`, and the address of its tables."""
    instance, database = original
    shutil.copytree(instance, folder / "instance")
    if database:
        database = request.getfixturevalue("cluster").new(name_in(database))
    return folder / "instance", database
