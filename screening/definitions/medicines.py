"""Take over the classes of medicines, with the dictionary that reads names, and check them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from screening.clinical.definitions.definitions import Definitions
from screening.clinical.definitions.medicines import MedicineClass, MedicineNames, OnTheSkin
from screening.clinical.definitions.questionnaire import YES, Item, ItemType
from screening.definitions.dictionary.index import Index
from screening.definitions.dictionary.reading import NameReader
from screening.definitions.dictionary.spelling import plain
from screening.definitions.kinds import MedicinesFile, MedicineShape
from screening.definitions.problems import Problem, unknown
from screening.definitions.reading import Document

Mistake = tuple[tuple[str | int, ...], str]

open_index = cache(Index)


def medicines_in(file: MedicinesFile) -> MedicineNames:
    """Return what the file says, in the evaluator's own shapes, with the dictionary opened."""
    own = (name for kind in file.medicines for name in (*kind.substances, *kind.names))
    reader = NameReader(open_index(), own)
    classes = tuple(_class(kind, reader) for kind in file.medicines)
    return MedicineNames(file.reads, classes, reader)


def _class(shape: MedicineShape, reader: NameReader) -> MedicineClass:
    """Return the class; a name of its own stands for the substances that the dictionary knows."""
    meant = (s for name in shape.names for known in reader.meanings(plain(name)) for s in known)
    skin = shape.on_the_skin
    return MedicineClass(
        shape.id,
        shape.name or shape.id,
        shape.establishes,
        shape.possible,
        OnTheSkin(skin.establishes, skin.possible) if skin else None,
        frozenset((*shape.substances, *meant)),
        shape.names,
        shape.question,
        shape.answer,
    )


def check_medicines(definitions: Definitions, at: Document | None) -> list[Problem]:
    """Return what is wrong with the file `at`, where there is one."""
    if at is None:
        return []
    return [Problem(at.shown, at.line(where), text) for where, text in _mistakes(definitions)]


def _mistakes(definitions: Definitions) -> Iterator[Mistake]:
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
        if not kind.substances and not kind.names:
            yield ("medicines", i), f'class "{kind.id}" has neither substances nor names'
        for key, text in (*_misplaced(definitions, kind, items), *_misnamed(kind)):
            yield ("medicines", i, key), text
        for key, names in _said(kind):
            for text in _misunderstood(definitions, names):
                yield ("medicines", i, key), text


def _said(kind: MedicineClass) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "establishes", kind.establishes
    yield "possible", kind.possible
    if kind.on_the_skin:
        yield "on_the_skin", (*kind.on_the_skin.establishes, *kind.on_the_skin.possible)


def _misunderstood(definitions: Definitions, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        finding = definitions.findings.get(name)
        if finding is None:
            yield unknown("finding", name, definitions.findings)
        elif finding.protective:
            yield f'"{name}" is protective; a name must never make an outcome milder'
        elif finding.when is not None or finding.age is not None:
            yield f'"{name}" is worked out from others; name those'


def _misplaced(
    definitions: Definitions, kind: MedicineClass, items: dict[str, Item]
) -> Iterator[tuple[str, str]]:
    if kind.question is None:
        if kind.answer is not None:
            yield "answer", f'class "{kind.id}" has an answer and no question'
    elif kind.question not in items:
        yield "question", unknown("question", kind.question, items)
    else:
        for text in _unusable(definitions, kind, items[kind.question]):
            yield "answer", text


def _unusable(definitions: Definitions, kind: MedicineClass, item: Item) -> Iterator[str]:
    options = {option.id: option.means for option in item.options}
    offered = {YES: item.means} if item.type is ItemType.YES_NO else options
    if kind.answer not in offered:
        yield unknown(f'answer to "{item.link_id}",', str(kind.answer), offered)
        return
    if not item.may_not_know:
        yield f'"{item.link_id}" must offer "I do not know": nobody knows every medicine'
    for name in offered[kind.answer]:
        if definitions.findings[name].protective:
            yield f'"{name}" is protective; a name must never make an outcome milder'


def _misnamed(kind: MedicineClass) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for name in kind.names:
        if len(plain(name)) < 3:
            yield "names", f'"{name}" is too short to be told from other words'
        if plain(name) in seen:
            yield "names", f'"{name}" stands here twice'
        seen.add(plain(name))
