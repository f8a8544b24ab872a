"""The clinical lead's page, in a real browser and as a plain form."""

import io
import re
import zipfile

import pytest

from screening.bootstrap import pack_definitions
from tests import walk
from tests.conftest import QUESTIONS
from tests.visitor import Visitor
from tests.web.core.test_accessibility import check_light_and_dark
from tests.web.core.test_whole_way import sign_in


def with_changed(name, old, new):
    """Return the folder in force as a ZIP, one file changed."""
    changed = io.BytesIO()
    before = zipfile.ZipFile(io.BytesIO(pack_definitions(QUESTIONS)))
    with before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.namelist():
            text = before.read(entry).decode()
            after.writestr(entry, re.sub(old, new, text, count=1) if entry == name else text)
    return changed.getvalue()


FACE = "procedures/mesotherapy-face.yaml"
SHORTER = with_changed(FACE, r"(finding: nsaid_recent\n  grade: .*\n  defer:) 7 days", r"\1 3 days")
BROKEN = with_changed(FACE, "finding: nsaid_recent", "finding: nsaid_recnt")


def test_a_lead_tries_a_folder(clinic, browser_of):
    link = clinic.invite(walk.somebody(), "mesotherapy-face")
    Visitor().submit_quietly(link, {"bleeding": "unknown"})

    page = browser_of("desktop")
    sign_in(page, "lead", clinic.lead_password)
    page.get_by_text("Nothing sent yet").wait_for()
    check_light_and_dark(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Take this folder").click()
    assert download.value.suggested_filename == "questions.zip"

    send(page, BROKEN)
    page.get_by_text('unknown finding "nsaid_recnt", did you mean "nsaid_recent"?').wait_for()
    check_light_and_dark(page)

    gone = with_changed(FACE, "grade: contraindication\n  defer: 7 days", "grade: precaution")
    send(page, gone)
    page.get_by_text("1 rule differs").wait_for()
    check_light_and_dark(page, 320)
    assert "Ana Silva" not in page.content()


def send(page, archive):
    file = {"name": "questions.zip", "mimeType": "application/zip", "buffer": archive}
    page.get_by_label("Folder with questions and lists").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def lead(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "lead")
    return client


def upload(client, archive):
    head = b'--x\r\nContent-Disposition: form-data; name="archive"; filename="q.zip"\r\n\r\n'
    return client.post(
        "/lead",
        data=head + archive + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def test_the_counts_and_the_numbers_are_shown_without_names_or_answers(office, lead):
    day = office.now.date().isoformat()
    for _ in range(2):
        office.submit(painkiller="yes", painkiller_last_dose=day)
    page = upload(lead, SHORTER)

    assert page.status_code == 200
    assert "2 screenings would change" in page.text
    assert "to another day" in page.text
    assert re.search(r"<td [^>]*><div>7 days</div></td><td [^>]*><div>3 days</div></td>", page.text)
    assert "nsaid_recent (2)" in page.text
    assert "Numbers are shown from 5 screenings on" in page.text and "SC-" not in page.text
    for _ in range(3):
        office.submit(painkiller="yes", painkiller_last_dose=day)
    assert upload(lead, SHORTER).text.count("SC-") == 5
    assert not {"Lan Nguyen", day} & set(re.split(r"[<>]", page.text))


def test_the_folder_in_force_says_that_nothing_differs(lead):
    page = upload(lead, lead.get("/lead/definitions.zip").data)

    assert page.status_code == 200
    assert "0 screenings would change" in page.text
    assert "says the same as the one in force" in page.text


def test_many_screenings_are_looked_at_newest_first(office, lead, monkeypatch):
    monkeypatch.setattr("screening.workflow.rules.preview.MOST_SCREENINGS", 1)
    office.submit(), office.submit()

    assert "The newest 1 of " in upload(lead, SHORTER).text


@pytest.mark.parametrize(
    ("archive", "status", "says"),
    [
        (b"", 422, "is not a ZIP file that can be read"),
        (b"x" * 70_000, 422, "is not a ZIP file that can be read"),
        (b"x" * 1_000_001, 422, "is larger than 1,000,000 bytes"),
        (b"x" * 9_000_000, 413, "may have 1 MB when it is packed"),
    ],
)
def test_what_cannot_be_read_gets_a_page_that_says_why(lead, archive, status, says):
    page = upload(lead, archive)

    assert page.status_code == status
    assert says in page.text


def test_no_file_at_all_is_said_beside_the_field(lead):
    page = lead.post("/lead", data={})

    assert page.status_code == 422
    assert "Choose a ZIP file." in page.text


def test_hostile_names_come_out_harmless(lead):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../<script>alert(1)</script>.yaml", "")
    page = upload(lead, archive.getvalue())

    assert page.status_code == 422
    assert "<script>alert" not in page.text


def test_other_pages_still_take_64_kb_only(lead):
    page = lead.post("/sign-in", data={"username": "y" * 70_000})

    assert page.status_code == 413
    assert "64 kB" in page.text
