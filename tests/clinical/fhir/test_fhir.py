"""The FHIR resources say what the questionnaire says, for any answers."""

import warnings
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import answers_on_path, journey, walk
from screening.clinical.evaluation.case import read_case
from screening.clinical.fhir.questionnaire import questionnaire_resource
from screening.clinical.fhir.response import response_resource
from screening.clinical.report.report import WORDS, compile_report
from screening.definitions.loading import load_definitions
from tests.clinical.evaluation.test_dating import ALL, STILL
from tests.clinical.evaluation.test_promises import answers_for
from tests.conftest import SMALL, write_library

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the library's own models, while it is imported
    from fhir.resources.R4B.detectedissue import DetectedIssue
    from fhir.resources.R4B.questionnaire import Questionnaire
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

DAY = date(2026, 11, 20)
WORDS_BY = {"en": WORDS, "ru": {"yes": "Да"}}
ANSWERED_THEN = {"url": "urn:screening:answered-on", "valueDate": "2026-11-20"}
FRAME = {"submitted_at": "2026-11-21T10:15:00+00:00", "patient": {"name": "Ana Silva"}}


def asked_by(resource, response):
    """Return the linkIds that a FHIR form would ask, given the answers in `response`."""
    given = {
        row["linkId"]: [answer.get("valueCoding") for answer in row.get("answer", [])]
        for row in rows(response)
    }
    asked = []
    for row in rows(resource):
        conditions = row.get("enableWhen", [])
        if not conditions or any(
            one["answerCoding"] in given.get(one["question"], []) and one["question"] in asked
            for one in conditions
        ):
            asked.append(row["linkId"])
    return asked


def rows(resource):
    return [row for row in every_row(resource) if not row["linkId"].endswith(".instead")]


def every_row(resource):
    return [row for group in resource["item"] for row in group["item"]]


def test_other_software_can_read_the_whole_questionnaire(library):
    resource = questionnaire_resource(library, list(library.procedures), WORDS_BY)
    Questionnaire.model_validate(resource)

    questions = [item.link_id for item in walk(i for s in library.sections for i in s.items)]
    assert [row["linkId"] for row in rows(resource)] == questions
    below = [one["linkId"] for row in rows(resource) for one in row.get("item", [])]
    groups = [group["linkId"] for group in resource["item"]]
    everything = [*questions, *below, *groups]
    assert len(everything) == len(set(everything))


@settings(max_examples=50 * settings.default.max_examples // 100)
@given(st.data())
def test_a_form_made_of_it_asks_what_we_ask(library, data):
    """A FHIR form shows by enableWhen the very questions of our journey, whatever is answered."""
    chosen = data.draw(
        st.lists(st.sampled_from(sorted(library.procedures)), min_size=1, max_size=2)
    )
    chosen = list(dict.fromkeys(chosen))
    answers = data.draw(answers_for(library))
    questionnaire = assemble_questionnaire(library, chosen)
    steps = journey(questionnaire, answers)
    resource = questionnaire_resource(library, chosen, WORDS_BY)
    dated = {key: (answer, DAY) for key, answer in answers.items()}
    response = response_resource(library.hash, chosen, steps, dated, WORDS, FRAME)

    QuestionnaireResponse.model_validate(response)
    assert response["questionnaire"] == f"{resource['url']}|{resource['version']}"
    assert asked_by(resource, response) == [step.item.link_id for step in steps]


def test_what_the_patient_withholds_says_why(library):
    answers = {
        "painkiller": "yes",
        "painkiller_last_dose": "unknown",
        "date_of_birth": "1990-05-03",
        "can_be_pregnant": "unknown",
    }
    questionnaire = assemble_questionnaire(library, ["mesotherapy-face"])
    response = response_resource(
        library.hash,
        ["mesotherapy-face"],
        journey(questionnaire, answers),
        {key: (answer, DAY) for key, answer in answers.items()},
        WORDS,
        FRAME,
    )
    given = {row["linkId"]: row["answer"] for row in rows(response) if "answer" in row}

    absent = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    [beside] = [row for row in every_row(response) if row["linkId"].endswith(".instead")]
    told = {"system": absent, "code": "asked-unknown", "display": "I do not know"}
    assert "painkiller_last_dose" not in given
    assert beside["linkId"] == "painkiller_last_dose.instead"
    assert beside["answer"] == [{"valueCoding": told, "extension": [ANSWERED_THEN]}]
    assert given["date_of_birth"] == [{"valueDate": "1990-05-03", "extension": [ANSWERED_THEN]}]
    assert given["can_be_pregnant"][0]["valueCoding"]["code"] == "asked-unknown"
    assert given["painkiller"][0]["valueCoding"]["display"] == "Yes"


def test_a_report_carries_the_answers_on_the_way_and_no_others(library):
    raw = {
        "procedures": ["mesotherapy-face"],
        "on": "2026-11-21",
        "answers": {"can_be_pregnant": "no", "pregnant": "yes"},
    }
    case = read_case(library, raw)
    report = compile_report(library, case, raw, FRAME)
    given = {row["linkId"]: row.get("answer") for row in rows(report["response"])}
    questionnaire = assemble_questionnaire(library, case.procedures)

    assert given.keys() == {s.item.link_id for s in journey(questionnaire, case.answers)}
    assert {k for k, v in given.items() if v} == answers_on_path(questionnaire, case.answers).keys()
    assert report["response"]["authored"] == FRAME["submitted_at"]
    assert report["response"]["subject"]["display"] == "Ana Silva"
    assert date.fromisoformat(report["on"]) == case.on


def test_each_answer_carries_the_day_on_which_it_was_given(library):
    raw = {
        "procedures": ["mesotherapy-face"],
        "on": "2026-11-21",
        "answers": {"can_be_pregnant": "no", "bleeding": "no"},
        "answered_on": {"bleeding": "2026-11-02"},
    }
    report = compile_report(library, read_case(library, raw), raw, FRAME)
    said = {row["linkId"]: row["answer"] for row in rows(report["response"]) if "answer" in row}
    days = {key: one["extension"][0]["valueDate"] for key, [one] in said.items()}

    assert days == {"can_be_pregnant": "2026-11-21", "bleeding": "2026-11-02"}
    told = {a["link_id"]: a.get("answered_on") for s in report["sections"] for a in s["answers"]}
    assert (told["can_be_pregnant"], told["bleeding"]) == (None, "2026-11-02")


def test_a_date_that_still_goes_on_is_told_by_a_code(tmp_path):
    asked = SMALL[ALL].replace("    dates: nsaid_recent\n", STILL)
    lasting = load_definitions(write_library(tmp_path, SMALL | {ALL: asked}))
    said = {"painkiller": "yes", "painkiller_last_dose": "still"}
    raw = {"procedures": ["peel"], "on": "2026-11-21", "answers": said}
    response = compile_report(lasting, read_case(lasting, raw), raw, {})["response"]

    QuestionnaireResponse.model_validate(response)
    said = {row["linkId"]: row.get("answer") for row in every_row(response)}
    assert said["painkiller_last_dose"] is None
    [told] = said["painkiller_last_dose.instead"]
    assert (told["valueCoding"]["code"], told["valueCoding"]["display"]) == (
        "still",
        "I still take it",
    )


def test_no_other_software_can_lose_that_a_date_is_not_known(library):
    """A value that is missing is no answer elsewhere: the reason is one of its own, and coded."""
    resource = questionnaire_resource(library, ["mesotherapy-face"], WORDS_BY)
    asked = {row["linkId"]: row for row in every_row(resource)}
    missing = {
        item.link_id
        for item in library.items
        if item.link_id in asked and item.codes and asked[item.link_id]["type"] != "choice"
    }

    assert missing
    for link_id in missing:
        beside = asked[f"{link_id}.instead"]
        codes = [one["valueCoding"]["code"] for one in beside["answerOption"]]
        assert not asked[link_id]["required"]
        assert set(codes) <= {"asked-unknown", "asked-declined", "still"} and codes
        assert beside.get("enableWhen") == asked[link_id].get("enableWhen")


def test_its_address_stays_and_its_version_is_that_of_the_lists(library):
    one, other = (
        questionnaire_resource(lists, chosen, WORDS_BY)
        for lists, chosen in (
            (library, ["prp", "mesotherapy-face"]),
            (replace(library, hash="sha256:" + "0" * 64), ["mesotherapy-face", "prp"]),
        )
    )

    assert one["url"] == other["url"] == "urn:screening:questionnaire:mesotherapy-face,prp"
    assert (one["version"], other["version"]) == (library.hash, "sha256:" + "0" * 64)


def test_it_carries_every_translation_and_what_is_ticked_alone(library):
    resource = questionnaire_resource(library, list(library.procedures), WORDS_BY)
    Questionnaire.model_validate(resource)

    def russian(element):
        return next(
            parts["extension"][1]["valueString"]
            for parts in element["extension"]
            if parts["extension"][0]["valueCode"] == "ru"
        )

    for row in every_row(resource):
        assert row["code"] == [{"system": "urn:screening:questions", "code": row["linkId"]}]
        assert russian(row["_text"]) == library.translations["ru"][row["text"]]
        for option in row.get("answerOption", []):
            code = option["valueCoding"]["code"]
            alone = row.get("repeats") and code in {"none", "asked-unknown", "asked-declined"}
            assert bool(alone) == ("extension" in option)
            if code == "Y":
                assert russian(option["valueCoding"]["_display"]) == "Да"


def test_the_answers_say_which_they_are_and_who_gave_them(library):
    raw = {"procedures": ["prp"], "on": "2026-11-21", "answers": {"can_be_pregnant": "no"}}
    by = {"by": {"who": "relative", "name": ""}, "name": "Rosa Silva"}
    frame = FRAME | {"number": "K7P2-9", "declaration": by}
    told = compile_report(library, read_case(library, raw), raw, frame)["response"]

    QuestionnaireResponse.model_validate(told)
    assert told["identifier"] == {"system": "urn:screening:numbers", "value": "K7P2-9"}
    assert told["author"] == {"type": "RelatedPerson", "display": "Rosa Silva"}
    assert told["subject"] == {"type": "Patient", "display": "Ana Silva"}


def test_an_issue_carries_what_is_to_read_and_what_cannot_all_be_true(library):
    said = {
        "other_meds": "yes",
        "medicine_list": "Qwertyzol",
        "allergy_any": "no",
        "anaphylaxis": "yes",
    }
    raw = {"procedures": ["soft-lifting"], "on": "2026-11-21", "answers": said}
    raw["visit"] = "2026-12-01"
    for issue in compile_report(library, read_case(library, raw), raw, {})["issues"]:
        DetectedIssue.model_validate(issue)
        told = {one["url"]: one.get("extension") for one in issue["extension"]}
        assert told["urn:screening:to-read"] == [
            {"url": "question", "valueString": "medicine_list"},
            {"url": "text", "valueString": "Qwertyzol"},
        ]
        because, *answers = told["urn:screening:contradiction"]
        assert because["valueString"].startswith("A very bad allergy is an allergy")
        assert [one["valueString"] for one in answers] == ["allergy_any", "anaphylaxis"]
        assert "A person must read some answers first." in issue["detail"]
        assert "Some answers cannot all be true." in issue["detail"]
