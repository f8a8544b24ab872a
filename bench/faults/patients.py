"""Who sends at the pages of a clinic at which faults are done, and what they write."""

from __future__ import annotations

import itertools
import re
import time
import urllib.error
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.installation import Installation
from tests.office import PHONE
from tests.visitor import Visitor

NAME = "Zdenka Kanarkova"  # may stand in no log, and neither may what she writes
BORN = "1971-02-09"
SAYS = "kanarkova-takes-oxo-tablets"
ANSWERS = {  # by what the patient is like
    "nothing to report": {"date_of_birth": BORN},
    "pregnant": {"date_of_birth": BORN, "can_be_pregnant": "yes", "pregnant": "yes"},
    "does not know": {"date_of_birth": BORN, "bleeding": "unknown"},
}
RECEIPT = "Your answers have arrived"


@dataclass
class Patient:
    """Somebody whose questions are answered and who has only to declare and send."""

    id: str
    link: str
    kind: str
    address: str
    refusals: list[str] = field(default_factory=list)  # what the page or the connection said
    acknowledged: bool = False

    def send(
        self, machines: list[Installation], give_up: float = 60, heed: tuple[str, ...] = ()
    ) -> None:
        """Try until the receipt is shown, at the next machine after each failure.

        Who is told what begins as in `heed` believes it and goes.
        """
        end, places = time.monotonic() + give_up, itertools.cycle(machines)
        while time.monotonic() < end and not self.acknowledged:
            try:
                self.try_once(next(places).url)
            except urllib.error.HTTPError as error:
                self.refusals.append(f"{error.code} {_title(error.read().decode())}")
            except (urllib.error.URLError, HTTPException, OSError, TypeError) as error:
                reason = getattr(error, "reason", error)
                self.refusals.append(type(reason).__name__)
            if not self.acknowledged:
                if heed and self.refusals and self.refusals[-1].startswith(heed):
                    return
                time.sleep(0.1)

    def try_once(self, url: str) -> None:
        visitor = Visitor().bring(url, device=PHONE)  # the one that answered
        visitor.opener.addheaders.append(("X-Forwarded-For", self.address))
        visitor.get(f"{url}/s/{self.link}")
        visitor.post()
        if not visitor.url.endswith("/receipt"):
            visitor.get(f"{url}/screening/check").declare(NAME)
        self.acknowledged = RECEIPT in visitor.html


def _title(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return " ".join(found[1].split()) if found else "(a page without a heading)"
