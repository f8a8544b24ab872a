"""The rules of the house (docs/architecture.md), checked on every file."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

PURE = {
    "__future__",
    "base64",
    "bisect",
    "calendar",
    "collections",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "itertools",
    "re",
    "typing",
    "unicodedata",
}
INNER = {"clinical", "definitions", "documents", "storage"}
MAY_IMPORT = {
    "clinical": set(),
    "definitions": {"clinical"},
    "documents": {"clinical", "shipped"},
    "storage": {"clinical"},
    "config": {"shipped"},
    "logs": set(),
    "parent_death": set(),
    "shipped": set(),
    "gunicorn_server": {"app", "config", "logs"},
    "supervisor": {"config", "parent_death"},
    "workflow": INNER,
    "job_queue": {"config", "ordered_once", "storage"},
    "ordered_once": set(),
    "worker": {"job_queue", "config", "documents", "parent_death", "storage", "workflow"},
    "web": {"clinical", "workflow", "storage", "logs"},
    "bootstrap": INNER | {"workflow", "config", "job_queue"},
    "app": {"definitions", "bootstrap", "workflow", "web", "storage", "config", "shipped"},
    "demo": INNER | {"workflow", "bootstrap", "config"},
    "commands": INNER | {"workflow", "bootstrap", "config"},
    "cli": INNER
    | {"workflow", "bootstrap", "config", "commands", "worker", "supervisor", "demo", "logs"}
    | {"job_queue"},
    "__main__": {"cli"},
}
TESTS = Path(__file__).parent
ROOT = TESTS.parent / "screening"
FILES = sorted(
    p.relative_to(ROOT)
    for p in ROOT.rglob("*.py")
    if p.name != "__init__.py" and "migrations" not in p.parts
)

# What the acts return, and what may go wrong.
FROM_STORAGE = {"Clinic", "SealedBlobError", "WaitedTooLongError"}
LAYERS = ("clinical", "documents", "workflow", "web")
ROOMS = {path.parts[1] for path in FILES if path.parts[0] == "workflow"}
MOST_LINES, MOST_MODULES = 300, 14


def part_of(path: Path) -> str:
    """Return the part of screening/ that `path` belongs to, such as "clinical"."""
    return path.with_suffix("").parts[0]


CLINICAL = [path for path in FILES if part_of(path) == "clinical"]
WEB = [path for path in FILES if part_of(path) == "web"]


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return every part of a file below screening/, as Python reads it."""
    return list(ast.walk(ast.parse((ROOT / path).read_text())))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the dotted names that `path` imports, inside functions too."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(found)


def wrong_in(files: Iterable[Path], wrong: Callable[[Path], Any]) -> dict[str, Any]:
    """Return what is `wrong` in which of the files."""
    return {str(path): found for path in files if (found := wrong(path))}


def test_imports_point_inwards():
    def outwards(path):
        used = {n.split(".")[1] for n in imports(path) if n.startswith("screening.")}
        return used - MAY_IMPORT[part_of(path)] - {part_of(path), "__version__"}

    assert wrong_in(FILES, outwards) == {}


def test_clinical_code_is_pure():
    def impure(path):
        return {name.split(".")[0] for name in imports(path)} - PURE - {"screening"}

    assert wrong_in(CLINICAL, impure) == {}


def test_pages_hold_no_sql_and_no_pdf():
    def others_work(path):
        return {n.split(".")[0] for n in imports(path)} & {"sqlalchemy", "weasyprint", "pyhanko"}

    assert wrong_in(WEB, others_work) == {}


def test_clinical_code_looks_at_no_clock():
    def looks(path):
        calls = {n.attr for n in nodes(path) if isinstance(n, ast.Attribute)}
        return calls & {"today", "now", "utcnow"}

    assert wrong_in(CLINICAL, looks) == {}


CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
# What everyone asks for the time; and the limits, which hold their own against their library's.
MAY_LOOK_AT_A_CLOCK = {Path("bootstrap.py"), Path("web/core/limits.py")}


def test_the_moment_is_an_argument():
    """A clock that is looked at deep inside cannot be moved by a test, or set apart by a fault."""

    def looks(path):
        used = {
            (n.value.id, n.attr)
            for n in nodes(path)
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
        }
        return used & CLOCKS

    assert wrong_in(set(FILES) - MAY_LOOK_AT_A_CLOCK, looks) == {}


LATE = {"aiohttp", "alembic", "icalendar", "huey", "obstore", "PIL", "psycopg", "pyhanko"}
LATE |= {"rapidfuzz", "weasyprint", "webauthn", "yaml"}


@pytest.mark.parametrize(
    ("module", "libraries"),
    [("screening.app", LATE), ("screening.cli", LATE | {"pydantic", "sqlalchemy", "yaml"})],
)
def test_neither_pages_nor_help_load_a_library_that_few_need(module, libraries):
    """A web process that never loads WeasyPrint cannot be slowed down by a report."""
    code = f"import {module}, sys; print(sorted({libraries} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_pages_name_of_the_storage_only_what_acts_return():
    def more(path):
        used = {n.rpartition(".")[2] for n in imports(path) if n.startswith("screening.storage")}
        return used - FROM_STORAGE

    assert wrong_in(WEB, more) == {}


def rooms_used(layer: str) -> dict[str, set[str]]:
    """Return, for each folder of a layer, the other folders of it that it imports."""
    used: dict[str, set[str]] = {}
    for path in FILES:
        if path.parts[0] == layer and len(path.parts) == 3:
            names = {tuple(n.split(".")[1:3]) for n in imports(path)}
            others = {n[1] for n in names if len(n) == 2 and n[0] == layer}
            used.setdefault(path.parts[1], set()).update(others - {path.parts[1]})
    return used


@pytest.mark.parametrize("layer", LAYERS)
def test_no_room_of_a_layer_needs_one_that_needs_it(layer):
    TopologicalSorter(rooms_used(layer)).prepare()  # raises CycleError and names the circle


@pytest.mark.parametrize("layer", ["workflow", "web"])
def test_the_core_needs_no_other_room(layer):
    assert rooms_used(layer)["core"] == set()


@pytest.mark.parametrize(
    "tree", [ROOT / "web", ROOT.parent / "templates", TESTS / "workflow", TESTS / "web"], ids=str
)
def test_the_same_nouns_name_the_rooms_of_every_tree(tree):
    """Whoever changes how a patient is invited opens four rooms of one name, and nothing else."""
    rooms = {p.name for p in tree.iterdir() if p.is_dir() and p.name[0].isalpha()}

    assert rooms - {"static", "documents"} <= ROOMS


@cache
def defined_in(path: Path) -> set[str]:
    """Return the names that a module defines itself, at its top or behind a condition."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_a_name_is_imported_from_where_it_is_defined():
    def borrowed(path):
        found = {}
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("screening."):
                source = ROOT.parent / (node.module.replace(".", "/") + ".py")
                names = {alias.name for alias in node.names}
                if source.exists() and (others := names - defined_in(source.relative_to(ROOT))):
                    found[node.module] = others
        return found

    assert wrong_in(FILES, borrowed) == {}


def test_a_file_is_read_in_one_sitting():
    def too_long(path):
        lines = len((ROOT / path).read_text().splitlines())
        return lines if lines > MOST_LINES else 0

    assert wrong_in(FILES, too_long) == {}


def test_no_folder_is_crowded():
    crowds = Counter(path.parent for path in FILES)

    assert [str(folder) for folder, many in crowds.items() if many > MOST_MODULES] == []
