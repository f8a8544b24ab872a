"""What a clinical lead does: see what is in force, and try other definitions before they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from screening.clinical.whatif.comparison import Comparison, compare
from screening.definitions.checking.matrix import Matrix, matrix_of
from screening.definitions.problems import LARGEST_ARCHIVE, DefinitionError
from screening.storage.tables import DefinitionsArchive
from screening.workflow.core.actor import Staff
from screening.workflow.core.context import Context
from screening.workflow.rules.rescreen import Preview, rescreen

# So many are tried within a few seconds; the command line tries them all.
MOST_SCREENINGS = 20_000
LARGEST_UPLOAD = LARGEST_ARCHIVE


@dataclass(frozen=True)
class InForce:
    """The definitions in force; `since` is when the first screening was held against them."""

    hash: str
    since: datetime | None
    procedures: int
    rules: int


@dataclass(frozen=True)
class Trial:
    """What came of an upload: problems, or what differs and what it would change."""

    problems: Sequence[str]
    comparison: Comparison | None = None
    preview: Preview | None = None
    failing: Sequence[str] = ()


def in_force(context: Context) -> InForce:
    """Return what is in force at the moment."""
    known = context.definitions
    with context.database.read() as session:
        used = session.get(DefinitionsArchive, known.hash)
    rules = sum(len(p.contraindications) for p in known.procedures.values())
    return InForce(known.hash, used.first_used_at if used else None, len(known.procedures), rules)


def matrix_in_force(context: Context) -> Matrix:
    """Return what the lists in force say of each finding and procedure."""
    return matrix_of(context.definitions)


def try_definitions(context: Context, lead: Staff, archive: bytes) -> Trial:
    """Return what a ZIP of definitions would change at the lead's clinic. Nothing is kept."""
    # What reads lists takes 10 MB, which most web processes do without.
    from screening.definitions.examples import failing_examples
    from screening.definitions.unpacking import load_archive

    try:
        tried = load_archive(archive)
    except DefinitionError as error:
        return Trial([str(problem) for problem in error.problems])
    preview = rescreen(context, tried, lead, MOST_SCREENINGS)
    return Trial([], compare(context.definitions, tried), preview, failing_examples(tried))


def pack_in_force(context: Context, lead: Staff) -> bytes:
    """Return the definitions in force as a ZIP to start from."""
    with context.database.write() as session:
        context.record(session, lead, "take rules")
    return context.archive
