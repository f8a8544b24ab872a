import pytest

from tests.mail_server import MailServer
from tests.office import Office


@pytest.fixture
def office(tmp_path, address):
    office = Office(tmp_path, SCREENING_DATABASE=address)
    yield office
    office.close()


@pytest.fixture
def server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def mailing_office(tmp_path, address, server):
    """Return an office that hands its mail to `server`."""
    office = Office(tmp_path, SCREENING_DATABASE=address, **server.settings)
    yield office
    office.close()
