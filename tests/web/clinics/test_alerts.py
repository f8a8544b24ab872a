"""The administrator sets the emergency number and the address for alerts."""

import pytest


@pytest.fixture
def admin(tmp_path, furnish):
    office = furnish(tmp_path)
    office.add("admin", "Kim Berg", "administrator")
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "admin")
    yield client
    office.close()


def test_the_page_shows_keeps_and_refuses_in_words(admin):
    assert 'value="112"' in admin.get("/admin/clinic/alerts").text
    good = {"emergency": "999", "alert_to": "alarm@clinic.example"}
    assert admin.post("/admin/clinic/alerts", data=good).status_code == 303
    page = admin.get("/admin/clinic/alerts").text
    assert 'value="999"' in page and 'value="alarm@clinic.example"' in page
    wrong = admin.post("/admin/clinic/alerts", data={"emergency": "x", "alert_to": "also"})

    assert wrong.status_code == 422 and "with digits" in wrong.text and 'value="also"' in wrong.text
    assert "/admin/clinic/alerts" in admin.get("/admin/clinic").text
