"""The matrix of findings and treatments, as the clinical lead reads it."""

import pytest
from markupsafe import escape

from screening.definitions.checking.matrix import matrix_of


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def desk(office):
    """Return a browser in which the clinical lead is signed in."""
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "lead")
    return client


@pytest.fixture(scope="module")
def page(desk):
    return desk.get("/lead/matrix").text


def test_every_finding_has_a_row_and_every_cell_says_something(office, page):
    made = matrix_of(office.context.definitions)

    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert len(rows) == len(made.rows)
    for (finding, cells), row in zip(made.rows.items(), rows, strict=True):
        assert finding in row
        said = [cell.split("</div>")[0].strip() for cell in row.split("<div>")[1:]]
        assert len(said) == len(cells) == len(made.procedures)
        assert all(said), finding


def test_the_page_says_the_same_as_the_printed_matrix(office, page):
    made = matrix_of(office.context.definitions)
    [first, *_] = [c for c in made.rows["nsaid_recent"] if c.kind == "wait"]
    row = page.split(">nsaid_recent<")[1].split("</tr>")[0]

    assert f"<b>wait</b> {first.wait}" in row
    assert "do not" in page.split(">pregnancy<")[1].split("</tr>")[0]
    for number, many, reason in made.reasons[:3]:
        stands = page.split(f'id="reason-{number}"')[1].split("</tr>")[0]
        assert str(many) in stands
        assert escape(reason) in stands


def test_the_desk_of_the_lead_leads_there_and_a_draft_is_called_one(desk, page):
    assert 'href="/lead/matrix"' in desk.get("/lead").text
    assert page.count("a draft that no clinician has approved yet") == 10
