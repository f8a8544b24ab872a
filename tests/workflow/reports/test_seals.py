"""Whose seal is used, whose clock, and who is told before a certificate ends."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from screening.bootstrap import (
    issue_seal,
    open_authority,
    open_clock,
    open_context,
    renew_certificates,
)
from screening.config import read_config
from screening.documents.certificates.authority import issue_certificate
from screening.documents.verifying.verify_process import check
from screening.storage.tables import Account, Clinic
from screening.workflow.accounts import sessions
from screening.workflow.clinics import branding, clinics
from screening.workflow.operations import health
from screening.workflow.reports import making, verification
from screening.workflow.review import reviews
from tests.documents.outside import outside_authorities
from tests.office import render_briefly
from tests.workflow.reports.test_making import row
from tests.workflow.reports.test_verification import pdf_of
from tests.workflow.review.test_reviews import decide


def sealed_by(office, pdf):
    found = check(pdf, verification.trusted_roots(office.context), office.now)
    assert (found["status"], found["reasons"]) == ("PASSED", ())
    return [one["signer"] for one in found["signatures"]]


def test_each_clinic_has_a_seal_with_its_name(office):
    seal = issue_seal(office.config, office.context.keys, "Borealis", office.now)
    other = clinics.add_clinic(office.context, "Borealis", "", "", "UTC", seal)
    with office.context.database.read() as session:
        first = clinics.clinic_seal(office.context, session, office.clinic)
        second = clinics.clinic_seal(office.context, session, other)
        stored = session.get_one(Clinic, other).seal

    assert (first.subject, second.subject) == ("Seal of Aurelia", "Seal of Borealis")
    assert first.certificate != second.certificate
    assert b"Borealis" not in stored
    office.submit()
    office.make_reports()
    assert sealed_by(office, pdf_of(office)) == ["Seal of Aurelia"]


@pytest.mark.both_databases
def test_a_clinic_that_changes_its_name_gets_a_seal_that_says_so(office):
    id = office.submit()
    office.make_reports()
    old = pdf_of(office)
    look = branding.look_of(office.context, office.clinic)
    branding.change_look(office.context, office.desk, replace(look, phone="999"))
    with office.context.database.read() as session:
        same = clinics.clinic_seal(office.context, session, office.clinic)
    assert same.subject == "Seal of Aurelia"

    branding.change_look(office.context, office.desk, replace(look, name="Borealis"))
    # What the doctor decides on is still what the seal of the former name covers.
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()
    assert sealed_by(office, pdf_of(office, "decided")) == ["Seal of Borealis", "Dr Mai Tran"]
    assert pdf_of(office) == old
    assert sealed_by(office, old) == ["Seal of Aurelia"]


@pytest.mark.both_databases
def test_a_clinic_from_before_keeps_the_installations_seal(office):
    with office.context.database.write() as session:
        session.execute(update(Clinic).values(seal=None, certificates=None))
    office.submit()
    office.make_reports()
    assert sealed_by(office, pdf_of(office)) == ["Seal of Screening"]


def test_another_machine_over_the_same_database_seals_and_trusts_the_same(office, tmp_path):
    """It has the secret and the database, and a folder of its own."""
    office.submit()
    environment = {
        "SCREENING_INSTANCE": str(tmp_path / "second"),
        "SCREENING_SECRET_FILE": str(office.config.secret_file),
        "SCREENING_DATABASE": office.config.database,
    }
    second = replace(open_context(read_config(environment)), now=office.context.now)
    for order in making.due_reports(second):
        making.make_report(second, order, render_briefly)

    assert sealed_by(office, pdf_of(office)) == ["Seal of Aurelia"]
    roots = verification.trusted_roots(second)
    assert check(pdf_of(office), roots, office.now)["status"] == "PASSED"
    second.database.close()


def test_a_seal_from_a_file_seals_for_every_clinic(office, tmp_path):
    seal = issue_seal(office.config, office.context.keys, "Chain of clinics", office.now)
    pkcs12 = seal.to_pkcs12(b"secret")
    (tmp_path / "seal.p12").write_bytes(pkcs12)
    (tmp_path / "pass").write_text("secret\n")
    environment = {
        "SCREENING_INSTANCE": str(office.config.instance),
        "SCREENING_DATABASE": office.config.database,
        "SCREENING_SEAL_FILE": str(tmp_path / "seal.p12"),
        "SCREENING_SEAL_PASSPHRASE_FILE": str(tmp_path / "pass"),
    }
    config = read_config(environment)
    context = replace(open_context(config), now=office.context.now)
    assert issue_seal(config, context.keys, "Any", office.now) is None
    with context.database.read() as session:
        used = clinics.clinic_seal(context, session, office.clinic)
    assert used.subject == "Seal of Chain of clinics"
    context.database.close()


@pytest.mark.parametrize("name", ["SEAL_FILE", "TIMESTAMP_URL", "TIMESTAMP_TRUST"])
def test_settings_that_belong_together_are_set_together(name):
    with pytest.raises(ValueError, match="belong together"):
        read_config({f"SCREENING_{name}": "https://tsa.example/rfc3161"})


# A trusted time


@pytest.fixture
def stamped(office, tmp_path):
    """Return the authorities; the office asks them for the time."""
    # The authorities go by the real clock, the office by the moment that it was made for.
    now = min(office.now, datetime.now(UTC))
    authority = open_authority(office.config, office.context.keys)
    signer = issue_certificate(authority, "Dr Mai Tran", "doctor", now)
    sessions.renew_credentials(office.context, office.doctor.id, signer)
    with outside_authorities() as outside:
        clock = outside.clock()
        office.context = replace(
            office.context, clock=clock, trust=(*office.context.trust, *clock.roots)
        )
        yield outside


def test_with_a_clock_the_reports_carry_its_time_and_say_so(office, stamped):
    id = office.submit()
    office.make_reports()
    reviews.decide(*decide(office, id, "proceed"))
    office.make_reports()

    found = check(pdf_of(office, "decided"), verification.trusted_roots(office.context), office.now)
    assert {one["stamped_by"] for one in found["signatures"]} == {"Outside Clock"}
    assert found["record"]["frame"]["verify"]["trusted_time"] is True


def test_a_clock_that_fails_is_shown_and_asked_again(office, stamped):
    id = office.submit()
    stamped.broken = True
    office.make_reports()

    assert row(office).state == "pending"
    assert "timestamp authority does not answer" in row(office).error
    shown = reviews.open_review(office.context, office.doctor, id).reports["screening"]
    assert "timestamp authority" in shown.error

    stamped.broken = False
    office.pass_time(seconds=5)
    office.make_reports()
    assert (row(office).state, row(office).error) == ("sealed", None)


def test_the_settings_name_the_clock_and_its_roots(office, stamped, tmp_path):
    from cryptography.hazmat.primitives.serialization import Encoding

    root = stamped.certificate("root")
    (tmp_path / "roots.pem").write_bytes(root.public_bytes(Encoding.PEM))
    clock = open_clock(
        read_config(
            {
                "SCREENING_TIMESTAMP_URL": "http://127.0.0.1:9/",
                "SCREENING_TIMESTAMP_TRUST": str(tmp_path / "roots.pem"),
            }
        )
    )
    assert (clock.url, clock.roots) == ("http://127.0.0.1:9/", (root,))
    assert open_clock(read_config({})) is None


# Before a certificate ends


def test_nobody_is_told_while_all_is_well(office):
    assert health.certificate_notices(office.context) == []
    assert health.warnings(office.context) == []
    assert health.ending_seals(office.context) == health.ending_doctors(office.context) == []


@pytest.mark.both_databases
def test_thirty_days_before_they_end_it_is_said(office):
    office.pass_time(days=1095 - 29)
    seal, signer = health.certificate_notices(office.context)

    assert seal.startswith("the seal of Aurelia: the certificate ends on 20")
    assert signer.startswith("doctor Dr Mai Tran: the certificate ends on 20")
    office.context = replace(office.context, workers=lambda: [(office.now, "")])
    assert health.problems(office.context, 10**12) == []
    told = " ".join(health.warnings(office.context))
    assert "seals whose certificate" in told
    assert "Mai" not in told


def test_with_an_ended_certificate_nothing_is_sealed_and_the_row_says_why(office):
    office.pass_time(days=1096)
    office.submit()
    office.make_reports()

    assert row(office).state == "pending"
    assert "The certificate of Seal of Aurelia is not in force" in row(office).error
    assert (
        "the seal of Aurelia: the certificate ended"
        in health.certificate_notices(office.context)[0]
    )
    office.context = replace(office.context, workers=lambda: [(office.now, "")])
    assert health.problems(office.context, 10**12) == ["a seal's certificate is not in force"]


@pytest.mark.both_databases
def test_a_doctor_without_a_certificate_is_named(office):
    with office.context.database.write() as session:
        session.execute(update(Account).values(credentials=None, certificates=None))
    [notice] = health.certificate_notices(office.context)
    assert notice == "doctor Dr Mai Tran has no certificate and cannot sign: make one"


@pytest.mark.both_databases
def test_an_account_from_before_is_looked_at_too(office):
    with office.context.database.write() as session:
        session.execute(update(Account).values(certificates=None))
    assert health.certificate_notices(office.context) == []
    office.pass_time(days=1080)
    assert (
        "doctor Dr Mai Tran: the certificate ends" in health.certificate_notices(office.context)[1]
    )


@pytest.mark.both_databases
def test_renewing_ends_the_notices_and_old_reports_still_pass(office):
    office.submit()
    office.make_reports()
    before = pdf_of(office)
    office.pass_time(days=1095 - 29)
    renew_certificates(office.config, office.context)

    assert health.certificate_notices(office.context) == []
    assert sealed_by(office, before) == ["Seal of Aurelia"]
    with office.context.database.read() as session:
        assert session.scalars(select(Account.certificates)).first() != ""
