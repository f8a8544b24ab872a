"""The installation's secret, as its file."""

import os
import stat

import pytest
from sqlalchemy import select

from screening.bootstrap import open_context
from screening.config import read_config, read_secrets
from screening.storage.tables import Account


@pytest.fixture
def careless():
    """Let whatever is written be for everyone, as on a machine that nobody set up."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless")
def test_the_secret_is_for_its_owner_alone_on_a_careless_machine_too(tmp_path):
    path = tmp_path / "secret"
    [made] = read_secrets(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made) == 32
    assert read_secrets(path) == [made]
    assert [found.name for found in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("held", ["", "abc", "ab" * 31, "not hexadecimal at all"])
def test_a_file_that_holds_no_secret_is_refused(tmp_path, held):
    (tmp_path / "secret").write_text(held)

    with pytest.raises(ValueError, match="does not hold a secret"):
        read_secrets(tmp_path / "secret")


def test_an_installation_begins_with_a_secret_of_its_own_and_with_nobody_who_may_sign_in(tmp_path):
    folders = [tmp_path / name for name in ("one", "other")]
    made = [read_secrets(folder / "secret") for folder in folders]
    context = open_context(read_config({"SCREENING_INSTANCE": str(folders[0])}))
    with context.database.read() as session:
        assert session.scalars(select(Account)).all() == []
    context.database.close()

    assert made[0] != made[1] and all(len(set(secret)) > 8 for [secret] in made)
