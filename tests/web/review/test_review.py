"""The doctor's page tells the rules of the clinic from those of the lists."""

import shutil

from tests.conftest import QUESTIONS
from tests.office import Office

OURS = """
policy: ours
changes:
- procedure: chemical-peel
  finding: past_complication
  grade: contraindication
  defer: until resolved
  reason: We look at old <b>photographs</b> first.
  by: Dr Anna Kern
  since: 2026-01-01
- procedure: chemical-peel
  finding: breastfeeding
  grade: contraindication
  reason: Not in force yet.
  by: Dr Anna Kern
  since: 2999-01-01
"""


def test_the_doctor_sees_what_the_clinic_changed_and_where_it_matters(tmp_path):
    folder = shutil.copytree(QUESTIONS, tmp_path / "questions")
    (folder / "policies").mkdir()
    (folder / "policies" / "ours.yaml").write_text(OURS)
    office = Office(tmp_path / "office", SCREENING_QUESTIONS=str(folder))
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    screening_id = office.submit("chemical-peel", past_reaction="yes", past_reaction_what="A rash.")
    client = app.test_client()
    office.enter(client, "doctor")

    page = client.get(f"/doctor/screenings/{screening_id}").text
    office.close()

    verdict, changed = page.split("Rules that this clinic changed")
    assert "Deferred" in verdict
    assert "this clinic’s rule" in verdict
    told = changed.split("</ul>")[0]
    assert "precaution → <b>temporary contraindication (until resolved)</b>" in told
    assert "We look at old &lt;b&gt;photographs&lt;/b&gt; first." in told
    assert "By Dr Anna Kern, since 1 January 2026" in told
    assert "Not in force yet" not in page
