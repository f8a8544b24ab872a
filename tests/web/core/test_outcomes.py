from flask_babel import force_locale

from screening.clinical.definitions.eligibility import Outcome
from screening.web.core.outcomes import LOOKS, WORDS


def test_every_outcome_has_a_look_and_words_gravest_first():
    assert list(LOOKS) == list(WORDS) == list(Outcome)
    assert len(set(LOOKS.values())) == len(Outcome)


def test_the_words_are_those_of_the_readers_language(office):
    with office.app().test_request_context(), force_locale("ru"):
        assert {str(WORDS[o]) for o in Outcome}.isdisjoint({"Contraindicated", "Deferred"})
