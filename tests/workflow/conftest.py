import pytest

from tests.office import Office


@pytest.fixture
def office(tmp_path, address):
    office = Office(tmp_path, SCREENING_DATABASE=address)
    yield office
    office.close()
