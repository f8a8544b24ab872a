"""What belongs to the whole installation opens with its secret, of any generation."""

import pytest

from screening.storage.database import Database
from screening.storage.installation import Safe, WrongSecretError

FIRST, SECOND = b"1" * 32, b"2" * 32


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    database.migrate()
    yield database
    database.close()


def safe(database, *secrets):
    return Safe(database, lambda: list(secrets))


def test_what_is_kept_is_made_once_and_opens_with_its_secret_alone(database):
    made = []
    kept = safe(database, FIRST).fetch("a", lambda _: made.append(1) or b"the first")

    assert safe(database, FIRST).fetch("a", lambda _: made.append(2) or b"the second") == kept
    assert made == [1]
    with pytest.raises(WrongSecretError):
        safe(database, SECOND).fetch("a", lambda _: b"another")


def test_an_older_generation_of_the_secret_still_opens(database):
    keys = safe(database, FIRST).keys()

    assert safe(database, SECOND, FIRST).keys() == keys
    with pytest.raises(WrongSecretError):
        safe(database, SECOND).keys()
