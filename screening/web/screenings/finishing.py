"""The end on one page: what was answered, the doubtful first, who answered, and the declaration."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from screening.clinical.definitions.questionnaire import Item, ItemType
from screening.clinical.report.arrival import says_nothing
from screening.clinical.report.parts import AnsweredBy
from screening.clinical.report.report import ANSWERERS
from screening.clinical.way.journey import Journey
from screening.web.core.formatting import declaration_text
from screening.web.core.guards import context, is_kiosk, own_lock, start_visit
from screening.web.core.language import definitions, language
from screening.web.screenings.answering import bp
from screening.web.screenings.forms import FinishForm
from screening.web.screenings.way import (
    change_url,
    draft_here,
    journey_of,
    next_url,
    said_text,
    url_of,
    words_here,
)
from screening.workflow.screenings import answering
from screening.workflow.screenings.draft import Draft

Line = dict[str, str]


@bp.route("/screening/check", methods=["GET", "POST"])
def check() -> ResponseReturnValue:
    """Show all answers once more; the declaration below them sends them."""
    draft = draft_here()
    way = journey_of(draft)
    if not way.is_complete:
        return redirect(next_url(draft), 303)
    given = draft.answered_by or AnsweredBy(who="", name="")
    form = FinishForm(data={"who": given["who"], "interpreter": given["name"]})
    if form.validate_on_submit():
        return _send(form, draft)
    page = render_template(
        "screenings/check.html",
        draft=draft,
        form=form,
        chosen=[definitions().procedures[p].name for p in draft.procedures],
        doubts=_doubts(way, draft),
        first=[_line(item, draft) for item in _shown(way, draft) if _is_loud(item, draft)],
        rest=_rest(way, draft),
        texts={who: declaration_text(AnsweredBy(who=who, name="…")) for who in ANSWERERS},
        back=url_of(way.last, draft),
    )
    return page, 422 if form.errors else 200


def _send(form: FinishForm, draft: Draft) -> ResponseReturnValue:
    by = answering.answerer(form.who.data, form.interpreter.data or "")
    text = declaration_text(by)
    made = {"text": text, "name": form.full_name.data.strip(), "ink": form.ink.data or ""}
    answering.submit(context(), own_lock(), made, language(), words_here(), by)
    if is_kiosk():
        return redirect(url_for("kiosk.done"), 303)
    start_visit(draft.id)  # what was held for answering has ended with that
    return redirect(url_for(".receipt"), 303)


def _shown(way: Journey, draft: Draft) -> list[Item]:
    return [item for link_id, item in way.asked().items() if link_id not in draft.taken]


def _is_loud(item: Item, draft: Draft) -> bool:
    born = item.type is ItemType.BIRTH_DATE
    return not born and not says_nothing(item, draft.answers[item.link_id])


def _line(item: Item, draft: Draft) -> Line:
    return {
        "key": item.text,
        "value": said_text(item, draft.answers[item.link_id]),
        "href": change_url(item.link_id),
    }


def _rest(way: Journey, draft: Draft) -> dict[str, list[Line]]:
    """Return by section what says nothing: it is read as running text."""
    sections: dict[str, list[Line]] = {}
    quiet = {i.link_id for i in _shown(way, draft) if not _is_loud(i, draft)}
    for step in way.steps:
        if step.item.link_id in quiet:
            sections.setdefault(step.section.title, []).append(_line(step.item, draft))
    return sections


def _doubts(way: Journey, draft: Draft) -> list[tuple[str | None, list[Line]]]:
    """Return what to ask about answers that cannot both be true; earlier ones stay hidden."""
    items = way.asked()
    return [
        (clash.ask, [_line(items[link_id], draft) for link_id in clash.answers])
        for clash in draft.doubts(definitions())
        if clash.answers.keys() <= items.keys() - draft.taken
    ]
