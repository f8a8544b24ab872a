"""What the reception reads of a screening, in words to act on: never an answer or an outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from screening.web.core.formatting import shown_date
from screening.workflow.core.refusal import Refusal
from screening.workflow.core.states import State
from screening.workflow.reception.appointments import Coming, Word
from screening.workflow.reception.day_list import DayEntry

# How each kind of word looks: a colour and a shape; the order is that of the day's facts.
LOOKS = {
    "may-come": ("ok", "tick"),
    "here": ("ok", "tick"),
    "treated": ("ok", "tick"),
    "doctor-calls": ("stop", "phone"),
    "book-again": ("warn", "day"),
    "not-this": ("stop", "stop"),
    "waits": ("idle", "wait"),
    "answering": ("idle", "wait"),
    "not-answered": ("warn", "ask"),
    "ended": ("warn", "wait"),
    "withdrawn": ("idle", "none"),
}
GRAVEST_FIRST = (Word.NOT_THIS, Word.DOCTOR_CALLS, Word.BOOK_AGAIN, Word.MAY_COME)


@dataclass(frozen=True)
class WhatToDo:
    """One word; `treatment` is empty where the word is for all of them."""

    kind: str
    text: str
    treatment: str = ""

    @property
    def look(self) -> str:
        return LOOKS[self.kind][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.kind][1]


def what_to_do(entry: DayEntry, coming: Sequence[Coming]) -> list[WhatToDo]:
    """Return the words of one line, the gravest first."""
    if entry.treated:
        return [WhatToDo("treated", _("Treated"))]
    own = _of_state(entry)
    if not coming or entry.state in (State.SUBMITTED, State.WITHDRAWN):
        return [own]
    ordered = sorted(coming, key=lambda one: GRAVEST_FIRST.index(one.word))
    found = [WhatToDo(one.word, word_text(one), one.treatment) for one in ordered]
    if len({one.text for one in found}) == 1:
        found = [WhatToDo(found[0].kind, found[0].text)]
    return found if entry.state == State.DECIDED else [own, *found]


def word_text(one: Coming) -> str:
    if one.word == Word.MAY_COME:
        return _("May come")
    if one.word == Word.BOOK_AGAIN:
        return _("Book again from %(day)s", day=shown_date(one.day or ""))
    if one.word == Word.DOCTOR_CALLS:
        return _("The doctor will call")
    return _("Not for this treatment")


def _of_state(entry: DayEntry) -> WhatToDo:
    """Return the word of the state, for whom a doctor has not decided about yet."""
    if entry.state in (State.INVITED, State.IN_PROGRESS) and entry.again == "arrival":
        return WhatToDo("here", _("Has arrived"))
    kind, text = {
        State.INVITED: ("not-answered", _("Has not answered")),
        State.IN_PROGRESS: ("answering", _("Is answering")),
        State.EXPIRED: ("ended", _("The link has ended")),
        State.WITHDRAWN: ("withdrawn", _("Withdrawn")),
        State.DECIDED: ("waits", _("Doctor has decided")),
        State.SUPERSEDED: ("withdrawn", _("Replaced")),
        State.CONFIRMED: ("here", _("Confirmed on arrival")),
        State.ERASED: ("withdrawn", _("Erased")),
    }.get(State(entry.state), ("waits", _("Waits for the doctor")))
    return WhatToDo(kind, text)


def to_confirm(coming: Sequence[Coming]) -> int:
    """Return how many answers are to be confirmed on the day, where the patient may come."""
    return max((one.to_confirm for one in coming), default=0)


def facts(words: Iterable[Sequence[WhatToDo]]) -> list[tuple[int, str]]:
    """Return how many lines of the day have which word, each line counted once."""
    counts = Counter(line[0].kind for line in words if line)
    texts: Mapping[str, str] = {
        "may-come": ngettext("may come", "may come", counts["may-come"]),
        "here": ngettext("has arrived", "have arrived", counts["here"]),
        "treated": ngettext("treated", "treated", counts["treated"]),
        "doctor-calls": ngettext(
            "waits for the doctor’s call", "wait for the doctor’s call", counts["doctor-calls"]
        ),
        "book-again": ngettext("to book again", "to book again", counts["book-again"]),
        "not-this": ngettext("not treated", "not treated", counts["not-this"]),
        "waits": ngettext("waits for the doctor", "wait for the doctor", counts["waits"]),
        "answering": ngettext("is answering", "are answering", counts["answering"]),
        "not-answered": ngettext("has not answered", "have not answered", counts["not-answered"]),
        "ended": ngettext("link has ended", "links have ended", counts["ended"]),
        "withdrawn": ngettext("withdrawn", "withdrawn", counts["withdrawn"]),
    }
    return [(counts[kind], texts[kind]) for kind in LOOKS if counts[kind]]


def meanwhile(reason: Refusal) -> str:
    """Return what has happened since the list was shown, for which an act was refused."""
    return {
        Refusal.INVITED: _("The patient has not answered yet."),
        Refusal.IN_PROGRESS: _("The patient is answering now."),
        Refusal.SUBMITTED: _("The patient has sent the answers."),
        Refusal.DECIDED: _("The doctor has decided."),
        Refusal.EXPIRED: _("The link has ended. A new one goes on where the patient stopped."),
        Refusal.WITHDRAWN: _("This questionnaire was withdrawn."),
        Refusal.SUPERSEDED: _("The patient has answered again. What counts now stands here."),
        Refusal.CONFIRMED: _("The patient has arrived, and nothing was new."),
        Refusal.ERASED: _("All that was kept here was erased."),
        Refusal.TOO_LATE: _(
            "It was withdrawn more than an hour ago, so this cannot be undone. Invite again: "
            "what was answered before is still there for the patient and the doctor."
        ),
    }[reason]


def why_words() -> dict[str, str]:
    """Return why a screening is withdrawn."""
    return {
        "cancelled": _("The appointment was cancelled"),
        "mistake": _("It was a mistake"),
        "twice": _("The patient was invited twice"),
        "patient-wishes": _("The patient wishes so"),
    }
