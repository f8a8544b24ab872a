"""A user who is not root, and the libraries of production."""

import pytest

from tests.machine import open_folder, ordinary_user, production_libraries


@pytest.fixture(scope="session")
def user():
    with ordinary_user() as user:
        yield user


@pytest.fixture(scope="session")
def libraries(user):
    """Return the folder with the libraries of production, which everyone may read."""
    with open_folder() as folder:
        yield production_libraries(folder, user)


@pytest.fixture
def folder(user):
    """Return an empty folder of the user's own."""
    with open_folder() as folder:
        user.own(folder)
        yield folder
