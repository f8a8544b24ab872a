"""The names of medicines packed: the same lists give the same, and say where they are from."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from screening.definitions.dictionary.index import PACKED, Index
from screening.definitions.dictionary.packing import LISTS, pack, rows
from screening.definitions.dictionary.spelling import plain

ROOT = Path(__file__).parents[3]

CLASSES = """
reads: [x]
medicines:
- class: thinner
  substances: [warfarin]
- class: other
  substances: [cetirizine]
- class: no-consequence
  substances: [folic acid]
"""


def pack_small(folder, brands="name\tsubstances\nCoumadin\twarfarin\n"):
    lists = folder / "lists"
    lists.mkdir(exist_ok=True)
    for name in LISTS:
        (lists / name).write_text("name\tsubstances\n")
    (lists / "brands.tsv").write_text(brands)
    (lists / "words.tsv").write_text("text\ttreatment\tmeaning\nnone\tnothing\tx\n")
    (folder / "classes.yaml").write_text(CLASSES)
    written = pack(lists, folder / "classes.yaml", folder / "packed")
    return written, Index(folder / "packed")


def test_it_is_packed_once_and_again_only_when_a_list_changes(tmp_path):
    first, index = pack_small(tmp_path)
    again, same = pack_small(tmp_path)
    changed, other = pack_small(tmp_path, "name\tsubstances\nMarevan\twarfarin\n")

    assert (first, again, changed) == (True, False, True)
    assert index.hash == same.hash != other.hash
    assert other.meanings("marevan") == [("warfarin",)]
    assert other.meanings("coumadin") == []


def test_a_second_meaning_counts_where_it_leads_elsewhere(tmp_path):
    brands = "name\tsubstances\nAbc\twarfarin\nAbc\tcetirizine\nXyz\twarfarin\nXyz\tfolic acid\n"
    _, index = pack_small(tmp_path, brands + "Xyz\tsomething unclassed\n")

    assert sorted(index.meanings("abc")) == [("cetirizine",), ("warfarin",)]
    assert sorted(index.meanings("xyz")) == [("folic acid",), ("warfarin",)]


def test_what_is_packed_here_is_what_the_lists_say():
    """Else someone changed a list and did not run bin/medicines."""
    done = subprocess.run(
        [sys.executable, "bin/medicines"], cwd=ROOT, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (0, "")
    assert PACKED.is_dir()


def test_what_of_it_is_gone_is_packed_anew(tmp_path):
    """As after `git clean`, which leaves what installing noted as done."""
    folder = shutil.copytree(PACKED, tmp_path / "packed")
    (folder / "names.marisa").unlink()
    subprocess.run([sys.executable, "bin/medicines", folder], cwd=ROOT, check=True)

    assert (folder / "names.marisa").read_bytes() == (PACKED / "names.marisa").read_bytes()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_a_name_and_its_substances_in_every_row(name):
    wrong = [
        row for row in rows(ROOT / "medicines" / name) if not plain(row[0]) or not row[1].strip()
    ]

    assert wrong == []


def test_every_list_says_where_it_is_from():
    told = (ROOT / "medicines" / "README.md").read_text()

    assert [p.name for p in (ROOT / "medicines").iterdir() if p.name not in told] == ["README.md"]
