"""Make the golden files: what the program says to the outside, written down word for word.

    python -m tests.golden.make FOLDER      write them into FOLDER
    python -m tests.golden.make --hashes    print the SHA-256 of each, and of each PDF

A PDF is the same to the byte on one machine only, since another pango may set it
otherwise. Of a PDF is therefore kept what it says: its claims, text, tags and
attachments. `--hashes` before and after a change shows that not one byte differs.
"""

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import text

from screening.app import create_app
from screening.bootstrap import open_context
from screening.cli import main as screening
from screening.clinical.definitions.eligibility import determine_eligibility
from screening.config import read_config
from screening.definitions.examples import describe, name_of
from screening.definitions.loading import load_definitions
from screening.storage.database import Database
from tests.golden.reports import pdfs, said_by
from tests.postgres import DATABASES, Cluster

STORED = Path(__file__).with_name("files")
QUESTIONS = Path(__file__).parents[2] / "questions"
POSTGRESQL = """
    SELECT 'column ' || table_name || ' ' || to_char(ordinal_position, 'FM00') || ' '
        || column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '')
        || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
        || coalesce(' default ' || column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"


def make_files(postgresql: str | None = None) -> dict[str, bytes]:
    """Return every golden file by name; `postgresql` is the address of an empty database."""
    made = {
        "definitions.json": _definitions(),
        "examples.jsonl": "\n".join(_examples()),
        **_pages(),
        "schema-sqlite.sql": _schema("sqlite://", SQLITE),
        **{f"report-{name}.txt": said_by(pdf) for name, pdf in pdfs().items()},
    }
    if postgresql:
        made["schema-postgresql.sql"] = _schema(postgresql, POSTGRESQL)
    return {name: (content.rstrip() + "\n").encode() for name, content in made.items()}


def _definitions() -> str:
    done = CliRunner().invoke(screening, ["definitions", "--json"], catch_exceptions=False)
    return done.output


def _examples() -> Iterator[str]:
    """Yield what is advised for each patient that a clinician described, as JSON."""
    definitions = load_definitions(QUESTIONS)
    for example in definitions.examples:
        findings = describe(definitions, example)
        procedure = definitions.procedures[example.procedure]
        found = determine_eligibility(procedure, findings, example.on)
        reasons = [
            {
                "finding": reason.contraindication.finding,
                "state": reason.state,
                "outcome": reason.outcome,
                "dated": str(reason.dated) if reason.dated else None,
                "until": str(reason.until) if reason.until else None,
                "sources": [reason.contraindication.source, *reason.contraindication.also],
            }
            for reason in found.reasons
        ]
        told = {
            "example": name_of(example),
            "procedure": example.procedure,
            "on": str(example.on),
            "outcome": found.outcome,
            "until": str(found.until) if found.until else None,
            "reasons": reasons,
        }
        yield json.dumps(told, ensure_ascii=False)


def _pages() -> dict[str, str]:
    """Return every address with its endpoint and methods, and the API as it describes itself."""
    with tempfile.TemporaryDirectory() as folder:
        config = read_config({"SCREENING_INSTANCE": folder})
        context = open_context(config)
        app = create_app(config, context)
        rules = [
            (r.rule, r.endpoint, ",".join(sorted(r.methods))) for r in app.url_map.iter_rules()
        ]
        described = app.test_client().get("/api/v1/openapi.json").json
        context.database.close()
    return {
        "urls.txt": "\n".join(" ".join(rule) for rule in sorted(rules)),
        "openapi.json": json.dumps(described, indent=1, ensure_ascii=False),
    }


def _schema(address: str, query: str) -> str:
    """Return what a new database is made of, a line each, in an order of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(address if postgresql(address) else f"sqlite:///{folder}/screening.db")
        database.migrate()
        with database.read() as session:
            rows = sorted(_in_order(" ".join(row.split())) for row in session.scalars(text(query)))
        database.close()
    return "\n".join(rows)


def _in_order(sql: str) -> str:
    """Return the SQL of a table with its constraints in order: batches of Alembic shuffle them."""
    if not sql.startswith("CREATE TABLE"):
        return sql
    name, _, parts = sql.rpartition(")")[0].partition("(")
    outside_brackets = r", ?(?![^(]*\))"
    first, then = [], []
    for part in re.split(outside_brackets, parts):
        (then if part.strip().startswith("CONSTRAINT") else first).append(part.strip())
    return name.replace('"', "") + "(\n  " + ",\n  ".join([*first, *sorted(then)]) + "\n)"


def postgresql(address: str) -> bool:
    return address.startswith("postgresql")


def write(folder: Path) -> None:
    """Write every golden file into `folder`, and remove what is none any more."""
    made = _with_cluster()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    for old in {path.name for path in folder.iterdir()} - made.keys():
        (folder / old).unlink()


def _with_cluster() -> dict[str, bytes]:
    if "postgresql" not in DATABASES:
        sys.exit("the golden files need PostgreSQL too: install it")
    cluster = Cluster()
    try:
        return make_files(cluster.new())
    finally:
        cluster.remove()


def hashes() -> Iterator[str]:
    """Yield "SHA-256  name" for every golden file and every PDF."""
    everything = _with_cluster() | {f"{name}.pdf": pdf for name, pdf in pdfs().items()}
    for name, content in sorted(everything.items()):
        yield f"{hashlib.sha256(content).hexdigest()}  {name}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--hashes"]:
        print("\n".join(hashes()))
    elif len(sys.argv) == 2:
        write(Path(sys.argv[1]))
    else:
        sys.exit(__doc__)
