"""The matrix of findings and procedures, so that a clinician can read it and sign it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from screening.clinical.definitions.coverage import Cell
from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.eligibility import Contraindication, Grade

Decided = Contraindication | Cell | None
OFTEN = 20  # a reason that stands more often may have been copied without a thought
LEAD = """\
# What each finding means for each procedure

Every cell is a rule, a finding whose rule covers it, or the number of a reason why it does not
matter. It is written by the program: edit `questions/`, then
run `screening matrix > docs/matrix.md`.

**do not**: contraindication · **wait**: temporary contraindication, with how long · **weigh**:
precaution · **→**: covered by that finding's rule · **a number**: the reason below · **?**: nobody
has decided yet

"""


def decided_in(definitions: Definitions, procedure: str) -> dict[str, Decided]:
    """Return for each finding the rule of `procedure`, or what stands for one, or None."""
    rules = definitions.procedures[procedure].contraindications
    nothing: dict[str, Decided] = dict.fromkeys(definitions.findings)
    cells = definitions.coverage.get(procedure, {})
    return nothing | dict(cells) | {rule.finding: rule for rule in rules}


def blank_cells(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Yield (procedure, finding) for every cell about which nobody has decided."""
    for procedure in definitions.procedures:
        for finding, decided in decided_in(definitions, procedure).items():
            if decided is None:
                yield procedure, finding


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell as it is read: what it says, for how long, whose rule covers it, which reason."""

    kind: str  # "do not", "wait", "weigh", "covered", "does not matter", or "open"
    wait: str | None = None
    by: tuple[str, ...] = ()
    reason: int | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every finding with its cell for each of `procedures`, and the numbered reasons.

    `reasons` is number, in how many cells, and the reason; the first stand most often.
    """

    procedures: tuple[str, ...]
    rows: dict[str, tuple[Shown, ...]]
    reasons: tuple[tuple[int, int, str], ...]
    often: int = OFTEN


def matrix_of(definitions: Definitions) -> Matrix:
    """Return what is decided about each finding and procedure, ready to be read."""
    columns = [decided_in(definitions, name) for name in definitions.procedures]
    cells = [c for column in columns for c in column.values() if isinstance(c, Cell)]
    counted = Counter(cell.reason for cell in cells if cell.reason).most_common()
    numbers = {reason: n for n, (reason, _) in enumerate(counted, 1)}
    return Matrix(
        tuple(definitions.procedures),
        {
            name: tuple(_shown(column[name], numbers) for column in columns)
            for name in definitions.findings
        },
        tuple((numbers[reason], many, reason) for reason, many in counted),
    )


def matrix(definitions: Definitions) -> str:
    """Return the matrix as Markdown, with the reasons that stand more than 20 times first."""
    made = matrix_of(definitions)
    head = f"| finding | {' | '.join(made.procedures)} |\n|---|{'---|' * len(made.procedures)}\n"
    rows = "".join(
        f"| {name} | {' | '.join(map(_written, cells))} |\n" for name, cells in made.rows.items()
    )
    return LEAD + head + rows + _reasons(made)


def _shown(decided: Decided, numbers: dict[str, int]) -> Shown:
    match decided:
        case None:
            return Shown("open")
        case Cell(reason=reason, by=()):
            return Shown("does not matter", reason=numbers[reason])
        case Cell(reason=reason, by=by):
            return Shown("covered", by=tuple(by), reason=numbers[reason] if reason else None)
        case Contraindication(grade=Grade.PRECAUTION):
            return Shown("weigh")
        case Contraindication(defer=None):
            return Shown("do not")
    return Shown("wait", wait=str(decided.defer))


def _written(cell: Shown) -> str:
    match cell.kind:
        case "open":
            return "**?**"
        case "does not matter":
            return str(cell.reason)
        case "covered":
            return f"→ {', '.join(cell.by)}" + (f" ({cell.reason})" if cell.reason else "")
        case "wait":
            return f"wait {cell.wait}"
    return cell.kind


def _reasons(made: Matrix) -> str:
    often = sum(many > OFTEN for _, many, _ in made.reasons)
    lines = [f"| {n} | {many} | {reason.replace('|', '/')} |\n" for n, many, reason in made.reasons]
    head = "\n| number | cells | reason |\n|---|---|---|\n"
    return (
        f"\n## Reasons that stand more than {OFTEN} times\n"
        f"{head}{''.join(lines[:often])}"
        f"\n## The other reasons\n{head}{''.join(lines[often:])}"
    )
