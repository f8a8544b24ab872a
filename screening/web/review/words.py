"""The words of the doctor's desk: decisions, their codes, the groups of the queue."""

from __future__ import annotations

from flask_babel import gettext as _

from screening.clinical.report.decision import Choice, Code
from screening.workflow.accounts.sessions import Ending
from screening.workflow.review.line import Group


def choice_words() -> dict[str, str]:
    return {
        Choice.PROCEED: _("Proceed"),
        Choice.PROCEED_WITH_CONDITIONS: _("Proceed with conditions"),
        Choice.REQUEST_INFORMATION: _("Ask for more information"),
        Choice.DEFER: _("Defer"),
        Choice.DECLINE: _("Decline"),
    }


def code_words() -> dict[str, str]:
    return {
        Code.BENEFIT: _("The benefit outweighs the risk"),
        Code.SPECIALIST: _("A specialist agrees"),
        Code.WITHOUT_COMPONENT: _("A product without the component"),
        Code.ADAPTED: _("Dose or plan adapted"),
        Code.CONSENTS: _("The patient is informed and consents"),
        Code.UNCLEAR: _("An answer is unclear"),
        Code.RECORDS: _("Records are needed"),
        Code.WAIT: _("The wait is not over"),
        Code.TREAT_FIRST: _("Something must be treated first"),
        Code.RISK: _("The risk outweighs the benefit"),
        Code.ALTERNATIVE: _("Another treatment suits better"),
        Code.WISH: _("The patient wishes so"),
        Code.OTHER: _("Other: say what"),
    }


def group_words() -> dict[str, str]:
    return {
        Group.OVERDUE: _("Overdue: the visit has passed without a decision"),
        Group.TODAY: _("Today"),
        Group.NEXT: _("Next days"),
        Group.NO_DATE: _("No date"),
    }


def short_choice_words() -> dict[str, str]:
    """Return the decisions as they stand on the buttons of the form."""
    return {
        Choice.PROCEED: _("Proceed"),
        Choice.PROCEED_WITH_CONDITIONS: _("Conditions"),
        Choice.REQUEST_INFORMATION: _("Ask"),
        Choice.DEFER: _("Defer"),
        Choice.DECLINE: _("Decline"),
    }


def ending_words(ending: Ending) -> str:
    """Return why somebody is not signed in any more."""
    return {
        Ending.SIGNED_OUT: _("You signed out in this browser, perhaps in another tab."),
        Ending.ELSEWHERE: _("This sign-in was ended: in another tab, elsewhere, or by a new one."),
        Ending.IDLE: _("Nothing was touched for half an hour, so you were signed out."),
        Ending.TOO_LONG: _("A sign-in lasts for twelve hours. Yours has ended."),
    }[ending]
