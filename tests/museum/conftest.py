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


@pytest.fixture(scope="session", params=EVERY, ids="-".join)
def shown(request, furnished, tmp_path_factory):
    """Return a wing that all tests look at and none changes."""
    yield from _opened(request, furnished, tmp_path_factory.mktemp("shown"))


@pytest.fixture(params=EVERY, ids="-".join)
def museum(request, furnished, tmp_path):
    """Return a wing of one's own."""
    yield from _opened(request, furnished, tmp_path)


def _opened(request, furnished, folder):
    folder = folder / "instance"
    wing, kind = request.param
    original, database = furnished(wing, kind)
    shutil.copytree(original, folder)
    if database:
        database = request.getfixturevalue("cluster").new(name_in(database))
    museum = Museum(wing, folder, database)
    yield museum
    museum.close()
