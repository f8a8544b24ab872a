import pytest

from tests.mail_server import MailServer
from tests.office import Office


@pytest.fixture
def office(tmp_path, shaped):
    office = Office(tmp_path, SCREENING_DATABASE=shaped)
    yield office
    office.close()


@pytest.fixture
def server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def mailing_office(tmp_path, shaped, server):
    """Return an office that hands its mail to `server`."""
    office = Office(tmp_path, SCREENING_DATABASE=shaped, **server.settings)
    yield office
    office.close()
