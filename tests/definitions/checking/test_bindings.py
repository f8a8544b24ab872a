"""A folder says which of its ids the program has to know, or is refused with what to write."""

import shutil
from pathlib import Path

import pytest

from screening.clinical.definitions.folder import BEFORE_BINDINGS
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from tests.conftest import SMALL, write_library

ANOTHER_FIELD = Path(__file__).parent.parent.parent / "another_field"
SETTINGS, YOU = "settings.yaml", "sections/01-you.yaml"
BINDINGS = """bindings:
  birth_date: born_on
  medicines: tablets
  arrival:
    pregnancy: expecting
"""
TABLETS = """
reads: [which_tablets]
medicines:
- class: any
  names: [something]
  establishes: tablets_to_read
  why: Made up for a test.
  source: [HOUSE]
"""


def problems(tmp_path, file, before, after, **more):
    folder = shutil.copytree(ANOTHER_FIELD, tmp_path / "scans")
    text = (folder / file).read_text()
    assert before in text
    (folder / file).write_text(text.replace(before, after))
    for name, content in more.items():
        (folder / f"{name}.yaml").write_text(content)
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    return "\n".join(map(str, caught.value.problems))


WRONG = [
    (
        SETTINGS,
        BINDINGS,
        "",
        "settings.yaml:2: does not say which question asks for the date of birth; "
        "write  bindings: {birth_date: born_on}",
    ),
    (
        SETTINGS,
        "  birth_date: born_on\n",
        "",
        "settings.yaml:4: does not say which question asks for the date of birth; "
        "write  bindings: {birth_date: born_on}",
    ),
    (
        SETTINGS,
        "birth_date: born_on",
        "birth_date: borne_on",
        'settings.yaml:5: unknown question "borne_on", did you mean "born_on"?',
    ),
    (
        SETTINGS,
        "birth_date: born_on",
        "birth_date: fluid_day",
        'settings.yaml:5: "fluid_day" asks for no date of birth; give it "answer: birth-date"',
    ),
    (
        YOU,
        "  always: true\n",
        "",
        'settings.yaml:5: "born_on" must be asked of everyone; put it directly below '
        '"questions:" and give it "always: true"',
    ),
    (
        SETTINGS,
        "medicines: tablets",
        "medicines: tablet",
        'settings.yaml:6: unknown section "tablet", did you mean "tablets"?',
    ),
    (
        SETTINGS,
        "pregnancy: expecting",
        "pregnancy: expectin",
        'settings.yaml:8: unknown finding "expectin", did you mean "expecting"?',
    ),
    (
        SETTINGS,
        "pregnancy: expecting",
        "pregnancy: too_young",
        'settings.yaml:8: no question establishes "too_young"; name one that is asked',
    ),
    (
        SETTINGS,
        "pregnancy: expecting",
        "pregnant: expecting",
        'row "pregnant" is not one of pregnancy, period, illness, infection, cold-sore',
    ),
]


@pytest.mark.parametrize(("file", "before", "after", "says"), WRONG)
def test_a_binding_that_is_missing_or_leads_nowhere_is_named(tmp_path, file, before, after, says):
    assert says in problems(tmp_path, file, before, after)


def test_who_reads_names_of_medicines_says_where_they_are_asked_about(tmp_path):
    before = "  means: tablets_to_read\n"
    after = before + (
        "  if_yes:\n  - id: which_tablets\n    ask: Which?\n    answer: text\n"
        "    doctor_reads: true\n    holds: the day\n"
    )
    folder = shutil.copytree(ANOTHER_FIELD, tmp_path / "scans")
    path = folder / "sections/02-tablets.yaml"
    path.write_text(path.read_text().replace(before, after))
    settings = folder / SETTINGS
    settings.write_text(settings.read_text().replace("  medicines: tablets\n", ""))
    (folder / "medicines.yaml").write_text(TABLETS)
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    says = "settings.yaml:4: does not say which section asks about medicines; write below bindings:"
    assert f"{says}  medicines: tablets" in str(caught.value)


def test_a_folder_of_before_is_bound_to_the_ids_that_it_had(tmp_path):
    folder = write_library(tmp_path, SMALL | {"format.yaml": "format: 1\n"})
    assert load_definitions(folder).bindings == BEFORE_BINDINGS
