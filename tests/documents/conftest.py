"""A report of three procedures and forty answers, made by hand, and its two PDFs."""

import copy
from typing import Any

import pytest

from screening.clinical.report.parts import Report, ReportAnswer, ReportProcedure, ReportReason
from screening.documents.rendering.reader import Reader
from screening.documents.rendering.render import render_pdf

DECISION = {
    "doctor": {"name": "Dr Mai Trần"},
    "at": "2026-11-30T09:20:00+00:00",
    "decisions": [
        {
            "procedure": "photorejuvenation",
            "name": "Photorejuvenation",
            "decision": "decline",
            "reason": "Isotretinoin until October; come back in April.",
        },
        {
            "procedure": "mesotherapy-face",
            "name": "Mesotherapy, face",
            "decision": "defer",
            "reason": "",
        },
        {
            "procedure": "carboxytherapy",
            "name": "Carboxytherapy",
            "decision": "request-information",
            "reason": "Bring the letter of the heart doctor.",
        },
    ],
    "screening_sha256": "c0ffee" * 10 + "beef",
}
TOPICS = {
    "About you": ["Do you smoke?", "Do you drink alcohol most days?", "Have you ever fainted?"],
    "Pregnancy": ["Could you get pregnant?", "Are you pregnant?", "Are you breastfeeding?"],
    "Your blood": ["Do you bruise for no reason?", "Do you bleed for long after a cut?"],
    "Your medicines": ["Do you take a blood thinner from a doctor?", "Do you take antibiotics?"],
    "Your health": ["Do you have a long illness?", "Have you ever had a fit?"],
    "Allergies": ["Are you allergic to anything?", "Did a numbing cream ever do you harm?"],
    "Your skin": ["Do you have a cold sore now?", "Do your scars grow thick?"],
    "Dates": ["Do you plan dental work soon?", "Do you plan a vaccination soon?"],
}


def answer(link_id: str, question: str, text: str = "No", **more: Any) -> ReportAnswer:
    """Return an answer; a "No" is plain where nothing else is said."""
    plain: dict[str, Any] = {"answer": text.lower(), "matters": False, "unknown": False}
    plain |= {"plain": text == "No", "find_out": None}
    return ReportAnswer(link_id=link_id, question=question, text=text, **{**plain, **more})


def reason(finding: str, name: str, because: str, **more: Any) -> ReportReason:
    """Return a reason that certainly holds and has no end, where nothing else is said."""
    usual: dict[str, Any] = {
        "state": "present",
        "grade": "contraindication",
        "outcome": "contraindicated",
        "wait": None,
        "dated": None,
        "until": None,
        "sources": ["S2"],
        "evidence": "guideline",
        "note": None,
        "fixed": False,
        "recheck": False,
        "listed_by": "Mesotherapy, face",
        "answers": [finding],
    }
    shown = {**usual, **more}
    return ReportReason(
        finding=finding, name=name, because=because, source=shown["sources"][0], **shown
    )


ISOTRETINOIN = reason(
    "isotretinoin",
    "Took isotretinoin",
    "Light can burn and scar skin that is still thin from these tablets.",
    dated="2026-09-01/2026-09-30",
    fixed=True,
    sources=["S7", "LABEL-ISO"],
    evidence="label",
    listed_by="Photorejuvenation",
    note="The label gives six months; one paper of 2017 finds less enough.",
)
PAINKILLER = reason(
    "painkiller",
    "Took a painkiller that thins the blood",
    "Painkillers of this kind make bruises larger.",
    outcome="deferred",
    wait="7 days",
    dated="2026-11-18",
    until="2026-11-25",
    sources=["S2", "BRUISE"],
    answers=["painkiller", "painkiller_last_dose"],
)
COLD_SORE = reason(
    "cold_sore",
    "Cold sore now",
    "Needles can spread a cold sore over the face.",
    outcome="deferred",
    wait="until resolved",
    recheck=True,
    evidence="clinic",
)
HEART = reason(
    "heart",
    "Heart failure",
    "The gas can strain a weak heart.",
    state="unknown",
    outcome="information-needed",
    listed_by="Carboxytherapy",
    sources=["S5"],
    evidence="inference",
)
TAN = reason(
    "sun",
    "Tanned skin",
    "Dark skin takes up more of the light and can blister.",
    grade="precaution",
    outcome="precaution",
    listed_by="Photorejuvenation",
    sources=["S7"],
    evidence="paper",
)
PREGNANT = reason(
    "pregnant",
    "Pregnant",
    "The substances may cross the placenta, and nobody has studied them.",
    state="unknown",
    outcome="information-needed",
    fixed=True,
    recheck=True,
)


def procedure(
    id: str, name: str, outcome: str, reasons: list[ReportReason], until: str | None = None
) -> ReportProcedure:
    return ReportProcedure(
        id=id,
        name=name,
        summary=f"What {name} is.",
        outcome=outcome,
        until=until,
        reasons=reasons,
        preparation=[
            {"text": f"Before {name}, tell the doctor about every illness.", "source": "S1"},
            {"text": "Come without make-up.", "source": "S2"},
        ],
    )


def answers_of(title: str) -> list[ReportAnswer]:
    """Return the answers of a section: plain ones, and those that the reasons rest on."""
    told = {
        "Pregnancy": [
            answer(
                "pregnant",
                "Did a test in the last week say that you are pregnant?",
                "I do not know",
                matters=True,
                unknown=True,
                find_out="Do a pregnancy test, or ask the clinic for one.",
            )
        ],
        "Your medicines": [
            answer("medicines", "Which medicines do you take?", "Metformin 500 mg, twice a day"),
            answer(
                "painkiller",
                "In the last 7 days, did you take aspirin, ibuprofen or naproxen?",
                "Yes",
                matters=True,
            ),
            answer(
                "painkiller_last_dose",
                "When did you take the last one?",
                "2026-11-18",
                matters=True,
            ),
            answer("isotretinoin", "Did you take strong acne tablets?", "Yes", matters=True),
        ],
        "Your health": [
            answer(
                "heart",
                "Did a doctor ever say that your heart is weak?",
                "I do not know",
                matters=True,
                unknown=True,
                find_out="Ask your family doctor, or bring your last letter from the hospital.",
            ),
            answer(
                "viral",
                "Do you have hepatitis or HIV?",
                "I will tell only the doctor",
                unknown=True,
            ),
        ],
        "Your skin": [
            answer("cold_sore", "Do you have a cold sore?", "Yes", matters=True),
            answer("sun", "Were you in strong sun in the last month?", "Yes", matters=True),
        ],
    }
    rest = [answer(f"{title}_{n}", ask) for n, ask in enumerate(TOPICS[title])]
    more = [
        answer(f"{title}_more_{n}", f"{title}: is there more to say about part {n}?", text)
        for n, text in enumerate(("None of these", "No"))
    ]
    more[0]["plain"] = True
    return told.get(title, []) + rest + more


@pytest.fixture(scope="session")
def sample() -> Report:
    """The report as it is; not to be changed."""
    reasons = {
        "photorejuvenation": [ISOTRETINOIN, TAN],
        "mesotherapy-face": [COLD_SORE, PAINKILLER, PREGNANT],
        "carboxytherapy": [HEART],
    }
    return Report(
        frame={
            "number": "SC-2026-000123",
            "clinic": {
                "name": "Aurelia Clinic",
                "address": "1 Demo Street, London",
                "phone": "+44 20 7946 0000",
            },
            "patient": {"name": "Nguyễn Thị Lan", "born": "1990-05-03"},
            "submitted_at": "2026-11-21T10:15:00+00:00",
            "zone": "Europe/London",
            "language": "en",
            "appointment": "2026-11-30T09:00:00+00:00",
            "declaration": {
                "text": "I have answered as well as I can. I know that the doctor decides.",
                "name": "Nguyễn Thị Lan",
                "at": "2026-11-21T10:14:30+00:00",
                "ink": "20,90 24,60 32,30 40,28 44,50 40,80 52,84 64,60 70,52 74,70 80,84 96,60 "
                "108,40 112,70 120,82 140,60 180,56 230,50;118,30",
            },
            "audit_head": "5eed" * 16,
        },
        definitions="sha256:" + "3f2a91c0b7de" * 5 + "abcd",
        on="2026-11-21",
        procedures=[
            procedure(
                "photorejuvenation",
                "Photorejuvenation",
                "contraindicated",
                reasons["photorejuvenation"],
            ),
            procedure(
                "mesotherapy-face", "Mesotherapy, face", "deferred", reasons["mesotherapy-face"]
            ),
            procedure(
                "carboxytherapy",
                "Carboxytherapy",
                "information-needed",
                reasons["carboxytherapy"],
            ),
        ],
        sections=[{"title": title, "answers": answers_of(title)} for title in TOPICS],
        sources=[
            {
                "id": name,
                "title": f"Title of the document {name}",
                "publisher": "Its publisher",
                "issued": "2021",
                "kind": "guideline",
            }
            for name in ("BRUISE", "LABEL-ISO", "S1", "S2", "S5", "S7")
        ],
        case={"procedures": list(reasons), "on": "2026-11-21", "answers": {"painkiller": "yes"}},
        verdicts={"definitions": "sha256:3f2a", "on": "2026-11-21", "procedures": []},
    )


@pytest.fixture
def report(sample: Report) -> Report:
    """The report, to be changed by the test at will."""
    return copy.deepcopy(sample)


@pytest.fixture(scope="session")
def copy_pdf(sample: Report) -> bytes:
    return render_pdf(sample, reader=Reader.PATIENT)


@pytest.fixture
def brief(report: Report) -> Report:
    """The report without answers and steps before the visit, where these are not the subject."""
    procedures = [one | {"preparation": []} for one in report["procedures"]]
    return report | {"procedures": procedures, "sections": []}


@pytest.fixture(scope="session")
def screening_pdf(sample: Report) -> bytes:
    return render_pdf(sample)


@pytest.fixture(scope="session")
def decided_pdf(sample: Report, screening_pdf: bytes) -> bytes:
    return render_pdf(sample, DECISION, {"screening-report.pdf": screening_pdf})
