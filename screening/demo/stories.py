"""What has happened at the demo clinic: invented patients at every stage, through the acts alone.

Everything lies so many days before the day on which it is made, so that it looks alive on any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from screening.clinical.definitions.check_ins import check_in_days
from screening.clinical.definitions.eligibility import Outcome
from screening.clinical.definitions.questionnaire import NO, YES
from screening.clinical.medicines.questions import NotRecognised
from screening.clinical.report.decision import Choice
from screening.demo.patients import Described, draw
from screening.storage.tables import Screening
from screening.workflow.core.actor import PATIENT, Staff
from screening.workflow.core.context import Context
from screening.workflow.core.refusal import ActRefusedError
from screening.workflow.patients import merging
from screening.workflow.reception import asking_again, invitations
from screening.workflow.records import retention
from screening.workflow.review import reviews
from screening.workflow.screenings import answering, arrival, edit_lock, medicine_check
from screening.workflow.treatments import answers, asking, treating
from screening.workflow.treatments.page import open_page
from screening.workflow.treatments.treating import Done

DECLARATION = "I have answered these questions myself. As far as I know, every answer is true."
SPOKEN = "Talked over on the telephone."
CONDITIONS = "A small area first, and a call on the next day."
CLEAR, WEIGH, OPEN, WAIT, NEVER = (
    Outcome.NONE_IDENTIFIED,
    Outcome.PRECAUTION,
    Outcome.INFORMATION_NEEDED,
    Outcome.DEFERRED,
    Outcome.CONTRAINDICATED,
)
NOON = time(12)
Step = tuple[int, str]  # so many days ago, and a method of Story
SENT: tuple[Step, ...] = ((3, "invite"), (1, "send"))
KNOWN: tuple[Step, ...] = ((70, "invite"), (69, "send"), (67, "proceed"))
# Counted from the day of the first check-in, and ahead of the treatment that it follows.
TREATED: tuple[Step, ...] = ((4, "invite"), (3, "send"), (2, "set_conditions"), (1, "treat"))


@dataclass(frozen=True)
class Plot:
    """Someone's story: the outcome of the answers, in how many days the visit is, what happened.

    `then` happens where the procedure has a check-in, of which `steps` lie ahead.
    """

    name: str
    wanted: Outcome
    visit: int | None
    steps: tuple[Step, ...]
    then: tuple[Step, ...] = ()


PLOTS = (
    Plot("Ines Castro", CLEAR, 3, ((1, "invite"),)),
    Plot("Noor Haddad", CLEAR, None, ((6, "invite"),)),
    Plot("Tomas Novak", CLEAR, 0, ((4, "invite"), (0, "answer_half"))),
    Plot("Yuki Mori", WEIGH, 2, ((2, "invite"), (1, "answer_half"))),
    Plot("Hanna Berg", CLEAR, 0, SENT),
    Plot("Maria Rossi", WEIGH, 0, SENT),
    Plot("Olga Sokolova", OPEN, 1, SENT),
    Plot("Samir Aziz", WAIT, 4, SENT),
    Plot("Grace Okafor", NEVER, None, SENT),
    Plot("Dina Levy", WEIGH, -1, ((8, "invite"), (5, "send"))),
    Plot("Petra Weiss", CLEAR, 6, (*SENT, (0, "proceed"))),
    Plot("Minh Anh Le", WEIGH, 5, (*SENT, (0, "set_conditions"))),
    Plot("Carla Mendes", NEVER, 7, ((9, "invite"), (8, "send"), (6, "decline"))),
    Plot("Jonas Lind", WAIT, 9, ((5, "invite"), (4, "send"), (2, "defer"))),
    Plot("Aisha Rahman", OPEN, 8, ((5, "invite"), (3, "send"), (1, "ask_for_more"))),
    Plot("Rosa Jimenez", CLEAR, None, ((40, "invite"),)),
    Plot("Leo Martin", CLEAR, 1, ((7, "invite"), (2, "withdraw"))),
    Plot("Elif Demir", CLEAR, 0, ((4, "invite"), (3, "send"), (1, "proceed"), (0, "arrive"))),
    Plot(
        "Sofia Marin",
        CLEAR,
        2,
        ((160, "invite"), (159, "send"), (158, "proceed"), (4, "invite"), (1, "send")),
    ),
    Plot(
        "Bianca Popa",
        WEIGH,
        1,
        ((95, "invite"), (94, "send"), (92, "decline"), (3, "invite"), (1, "send")),
    ),
    Plot(
        "Anna Keller",
        CLEAR,
        3,
        (*KNOWN, (3, "invite_as_new"), (2, "send"), (1, "merge")),
    ),
    Plot("Thu Ha Pham", CLEAR, None, TREATED, ((0, "ask_how_it_went"), (0, "report_sign"))),
    Plot("Lucia Moreno", WEIGH, None, TREATED, ((0, "ask_how_it_went"),)),
)


@dataclass
class Clock:
    """Tells the moment that a story is at, never an earlier one than before."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


def tell(context: Context, clock: Clock, doctor: Staff, password: str, ends: datetime) -> None:
    """Let everything happen, the oldest first; `context` tells the time of `clock`."""
    procedures = list(context.definitions.procedures)
    there = ends.astimezone(ZoneInfo(doctor.clinic.zone))
    today = there.date()
    used: set[str] = set()
    happens: list[tuple[float, Callable[[], None]]] = []
    names = context.definitions.demo_patients
    for nth, plot in enumerate(PLOTS):
        turned = procedures[nth % len(procedures) :] + procedures[: nth % len(procedures)]
        ahead = 0
        if plot.then:
            days = {name: _until_check_in(context, name, today) for name in turned}
            asked = {name: days for name, days in days.items() if days}
            turned = sorted(asked, key=lambda name: asked[name]) or turned
            ahead = asked.get(turned[0], 0)
        described = draw(
            context.definitions, turned[:1] if ahead else turned, today, plot.wanted, used
        )
        name = names[nth] if nth < len(names) else plot.name
        story = Story(context, doctor, password, plot, name, nth, described, today)
        happens += [(ago + ahead, getattr(story, act)) for ago, act in plot.steps]
        # Nobody is asked at night: where the demo opens in the morning, it was the evening before.
        asked_ago = 0.5 if there.time() < NOON else 0.0
        for ago, act in plot.then:
            before = asked_ago if act == "ask_how_it_went" else 0.0
            happens.append((ago + before, getattr(story, act)))
    happens.sort(key=lambda one: -one[0])
    for nth, (since, happen) in enumerate(happens, 1):
        clock.at = ends - timedelta(days=since, minutes=len(happens) - nth)
        happen()
    clock.at = ends
    retention.expire(context)


def _until_check_in(context: Context, procedure: str, on: date) -> int:
    """Return how many days after the treatment it is first asked about, 0 for never."""
    days = check_in_days([context.definitions.procedures[procedure].aftercare], on)
    return (days[0] - on).days if days else 0


@dataclass
class Story:
    """One patient of the demo, and how far things are."""

    context: Context
    doctor: Staff
    password: str
    plot: Plot
    name: str
    nth: int
    described: Described
    today: date
    visits: list[str] = field(default_factory=list)

    @property
    def visit(self) -> str:
        """The screening that everything is about now."""
        return self.visits[-1]

    def invite(self, number: str | None = None) -> None:
        at = None
        if self.plot.visit is not None:
            hour = time(9 + self.nth % 8, 30 * (self.nth % 2))
            zone = ZoneInfo(self.doctor.clinic.zone)
            at = datetime.combine(self.today + timedelta(self.plot.visit), hour, zone)
        made = invitations.invite(
            self.context,
            self.doctor,
            self.name,
            [self.described.procedure],
            at,
            born=self.described.born,
            number=f"P-{1001 + self.nth}" if number is None else number,
        )
        self.visits.append(made.screening_id)

    def invite_as_new(self) -> None:
        """Invite the same person as if nobody knew her."""
        self.invite(number="")

    def merge(self) -> None:
        with self.context.database.read() as session:
            one, other = (session.get_one(Screening, id).patient_id for id in self.visits[-2:])
        assert one and other
        merging.merge(self.context, self.doctor, one, other)

    def answer_half(self) -> None:
        said = list(self.described.answers.items())
        self._answer(dict(said[: len(said) // 2]))

    def _answer(self, said: Mapping[str, Any]) -> edit_lock.EditLock:
        lock = edit_lock.take(self.context, self.visit, PATIENT)
        answering.choose_procedures(self.context, lock, [self.described.procedure])
        answering.change_draft(self.context, lock, {"answers": dict(said)})
        return lock

    def send(self) -> None:
        """Answer everything, stand by what the list of medicines says, declare and send."""
        lock, lists = self._answer(self.described.answers), self.context.definitions
        while asked := answering.open_draft(self.context, lock).medicine_questions(lists):
            reply = YES if isinstance(asked[0], NotRecognised) else NO
            medicine_check.reply_to_question(self.context, lock, asked[0].id, reply)
        declared = {"text": DECLARATION, "name": self.name, "ink": ""}
        answering.submit(self.context, lock, declared)

    def withdraw(self) -> None:
        invitations.withdraw(self.context, self.doctor, self.visit, "cancelled")

    def proceed(self) -> None:
        self._decide(Choice.PROCEED)

    def set_conditions(self) -> None:
        self._decide(Choice.PROCEED_WITH_CONDITIONS)

    def defer(self) -> None:
        self._decide(Choice.DEFER)

    def decline(self) -> None:
        self._decide(Choice.DECLINE)

    def ask_for_more(self) -> None:
        self._decide(Choice.REQUEST_INFORMATION)

    def _decide(self, wanted: Choice) -> None:
        """Decide as `wanted`; where the lists do not let that be, decline."""
        conditions = CONDITIONS if wanted is Choice.PROCEED_WITH_CONDITIONS else ""
        for choice in (wanted, Choice.DECLINE):
            rulings = {self.described.procedure: (choice, SPOKEN, (), conditions)}
            try:
                reviews.decide(self.context, self.doctor, self.visit, rulings, self.password)
            except ActRefusedError:
                if choice is Choice.DECLINE:
                    raise
            else:
                return

    def arrive(self) -> None:
        """Come to the visit with nothing new; where something has to be answered, stop there."""
        made = asking_again.arrive(self.context, self.doctor, self.visit)
        lock = edit_lock.take(self.context, made.screening_id, PATIENT)
        arrival.answer_rows(
            self.context, lock, dict.fromkeys(self.context.definitions.bindings.rows, NO)
        )
        with suppress(ActRefusedError):
            arrival.confirm_arrival(self.context, lock, DECLARATION)

    def treat(self) -> None:
        on = self.context.now().astimezone(ZoneInfo(self.doctor.clinic.zone)).date()
        done = [Done(self.described.procedure, (("Sample", f"LOT-{2001 + self.nth}"),))]
        with suppress(ActRefusedError):  # declined, where the lists let nobody proceed
            treating.treat(self.context, self.doctor, self.visit, on, done, self.doctor.name)

    def ask_how_it_went(self) -> None:
        asking.ask_how_it_went(self.context)

    def report_sign(self) -> None:
        """Say on the telephone that the first of the warning signs is there."""
        for call in answers.list_to_call(self.context, self.doctor):
            if call.screening_id == self.visit:
                [sign, *_] = open_page(self.context, call.check_in_id, by=self.doctor).asked
                answers.answer(self.context, call.check_in_id, {sign.key: YES}, self.doctor)
