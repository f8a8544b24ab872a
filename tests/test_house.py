"""The import rule of README.md, checked on every file."""

import ast
import subprocess
import sys
from pathlib import Path

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
    "re",
    "typing",
    "unicodedata",
}
INNER = {"clinical", "definitions", "documents", "storage"}
MAY_IMPORT = {
    "clinical": set(),
    "definitions": {"clinical"},
    "documents": {"clinical"},
    "storage": {"clinical"},
    "config": set(),
    "logs": set(),
    "parent_death": set(),
    "gunicorn_server": {"app", "config", "logs"},
    "supervisor": {"config", "parent_death"},
    "workflow": INNER,
    "job_queue": {"config", "storage"},
    "worker": {"job_queue", "config", "documents", "parent_death", "storage", "workflow"},
    "web": {"clinical", "workflow", "logs"},
    "bootstrap": INNER | {"workflow", "config", "job_queue"},
    "app": {"bootstrap", "workflow", "web", "config"},
    "demo": INNER | {"workflow", "bootstrap", "config"},
    "commands": INNER | {"workflow", "bootstrap", "config"},
    "cli": INNER
    | {"workflow", "bootstrap", "config", "commands", "worker", "supervisor", "demo", "logs"},
    "__main__": {"cli"},
}
ROOT = Path(__file__).parents[1] / "screening"
FILES = sorted(
    p.relative_to(ROOT)
    for p in ROOT.rglob("*.py")
    if p.name != "__init__.py" and "migrations" not in p.parts
)


def part_of(path: Path) -> str:
    """Return the part of screening/ that `path` belongs to, such as "clinical"."""
    return path.with_suffix("").parts[0]


def imports(path: Path) -> set[str]:
    """Return the dotted names that `path` imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_inwards(path):
    used = {n.split(".")[1] for n in imports(path) if n.startswith("screening.")}
    assert used <= MAY_IMPORT[part_of(path)] | {part_of(path), "__version__"}


@pytest.mark.parametrize("path", [p for p in FILES if part_of(p) == "clinical"], ids=str)
def test_clinical_code_is_pure(path):
    assert {name.split(".")[0] for name in imports(path)} <= PURE | {"screening"}


@pytest.mark.parametrize("path", [p for p in FILES if part_of(p) == "web"], ids=str)
def test_pages_hold_no_sql_and_no_pdf(path):
    assert not {n.split(".")[0] for n in imports(path)} & {"sqlalchemy", "weasyprint", "pyhanko"}


@pytest.mark.parametrize("path", [p for p in FILES if part_of(p) == "clinical"], ids=str)
def test_clinical_code_looks_at_no_clock(path):
    calls = {
        n.attr
        for n in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(n, ast.Attribute)
    }
    assert not calls & {"today", "now", "utcnow"}


def test_the_pages_carry_no_pdf_library():
    """A web worker that never loads WeasyPrint cannot be slowed down by a report."""
    code = "import screening.app, sys; print({'weasyprint', 'pyhanko'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
