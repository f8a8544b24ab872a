"""The clinic's own look on its pages: colours that can be read, a logo that has a name."""

import io
import re

import pytest
from PIL import Image

from screening.workflow.clinics import branding, clinics
from screening.workflow.clinics.branding import Look, change_look
from tests.web.visitors import open_app


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    office.admin = office.add("admin", "Kim Berg", "administrator")
    yield office
    office.close()


@pytest.fixture(scope="module")
def administrator(office):
    client = open_app(office).test_client()
    office.enter(client, "admin")
    return client


def picture(size=(300, 100)):
    written = io.BytesIO()
    Image.new("RGB", size, (140, 20, 60)).save(written, "PNG")
    return written.getvalue()


def save(client, logo=b"", **fields):
    given = {"name": "Aurelia", "paper": "A4"} | fields
    given |= {"logo": (io.BytesIO(logo), "logo.png")} if logo else {}
    return client.post("/admin/clinic", data=given, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"accent": "#9fd3c2"}, r"Too pale to read on light pages\. .* is #[0-9a-f]{6}\."),
        (
            {"accent": "#17493f", "accent_dark": "#111111"},
            r"Too dark to read on dark pages\. .* is #[0-9a-f]{6}\.",
        ),
        ({"accent": "red"}, "six digits or letters"),
        ({"name": " "}, "Type a name"),
        ({"logo": b"<svg onload='alert(1)'/>"}, "An SVG is not taken"),
        ({"logo": b"x" * (branding.LARGEST_LOGO + 1)}, "at most 200 kB"),
    ],
)
def test_what_is_wrong_stands_at_its_field(administrator, fields, says):
    response = save(administrator, **fields)

    assert response.status_code == 422
    assert re.search(says, response.text)


def test_the_colour_that_is_offered_is_taken(administrator):
    refused = save(administrator, accent="#9fd3c2")
    offered = re.search(r"works is (#\w+)\.", refused.text)[1]

    assert save(administrator, accent=offered).status_code == 303


def test_patients_see_logo_and_colours_and_no_page_has_a_style_of_its_own(office, administrator):
    assert save(administrator, picture(), accent="#7a1f4b").status_code == 303
    client = office.app().test_client()
    page = client.get(f"/s/{office.invite().link}").text

    assert "style=" not in page and "<style" not in page
    image = re.search(r'<img src="([^"]+)" alt="Logo of Aurelia" width="132" height="44">', page)
    shown = client.get(image[1])
    assert shown.mimetype == "image/png"
    assert "immutable" in shown.headers["Cache-Control"]
    style = client.get(re.search(r'stylesheet" href="([^"]+)"', page)[1])
    assert "immutable" in style.headers["Cache-Control"]
    assert "--accent:#7a1f4b" in style.text
    dark = re.search(r"scheme:dark\)\{:root\{--accent:(#\w+)", style.text)[1]
    assert branding.nearest_that_works("#7a1f4b", dark=True) == dark


@pytest.mark.parametrize(
    "colours", ["red", "17493f", "17493f-}body{", "17493f-9fd3c2-", "ours-9fd3c2", "17493F-9fd3c2"]
)
def test_nothing_but_two_colours_gets_into_the_stylesheet(office, colours):
    assert office.app().test_client().get(f"/style/0/{colours}.css").status_code == 404


def test_a_stylesheet_of_another_version_is_not_kept(office):
    response = office.app().test_client().get("/style/0123456789/ours.css")

    assert response.headers["Cache-Control"] == "no-store"


def test_another_clinics_look_stays_as_it_is(office, administrator):
    change_look(office.context, office.admin, Look("Aurelia", "", "", accent="#7a1f4b"))
    other = clinics.add_clinic(office.context, "Other", "", "", "Europe/London")
    office.add("second", "Ana Silva", "administrator", other)
    client = open_app(office).test_client()
    office.enter(client, "second")

    assert "7a1f4b" not in client.get("/admin/clinic").text
