"""Every reason for which an act is refused has words, and no act is refused for another."""

import ast
from pathlib import Path

import pytest

from screening.clinical.report.decision import Problem
from screening.web.accounts import refusal_words as accounts_words
from screening.web.accounts.administration_forms import LOOK_FIELDS
from screening.web.core import refusal_words
from screening.web.core.limits import FILES
from screening.web.core.refusal_words import (
    LOOK,
    ON_A_TABLET,
    PAGES,
    RULING,
    Page,
    words,
)
from screening.web.reports import verify
from screening.workflow.core.refusal import ActRefusedError, Refusal
from screening.workflow.core.states import State

ROOT = Path(__file__).parents[3] / "screening"
BOTH = vars(accounts_words) | vars(refusal_words)
TABLES = {n: t for n, t in BOTH.items() if n.isupper() and isinstance(t, dict)}
SENTENCES = {n: t for n, t in TABLES.items() if t not in (PAGES, ON_A_TABLET, FILES)}


def trees():
    """Return every file of the program as its syntax tree, but for the list and the words."""
    own = {"core/refusal.py", "core/refusal_words.py", "accounts/refusal_words.py"}
    paths = [p for p in ROOT.rglob("*.py") if "/".join(p.parts[-2:]) not in own]
    return {str(p.relative_to(ROOT)): ast.parse(p.read_text()) for p in paths}


def refused_for():
    """Return (file and line, what stands in the brackets) of every ActRefusedError made."""
    return [
        (f"{name}:{node.lineno}", node.args)
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ActRefusedError")
    ]


def reasons_in(node):
    """Return the members that `node` names as Refusal.NAME, or "any" where it turns one into it."""
    if isinstance(node, ast.IfExp):
        return reasons_in(node.body) | reasons_in(node.orelse)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal":
        return {"any"}
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Refusal":
        return {node.attr}
    return set()


@pytest.mark.parametrize("reason", Refusal)
def test_every_reason_has_a_page_of_words(reason):
    page = PAGES[reason]

    assert str(page.title)
    assert str(page.text).endswith(".")
    assert 400 <= page.status < 500 or reason is Refusal.STORE_AWAY  # which is our own fault


def test_every_sentence_is_for_a_reason_and_says_something():
    assert len(SENTENCES) > 10
    for name, sentences in SENTENCES.items():
        for reason, said in sentences.items():
            assert isinstance(reason, Refusal), name
            assert str(said).endswith("."), (name, reason)


def test_every_act_is_refused_for_a_member_of_the_list():
    found = refused_for()
    named = {where: [reasons_in(a) for a in arguments] for where, arguments in found}

    assert len(found) > 60
    assert not {where: n for where, n in named.items() if len(n) != 1 or not n[0]}
    assert set().union(*(n[0] for n in named.values())) - {"any"} <= set(Refusal.__members__)


def test_every_reason_is_given_somewhere():
    """One that no act gives any more goes from the list, and its words with it."""
    named = {
        node.attr
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Refusal"
    }
    by_value = {Refusal(v).name for v in (*State, *Problem)}

    assert named | by_value == set(Refusal.__members__)


def test_every_problem_with_a_ruling_has_words():
    assert {Refusal(problem) for problem in Problem} == set(RULING)


def test_every_problem_with_a_look_has_a_field():
    assert set(LOOK_FIELDS) == set(LOOK)


def test_every_refusal_of_a_file_has_a_status():
    assert set(verify.STATUS) == set(refusal_words.VERIFYING)


def test_a_reason_that_a_form_has_no_words_for_becomes_a_page():
    with pytest.raises(ActRefusedError, match="gone"):
        words(LOOK, ActRefusedError(Refusal.GONE))


def test_a_tablet_says_no_more_than_that_it_is_over():
    assert all(isinstance(page, Page) and page.status == 403 for page in ON_A_TABLET.values())
