"""What the program says to the outside is what was written down, word for word."""

import difflib

import pytest

from tests.golden.make import STORED, make_files
from tests.postgres import DATABASES

NAMES = sorted(path.name for path in STORED.iterdir())
MOST_LINES = 60


@pytest.fixture(scope="module")
def made(request):
    here = "postgresql" in DATABASES
    return make_files(request.getfixturevalue("cluster").new() if here else None)


@pytest.mark.parametrize("name", NAMES)
def test_every_golden_file_is_as_it_was(made, name):
    if name == "schema-postgresql.sql" and name not in made:
        pytest.skip("no PostgreSQL here")
    stored = (STORED / name).read_bytes()
    if made[name] != stored:
        before, after = stored.decode().splitlines(), made[name].decode().splitlines()
        told = list(difflib.unified_diff(before, after, "stored", "made now", lineterm="", n=1))
        told = [line[:300] for line in told[:MOST_LINES]]
        pytest.fail(
            f"{name} is not what was written down. Where that is meant: make golden, "
            "and commit what it wrote.\n" + "\n".join(told),
            pytrace=False,
        )


def test_every_golden_file_is_stored_and_nothing_else(made):
    assert set(made) | {"schema-postgresql.sql"} == set(NAMES)
