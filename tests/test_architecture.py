"""The page about how it is built is true: folders, functions, and who calls whom."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
STEP = re.compile(r"^(?P<indent> *)- `(?P<name>[\w.]+)` in `(?P<file>[\w/]+\.py)`: ", re.MULTILINE)
NAMED_BESIDE = {"__init__.py", "__main__.py", "gunicorn_server.py", "parent_death.py"}


@cache
def tree(file):
    return ast.parse((ROOT / file).read_text())


@cache
def found(file, name):
    """Return the function that `name` leads to in `file`, such as "run" or "Press.render"."""
    node = tree(file)
    for part in name.split("."):
        inner = (n for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.ClassDef))
        node = next((n for n in inner if n.name == part and n is not node), None)
        assert node is not None, f"{file} has no {name}"
    assert isinstance(node, ast.FunctionDef), f"{name} in {file} is no function"
    return node


@cache
def imported(file):
    """Return what each name that `file` imports stands for, such as "screening.app.create_app"."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def mentioned(file, name):
    """Return every name that a function uses, dotted where it is known; methods begin with "?"."""
    names, here = imported(file), file.removesuffix(".py").replace("/", ".")
    used = set()
    for node in ast.walk(found(file, name)):
        if isinstance(node, ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            used |= {f"{names[of]}.{node.attr}" if of in names else "", f"?.{node.attr}"}
        elif isinstance(node, ast.Name):
            used.add(names.get(node.id, f"{here}.{node.id}"))
    return used


def steps():
    """Yield each step of the five ways as (file, name) with the step that it stands below."""
    above = []
    for step in STEP.finditer(PAGE[PAGE.index("## Five ways") :]):
        depth = len(step["indent"]) // 2
        above[depth:] = [(step["file"], step["name"])]
        yield above[depth], above[depth - 1] if depth else None


STEPS = list(dict.fromkeys(steps()))


def is_called(step, caller):
    """Tell whether a step exists, and the one above it uses it."""
    file, name = step
    assert found(file, name)
    module = file.removesuffix(".py").replace("/", ".")
    # A method belongs to an object, and nothing in the text says to which class.
    meant = f"?.{name.rpartition('.')[2]}" if "." in name else f"{module}.{name}"
    return not caller or meant in mentioned(*caller)


def test_each_step_exists_and_is_called_by_the_one_above():
    assert [both for both in STEPS if not is_called(*both)] == []


def test_there_are_five_ways_and_every_line_of_them_is_read():
    ways = PAGE[PAGE.index("## Five ways") :]

    assert len(re.findall(r"^### ", ways, re.MULTILINE)) == 5
    assert len(re.findall(r"^ *- ", ways, re.MULTILINE)) == len(STEP.findall(ways)) >= 60


def test_every_folder_and_module_is_listed_once():
    listed = re.findall(r"^\| `(screening/[\w/.]+)` \|", PAGE, re.MULTILINE)
    code = [p for p in (ROOT / "screening").rglob("*.py") if "migrations" not in p.parts]
    folders = {p.parent for p in code if p.name != "__init__.py"} - {ROOT / "screening"}
    modules = {p for p in (ROOT / "screening").glob("*.py") if p.name not in NAMED_BESIDE}

    assert len(listed) == len(set(listed))
    assert {ROOT / name for name in listed} == folders | modules


def test_a_call_that_is_not_there_is_noticed():
    """The check itself: a function beside the one that is called does not pass for it."""
    submit = ("screening/workflow/screenings/submission.py", "keep_report")

    assert "screening.clinical.report.report.compile_report" in mentioned(*submit)
    assert "screening.clinical.report.report.translated" in mentioned(*submit)
    assert "screening.clinical.evaluation.case.evaluate_case" not in mentioned(*submit)
    with pytest.raises(AssertionError, match="has no nobody"):
        found(submit[0], "nobody")
