"""A user who is not root, and the libraries of production."""

import pytest

from tests.container import Builder
from tests.machine import clone, open_folder, ordinary_user, production_libraries, same_python

CANARY = "nobody-may-have-this"


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


@pytest.fixture(scope="session")
def image(user, libraries):
    """Return the image of deploy/Containerfile, from a context that holds what must stay out."""
    given = {"PYTHONPATH": libraries} if same_python(user) else {}
    with open_folder() as folder:
        context = clone(folder / "context", "NotoSerif-500.ttf")  # which the build has to cut
        write_secrets_into(context)
        builder = Builder(context, folder, user, given)
        builder.build()
        yield builder


def write_secrets_into(checkout):
    """Leave in `checkout` what a clinic that runs from it has there."""
    for name in (".git/config", ".venv/x", "instance/secret", "instance/screening.db", ".env"):
        path = checkout / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(CANARY)
