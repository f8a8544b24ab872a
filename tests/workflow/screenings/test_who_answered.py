"""Self, a relative, an interpreter: who answered stands in the report, not only in the log."""

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from screening.storage.encryption import open_bytes
from screening.storage.tables import ReportRow, Screening
from screening.workflow.records import export
from screening.workflow.review import reviews
from screening.workflow.screenings import answering
from tests.office import DECLARED, refused, text_of


def submit(office, who, name=""):
    id = office.invite().screening_id
    office.answer(id)
    by = answering.answerer(who, name)
    answering.submit(office.context, office.hold(id), DECLARED, answered_by=by)
    return id


@pytest.mark.parametrize(
    ("who", "name"), [("self", ""), ("relative", ""), ("interpreter", "Li Wu")]
)
def test_the_doctor_is_told_who_answered(office, who, name):
    review = reviews.open_review(office.context, office.doctor, submit(office, who, name))

    assert review.report["frame"]["declaration"]["by"] == {"who": who, "name": name}


def test_an_interpreter_has_a_name_and_nobody_else_is_known():
    for given in (("interpreter", " "), ("neighbour", "")):
        assert refused(answering.answerer, *given) == "unknown-answerer"


@pytest.mark.both_databases
def test_the_report_names_the_interpreter(office, tmp_path):
    id = submit(office, "interpreter", "Li Wu")
    office.make_reports()
    with office.context.database.read() as session:
        row = session.scalars(select(ReportRow).where(ReportRow.kind == "screening")).one()
        screening = session.get_one(Screening, id)
        pdf = open_bytes(
            office.context.screening_key(session, screening), row.pdf, f"report:{row.id}"
        )

    assert "The patient answered with an interpreter: Li Wu" in text_of(pdf, tmp_path)


def test_asked_again_on_another_day_nobody_assumes_the_same_person(office):
    id = submit(office, "relative")
    again = office.arrive(id)

    assert answering.read_draft(office.context, again).answered_by is None


@pytest.mark.both_databases
def test_what_is_handed_out_says_who_answered(office):
    packed = export.export(office.context, submit(office, "interpreter", "Li Wu"), office.desk)
    held = json.loads(zipfile.ZipFile(io.BytesIO(packed.archive)).read("screening.json"))

    assert held["draft"]["answered_by"] == {"who": "interpreter", "name": "Li Wu"}
    assert held["person"]["born"] == "1986-05-03"
    assert not [name for name in held if name.endswith("_hash")]
