"""On which days a patient is asked how it went, and for which warning signs: from the lists alone.

A list that names visits asks on their days. One without asks on the days from which its
signs may show; of such days that follow one another on the last. Where no sign begins later
than day 0, it asks on the days by which they mostly have shown.

Pure: no clock. The day of the procedure is an argument, and it is day 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from screening.clinical.definitions.aftercare import Act, Aftercare, WarningSign


def check_in_days(lists: Iterable[Aftercare], treated: date) -> list[date]:
    """Return the days for what was done together on the day `treated`."""
    visits: set[date] = set()
    others: set[date] = set()
    for aftercare in lists:
        if aftercare.visits:
            visits |= {visit.after.after(treated) for visit in aftercare.visits}
        else:
            others |= _days_of_signs(aftercare.warning_signs, treated)
    days = visits | others
    return sorted(d for d in days if d in visits or d + timedelta(days=1) not in days)


def _days_of_signs(signs: Iterable[WarningSign], treated: date) -> set[date]:
    dated = list(signs)
    begin = {sign.starts.after(treated) for sign in dated if sign.starts}
    return begin or {sign.ends.after(treated) for sign in dated if sign.ends}


def signs_between(
    lists: Iterable[Aftercare], treated: date, first: date, last: date
) -> list[WarningSign]:
    """Return the signs that may show between these days, emergencies first, each text once."""
    found: dict[str, WarningSign] = {}
    for aftercare in lists:
        for sign in aftercare.warning_signs:
            starts = sign.starts.after(treated) if sign.starts else treated
            ends = sign.ends.after(treated) if sign.ends else date.max
            known = found.get(sign.text)
            if starts <= last and first <= ends and not (known and known.act is Act.EMERGENCY):
                found[sign.text] = sign
    return sorted(found.values(), key=lambda sign: sign.act is not Act.EMERGENCY)
