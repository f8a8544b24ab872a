"""Check the list of medicines' names: each class has to lead to a question that can be asked."""

from __future__ import annotations

from collections.abc import Iterator

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.medicines import MedicineClass, MedicineNames, plain
from screening.clinical.definitions.questionnaire import YES, Item, ItemType
from screening.definitions.kinds import MedicinesFile
from screening.definitions.problems import Problem, unknown
from screening.definitions.reading import Document
from screening.definitions.shapes import same_fields


def medicines_in(file: MedicinesFile) -> MedicineNames:
    """Return what the file says, in the evaluator's own shapes."""
    classes = (MedicineClass(**same_fields(c, MedicineClass)) for c in file.medicines)
    return MedicineNames(file.reads, tuple(classes))


def check_medicines(definitions: Definitions, at: Document | None) -> list[Problem]:
    """Return what is wrong with the file `at`, where there is one."""
    if at is None:
        return []
    return [Problem(at.shown, at.line(where), text) for where, text in _mistakes(definitions)]


def _mistakes(definitions: Definitions) -> Iterator[tuple[tuple[str | int, ...], str]]:
    items = {item.link_id: item for item in definitions.items}
    for i, name in enumerate(definitions.medicines.reads):
        if name not in items:
            yield ("reads", i), unknown("question", name, items)
        elif items[name].type is not ItemType.TEXT:
            yield ("reads", i), f'"{name}" is not a text question; names are read in those only'
    ids: set[str] = set()
    for i, kind in enumerate(definitions.medicines.classes):
        if kind.id in ids:
            yield ("medicines", i), f'class "{kind.id}" is already defined in this file'
        ids.add(kind.id)
        if kind.question not in items:
            where = ("medicines", i, "question")
            yield where, unknown("question", kind.question, items)
        else:
            for text in _unusable(definitions, kind, items[kind.question]):
                yield ("medicines", i, "answer"), text
        for text in _misnamed(kind):
            yield ("medicines", i, "names"), text


def _unusable(definitions: Definitions, kind: MedicineClass, item: Item) -> Iterator[str]:
    options = {option.id: option.means for option in item.options}
    offered = {YES: item.means} if item.type is ItemType.YES_NO else options
    if kind.answer not in offered:
        yield unknown(f'answer to "{item.link_id}",', kind.answer, offered)
        return
    if not item.may_not_know:
        yield f'"{item.link_id}" must offer "I do not know": nobody knows every medicine'
    for name in offered[kind.answer]:
        if definitions.findings[name].protective:
            yield f'"{name}" is protective; a name must never make an outcome milder'


def _misnamed(kind: MedicineClass) -> Iterator[str]:
    seen: set[str] = set()
    for name in kind.names:
        if len(plain(name)) < 3:
            yield f'"{name}" is too short to be told from other words'
        if plain(name) in seen:
            yield f'"{name}" stands here twice'
        seen.add(plain(name))
