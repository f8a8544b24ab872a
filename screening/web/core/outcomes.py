"""How a page shows an outcome: what it looks like, and its words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from screening.clinical.definitions.eligibility import Outcome

# Gravest first; the names are those of core.css.
LOOKS = {
    Outcome.CONTRAINDICATED: "stop",
    Outcome.DEFERRED: "wait",
    Outcome.INFORMATION_NEEDED: "ask",
    Outcome.PRECAUTION: "caution",
    Outcome.NONE_IDENTIFIED: "clear",
}
WORDS: dict[str, Any] = {
    Outcome.CONTRAINDICATED: _l("Contraindicated"),
    Outcome.DEFERRED: _l("Deferred"),
    Outcome.INFORMATION_NEEDED: _l("Information needed"),
    Outcome.PRECAUTION: _l("Precaution"),
    Outcome.NONE_IDENTIFIED: _l("No contraindication identified"),
}
