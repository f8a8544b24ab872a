"""Slow hashes are made outside the writer's turn: else who guesses passwords holds everyone up."""

import ast
from pathlib import Path

from argon2 import Type, extract_parameters

import screening
from screening.workflow.accounts import hashing

ROOT = Path(screening.__file__).parent
SLOW = {"screening.workflow.accounts.hashing.matches", "hasher.hash", "hasher.verify"}


def modules():
    paths = [*(ROOT / "workflow").rglob("*.py"), *(ROOT / "commands").rglob("*.py")]
    return {
        ".".join(p.relative_to(ROOT.parent).with_suffix("").parts): ast.parse(p.read_text())
        for p in paths
    }


def names_of(module, tree):
    """Return what each name of a module stands for, in full."""
    found = {n.name: f"{module}.{n.name}" for n in tree.body if isinstance(n, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return found


def calls_in(nodes, names):
    """Return in full what is called in `nodes`."""
    for node in nodes:
        for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
            first, _, rest = ast.unparse(call.func).partition(".")
            full = names.get(first, first) + (f".{rest}" if rest else "")
            yield (
                full.removeprefix("screening.workflow.accounts.hashing.")
                if ("hasher." in full)
                else full
            )


def is_write(node):
    return isinstance(node, ast.With) and any(
        "database.write(" in ast.unparse(item.context_expr) for item in node.items
    )


def test_no_slow_hash_is_made_in_the_writers_turn():
    trees = {module: (tree, names_of(module, tree)) for module, tree in modules().items()}
    functions = {
        f"{module}.{node.name}": set(calls_in([node], names))
        for module, (tree, names) in trees.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    slow = set(SLOW)
    while more := {name for name, calls in functions.items() if calls & slow} - slow:
        slow |= more
    held = {
        f"{module}:{node.lineno}": set(calls_in(node.body, names)) & slow
        for module, (tree, names) in trees.items()
        for node in ast.walk(tree)
        if is_write(node)
    }

    assert len(held) > 60
    assert "screening.workflow.accounts.sessions.check_password" in slow
    assert {where: calls for where, calls in held.items() if calls} == {}


def test_a_hash_costs_what_owasp_asks_for():
    """It was made as the module was loaded: the other tests go on with hashes that cost nothing."""
    shipped = extract_parameters(hashing.NOBODY)

    assert (shipped.type, shipped.parallelism) == (Type.ID, 1)
    assert (shipped.time_cost, shipped.memory_cost) == (2, 19 * 1024)
