"""A user who is not root, the libraries of production, and an image: each made once a run."""

import shutil

import pytest

from tests.container import Builder
from tests.machine import (
    clone,
    make_user,
    open_folder,
    production_libraries,
    remove_user,
    same_python,
)

CANARY = "nobody-may-have-this"


@pytest.fixture(scope="session")
def user(once_a_run):
    with once_a_run("user", make_user, remove_user) as user:
        yield user


@pytest.fixture(scope="session")
def libraries(once_a_run, user):
    """Return the folder with the libraries of production, which everyone may read."""

    def make():
        return production_libraries(open_folder(), user)

    with once_a_run("libraries", make, shutil.rmtree) as folder:
        yield folder


@pytest.fixture
def folder(user):
    """Return an empty folder of the user's own."""
    folder = open_folder()
    user.own(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def image(once_a_run, user, libraries):
    """Return the image of deploy/Containerfile, from a context that holds what must stay out."""

    def make():
        folder = open_folder()
        context = clone(folder / "context", "NotoSerif-500.ttf")  # which the build has to cut
        write_secrets_into(context)
        given = {"PYTHONPATH": libraries} if same_python(user) else {}
        builder = Builder(context, folder, user, given)
        builder.build()
        return builder

    with once_a_run("image", make, lambda made: shutil.rmtree(made.folder)) as made:
        yield made


def write_secrets_into(checkout):
    """Leave in `checkout` what a clinic that runs from it has there."""
    for name in (".git/config", ".venv/x", "instance/secret", "instance/screening.db", ".env"):
        path = checkout / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(CANARY)
