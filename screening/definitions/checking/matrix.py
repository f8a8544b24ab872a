"""The matrix of findings and procedures, so that a clinician can read it and sign it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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


def matrix(definitions: Definitions) -> str:
    """Return the matrix as Markdown, with the reasons that stand more than 20 times first."""
    columns = {name: decided_in(definitions, name) for name in definitions.procedures}
    cells = [c for column in columns.values() for c in column.values() if isinstance(c, Cell)]
    counted = Counter(cell.reason for cell in cells if cell.reason)
    numbers = {reason: n for n, (reason, _) in enumerate(counted.most_common(), 1)}
    head = f"| finding | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    rows = "".join(
        f"| {name} | {' | '.join(_shown(column[name], numbers) for column in columns.values())} |\n"
        for name in definitions.findings
    )
    return LEAD + head + rows + _reasons(counted, numbers)


def _shown(decided: Decided, numbers: dict[str, int]) -> str:
    match decided:
        case None:
            return "**?**"
        case Cell(reason=reason, by=()):
            return str(numbers[reason])
        case Cell(reason=reason, by=by):
            return f"→ {', '.join(by)}" + (f" ({numbers[reason]})" if reason else "")
        case Contraindication(grade=Grade.PRECAUTION):
            return "weigh"
        case Contraindication(defer=None):
            return "do not"
    return f"wait {decided.defer}"


def _reasons(counted: Counter[str], numbers: dict[str, int]) -> str:
    often = {reason: many for reason, many in counted.items() if many > OFTEN}
    lines = [
        f"| {numbers[reason]} | {many} | {reason.replace('|', '/')} |\n"
        for reason, many in counted.most_common()
    ]
    head = "\n| number | cells | reason |\n|---|---|---|\n"
    return (
        f"\n## Reasons that stand more than {OFTEN} times\n"
        f"{head}{''.join(lines[: len(often)])}"
        f"\n## The other reasons\n{head}{''.join(lines[len(often) :])}"
    )
