import pytest

from tests.mail_server import MailServer


@pytest.fixture
def move_in(kind, tmp_path, furnish):
    """Return a function that opens a furnished office of our own, as `furnish` is told to."""
    offices = []

    def move_in(**told):
        offices.append(furnish(tmp_path, kind, **told))
        return offices[-1]

    yield move_in
    for office in offices:
        office.close()


@pytest.fixture
def office(move_in):
    return move_in()


@pytest.fixture
def server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def mailing_office(move_in, server):
    """Return an office that hands its mail to `server`."""
    return move_in(**server.settings)
