"""The form of one screen: its rows, dates, texts and lists, and what they answer.

What a patient may answer is decided by clinical.answers; the form only carries the answer
there and says in plain words what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice

from screening.clinical.definitions.questionnaire import (
    NONE_OF_THESE,
    NOT_KNOWN,
    STILL,
    Answer,
    Answers,
    Item,
    ItemType,
)
from screening.clinical.evaluation.answers import Fault, parse_answer
from screening.clinical.report.noted import Places
from screening.clinical.way.rows import LIST, Row, Said, reply_in
from screening.clinical.way.screens import Screen
from screening.web.screenings.date_field import DatePartsField
from screening.web.screenings.forms import FAULTS, MISSING, WORDS, PatientForm
from screening.web.screenings.way import said_text

ASKED = "screen.asked"  # names what a page asks: a box left empty is not a page that did not ask
NOT_SURE = _l("Not sure")


class Answerable:
    """Accept what clinical.answers accepts, and keep the answer as `field.answer`."""

    def __init__(self, item: Item, on: date):
        self.item, self.on = item, on

    def __call__(self, form: QuestionForm, field: Field) -> None:
        raw = field.data
        if (box := form[unknown_beside(field.name)]) is not None and box.data:
            raw = NOT_KNOWN
        # What goes on outweighs a date typed beside it: no wait has begun.
        if (box := form[still_beside(field.name)]) is not None and box.data:
            raw = STILL
        # A tick outweighs "None of these", whichever came first: no answer is milder for it.
        if isinstance(raw, list) and set(raw) - {NONE_OF_THESE}:
            raw = field.data = [code for code in raw if code != NONE_OF_THESE]
        field.answer, fault = parse_answer(self.item, raw, self.on)
        if fault is Fault.MISSING:
            raise ValidationError(MISSING.get(self.item.type, FAULTS[fault]))
        if fault is Fault.NOT_A_DATE and isinstance(field, DatePartsField):
            raise ValidationError(field.mistake(self.item.type is ItemType.BIRTH_DATE))
        if fault:
            raise ValidationError(str(FAULTS[fault]) % {"most": f"{self.item.longest:,}"})
        if self.item.type is ItemType.BIRTH_DATE:
            field.ask_about_age(field.answer, self.on)


class OneOf:
    """Accept one of `codes`, and nothing chosen as little as anything else."""

    def __init__(self, codes: Iterable[str]):
        self.codes = set(codes)

    def __call__(self, _form: QuestionForm, field: Field) -> None:
        if field.data not in self.codes:
            raise ValidationError(FAULTS[Fault.NOT_OFFERED if field.data else Fault.MISSING])


class QuestionForm(PatientForm):
    """A screen's form, with the `fields` of its `rows`; a box that it does not have is None."""

    def __init__(self, rows: Sequence[Row], fields: dict[str, Any], data: dict[str, Any]):
        self._rows = rows
        # Else taken from the class; to make one for each page takes longer than to fill it.
        self._unbound_fields = list(fields.items())
        super().__init__(data=data)

    def __getitem__(self, name: str) -> Field | None:
        return self._fields.get(name)


def answers_in(form: QuestionForm) -> dict[str, Answer]:
    """Return what was answered, once it was found to be right."""
    return {r.item.link_id: _of(form, r).answer for r in form._rows if not r.is_reply}


def replies_in(form: QuestionForm) -> Said:
    """Return what was replied in the rows of lists."""
    said: dict[str, dict[str, str]] = {}
    for row in (row for row in form._rows if row.is_reply):
        place = row.option.id if row.option else LIST
        said.setdefault(row.item.link_id, {})[place] = _of(form, row).data
    return said


def _of(form: QuestionForm, row: Row) -> Field:
    field = form[row.name]
    assert field is not None
    return field


def unknown_beside(name: str) -> str:
    return f"{name}.unknown"


def still_beside(name: str) -> str:
    return f"{name}.still"


def rows_sent(screen: Screen, shown: list[Row]) -> list[Row]:
    """Return the rows that the form asks: those that its page showed, where it says so."""
    asked = set(request.form.get(ASKED, "").split()) if request.method == "POST" else set()
    return [row for row in screen.rows if row.name in asked] or shown


def screen_form(rows: list[Row], on: date, answers: Answers, said: Said) -> QuestionForm:
    """Return the form for `rows`, filled with what was answered before."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for row in rows:
        name, given = row.name, reply_in(row, answers, said)
        fields[name] = _field(row, on)
        data[name] = given
        if row.item.type is ItemType.DATE and row.item.may_not_know:
            fields[unknown_beside(name)] = BooleanField(WORDS[NOT_KNOWN])
            data[unknown_beside(name)] = given == NOT_KNOWN
        if row.item.still:
            fields[still_beside(name)] = BooleanField(row.item.still)
            data[still_beside(name)] = given == STILL
    return QuestionForm(rows, fields, data)


def say_what_is_noted(form: QuestionForm, noted: Places) -> None:
    """Say beside each question what the clinic has noted of it; nothing is chosen for that."""
    for row in form._rows:
        what = noted.get((row.item.link_id, row.option.id if row.option else LIST))
        if not what:
            continue
        field = _of(form, row)
        texts = "; ".join(one.text for one in what)
        said = _("Your clinic has noted this: %(what)s.", what=texts)
        if all(one.asked for one in what):
            said = _("Your clinic has noted this: %(what)s. Is it still true?", what=texts)
        field.description = f"{said} {field.description or ''}".strip()


def _field(row: Row, on: date) -> Field:
    item = row.item
    if row.is_reply:
        return _radios(row, _help(row), [OneOf(row.codes)])
    checks = [Answerable(item, on)]
    match item.type:
        case ItemType.YES_NO | ItemType.ONE_OF:
            return _radios(row, item.help, checks)
        case ItemType.SOME_OF:
            texts = WORDS | {option.id: option.text for option in item.options}
            choices = [SelectChoice(code, texts[code]) for code in item.codes]
            return SelectMultipleField(
                item.text, checks, description=item.help, choices=choices, validate_choice=False
            )
        case ItemType.BIRTH_DATE:
            return DatePartsField(item.text, checks, description=item.help)
        case ItemType.DATE:
            partly = _l(
                "Leave empty what you do not know: the month and year, or the year, help too."
            )
            return DatePartsField(item.text, checks, description=item.help or partly)
        case ItemType.TEXT:
            return TextAreaField(item.text, checks, description=item.help)


def _radios(row: Row, description: str | None, checks: list[Any]) -> Field:
    texts = WORDS | {option.id: option.text for option in row.item.options} | {NOT_KNOWN: NOT_SURE}
    choices = [SelectChoice(code, texts[code]) for code in row.codes]
    return RadioField(
        row.text, checks, description=description, choices=choices, validate_choice=False
    )


def _help(row: Row) -> str | None:
    """Return the help of a row; a list's own names everything on it, as a list of ticks would."""
    if not row.is_gate:
        return None
    listed = "; ".join(option.text for option in row.item.options)
    return f"{listed}. {row.item.help or ''}".strip()


@dataclass(frozen=True)
class Part:
    """What stands together on a screen: some rows, or one date, text, choice or list of ticks.

    `led` is the question that led here and what was answered, `heading` the list's own words,
    `find_out` says by name how to find an answer out.
    """

    kind: str
    fields: list[Field]
    find_out: dict[str, str]
    led: tuple[str, str] | None = None
    heading: str = ""
    unknown: Field | None = None
    still: Field | None = None


KINDS = {
    ItemType.YES_NO: "rows",
    ItemType.ONE_OF: "choices",
    ItemType.SOME_OF: "ticks",
    ItemType.DATE: "date",
    ItemType.BIRTH_DATE: "date",
    ItemType.TEXT: "text",
}


def parts_of(form: QuestionForm, answers: Answers) -> list[Part]:
    """Return the fields of `form` as parts, in order; rows that belong together are one."""
    parts: list[Part] = []
    for row in form._rows:
        kind = "rows" if row.is_reply else KINDS[row.item.type]
        heading = row.item.text if row.option and row.under is not None else ""
        led = _led(row, answers)
        same = parts and (parts[-1].kind, parts[-1].led, parts[-1].heading) == (kind, led, heading)
        if kind != "rows" or not same:
            beside = form[unknown_beside(row.name)], form[still_beside(row.name)]
            parts.append(Part(kind, [], {}, led, heading, *beside))
        parts[-1].fields.append(_of(form, row))
        if row.item.find_out:
            parts[-1].find_out[row.name] = row.item.find_out
    return parts


def _led(row: Row, answers: Answers) -> tuple[str, str] | None:
    if row.under is None or row.under is row.item:
        return None
    if row.because:
        return row.under.text, row.because.text
    return row.under.text, said_text(row.under, answers[row.under.link_id])
