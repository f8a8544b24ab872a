"""The clinical lead's figures on their page: the right ones, nobody's, and readable by everyone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from screening.workflow.clinics import clinics
from screening.workflow.core.actor import program
from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests import walk
from tests.office import DECLARED, decide
from tests.visitor import Visitor
from tests.web.core.test_accessibility import check_light_and_dark
from tests.web.core.test_whole_way import sign_in


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def lead(office):
    client = open_lead(office)
    assert "No questionnaire was sent in this period" in client.get("/lead/insight").text
    return client


def open_lead(office, username="lead"):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, username)
    return client


@pytest.fixture(scope="module")
def page(office, lead):
    """Return the page after seven screenings, five of them decided, and one of another clinic."""
    day = office.now.date().isoformat()
    for minutes in (3, 5, 7, 9, 11):
        id = office.invite().screening_id
        office.answer(id, painkiller="yes", painkiller_last_dose=day, bleeding="unknown")
        office.pass_time(minutes=minutes)
        answering.submit(office.context, office.hold(id), DECLARED)
        choice = "defer" if minutes == 3 else "proceed-with-conditions"
        reviews.decide(*decide(office, id, choice, "Seen and weighed"))
    office.submit("prp")
    office.submit("prp", easy_bruise="unknown")
    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    theirs = invitations.invite(office.context, program(other), "Bo Li", ["prp"]).screening_id
    office.answer(theirs)
    answering.submit(office.context, office.hold(theirs), DECLARED)
    office.enter(lead, "lead")  # the sign-in of 35 minutes ago has ended
    shown = lead.get("/lead/insight")
    assert shown.status_code == 200
    return shown.text


def rows(page, id):
    """Return the table of one figure: each row's label and its cells."""
    [section] = re.findall(rf'<section aria-labelledby="{id}">.*?</section>', page, re.DOTALL)
    [body] = re.findall(r"<tbody>(.*?)</tbody>", section, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>")]
    return {row[0]: row[1:] for row in cells if row}


def bars(page, id):
    """Return each bar of one figure: its label, its figure and the widths of its parts."""
    [section] = re.findall(rf'<section aria-labelledby="{id}">.*?</section>', page, re.DOTALL)
    [chart] = re.findall(r'<svg class="chart".*?</svg>', section, re.DOTALL)
    return [
        (
            *re.findall(r'class="(?:long" x="0|end" x="100%)" y="\d+">([^<]*)<', bar),
            [float(w) for w in re.findall(r' width="([\d.]+)%"', bar)],
        )
        for bar in re.split(r'<text (?=class="long")', chart)[1:]
    ]


FACE, PLASMA = "Mesotherapy, face", "Plasmolifting (platelet-rich plasma)"
CLOTTING = f"Disorder of blood clotting ({FACE})"
PAINKILLER = f"Took a painkiller that thins the blood ({FACE})"
BRUISES = f"Bleeds long or bruises for no reason ({PLASMA})"
FEW = "fewer than 5"


def test_outcomes_stand_in_the_table_and_in_the_bars(page):
    assert rows(page, "treatments") == {
        FACE: ["0", "5", "0", "0", "0", "5"],
        PLASMA: ["0", "0", "0", FEW, FEW, FEW],
    }
    assert bars(page, "treatments") == [(FACE, "5", [100.0])]
    # Seven less five would be the two that are hidden: the sum is rounded as its parts are.
    assert list(rows(page, "months").values()) == [["0", "5", "0", FEW, FEW, "5"]]
    assert [bar[1:] for bar in bars(page, "months")] == [("5", [100.0])]
    assert "5 screenings or more were sent" in page and ">7<" not in page


def test_the_months_of_one_treatment_can_be_chosen(page, lead):
    one = lead.get("/lead/insight?period=12&treatment=prp").text

    assert list(rows(one, "months").values()) == [["0", "0", "0", FEW, FEW, FEW]]
    assert set(rows(one, "treatments")) == {FACE, PLASMA}


def test_rules_and_questions_are_named_and_small_counts_are_not_shown(page):
    assert rows(page, "met") == {CLOTTING: ["5"], PAINKILLER: ["5"], BRUISES: [FEW]}
    assert rows(page, "overridden") == {CLOTTING: [FEW, "5"], PAINKILLER: [FEW, "5"]}
    assert list(rows(page, "unknown").values()) == [["5", "5"], [FEW, "5"]]
    assert len(bars(page, "unknown")) == 1  # a bar would tell what the words do not


def test_the_time_to_complete_is_half_and_nine_of_ten(page):
    assert list(rows(page, "times").values()) == [["5", "5 mins", "11 mins"]]
    assert [bar[1:] for bar in bars(page, "times")] == [("5 mins / 11 mins", [45.45, 54.55])]


def test_no_name_and_no_answer_stands_on_the_page(page):
    assert "Lan Nguyen" not in page and "Bo Li" not in page
    assert "style=" not in page
    assert not re.search(r'<script(?! type="module" src="/static/\w+\.js\?v=\w+"></script>)', page)


@pytest.mark.parametrize("query", ["period=1999-01", "period=x", "treatment=nothing"])
def test_a_period_or_a_treatment_that_there_is_not_has_a_page_that_says_so(page, lead, query):
    assert lead.get(f"/lead/insight?{query}").status_code == 404


def test_a_period_without_screenings_says_what_to_do(page, lead, office):
    earlier = f"{office.now - timedelta(days=70):%Y-%m}"

    assert "No questionnaire was sent" in lead.get(f"/lead/insight?period={earlier}").text


def test_the_page_is_for_everyone(clinic, browser_of):
    for _ in range(5):  # figures of fewer would point at one person
        link = clinic.invite(walk.somebody(), "mesotherapy-face")
        Visitor().submit_quietly(link, {"bleeding": "unknown"})

    page = browser_of("desktop")
    sign_in(page, "lead", clinic.lead_password)
    page.get_by_role("link", name="Figures of the clinic").click()
    page.get_by_role("img", name="Outcomes by treatment").wait_for()
    check_light_and_dark(page, 320, 650, 900)  # a phone, a tablet, a small window
    expect(page.get_by_role("table", name="Outcomes by treatment")).to_be_visible()
    page.get_by_label("Period").select_option("12")
    page.get_by_role("button", name="Show").click()
    assert "period=12" in page.url
