"""Deciding on the page: what is offered, what binds, and that nothing typed is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from screening.storage.tables import Account, Note
from screening.web.review.forms import preselected
from screening.workflow.accounts import sessions
from screening.workflow.reception import invitations
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED, PASSWORD, decide, text_of


@pytest.fixture
def office(tmp_path, furnish):
    office = furnish(tmp_path / "office")
    yield office
    office.close()


@pytest.fixture
def browser(office):
    """Return a function that opens a browser in which somebody is signed in."""
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False

    def open_for(username="doctor"):
        client = app.test_client()
        office.enter(client, username)
        return client

    open_for.app = app
    return open_for


def page_of(desk, id, query=""):
    return " ".join(desk.get(f"/doctor/screenings/{id}{query}").text.split())


def send(desk, id, choice="", **fields):
    fields = {"password": PASSWORD, "decision-mesotherapy-face": choice, **fields}
    return desk.post(f"/doctor/screenings/{id}/decision", data=fields)


def chosen(page):
    """Return the decisions that the page has chosen already."""
    return [
        row.split('value="')[1].split('"')[0]
        for row in page.split('<input type="radio" ')[1:]
        if " checked" in row.split(">")[0]
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, ["proceed"]),
        ({"can_be_pregnant": "yes", "pregnant": "yes"}, ["decline"]),
        ({"bleeding": "unknown"}, []),
        ({"allergy_any": "no", "anaphylaxis": "yes"}, []),
        ({"other_meds": "yes", "medicine_list": "Qwertyzol"}, []),
        ({"viral_blood": ["tell-doctor"]}, []),
    ],
)
def test_the_advice_is_chosen_beforehand_only_where_all_is_known(office, browser, said, expected):
    assert chosen(page_of(browser(), office.submit(**said))) == expected


def test_nothing_is_chosen_beforehand_where_answers_contradict_each_other(office):
    """Also where no rule of this treatment is about them, and its outcome is certain."""
    review = reviews.read_review(office.context, office.doctor, office.submit())
    [procedure] = review.report["procedures"]
    clashing = replace(review, report=review.report | {"contradictions": []})

    assert preselected(review, procedure, {}).choice == "proceed"
    assert preselected(clashing, procedure, {}).choice == ""


def test_a_precaution_comes_with_the_conditions_of_its_rules_ticked(office, browser):
    desk, id = browser(), office.submit("chemical-peel", cold_sore_past="sometimes")
    page = page_of(desk, id)
    assert chosen(page) == ["proceed-with-conditions"]
    assert 'value="herpes_history" checked' in page

    typed = {
        "decision-chemical-peel": "proceed-with-conditions",
        "condition-chemical-peel": "herpes_history",
        "conditions-chemical-peel": "Aciclovir first",
    }
    assert send(desk, id, **typed).status_code == 303
    [one] = reviews.read_review(office.context, office.doctor, id).decision["decisions"]
    first, second = one["conditions"].split("\n")
    assert "confirm on the day" in first and second == "Aciclovir first"


def offered(page):
    return {row.split('value="')[1].split('"')[0] for row in page.split('type="radio"')[1:]}


def test_what_cannot_be_decided_is_not_offered(office, browser):
    desk = browser()
    assert "request-information" not in offered(page_of(desk, office.submit()))
    fixed = page_of(desk, office.submit(can_be_pregnant="yes", pregnant="yes"))
    assert offered(fixed) == {"request-information", "defer", "decline"}


def returning(office, choice, reason="168/102 on the day"):
    """Return a second screening of a patient of whom another doctor decided so."""
    other = office.add("other", "Dr Omar Haddad", "doctor")
    first = office.submit()
    reviews.decide(*decide(office, first, choice, reason, who=other))
    again = office.arrive(first, medicines="yes")
    office.answer_open(again)
    answering.submit(office.context, office.hold(again), DECLARED)
    return again


@pytest.mark.parametrize("earlier", ["decline", "defer", "proceed-with-conditions"])
def test_what_a_colleague_decided_stands_beside_the_choice_and_binds(office, browser, earlier):
    id, desk = returning(office, earlier), browser()
    page = page_of(desk, id)
    assert chosen(page) == []
    stood = page.split('class="stood"')[1].split("</p>")[0]
    assert "Dr Omar Haddad" in stood and "168/102 on the day" in stood

    refused = send(desk, id, "proceed")
    assert refused.status_code == 422
    assert "milder than an earlier decision" in refused.text
    reason = {"reason-mesotherapy-face": "128/82 today"}
    assert send(desk, id, "proceed", **reason).status_code == 303


def test_the_line_of_the_patient_stands_on_top(office, browser):
    page = page_of(browser(), returning(office, "decline"))

    line = page.split("The patient until now")[1].split("</section>")[0]
    assert "Decline" in line and "Dr Omar Haddad" in line and "168/102" in line
    assert page.index("The patient until now") < page.index('class="verdicts')


def test_the_second_step_is_asked_for_once_in_ten_minutes_and_each_time_for_a_milder_choice(
    office, browser
):
    desk = browser()
    first = send(desk, office.submit(), "proceed", password="")
    assert first.status_code == 422 and "Type your password or a code" in first.text
    assert send(desk, office.submit(), "proceed").status_code == 303

    office.pass_time(minutes=9)
    assert send(desk, office.submit(), "proceed", password="").status_code == 303
    reason = {"reason-mesotherapy-face": "Seen by a colleague"}
    unsure = office.submit(bleeding="unknown")
    assert send(desk, unsure, "proceed", password="", **reason).status_code == 422
    assert send(desk, office.submit(), "proceed", password="not it").status_code == 422

    office.pass_time(minutes=2)
    assert send(desk, office.submit(), "proceed", password="").status_code == 422
    assert send(browser(), office.submit(), "proceed", password="").status_code == 422


def test_an_amendment_is_refused_where_another_came_meanwhile_and_keeps_what_was_typed(
    office, browser
):
    desk, id = browser(), office.submit()
    reviews.decide(*decide(office, id, "proceed"))
    form = page_of(desk, id, "?amend=1")
    assert 'name="seen" value="1"' in form
    rulings = {"mesotherapy-face": ("defer", "rash")}
    reviews.amend(office.context, office.doctor, id, rulings, "A rash", PASSWORD)

    typed = {"why": "A letter came", "seen": "1", "reason-mesotherapy-face": "Her doctor wrote"}
    late = send(desk, id, "decline", **typed)
    assert late.status_code == 409
    kept = late.text.split("to copy")[1].split("</textarea>")[0]
    assert "A letter came" in kept and "Her doctor wrote" in kept and "Decline" in kept
    assert len(reviews.read_review(office.context, office.doctor, id).decisions) == 2


@pytest.mark.parametrize(
    ("how", "cause"),
    [("idle", "half an hour"), ("elsewhere", "was ended"), ("here", "signed out in this browser")],
)
def test_what_is_typed_outlives_the_sign_in_and_the_page_says_why_it_ended(
    office, browser, how, cause
):
    desk, id = browser(), office.submit()
    if how == "idle":
        office.pass_time(minutes=31)
    elif how == "elsewhere":
        with office.context.database.write() as session:
            sessions.end_sign_ins(office.context, session, office.doctor.id)
    else:
        desk.post("/sign-out")
    gone = send(desk, id, "decline", **{"reason-mesotherapy-face": "I saw <b>a rash"})

    assert gone.headers["Location"] == "/sign-in"
    asked = desk.get("/sign-in").text
    assert cause in asked and "What you typed is kept" in asked
    office.pass_time(minutes=1)
    back = office.enter(desk, "doctor").headers["Location"]
    page = desk.get(back).text
    assert back == f"/doctor/screenings/{id}" and "I saw &lt;b&gt;a rash" in page
    assert PASSWORD not in page
    assert reviews.read_review(office.context, office.doctor, id).decision is None


def test_a_form_of_before_a_new_sign_in_is_shown_again_and_signs_nothing(office, browser):
    browser.app.config["WTF_CSRF_ENABLED"] = False
    desk, id = browser(), office.submit()
    browser.app.config["WTF_CSRF_ENABLED"] = True
    again = send(desk, id, "decline", **{"reason-mesotherapy-face": "I saw a rash"})

    assert again.status_code == 409
    assert "older than your visit or your sign-in" in again.text and "I saw a rash" in again.text
    assert chosen(" ".join(again.text.split())) == ["decline"]
    assert reviews.read_review(office.context, office.doctor, id).decision is None


def test_a_decision_on_a_withdrawn_screening_says_so_and_keeps_what_was_typed(office, browser):
    desk, id = browser(), office.submit()
    invitations.withdraw(office.context, office.desk, id)
    late = send(desk, id, "decline", **{"reason-mesotherapy-face": "I saw a rash"})

    assert late.status_code == 409
    assert "State: Withdrawn" in late.text
    assert "I saw a rash" in late.text.split("to copy")[1].split("</textarea>")[0]


def test_a_doctor_without_a_certificate_is_told_before_deciding(office, browser):
    desk, id = browser(), office.submit()
    with office.context.database.write() as session:
        session.get_one(Account, office.doctor.id).credentials = None
    page = page_of(desk, id)

    assert "You have no certificate yet" in page and "decision-mesotherapy-face" not in page
    refused = send(desk, id, "proceed")
    assert refused.status_code == 422
    assert reviews.read_review(office.context, office.doctor, id).decision is None


def test_a_doctor_whose_certificate_ends_soon_is_told_the_day(office, browser):
    ends = reviews.read_review(office.context, office.doctor, office.submit()).signing.ends
    office.now = ends - timedelta(days=10)
    desk, id = browser(), office.submit()
    assert "Your certificate ends on" in page_of(desk, id)

    office.now = ends + timedelta(days=1)
    assert "Your certificate ended on" in page_of(browser(), office.submit())


def test_after_a_decision_the_next_patient_comes(office, browser):
    desk, first = browser(), office.submit()
    office.pass_time(minutes=1)
    second = office.submit()
    assert "then Lan Nguyen" in page_of(desk, first)

    onwards = send(desk, first, "proceed").headers["Location"]
    assert second in onwards
    assert "Decided and signed:" in desk.get(onwards).text
    assert send(desk, second, "proceed").headers["Location"].endswith(second)


def test_a_note_for_colleagues_stands_on_the_line_and_in_no_report(office, browser, tmp_path):
    desk, id = browser(), office.submit()
    send(desk, id, "proceed", note="Prefers <i>mornings")
    desk.post(f"/doctor/screenings/{id}/note", data={"text": "Called her"})
    office.make_reports()

    line = page_of(desk, id).split("The patient until now")[1].split("</section>")[0]
    assert "Prefers &lt;i&gt;mornings" in line and "Called her" in line
    with office.context.database.read() as session:
        assert session.query(Note).count() == 2
    decided = reviews.read_report(office.context, office.doctor, id, "decided")
    assert "mornings" not in text_of(decided, tmp_path)
