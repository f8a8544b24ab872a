"""Every mistake in a definition file is named with file, line and the way to mend it."""

import re

import pytest

from screening.clinical.definitions.eligibility import Grade
from screening.definitions.loading import load_definitions
from screening.definitions.problems import DefinitionError
from screening.definitions.reading import hash_files
from tests.conftest import OURS, POLICY, SMALL, write_library

RICH = SMALL | {OURS: POLICY}
PEEL, ALL, FINDINGS = "procedures/peel.yaml", "sections/01-all.yaml", "findings.yaml"


def problems(folder):
    with pytest.raises(DefinitionError) as caught:
        load_definitions(folder)
    return [str(problem) for problem in caught.value.problems]


MISTAKES = [
    (
        PEEL,
        "finding: pregnancy",
        "finding: pregnent",
        'peel.yaml:5: unknown finding "pregnent", did you mean "pregnancy"?',
    ),
    (
        PEEL,
        "grade: precaution",
        "grade: precaucion",
        'peel.yaml:26: grade "precaucion" is not one of contraindication, precaution, did you mean "precaution"?',
    ),
    (
        PEEL,
        "defer: 7 days",
        "defer: seven days",
        'peel.yaml:16: "seven days" is not a length of time; write for example "7 days"',
    ),
    (
        PEEL,
        "defer: 7 days",
        "defered: 7 days",
        "peel.yaml:16: 'defered' is not a word used here, did you mean \"defer\"?",
    ),
    (PEEL, "source: S1\n  fixed", "source: S9\n  fixed", 'peel.yaml:5: unknown source "S9"'),
    (PEEL, "  because: The law.\n", "", "peel.yaml:10: 'because' is missing"),
    (
        PEEL,
        "  fixed: true",
        "  fixed: true\n  grade: precaution",
        "peel.yaml:10: 'grade' is written twice here (first on line 6)",
    ),
    (PEEL, "fixed: true", "fixed: perhaps", 'peel.yaml:9: fixed "perhaps" must be true or false'),
    (
        PEEL,
        "  ahead: 14 days\n",
        "",
        "peel.yaml:19: \"dental_work\" may be booked: say with 'ahead' how long before it",
    ),
    (
        PEEL,
        "grade: precaution",
        "grade: precaution\n  defer: until resolved",
        "peel.yaml:25: a precaution defers nothing",
    ),
    (
        PEEL,
        "finding: blood_thinner\n  grade: precaution",
        "finding: blood_thinner\n  grade: contraindication\n  defer: 2 weeks",
        'peel.yaml:25: "blood_thinner" has no date to count from; write defer: until resolved',
    ),
    (
        PEEL,
        "- finding: age_under_18",
        "- finding: pregnancy",
        'peel.yaml:10: "pregnancy" stands twice in this list',
    ),
    (
        PEEL,
        "summary:",
        "includes: [peel]\nsummary:",
        "peel.yaml:1: includes goes round in a circle: peel -> peel",
    ),
    (
        PEEL,
        "summary:",
        "includes: [piel]\nsummary:",
        'peel.yaml:1: unknown procedure "piel", did you mean "peel"?',
    ),
    (
        FINDINGS,
        "[anticoagulant, antiplatelet]",
        "[anticoagulant, antiplatlet]",
        'findings.yaml:11: unknown finding "antiplatlet", did you mean "antiplatelet"?',
    ),
    (
        FINDINGS,
        "[anticoagulant, antiplatelet]",
        "[anticoagulant, blood_thinner]",
        "findings.yaml:11: goes round in a circle: blood_thinner -> blood_thinner",
    ),
    (
        FINDINGS,
        "[anticoagulant, antiplatelet]",
        "[anticoagulant, {not: antiplatelet}]",
        'findings.yaml:11: "not" may only name a protective finding, and "antiplatelet" is not one',
    ),
    (
        FINDINGS,
        "{any: [anticoagulant, antiplatelet]}",
        "{some: [anticoagulant]}",
        "findings.yaml:13: 'when' must be a finding",
    ),
    (FINDINGS, "age: below 18", "age: young", 'findings.yaml:16: "young" is not an age'),
    (
        FINDINGS,
        "- id: pregnancy",
        "- id: anticoagulant\n  is: Twice\n- id: pregnancy",
        'finding "anticoagulant" is already defined in questions/findings.yaml:2',
    ),
    (
        FINDINGS,
        "- id: pregnancy",
        "- id: lonely\n  is: Nobody asks\n- id: pregnancy",
        'findings.yaml:2: no question ever asks about "lonely"',
    ),
    (
        FINDINGS,
        "- id: pregnancy",
        "- id: Pregnancy",
        'findings.yaml:2: "Pregnancy" cannot be an id here',
    ),
    (
        ALL,
        "means: antiplatelet",
        "means: antiplatlet",
        'unknown finding "antiplatlet", did you mean "antiplatelet"?',
    ),
    (
        ALL,
        "id: painkiller\n",
        "id: can_be_pregnant\n",
        'question "can_be_pregnant" is already defined',
    ),
    (ALL, "answer: some-of", "answer: many", '01-all.yaml:27: answer "many" is not one of'),
    (ALL, "  - id: warfarin", "  - id: none", '"none" is an answer that the program itself offers'),
    (ALL, "  - id: warfarin", "  - id: aspirin", "01-all.yaml:25: two options have the same id"),
    (
        ALL,
        "means: nsaid_recent",
        "means: nsaid_recent\n  within: [7 days]",
        "01-all.yaml:20: \"['7 days']\" is not a length of time",
    ),
    (ALL, "dates: nsaid_recent", "dates: pregnancy", '"pregnancy" is not a dated finding'),
    (
        ALL,
        "    booked: true\n",
        "",
        "'booked' must be the same here and at finding \"dental_work\"",
    ),
    (
        ALL,
        "id: painkiller\n",
        "id: validate\n",
        '"validate" is a word that web forms use themselves',
    ),
    (
        ALL,
        "ask: When were you born?",
        "ask: Now: when were you born?",
        "01-all.yaml:5: cannot be read: mapping values are not allowed",
    ),
    (
        ALL,
        "questions:\n",
        "questions: &a\n",
        "01-all.yaml:3: anchors (&) and aliases (*) are not used here",
    ),
    (ALL, "title: All", "\ttitle: All", "01-all.yaml:2: cannot be read"),
    (
        "sources.yaml",
        "kind: paper",
        "kind: papyrus",
        'sources.yaml:4: kind "papyrus" is not one of',
    ),
    (
        OURS,
        "procedure: peel",
        "procedure: peal",
        'ours.yaml:3: unknown procedure "peal", did you mean "peel"?',
    ),
    (
        OURS,
        "finding: dental_work",
        "finding: dental",
        'ours.yaml:9: unknown finding "dental"',
    ),
    (OURS, "source: S1", "source: S9", 'ours.yaml:16: unknown source "S9"'),
    (
        OURS,
        "grade: precaution",
        "grade: forbidden",
        'ours.yaml:5: grade "forbidden" is not one of contraindication, precaution',
    ),
    (
        OURS,
        "finding: age_under_18",
        "finding: pregnancy",
        'ours.yaml:3: "pregnancy" is fixed for peel as "contraindication" '
        '(questions/procedures/peel.yaml:5) and cannot be relaxed to "precaution"; '
        "make it stricter, or take this change away",
    ),
    (
        OURS,
        "finding: age_under_18\n  grade: precaution",
        "finding: pregnancy\n  grade: contraindication\n  defer: until resolved",
        'cannot be relaxed to "contraindication, defer: until resolved"',
    ),
    (
        OURS,
        "  reason: Our own count of infections.\n",
        "",
        "ours.yaml:9: 'reason' is missing",
    ),
    (OURS, "  by: Dr Anna Kern\n", "", "ours.yaml:3: 'by' is missing"),
    (OURS, "  since: 2026-12-01\n", "", "ours.yaml:3: 'since' is missing"),
    (OURS, "  by: Dr Anna Kern\n", "  by:\n", "ours.yaml:7: 'by': string should have at least 1"),
    (OURS, "2026-12-01", "2026-13-01", 'ours.yaml:8: "2026-13-01" is not a day'),
    (OURS, "2026-12-01", "1 December", 'ours.yaml:8: "1 December" is not a day'),
    (OURS, "2026-12-01", "2026-12", 'ours.yaml:8: "2026-12" is not a day; write it like'),
    (
        OURS,
        "finding: dental_work\n  grade: contraindication\n  defer: 3 days",
        "finding: age_under_18\n  grade: contraindication\n  defer: until resolved",
        'ours.yaml:9: the rule for "age_under_18" of peel is already changed from 2026-12-01 on '
        "in questions/policies/ours.yaml:3; keep one of the two",
    ),
    (
        OURS,
        "defer: 3 days",
        "defer: 14 days",
        'ours.yaml:9: changes nothing: the list of peel says "contraindication, defer: 14 days, '
        'ahead: 14 days" already',
    ),
    (
        OURS,
        "  because: We do not peel then.\n",
        "",
        'ours.yaml:16: the list of peel has no rule for "anticoagulant"; '
        "a rule of your own needs 'because' too",
    ),
    (OURS, "  source: S1\n", "", "a rule of your own needs 'source' too"),
    (
        OURS,
        "  reason: Our own count",
        "  because: Germs.\n  reason: Our own count",
        'ours.yaml:9: the list of peel has a rule for "dental_work", which keeps its',
    ),
    (
        OURS,
        "finding: age_under_18\n  grade: precaution",
        "finding: age_under_18\n  grade: contraindication\n  defer: 7 days",
        'ours.yaml:3: "age_under_18" has no date to count from; write defer: until resolved',
    ),
    (
        OURS,
        "grade: precaution",
        "grade: precaution\n  defer: 7 days",
        "ours.yaml:3: a precaution defers nothing",
    ),
    (
        OURS,
        "defer: 3 days",
        "defer: until resolved\n  ahead: 3 days",
        "ours.yaml:9: 'ahead' belongs to a 'defer' of a finding that may be booked",
    ),
    (OURS, "policy: ours", "policy: Our own", 'ours.yaml:1: "Our own" cannot be an id here'),
    (
        OURS,
        "  since: 2026-12-01\n",
        "  from: 2026-12-01\n",
        "ours.yaml:8: 'from' is not a word used here",
    ),
    (OURS, "changes:\n", "changes: []\nothers:\n", "ours.yaml:2: 'changes'"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), MISTAKES, ids=lambda v: str(v)[:40])
def test_each_mistake_is_named_where_it_stands(tmp_path, file, old, new, message):
    assert old in RICH[file]
    broken = RICH | {file: RICH[file].replace(old, new, 1)}

    found = problems(write_library(tmp_path / "questions", broken))

    assert any(message in problem for problem in found), found
    assert all(re.match(r"questions/\S*:\d+: ", problem) for problem in found)


def test_a_sound_folder_has_no_problem(small):
    assert list(small.procedures) == ["peel"]
    assert small.hash.startswith("sha256:")


def test_a_folder_that_does_not_exist_is_refused(tmp_path):
    assert "there is no such folder" in problems(tmp_path / "nowhere")[0]


def test_an_empty_folder_is_refused(tmp_path):
    assert len(problems(tmp_path)) == 4


def test_one_unreadable_file_is_enough_to_refuse_all(small_folder):
    (small_folder / "procedures" / "other.yaml").write_text("procedure: [")

    assert "other.yaml:2: cannot be read" in problems(small_folder)[0]


def test_a_file_in_another_encoding_is_refused(small_folder):
    (small_folder / FINDINGS).write_bytes("findings: é".encode("latin-1"))

    assert "is not UTF-8 text" in problems(small_folder)[0]


def test_a_link_out_of_the_folder_is_refused(small_folder, tmp_path):
    (tmp_path / "outside.yaml").write_text("sources: []")
    (small_folder / "more.yaml").symlink_to(tmp_path / "outside.yaml")

    assert "links to a file outside the folder" in problems(small_folder)[0]


def test_a_huge_folder_is_refused_unread(small_folder):
    for n in range(10):
        (small_folder / f"big{n}.yaml").write_text("#" * 990_000)

    assert "holds more than" in problems(small_folder)[0]


def test_a_yaml_bomb_is_refused_quickly(small_folder):
    bomb = "a: &a [x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (small_folder / "bomb.yaml").write_text(bomb)

    assert "anchors" in problems(small_folder)[0]


def test_a_deep_file_is_refused(small_folder):
    (small_folder / "deep.yaml").write_text("a: " + "[" * 400_000)

    assert "nested more than 30 levels" in problems(small_folder)[0]


def test_one_changed_byte_changes_the_hash(small_folder):
    before = load_definitions(small_folder).hash
    path = small_folder / "sources.yaml"
    path.write_text(path.read_text().replace("A source", "B source"))

    assert load_definitions(small_folder).hash != before


def test_what_moves_from_one_file_into_another_changes_the_hash(tmp_path):
    """Names and lengths are hashed too: the bytes one after the other are the same here."""
    two = write_library(tmp_path / "two", {"a.yaml": "x: 1", "b.yaml": "y: 1"})
    one = write_library(tmp_path / "one", {"a.yaml": "x: 1b.yamly: 1"})

    hashes = {hash_files(folder, sorted(folder.iterdir())) for folder in (one, two)}
    assert len(hashes) == 2


def test_its_own_rule_wins_over_an_included_one(small_folder):
    own = (
        SMALL[PEEL]
        .split("- finding: age_under_18")[0]
        .replace("procedure: peel", "procedure: deep")
    )
    own = own.replace("summary:", "includes: [peel]\nsummary:").replace(
        "grade: contraindication", "grade: precaution\n  note: S1 is milder about deep peels."
    )
    (small_folder / "procedures" / "deep.yaml").write_text(
        own.replace("  fixed: true\n", "").lstrip()
    )

    rules = {
        r.finding: r for r in load_definitions(small_folder).procedures["deep"].contraindications
    }

    assert rules["pregnancy"].grade is Grade.PRECAUTION
    assert rules["nsaid_recent"].listed_by == "peel"


@pytest.mark.parametrize("includes", ["[peel, mild]", "[mild, peel]"])
def test_of_two_included_rules_the_graver_one_wins(small_folder, includes):
    mild = SMALL[PEEL].split("- finding: age_under_18")[0].replace("  fixed: true\n", "")
    mild = mild.replace("procedure: peel", "procedure: mild")
    mild = mild.replace("grade: contraindication", "grade: precaution")
    both = (
        SMALL[PEEL].split("- finding: pregnancy")[0].replace("procedure: peel", "procedure: both")
    )
    both += "- finding: anticoagulant\n  grade: precaution\n  because: Bruises.\n  source: S1\n"
    folder = small_folder / "procedures"
    (folder / "mild.yaml").write_text(mild.lstrip())
    (folder / "both.yaml").write_text(
        both.replace("summary:", f"includes: {includes}\nsummary:").lstrip()
    )
    both_lists = load_definitions(small_folder).procedures["both"]
    rules = {r.finding: r for r in both_lists.contraindications}

    assert rules["pregnancy"].listed_by == "peel"
    assert rules["pregnancy"].grade is Grade.CONTRAINDICATION
