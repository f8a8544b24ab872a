"""The page before sending: every answer once more, and a question where two do not fit together."""

import pytest

from tests.web.visitors import open_app


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"), SCREENING_LANGUAGES="en,ru")
    yield office
    office.close()


def check_page(office, language="en", **answers):
    invitation = office.invite()
    client = open_app(office).test_client()
    client.get(f"/s/{invitation.link}?lang={language}")
    client.post(f"/s/{invitation.link}")
    office.answer(invitation.screening_id, **answers)
    return " ".join(client.get("/screening/check").text.split())


def test_answers_that_do_not_fit_together_are_asked_about_before_sending(office):
    page = check_page(office, allergy_any="no", anaphylaxis="yes")

    doubt = page.split('class="doubt"')[1].split("</section>")[0]
    assert "You said no allergy, but told us of a very bad one. What was it to?" in doubt
    assert "/screening/questions/allergy_any" in doubt
    assert "/screening/questions/anaphylaxis" in doubt
    assert "Agree and send" in page, "nobody is kept from sending"


def test_nothing_is_asked_where_all_answers_fit(office):
    assert 'class="doubt"' not in check_page(office)


def test_the_question_about_them_is_in_the_patients_language(office):
    page = check_page(office, "ru", allergy_any="no", anaphylaxis="yes")

    assert "Эти ответы не сходятся." in page
    assert "You said no allergy" not in page
