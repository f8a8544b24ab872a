"""Compare the rule for one patient with the rule for many, asked about one patient.

    .venv/bin/python bench/evaluator.py

Prints processor time a verdict, three procedures and every answer quiet, in turn
in one process, and the ratio (docs/decisions/two-evaluators.md).
"""

import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from screening.clinical.definitions.definitions import assemble_questionnaire  # noqa: E402
from screening.clinical.definitions.eligibility import determine_eligibility  # noqa: E402
from screening.clinical.definitions.questionnaire import first_unanswered, journey  # noqa: E402
from screening.clinical.evaluation.answers import establish_findings  # noqa: E402
from screening.clinical.evaluation.population import establish_all  # noqa: E402
from screening.clinical.evaluation.population_eligibility import determine_all  # noqa: E402
from screening.clinical.evaluation.replies import gather  # noqa: E402
from screening.definitions.loading import load_definitions  # noqa: E402
from tests.clinical.evaluation.test_promises import quiet_answer  # noqa: E402

ON = date(2026, 11, 29)
ROUNDS, VERDICTS = 9, 50


def answered(definitions, procedures):
    """Return quiet answers to everything that `procedures` ask."""
    questionnaire, answers = assemble_questionnaire(definitions, procedures), {}
    while item := first_unanswered(journey(questionnaire, answers), answers):
        answers[item.link_id] = quiet_answer(item)
    return answers


def milliseconds(verdict):
    start = time.process_time()
    for _ in range(VERDICTS):
        verdict()
    return (time.process_time() - start) / VERDICTS * 1000


def main():
    definitions = load_definitions(ROOT / "questions")
    names = list(definitions.procedures)[:3]
    lists, answers = [definitions.procedures[name] for name in names], answered(definitions, names)

    def one():
        findings = establish_findings(definitions, answers, ON)
        return [determine_eligibility(each, findings, ON) for each in lists]

    def many():
        population = gather([(ON, answers)])
        findings = establish_all(definitions, population)
        return [determine_all(each, findings, population.days, 1) for each in lists]

    rounds = [(milliseconds(one), milliseconds(many)) for _ in range(ROUNDS)]
    print("| | for one patient | as a population of one | ratio |\n|---|---:|---:|---:|")
    patient, population = (median(each) for each in zip(*rounds, strict=True))
    ratio = median(b / a for a, b in rounds)
    print(f"| ms a verdict | {patient:.2f} | {population:.2f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
