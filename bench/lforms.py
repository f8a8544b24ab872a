"""Let LHC-Forms, a viewer of FHIR questionnaires that is not ours, show what we send, and compare.

Usage: PYTHONPATH=. python bench/lforms.py [PATIENTS]     (fetches LHC-Forms with npm pack)

For each patient of stored.py it is given our Questionnaire and QuestionnaireResponse in a
browser; what it gives back as a QuestionnaireResponse must hold every answer of ours, and what
it shows must hold every text of an answer. Ends with 1 where an answer is lost or another.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from stored import make_patients

from screening.clinical.fhir.questionnaire import questionnaire_resource
from screening.definitions.loading import load_definitions
from screening.workflow.core.language import all_words
from tests.web.conftest import ARGUMENTS, CHROMIUM

VERSION = "40.1.3"
SHA256 = "288cff4360e8a90a44e994a01422d2cf970170000ce915b5739ccc383097edd9"
FOLDER, QUESTIONS = Path(__file__).parent / ".lforms", Path(__file__).parents[1] / "questions"
DIST = FOLDER / "package" / "dist" / "lforms"
PARTS = (
    "webcomponent/assets/lib/zone.min.js",
    "webcomponent/lhc-forms.js",
    "fhir/R4/lformsFHIR.min.js",
)
PATIENTS = 20
SHOW = """async ([questionnaire, response]) => {
    const util = LForms.Util;
    const form = util.convertFHIRQuestionnaireToLForms(questionnaire, "R4");
    const filled = util.mergeFHIRDataIntoLForms("QuestionnaireResponse", response, form, "R4");
    await util.addFormToPage(filled, "form");
    await new Promise(done => setTimeout(done, 300));
    const typed = [...document.querySelectorAll("#form input, #form textarea")]
        .filter(one => one.type !== "checkbox" && one.type !== "radio").map(one => one.value);
    return {
        back: util.getFormFHIRData("QuestionnaireResponse", "R4", null, {}),
        shown: document.querySelector("#form").innerText + "\\n" + typed.join("\\n"),
    };
}"""


def main(patients: int = PATIENTS) -> None:
    fetch()
    definitions, words = load_definitions(QUESTIONS), all_words()
    counts: Counter[str] = Counter()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        load(page)
        for one in make_patients(definitions, patients):
            ours = json.loads(one.report)["response"]
            questions = questionnaire_resource(definitions, set(one.draft["procedures"]), words)
            found = page.evaluate(SHOW, [questions, ours])
            given, back = set(answers_in(ours)), set(answers_in(found["back"]))
            # Of a month or a year alone LHC-Forms makes a day; that is said and not compared.
            vague = {
                link
                for link, kind, value, _text in given
                if kind == "valueDate" and len(value) < 10
            }
            exact = {one for one in given if one[0] not in vague}
            wrong = exact ^ {one for one in back if one[0] not in vague}
            unseen = {text for *_rest, text in exact if text not in found["shown"]}
            for one_wrong in [*wrong, *unseen]:
                print(f"lost, added or not shown: {one_wrong}", file=sys.stderr)
            counts += Counter(
                answers=len(given), vague=len(vague), wrong=len(wrong), unseen=len(unseen)
            )
        browser.close()
    print(f"LHC-Forms {VERSION}: {patients} questionnaires, {counts['answers']} answers; ", end="")
    print(f"{counts['wrong']} lost or added, {counts['unseen']} not shown, ", end="")
    print(f"{counts['vague']} dates without a day were given one.")
    sys.exit(1 if counts["wrong"] or counts["unseen"] else 0)


def fetch() -> None:
    """Fetch the one file of LHC-Forms, which needs nothing else; it must be that of SHA256."""
    if DIST.exists():
        return
    FOLDER.mkdir(exist_ok=True)
    wanted = ["npm", "pack", f"lforms@{VERSION}", "--silent"]
    subprocess.run(wanted, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    file = FOLDER / f"lforms-{VERSION}.tgz"
    if hashlib.sha256(file.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{file} is another file than the one that was looked at")
    with tarfile.open(file) as archive:
        archive.extractall(FOLDER, filter="data")


def load(page: Page) -> None:
    page.set_content('<div id="form"></div>')
    page.add_style_tag(path=DIST / "webcomponent" / "styles.css")
    for part in PARTS:
        page.add_script_tag(path=DIST / part)


def answers_in(item: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the id, the kind, the value and the text of each answer, at any depth."""
    for below in item.get("item", []):
        for answer in below.get("answer", []):
            for kind, value in answer.items():
                if kind.startswith("value"):
                    coded = value if isinstance(value, dict) else {}
                    text = coded.get("display") or str(value)
                    if kind == "valueDate":  # it shows the month first
                        year, *rest = text.split("-")
                        text = "/".join([*rest, year])
                    yield below["linkId"], kind, str(coded.get("code", value)), text
            yield from answers_in(answer)
        yield from answers_in(below)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
