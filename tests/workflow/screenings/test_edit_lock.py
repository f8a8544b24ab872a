"""Every act that changes a draft is refused to a device that does not hold its edit lock."""

import ast
import inspect
from pathlib import Path

import pytest

from screening.storage.tables import Screening
from screening.workflow.core.actor import PATIENT, program
from screening.workflow.screenings import (
    answering,
    arrival,
    edit_lock,
    medicine_check,
    previous_answers,
    unfinished,
)
from screening.workflow.screenings.edit_lock import EditLock
from screening.workflow.tablets import handover, tablets
from tests.office import DECLARED, refused

WORKFLOW = Path(edit_lock.__file__).parents[1]
# What puts a draft into the table without a patient's device: a new one, one that is erased or
# begun afresh; what a program notes beside it; what is done within an act that has the lock.
NOT_A_PATIENTS = {"open_screening", "_ask_in_rows", "_hold_nothing", "_forget_elsewhere", "empty"}
NOT_A_PATIENTS |= {"note_facts"}
TYPED = {
    "fields": [["date_of_birth", "3"]],
    "names": ["date_of_birth"],
    "at": "2026-11-21T09:00:00",
}
WITHIN = {"_keep_mark", "_put_beside", "forget_all"}
ACTS = {
    answering.choose_procedures: (["mesotherapy-face"],),
    answering.give_answer: ("date_of_birth", "1986-05-03"),
    answering.change_draft: ({"answers": {}},),
    answering.submit: (DECLARED,),
    arrival.answer_rows: ({"pregnancy": "no"},),
    arrival.confirm_arrival: ("Nothing has changed.",),
    medicine_check.reply_to_question: ("blood_thinner", "yes"),
    previous_answers.bring_back: (),
    previous_answers.show_noted: (),
    previous_answers.bring_back_by_code: ("seven hills",),
    previous_answers.reply_to_rows: ({"else": "no"},),
    previous_answers.confirm: (set(), {"bleeding"}),
    previous_answers.start_anew: (),
    handover.code_for_tablet: (),
    unfinished.keep_unfinished: ("/screening/questions/date_of_birth", "", TYPED),
    unfinished.forget_unfinished: ("/screening/questions/date_of_birth",),
}


def functions():
    """Return every function of the workflow as (where it stands, its syntax tree)."""
    return [
        (f"{path.relative_to(WORKFLOW)}:{node.name}", node)
        for path in WORKFLOW.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    ]


def changes_a_draft(function):
    """Tell whether the function writes `.draft`, asks for the lock, or hands on to who does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            targets = ast.unparse(ast.Tuple(node.targets))
            if ".draft" in targets:
                return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")[-1]
            if called in {"change_draft", "held_draft", "locked_draft"}:
                return True
            if called.startswith("seal_") and any(ast.unparse(a) == "'draft'" for a in node.args):
                return True
    return False


@pytest.fixture
def begun(office):
    """Return a screening that is answered to the end, on a device that another has followed."""
    id = office.invite().screening_id
    office.answer(id)
    return id, office.hold(id), edit_lock.take(office.context, id, PATIENT)


def stored_draft(office, id):
    with office.context.database.read() as session:
        return session.get_one(Screening, id).draft


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_device_that_another_has_followed_changes_nothing(office, begun, act):
    id, before, _now = begun
    stored = stored_draft(office, id)

    assert refused(act, office.context, before, *ACTS[act]) == "elsewhere"
    assert refused(act, office.context, EditLock(id, ""), *ACTS[act]) == "elsewhere"
    assert stored_draft(office, id) == stored


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_a_device_whose_visit_has_ended_changes_nothing(office, begun, act):
    _id, _before, now = begun
    edit_lock.lay_down(office.context, now)

    assert refused(act, office.context, now, *ACTS[act]) == "no-visit"


def test_a_tablet_that_another_device_has_followed_gives_no_link(office, begun):
    _id, before, _now = begun
    here = tablets.tablet_of(
        office.context,
        tablets.pair(
            office.context, tablets.add_kiosk(office.context, program(office.clinic), "Room")
        ),
    )

    assert refused(handover.link_for_phone, office.context, here, before) == "elsewhere"


def test_the_lock_of_another_screening_opens_nothing(office, begun):
    id, _before, _now = begun
    other = office.hold(office.invite().screening_id)

    for act, more in ACTS.items():
        assert refused(act, office.context, EditLock(id, other.secret), *more) == "elsewhere"


def test_a_draft_is_held_for_the_device_that_is_in_alone(office, begun):
    _id, before, now = begun

    def hold(context, lock):
        with answering.held_draft(context, lock):
            return "held"

    assert refused(hold, office.context, before) == "elsewhere"
    assert hold(office.context, now) == "held"


def test_every_act_that_changes_a_draft_takes_a_lock_that_cannot_be_left_out():
    found = {where: f for where, f in functions() if changes_a_draft(f)}
    acts = {where.split(":")[1] for where in found} - NOT_A_PATIENTS - WITHIN

    assert acts >= {act.__name__ for act in ACTS}
    assert acts - {act.__name__ for act in ACTS} == {"held_draft", "link_for_phone"}
    for where, function in found.items():
        if function.name in NOT_A_PATIENTS | WITHIN:
            continue
        taken = {a.arg: ast.unparse(a.annotation) for a in function.args.args}
        without_default = len(function.args.args) - len(function.args.defaults)
        assert list(taken).index("lock") < without_default, where
        assert taken["lock"] == "EditLock", where


def test_every_act_names_the_lock_as_its_type():
    for act in ACTS:
        lock = inspect.signature(act).parameters["lock"]
        assert lock.annotation == "EditLock" and lock.default is inspect.Parameter.empty
