"""What the table of states allows is done to what was stored then, and nothing else is."""

import pytest

from screening.workflow.core.actor import PROGRAM, program
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.core.states import ALLOWED, State
from screening.workflow.reception import appointments, asking_again, invitations
from screening.workflow.records import erasure, export
from screening.workflow.review import reviews
from screening.workflow.screenings import afresh, answering, changes, own_code, receipts
from tests.museum.test_drafts import finish
from tests.museum.visiting import ON_SQLITE
from tests.office import DECLARED, PASSWORD, decide

# Those that leave the state as it is come first; of the others each has a screening of its own.
STAYS = {
    "read-receipt": lambda m, told: receipts.read_receipt(m.context, m.hold(told["id"])),
    "export": lambda m, told: export.export(m.context, told["id"], PROGRAM),
    "arrive": lambda m, told: asking_again.arrive(m.context, program(told["clinic"]), told["id"]),
    "reschedule": lambda m, told: appointments.reschedule(
        m.context, program(told["clinic"]), told["id"], m.now
    ),
    "amend": lambda m, told: settle(m, told, reviews.amend, "second thoughts"),
    "answer": lambda m, told: answering.give_answer(
        m.context, m.hold(told["id"]), "painkiller", "no"
    ),
    "show-link": lambda m, told: invitations.show_link(
        m.context, program(told["clinic"]), told["id"], "at-the-desk"
    ),
    "renew-link": lambda m, told: invitations.renew_link(
        m.context, program(told["clinic"]), told["id"]
    ),
    "choose-code": lambda m, told: own_code.choose(m.context, m.hold(told["id"]), "seven hills"),
    "change": lambda m, told: changes.something_changed(m.context, proven(m, told)),
}
CHANGES = {
    "submit": lambda m, told: finish(m, told["id"]),
    "decide": lambda m, told: settle(m, told, reviews.decide),
    "begin-afresh": lambda m, told: afresh.begin_afresh(m.context, told["id"], "another"),
    "withdraw": lambda m, told: invitations.withdraw(
        m.context, program(told["clinic"]), told["id"]
    ),
}
ERASES = {"erase": lambda m, told: erasure.erase(m.context, told["id"], PROGRAM, "asked")}
PLAINLY = {"submit": lambda m, told: answering.submit(m.context, m.hold(told["id"]), DECLARED)}
ACTS = STAYS | CHANGES | ERASES | PLAINLY
BY_TIME = {"expire"}  # no one does it: tests/museum/test_links.py
OTHERS = {
    "confirm",  # an arrival's: tests/workflow/screenings/test_arrival.py
    "drop-change",  # of one who says what changed: tests/workflow/reception/test_asking_again.py
    "note",  # by another program, with a Bundle: tests/web/integration/test_noting.py
    "treat",  # with a day and a product: tests/workflow/treatments
    "restore",  # within the hour only: tests/workflow/reception/test_invitations.py
}


def proven(museum, told):
    """Return the lock of the device that answered, had there been devices then."""
    museum.bind(told["id"])
    return museum.hold(told["id"])


def settle(museum, told, act, *why):
    """Decide as a doctor does who has the page before her."""
    reviews.open_review(museum.context, museum.mai, told["id"])
    *given, password = decide(museum, told["id"], "decline", "as advised", who=museum.mai)
    act(*given, *why, password)
    assert password == PASSWORD


@pytest.fixture
def museum(museum):
    museum.mai = museum.sign_in("doctor")
    return museum


def ours(museum, state):
    """Return the clinic's screenings in `state`; its doctor may decide on them."""
    clinic = museum.clinic_named("Aurelia")
    return [told for told in museum.in_state(state).values() if told["clinic"] == clinic]


def test_every_act_of_the_table_is_tried():
    assert ACTS.keys() | BY_TIME | OTHERS == set(ALLOWED)


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
def test_what_the_table_forbids_is_refused_with_the_state(museum):
    for act in ACTS:
        for state in set(State) - ALLOWED[act]:
            for told in ours(museum, state):
                assert refusal(museum, act, told) == state, act


def refusal(museum, act, told):
    """Return the reason for which an act is refused, None where it is done."""
    try:
        ACTS[act](museum, told)
    except ActRefusedError as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("museum", ON_SQLITE, indirect=True)
@pytest.mark.parametrize("state", sorted(State))
def test_what_the_table_allows_is_done(museum, state):
    there = ours(museum, state)
    if len(there) < max(1, sum(state in ALLOWED[act] for act in CHANGES)):
        pytest.skip("this wing has too few of them")
    first = there[0]
    for act in STAYS:
        if state in ALLOWED[act]:
            STAYS[act](museum, first)
    for act in CHANGES:
        if state in ALLOWED[act]:
            CHANGES[act](museum, there.pop())
    if state in ALLOWED["erase"]:
        ERASES["erase"](museum, first)
