from screening.clinical.definitions.eligibility import Outcome
from screening.web.core.outcomes import LOOKS, WORDS


def test_every_outcome_has_a_look_and_words_gravest_first():
    assert list(LOOKS) == list(WORDS) == list(Outcome)
    assert len(set(LOOKS.values())) == len(Outcome)
