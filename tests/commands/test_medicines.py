"""`screening medicines`: lines of text in, one JSON object a line out."""

import json
import time

from click.testing import CliRunner

from screening.cli import main
from tests.conftest import SMALL, write_library

KEYS = ["text", "recognised", "status", "substances", "classes", "findings", "guesses"]


def run(text, *options):
    given = text if isinstance(text, bytes) else text.encode()
    return CliRunner().invoke(main, ["medicines", *options], input=given)


def told(text):
    done = run(text)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_is_answered_in_order():
    lines = ["Eliquis 5 mg", "", "none", "warfrin", "Zzblorbix", "варфарин, aspirin"]
    answers = told("\n".join(lines) + "\n")

    assert [answer["text"] for answer in answers] == lines
    assert all(list(answer) == KEYS for answer in answers)
    assert [answer["recognised"] for answer in answers] == [True, False, False, False, False, True]
    assert answers[5]["substances"] == ["warfarin", "acetylsalicylic acid"]


def test_a_file_is_read_as_well_as_standard_input(tmp_path):
    (tmp_path / "list.txt").write_text("Eliquis\r\nXarelto\r\n")
    done = CliRunner().invoke(main, ["medicines", str(tmp_path / "list.txt")])

    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["Eliquis", "Xarelto"]


def test_ten_on_a_line_nonsense_and_a_million_letters_are_answered_in_time():
    ten = "- Eliquis 5mg, aspirin 100 mg; metformin • ramipril / amlodipine | atorvastatin + "
    ten += "bisoprolol, sertraline, omeprazole and doxycycline 2x100mg"
    nonsense = " ".join(f"qzx{n}wvb{n * 7919 % 997}kl" for n in range(200))[:2_000]
    before = time.perf_counter()
    one, two, three, four = told(f"{ten}\n{nonsense}\n{'warfarin ' * 120_000}\n{'x' * 2_000}\n")

    assert time.perf_counter() - before < 10
    assert one["recognised"] and len(one["substances"]) == 10
    for answer in (two, three, four):
        assert (answer["recognised"], answer["findings"]) == (False, [])
        assert answer["status"] in ("not recognised", "guess")
    assert three["text"] == ("warfarin " * 120_000)


def test_what_is_left_to_a_person_is_said():
    done = run("warfarin " * 3_000)

    assert done.stderr == ("line 1: longer than 20,000 characters, so a person has to read it\n")


def test_what_is_no_text_is_refused_with_its_line():
    done = run(b"Eliquis\n\xff\xfe\n")

    assert (done.exit_code, done.stderr) == (2, "line 2: is not UTF-8 from its byte 1 on\n")


def test_lists_without_medicines_say_so(tmp_path):
    folder = write_library(tmp_path / "questions", SMALL)
    done = run("Eliquis", "--definitions", str(folder))

    assert done.exit_code == 1
    assert done.stderr.endswith("no file here lists classes of medicines\n")
