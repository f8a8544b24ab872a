"""The audit log tells looks from acts, and takes nothing that a person typed."""

import ast
import re
from pathlib import Path

import pytest

from screening.workflow.core.actor import PROGRAM
from screening.workflow.core.acts import erased_because, is_free_text, is_read

NOTES = {"record", "note_look", "_note", "count_miss"}
LOOKS = {
    *("look at list", "look at mail", "look at patient", "look at queue", "look at calls"),
    *("look at warnings", "look at treatments", "look at insight"),
    *("search patients", "search queue", "recall lot", "read {} report", "read own copy"),
    *("open link", "open review", "open check-in", "open warning sign"),
    *("export", "export patient", "verify audit log"),
    *("take rules", "preview rules", "read verdict", "read decision", "read check-ins"),
    *("read reports", "read state"),
}
# Every reason that an entry may hold, as the code gives it (without quotes), and what it can be.
CLOSED = {
    ", .join(changed)": "names of fields",
    "f{patient.id}: {, .join(changed)}": "an id and names of fields",
    "f{patient.id}: {field}, {right}": "an id and two words of ours",
    "f{added.id} into {root.id}": "ids",
    "f{patient.id} from {into}": "ids",
    "f{row.id} into {row.merged_into}": "ids",
    "f{rows[0].id} from {rows[1].id}": "ids",
    "f{rows[0].id}: {why}": "an id and a code",
    "erased_because(why)": "a code",
    "rows[0].id": "an id",
    "patient_id": "an id",
    "own.id": "an id",
    "found.number": "a screening's number",
    "why": "checked before: one of a list, or the months looked at",
    "faccount:{id}": "an id",
    "faccount:{account.id}": "an id",
    "of_tablet(kiosk).who": "an id",
    "whose": "an id",
    "_about(row)": "an id",
    "id": "an id",
    "row.id": "an id",
    "other-message": "a code",
    "ERASED_BEFORE": "a code",
    "definitions.hash": "a hash",
    "language or None": "a language of ours",
    "_against(content)": "a code",
}


def notes():
    """Yield every call that adds an entry, as it stands in the program."""
    for path in sorted(Path("screening").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else None
                name = node.func.id if isinstance(node.func, ast.Name) else name
                if name in NOTES and path.name not in ("audit.py", "context.py"):
                    yield path, node


def acts_of(node):
    """Return the acts that stand in a call, such as "read {} report"."""
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr):
            texts = [v.value if isinstance(v, ast.Constant) else "{}" for v in part.values]
            yield "".join(map(str, texts))
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def test_each_look_is_told_from_each_act():
    found = {
        act for _, node in notes() for act in acts_of(node) if re.fullmatch("[a-z].*[a-z]", act)
    }

    assert {"submit", "erase", "show link", "withdraw"} <= found
    assert {act for act in found if is_read(act)} == LOOKS


def test_no_entry_is_made_with_free_text_as_its_reason():
    """The reason is the fifth argument of `record`, or named `why`."""
    given = set()
    for _, node in notes():
        reasons = [k.value for k in node.keywords if k.arg == "why"]
        if isinstance(node.func, ast.Attribute) and node.func.attr == "record":
            reasons += node.args[4:5]
        given |= {re.sub("['\"]", "", ast.unparse(reason)) for reason in reasons}

    assert len(given) > 10
    assert given <= CLOSED.keys(), "say what it can be, and that nobody typed it"


@pytest.mark.parametrize(
    "typed", ["asked by Lan", "Lan", "HIV", "Lan: name", "she said no", "a@b.example", ""]
)
def test_free_text_is_refused(office, typed):
    assert is_free_text(typed)
    with pytest.raises(ValueError, match="no free text"), office.context.database.write() as s:
        office.context.record(s, PROGRAM, "erase", None, typed)


@pytest.mark.parametrize(
    "closed",
    [
        "0b9b4c54-8f5e-4d31-9c39-111111111111: accent_dark, name",
        "0b9b4c54-8f5e-4d31-9c39-111111111111 into 0b9b4c54-8f5e-4d31-9c39-222222222222",
        "account:0b9b4c54-8f5e-4d31-9c39-111111111111",
        *("SC-2026-000017", "2026-09 to 2026-11", "no-mail-arrived", "zh_Hans_CN"),
        "sha256:" + "0f" * 32,
        erased_because("Asked by  the patient"),
        erased_because("her HIV test was positive"),
    ],
)
def test_ids_numbers_and_codes_are_taken(closed):
    assert not is_free_text(closed)
