"""Which questions share a screen, and which come on the next."""

from dataclasses import replace
from datetime import date

import pytest

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import Questionnaire, Section, journey, walk
from screening.clinical.way.burden import quiet_answer
from screening.clinical.way.journey import Journey
from screening.clinical.way.rows import LIST, MOST_ROWS, told_in
from screening.clinical.way.screens import screens_of

DAY = date(2026, 11, 29)
FACE = ["mesotherapy-face"]


def names(screens):
    return [[row.name for row in screen.rows] for screen in screens]


def together(small, *link_ids, **changes):
    """Return the small library's questions, where those named share a screen."""
    [section] = assemble_questionnaire(small, ["peel"]).sections
    items = tuple(
        replace(item, together="both", **changes) if item.link_id in link_ids else item
        for item in section.items
    )
    return Questionnaire((Section(section.id, section.title, items),))


def test_without_a_group_every_first_question_has_a_screen_of_its_own(small):
    questionnaire = assemble_questionnaire(small, ["peel"])

    assert names(screens_of(questionnaire, {}, {})) == [
        [item.link_id] for section in questionnaire.sections for item in section.items
    ]


def test_a_group_stands_where_its_first_question_does_and_what_it_opens_comes_next(small):
    questionnaire = together(small, "painkiller", "dental")
    answers = {"painkiller": "yes", "dental": "yes"}

    found = names(screens_of(questionnaire, answers, {}))
    assert found[2:4] == [["painkiller", "dental"], ["painkiller_last_dose", "dental_date"]]


def test_no_answer_moves_a_screen_that_was_shown_before(library):
    """What an answer adds comes after what waits already, and keeps its group's number."""
    questionnaire = assemble_questionnaire(library, FACE)
    answers, said = {}, {}
    while True:
        way = Journey(questionnaire, answers, said)
        before = names(way.screens)
        screen = way.screen(way.next.name)
        if screen is None:
            break
        items = {item.link_id: item for item in screen.items}
        fresh = {}
        for row in screen.rows:
            if row.is_reply:
                place = row.option.id if row.option else LIST
                fresh.setdefault(row.item.link_id, {})[place] = "yes"
            else:
                offered = [c for c in row.item.codes if c not in ("unknown", "tell-doctor")]
                answers[row.item.link_id] = offered[0] if offered else quiet_answer(row.item, DAY)
        told = told_in(items, answers, said, fresh)
        answers |= told.answers
        said = told.said
        place = before.index([row.name for row in screen.rows])
        now = names(Journey(questionnaire, answers, said).screens)
        assert now[: place + 1] == before[: place + 1]
    assert all(answers.get(s.item.link_id) for s in journey(questionnaire, answers))


def test_no_screen_asks_more_than_six_rows_and_none_mixes_what_is_private(library):
    answers = {i.link_id: "yes" for i in library.items if i.codes[:1] == ["yes"]}
    said = {
        item.link_id: {LIST: "yes"} | {option.id: "yes" for option in item.options}
        for item in library.items
        if item.options
    }
    questionnaire = assemble_questionnaire(library, library.procedures)
    for screen in screens_of(questionnaire, answers, said):
        assert len(screen.rows) <= MOST_ROWS, screen.name
        assert len({row.item.private for row in screen.rows}) == 1, screen.name


def test_every_question_on_the_way_is_asked_once_on_one_screen(library):
    answers = {i.link_id: "yes" for i in library.items if i.codes[:1] == ["yes"]}
    questionnaire = assemble_questionnaire(library, FACE)
    for grouped in (True, False):
        found = [
            name for rows in names(screens_of(questionnaire, answers, {}, grouped)) for name in rows
        ]
        assert len(found) == len(set(found))
        asked = {step.item.link_id for step in journey(questionnaire, answers)}
        assert {name.partition(".")[0] for name in found} == asked


def test_every_screen_has_a_name_of_its_own(library):
    said = {i.link_id: {LIST: "yes"} for i in library.items if i.row}
    questionnaire = assemble_questionnaire(library, library.procedures)
    found = [screen.name for screen in screens_of(questionnaire, {"allergy_any": "yes"}, said)]

    assert len(found) == len(set(found))
    assert "allergy_list-6" in found and "heart-1" in found


def test_a_clinic_may_ask_one_question_a_page_and_lists_as_ticks(library):
    questionnaire = assemble_questionnaire(library, FACE)
    screens = screens_of(questionnaire, {}, {}, grouped=False)

    assert all(len(screen.rows) == 1 for screen in screens)
    heart = next(screen for screen in screens if screen.name == "heart")
    assert not heart.rows[0].is_reply


@pytest.mark.parametrize("reply", ["yes", "unknown"])
def test_a_list_opens_at_yes_and_at_not_sure(library, reply):
    questionnaire = assemble_questionnaire(library, FACE)
    opened = screens_of(questionnaire, {}, {"heart": {LIST: reply}})
    shut = screens_of(questionnaire, {}, {"heart": {LIST: "no"}})

    assert "heart-1" in [screen.name for screen in opened]
    assert "heart-1" not in [screen.name for screen in shut]


def test_the_questions_of_a_tree_follow_only_what_leads_to_them(library):
    questionnaire = assemble_questionnaire(library, FACE)
    roots = {item.link_id for section in questionnaire.sections for item in section.items}
    first = {name for rows in names(screens_of(questionnaire, {}, {})) for name in rows}

    assert {name.partition(".")[0] for name in first} == roots
    assert {i.link_id for s in questionnaire.sections for i in walk(s.items)} > roots
