"""What waits for a second person, page by page, and what each page that says no says."""

import pytest

from screening.workflow.accounts import administration, second_person
from tests.office import PASSWORD
from tests.web.visitors import open_app

NEW = {"username": "ana", "name": "Ana Silva", "role": "doctor", "registration": "GMC 1234567"}
SECRET = {"secret": PASSWORD}


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    office.admin = office.add("admin", "Kim Berg", "administrator")
    yield office
    office.close()


@pytest.fixture(scope="module")
def people(office):
    app = open_app(office)
    found = {name: app.test_client() for name in ("admin", "doctor")}
    for name, client in found.items():
        office.enter(client, name)
    return found


def newest(office):
    return second_person.list_changes(office.context, office.doctor)[0].id


def sent(client, path, **data):
    """Send a form and return the page that it leads to."""
    return client.post(path, data=data, follow_redirects=True)


def test_a_new_doctor_is_begun_by_one_and_confirmed_by_another(office, people):
    page = sent(people["admin"], "/admin/accounts/new", **NEW | {"registration": ""})
    assert "registration number: letters and digits" in page.text
    page = sent(people["admin"], "/admin/accounts/new", **NEW)
    assert "Somebody else has to confirm this" in page.text
    assert "Ana Silva" in people["doctor"].get("/doctor").text, "the doctors are told"

    confirming = f"/confirmations/{newest(office)}"
    assert "GMC 1234567" in people["doctor"].get(confirming).text
    page = sent(people["doctor"], confirming, secret="wrong")
    assert "Nothing was confirmed" in page.text
    page = sent(people["doctor"], confirming, **SECRET)
    assert "/set-password/" in page.text and "Link for Ana Silva" in page.text
    assert "Confirmed by Dr Mai Tran" in people["admin"].get("/confirmations").text

    again = people["doctor"].post(confirming, data=SECRET, follow_redirects=True)
    assert "This does not wait any more" in again.text


def test_who_began_it_and_whom_it_concerns_are_sent_to_a_colleague(office, people):
    administration.reset_second_factor(office.context, office.admin, office.doctor.id)
    confirming = f"/confirmations/{newest(office)}"

    for client in people.values():
        page = client.get(confirming)
        assert page.status_code == 403
        assert "Nobody confirms what they began" in page.text
    sent(people["admin"], f"{confirming}/drop")
    assert people["admin"].get(confirming).status_code == 409


def test_a_number_of_ones_own_and_a_role_wait_as_well(office, people):
    given = {"registration": "GMC 7", "password": PASSWORD}
    assert "GMC 7" in sent(people["doctor"], "/account/registration", **given).text
    assert people["admin"].get(f"/confirmations/{newest(office)}").status_code == 200
    role = {"role": "doctor", "registration": ""}
    page = sent(people["admin"], f"/admin/accounts/{office.lead.id}/role", **role)
    assert "registration number: letters and digits" in page.text


def test_the_first_page_tells_a_doctor_that_the_clinic_was_restored(office, people):
    with office.context.database.write() as session:
        second_person.wait_after_restore(office.context, session)
    page = people["doctor"].get("/doctor").text
    told = page.partition("<details open>")[2].partition("</details>")[0]
    assert "The clinic was restored from a backup" in told and "/confirmations" in told

    page = sent(people["doctor"], f"/confirmations/{newest(office)}", **SECRET)
    assert "Confirmed by Dr Mai Tran" in page.text
