"""The administrator's pages of the audit log: who did what when. Never an answer."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from screening.web.accounts.administration_forms import AnchorForm, AuditForm
from screening.web.accounts.administrator import bp
from screening.web.core.guards import context, person
from screening.web.core.keeping import pass_on, passed_on
from screening.web.core.leaving import lead_back
from screening.workflow.records import audit_log
from screening.workflow.records.audit_log import Wanted

MOST_EXPORTED = 100_000


@bp.get("/audit")
def audit() -> ResponseReturnValue:
    form, wanted = _wanted()
    entries = audit_log.list_entries(context(), person(), wanted)
    more = len(entries) == audit_log.A_PAGE
    noted = passed_on()
    return _audit_page(
        form,
        entries=entries,
        next_before=entries[-1].sequence if more else None,
        checked=None if noted is None else audit_log.verify_noted(context(), person(), noted),
    )


def _audit_page(form: AuditForm, **values: object) -> str:
    kept = {k: v for k, v in request.args.items() if k in form.data}
    shown = {"entries": [], "next_before": None, "checked": None, "anchor": AnchorForm()} | values
    return render_template(
        "accounts/administration/audit.html",
        form=form,
        kept=kept,
        first=not request.args.get("before"),
        zone=person().clinic.zone,
        **shown,
    )


def _wanted() -> tuple[AuditForm, Wanted]:
    """Return the filter as it was asked for; a part that cannot be read narrows nothing."""
    form = AuditForm(request.args)
    everyone = {"": _("Everyone")} | audit_log.list_people(context(), person())
    others = {"patient": _("Patients"), "program": _("The service"), "stranger": _("Strangers")}
    form.who.choices = [SelectChoice(k, v) for k, v in (everyone | others).items()]
    form.validate()
    before = request.args.get("before", "")
    return form, Wanted(
        form.who.data or "",
        form.number.data or "",
        form.act.data or "",
        kind if (kind := form.kind.data) in ("acts", "reads") else "",
        _day(form.since.data),
        _day(form.until.data, timedelta(days=1)),
        int(before) if before.isdecimal() and len(before) < 16 else None,
    )


def _day(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    """Return the moment when `day` begins at the clinic, or one `later`."""
    if day is None or not 1900 < day.year < 9000:
        return None
    return datetime.combine(day + later, time(), ZoneInfo(person().clinic.zone))


@bp.get("/audit.csv")
def export_audit() -> ResponseReturnValue:
    """Give the entries of the filter as a file; the moments are UTC."""
    _form, wanted = _wanted()
    entries = audit_log.list_entries(context(), person(), wanted, "export audit log", MOST_EXPORTED)
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["sequence", "at", "who", "act", "screening", "about", "kind"])
    for e in entries:
        told = map(_cell, (e.who, e.act, e.number, e.about, e.kind))
        rows.writerow([e.sequence, e.at.isoformat(), *told])
    return Response(
        file.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _cell(text: str) -> str:
    """Return `text` so that a spreadsheet never takes it for a formula."""
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text


@bp.post("/audit/verification")
def verify_audit() -> ResponseReturnValue:
    """Say whether the log is whole, and whether it still holds a head that was noted."""
    anchor = AnchorForm()
    if anchor.validate_on_submit():
        return pass_on(url_for(".audit"), anchor.anchor.data or "")
    return lead_back()
