from screening.web.accounts import administration_forms
from screening.web.accounts.sign_in import HOME
from screening.workflow.core.roles import ROLES


def test_every_role_has_a_word_and_a_page_to_begin_with():
    assert list(administration_forms.ROLE_WORDS) == list(ROLES)
    assert set(HOME) == set(ROLES)
