"""How far a patient has come, told so that it stays true when questions appear or vanish.

What an answer adds are follow-ups, which belong to the question that led to them. So
parts and first questions are counted, which no answer changes; what is left is a
lower bound, since only a question not answered yet can lead to more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screening.clinical.definitions.questionnaire import Questionnaire, Step, walk


@dataclass(frozen=True, slots=True)
class Progress:
    """`part` of `parts`; `done` of `total` first questions; at least `left` after this one."""

    part: int
    parts: int
    done: int
    total: int
    left: int


def progress_at(questionnaire: Questionnaire, steps: Sequence[Step], place: int) -> Progress:
    """Return how far the question at `place` of the journey `steps` is."""
    sections = [section for section in questionnaire.sections if section.items]
    first = [item for section in sections for item in section.items]
    here = steps[place]
    root = next(
        i for i, item in enumerate(first) if here.item.link_id in {x.link_id for x in walk([item])}
    )
    part = next(i for i, s in enumerate(sections, 1) if s.id == here.section.id)
    return Progress(part, len(sections), root, len(first), len(steps) - place - 1)
