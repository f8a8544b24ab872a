"""The commands, as other programs use them."""

import json
import random
import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from screening.cli import main
from tests.conftest import QUESTIONS, SMALL, write_library
from tests.installation import Installation

CASE = {
    "procedures": ["mesotherapy-face"],
    "on": "2026-11-21",
    "answers": {"painkiller": "yes", "painkiller_last_dose": "2026-11-18"},
    "findings": {
        "pregnancy": "absent",
        "isotretinoin": {"state": "present", "date": "2026-09-30"},
    },
    "otherwise": "absent",
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    return Installation(tmp_path_factory.mktemp("instance"))


def run(installation, *arguments, given=None):
    """Run the command without a process of its own, where a second of starting shows nothing."""
    said = CliRunner().invoke(
        main, [str(a) for a in arguments], input=given, env=dict(installation.environment)
    )
    if said.exception and not isinstance(said.exception, SystemExit):
        raise said.exception
    return said


def evaluate(installation, case, *options):
    return run(installation, "evaluate", *options, given=json.dumps(case))


def test_evaluate_keeps_its_contract(installation):
    done = installation.command("evaluate", input=json.dumps(CASE).encode())
    said = json.loads(done.stdout)

    assert (done.returncode, said["on"]) == (0, "2026-11-21")
    assert said["definitions"].startswith("sha256:")
    [one] = said["procedures"]
    assert (one["procedure"], one["outcome"], one["until"]) == (
        "mesotherapy-face",
        "deferred",
        "2026-11-25",
    )
    painkiller, isotretinoin = one["reasons"]
    because = painkiller.pop("because")
    assert because
    assert painkiller == {
        "finding": "nsaid_recent",
        "state": "present",
        "grade": "contraindication",
        "until": "2026-11-25",
        "source": "S2",
    }
    assert isotretinoin["grade"] == "precaution"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"procedures": ["x"]}, "procedures: unknown procedure 'x'"),
        ({"procedures": []}, "procedures: name at least one"),
        ({"procedures": "mesotherapy-face"}, "procedures: name at least one"),
        ({"on": "2026-02-30"}, "on: "),
        ({"on": 5}, "on: write the day as text"),
        ({"on": None}, "on: write the day as text"),
        ({"answers": {"pregnent": "yes"}}, "answers.pregnent: unknown question"),
        ({"answers": {"painkiller": "perhaps"}}, "answers.painkiller: 'perhaps' is not one of yes, no"),
        ({"answers": {"painkiller": 1}}, "answers.painkiller: 1 is not one of"),
        ({"answers": {"painkiller_last_dose": "2026-02-30"}}, "answers.painkiller_last_dose: '2026-02-30' is not a date"),
        ({"answers": []}, "answers: must be an object"),
        ({"findings": {"pregnent": "absent"}}, "findings.pregnent: unknown finding"),
        ({"findings": {"pregnancy": "maybe"}}, "findings.pregnancy: 'maybe' is not one of absent"),
        ({"findings": {"pregnancy": {"state": "present", "date": "2026-11-01"}}}, "findings.pregnancy.date: this finding has no date"),
        ({"findings": {"nsaid_recent": {"state": "present", "date": "2026-13-01"}}}, "findings.nsaid_recent.date: "),
        ({"otherwise": "no"}, "otherwise: 'no' is not one of"),
        ({"extra": 1}, "extra: is not known here"),
        ({"answers": {"pregnant": "yes"}}, 'answers.pregnant: is asked only below "can_be_pregnant", which is not answered'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_and_where(installation, change, complaint):
    done = evaluate(installation, CASE | change)

    assert (done.exit_code, done.stdout) == (2, "")
    assert any(line.startswith(complaint) for line in done.stderr.splitlines())


@pytest.mark.parametrize("given", [b"", b"{", b"[]", b"null", b"[" * 100_000])
def test_what_is_not_a_case_is_refused(installation, tmp_path, given):
    (tmp_path / "case.json").write_bytes(given)
    done = run(installation, "evaluate", tmp_path / "case.json")

    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_what_is_not_even_text_is_refused(installation):
    done = installation.command("evaluate", input=b"\xff")

    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1


def test_a_future_date_is_unknown_and_clears_nothing(installation):
    answers = {"painkiller": "yes", "painkiller_last_dose": "2027-01-01"}
    said = json.loads(evaluate(installation, CASE | {"answers": answers}).stdout)

    assert said["procedures"][0]["outcome"] == "deferred"
    assert said["procedures"][0]["until"] is None


def test_other_definitions_can_be_tried(installation, tmp_path):
    folder = write_library(tmp_path / "questions", SMALL)
    case = {"procedures": ["peel"], "on": "2026-11-21"}
    said = json.loads(evaluate(installation, case, "--definitions", folder).stdout)

    assert said["procedures"][0]["outcome"] == "information-needed"


def test_check_passes_on_what_the_product_ships(installation):
    done = installation.command("check")

    assert (done.returncode, done.stderr) == (0, b"")


def test_check_names_each_problem_on_stderr(installation, tmp_path):
    broken = SMALL | {"sources.yaml": "sources:\n- id: S2\n  title: Other\n  kind: paper\n"}
    done = run(installation, "check", write_library(tmp_path / "questions", broken))

    assert done.exit_code == 1
    assert 'questions/procedures/peel.yaml:5: unknown source "S1"' in done.stderr


def test_nothing_is_served_with_a_broken_folder(installation, tmp_path):
    folder = write_library(tmp_path / "questions", SMALL | {"findings.yaml": "findings: ["})
    done = subprocess.run(
        [sys.executable, "-m", "screening", "serve"],
        env=installation.environment | {"SCREENING_QUESTIONS": str(folder)},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert b"questions/findings.yaml:2: cannot be read" in done.stderr


@pytest.mark.parametrize("name", [5, True, None, [], {"name": "Ana"}, "", "  ", "a" * 101])
def test_a_name_that_is_none_is_refused_and_nothing_is_written(installation, tmp_path, name):
    case = tmp_path / "case.json"
    case.write_text(json.dumps(CASE | {"patient": name, "extra": 1}))
    done = run(installation, "report", case, "-o", tmp_path / "report.pdf")

    assert (done.exit_code, done.stdout) == (2, "")
    assert not (tmp_path / "report.pdf").exists()
    complaints = done.stderr.splitlines()
    assert [line.split(":")[0] for line in complaints] == ["extra", "patient"]


def test_evaluate_reads_the_file_that_report_reads(installation):
    named, plain = (
        evaluate(installation, CASE | {"patient": "Ana Silva"}),
        evaluate(installation, CASE),
    )
    assert (named.exit_code, named.stdout) == (0, plain.stdout)
    wrong = evaluate(installation, CASE | {"patient": 5})
    assert (wrong.exit_code, wrong.stderr.split(":")[0]) == (2, "patient")


@pytest.mark.parametrize("otherwise", ["unknown", "absent"])
def test_a_report_of_a_case_with_nothing_answered_is_refused(installation, tmp_path, otherwise):
    nothing = CASE | {"answers": {}, "findings": {}, "otherwise": otherwise}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(nothing))
    done = run(installation, "report", path, "-o", tmp_path / "report.pdf")
    assert (done.exit_code, "nothing is answered" in done.stderr) == (2, True)
    assert not (tmp_path / "report.pdf").exists()
    assert evaluate(installation, nothing).exit_code == 0


@pytest.fixture(scope="module")
def sealed(installation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    (folder / "case.json").write_text(json.dumps(CASE | {"patient": "Ana \ud800 Silva"}))
    done = installation.command("report", folder / "case.json", "-o", folder / "report.pdf")
    assert done.returncode == 0, done.stderr
    return folder / "report.pdf"


def test_report_makes_what_verify_passes(installation, sealed):
    done = installation.command("verify", sealed)

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, b"PASSED")


def test_a_stranger_cannot_tell_who_sealed(installation, sealed, tmp_path):
    elsewhere = Installation(tmp_path)
    done = run(elsewhere, "verify", sealed)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (2, "INDETERMINATE")

    certificate = installation.folder / "authority.crt"
    done = run(elsewhere, "verify", sealed, "--trust", certificate)
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "PASSED")


@pytest.mark.parametrize("seed", range(6))
def test_a_flipped_byte_does_not_pass(installation, sealed, tmp_path, seed):
    pdf = bytearray(sealed.read_bytes())
    pdf[random.Random(seed).randrange(len(pdf))] ^= 1 << seed
    (tmp_path / "flipped.pdf").write_bytes(pdf)

    assert run(installation, "verify", tmp_path / "flipped.pdf").exit_code == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"hello", None])
def test_what_is_no_report_fails(installation, tmp_path, content):
    if content is not None:
        (tmp_path / "no.pdf").write_bytes(content)
    done = run(installation, "verify", tmp_path / "no.pdf")

    assert (done.exit_code, done.stdout.splitlines()[0]) == (1, "FAILED")
    assert "Traceback" not in done.stderr


def test_definitions_lists_every_id_with_the_hash(installation, library):
    said = json.loads(run(installation, "definitions", "--json").stdout)

    assert said["definitions"] == library.hash
    assert said["procedures"] == list(library.procedures)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(installation, sealed):
    path, case = installation.folder / "secret", sealed.with_name("case.json")
    before = path.read_text()
    again = run(installation, "report", case, "-o", sealed.with_name("again.pdf"))

    assert again.exit_code == 0, again.stderr
    assert path.read_text() == before
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_questionnaire_can_be_exported_for_other_software(installation):
    said = json.loads(run(installation, "export-questionnaire", "thread-lift").stdout)
    assert said["resourceType"] == "Questionnaire"
    assert said["url"] == "urn:screening:questionnaire:thread-lift"

    wrong = run(installation, "export-questionnaire", "facelift")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert 'unknown procedure "facelift"; known: ' in wrong.stderr


def test_rescreen_lists_what_would_change(tmp_path, furnish):
    """A rule that is new finds everybody who was screened before; the audit log says who tried."""
    office = furnish(tmp_path)
    day = office.now.date().isoformat()
    office.submit(painkiller="yes", painkiller_last_dose=day)
    office.close()
    folder = shutil.copytree(QUESTIONS, tmp_path / "questions")
    face = folder / "procedures" / "mesotherapy-face.yaml"
    rule = re.search(r"- finding: nsaid_recent\n.*?\n\n?(?=- finding)", face.read_text(), re.S)[0]
    face.write_text(
        face.read_text().replace("- finding: nsaid_recent", "- finding: anticoagulant_x")
    )
    for name in ("mesotherapy-face", "mesotherapy-hair", "mesolifting"):
        with (folder / "coverage" / f"{name}.yaml").open("a") as cells:
            cells.write("  nsaid_recent: does not matter because this list is made up\n")
    installation = Installation(tmp_path)

    broken = run(installation, "rescreen", "--definitions", folder)
    assert broken.exit_code == 1
    assert "questions/procedures/mesotherapy-face.yaml:" in broken.stderr

    face.write_text(face.read_text().replace(rule.replace("nsaid_recent", "anticoagulant_x"), ""))
    same = run(installation, "rescreen").stdout
    said = installation.command("rescreen", "--definitions", folder, check=True).stdout.decode()
    listed = run(installation, "rescreen", "--definitions", folder, "--json")

    assert same.startswith("tried: 1  would change: 0  with: sha256:")
    assert "mesotherapy-face: deferred -> no-contraindication-identified: 1" in said
    assert "by nsaid_recent" in said
    listed = json.loads(listed.stdout)
    assert listed["counts"] == [
        {
            "procedure": "mesotherapy-face",
            "before": "deferred",
            "after": "no-contraindication-identified",
            "screenings": 1,
        }
    ]
    assert listed["changes"][0]["rules"] == ["nsaid_recent"]


def test_rescreen_refuses_a_clinic_that_is_not_there(installation):
    done = run(installation, "rescreen", "--clinic", "x")

    assert done.exit_code == 2
    assert "name the clinic with --clinic ID" in done.stderr


def test_without_a_clock_nothing_is_stamped_again_and_it_is_said(installation):
    done = run(installation, "restamp")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "set SCREENING_TIMESTAMP_URL" in done.stderr
