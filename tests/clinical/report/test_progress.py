"""Progress tells the truth: it never falls on the way, and never promises fewer questions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from screening.clinical.definitions.definitions import assemble_questionnaire
from screening.clinical.definitions.questionnaire import is_answered, journey
from screening.clinical.report.progress import progress_at
from tests.clinical.evaluation.test_promises import answer_to


@settings(max_examples=40 * settings.default.max_examples // 100)
@given(st.data())
def test_progress_never_falls_and_what_is_left_is_never_less_than_said_before(library, data):
    procedure = data.draw(st.sampled_from(sorted(library.procedures)))
    questionnaire = assemble_questionnaire(library, [procedure])
    answers, before, place = {}, None, 0
    while place < len(steps := journey(questionnaire, answers)):
        now = progress_at(questionnaire, steps, place)
        assert 1 <= now.part <= now.parts and 0 <= now.done < now.total
        if before:
            assert (now.part, now.done) >= (before.part, before.done)
            assert (now.parts, now.total) == (before.parts, before.total)
            assert now.left >= before.left - 1, "more may come, fewer never"
        item = steps[place].item
        answers[item.link_id] = data.draw(answer_to(item)) or item.codes[:1] or "nothing"
        assert is_answered(item, answers)
        before, place = now, place + 1
    assert before.left == 0


def test_every_question_that_may_be_unknown_says_how_to_find_out(library):
    silent = {
        item.link_id
        for item in library.items
        if item.may_not_know and item.codes and not item.find_out and item.type != "text"
    }
    assert silent == set()
