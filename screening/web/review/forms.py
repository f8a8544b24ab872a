"""What a doctor decides, as it is typed: one form, read once, kept whatever happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField

from screening.clinical.report.decision import (
    LONGEST_REASON,
    Choice,
    Ruling,
    precautions_of,
    preselected_choice,
)
from screening.clinical.report.parts import ReportProcedure
from screening.web.core.kept_form import KeptForm
from screening.workflow.review.reviews import Review

# Words that speak to the patient, or send her to somebody: no condition of a doctor's.
ADDRESSING = re.compile(r"\byou|who gave|talk to|who prescribed", re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """What stands in the form for one procedure; `ticked` are findings with a canned condition."""

    choice: str = ""
    reason: str = ""
    codes: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    conditions: str = ""

    @classmethod
    def read(cls, given: MultiDict[str, str], procedure: str) -> Typed:
        choice = given.get(f"decision-{procedure}", "")
        return cls(
            choice,
            given.get(f"reason-{procedure}", ""),
            tuple(given.getlist(f"codes-{choice}-{procedure}")),
            tuple(given.getlist(f"condition-{procedure}")),
            given.get(f"conditions-{procedure}", ""),
        )

    def ruling(self, canned: Mapping[str, str]) -> Ruling:
        """Return what is decided: what was typed for another choice is no part of it."""
        conditions = ""
        if self.choice == Choice.PROCEED_WITH_CONDITIONS:
            ticked = [canned[finding] for finding in self.ticked if finding in canned]
            conditions = "\n".join([*ticked, *filter(None, [self.conditions.strip()])])
        return Ruling(self.choice, self.reason, self.codes, conditions)


class DecisionForm(KeptForm):
    """The doctor's signature; the decisions themselves are named after the procedures."""

    password = PasswordField(_l("Your password or a code from your app, to sign"))


def canned_conditions(procedure: ReportProcedure) -> dict[str, str]:
    """Return by finding the condition that its rule asks for, in the rule's own words.

    A rule that is asked again on the day says so; another says its sentence, where that does
    not speak to the patient.
    """
    found = {}
    for reason in precautions_of(procedure):
        said = reason["because"]
        on_the_day = reason["recheck"] or bool(ADDRESSING.search(said))
        found[reason["finding"]] = (
            _("%(name)s: confirm on the day", name=reason["name"])
            if on_the_day
            else _("%(name)s: %(what)s", name=reason["name"], what=said)
        )
    return found


def preselected(review: Review, procedure: ReportProcedure, canned: Mapping[str, str]) -> Typed:
    """Return what the form says before anyone has touched it: the advice, never milder.

    Nothing where answers are to be read or contradict each other, nor for an amendment.
    """
    report, stood = review.report, review.stands.get(procedure["id"])
    if review.decision or "to_read" in report or "contradictions" in report:
        return Typed()
    now = next(p for p in review.today if p["id"] == procedure["id"])
    choice = preselected_choice(procedure, now, stood.choice if stood else None)
    if choice is not Choice.PROCEED_WITH_CONDITIONS:
        return Typed(str(choice or ""))
    ticked: list[str] = []
    for finding in canned:
        if sum(len(canned[one]) + 1 for one in [*ticked, finding]) <= LONGEST_REASON:
            ticked.append(finding)
    return Typed(choice, ticked=tuple(ticked))
