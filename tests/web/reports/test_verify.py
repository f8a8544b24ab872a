"""The public page and the call for programs that say whether a report is as it was issued."""

import io

import pytest

from screening.documents.certificates.authority import fingerprint_of
from screening.documents.signing.seal import seal_pdf
from screening.documents.verifying.record import read_record
from screening.web.core.limits import limiter
from screening.workflow.clinics.clinics import clinic_seal
from screening.workflow.reports import checking, verification
from tests.documents.sealing import plain, signed
from tests.workflow.reports.test_making import row
from tests.workflow.reports.test_verification import pdf_of


@pytest.fixture(scope="module")
def office(tmp_path_factory, furnish):
    office = furnish(tmp_path_factory.mktemp("office"), SCREENING_LANGUAGES="en,ru,vi,ar")
    office.submit()
    office.make_reports()
    yield office
    office.close()


@pytest.fixture(scope="module")
def sealed(office):
    return pdf_of(office)


@pytest.fixture
def client(office):
    return office.app().test_client()


def upload(client, pdf, url="/verify", headers=None):
    return client.post(url, data={"file": (io.BytesIO(pdf), "report.pdf")}, headers=headers)


def names_nobody(text):
    return not any(word in text for word in ("Lan Nguyen", "Mesotherapy", "mesotherapy"))


def test_the_page_says_passed_in_a_word_and_an_icon_and_names_nobody(office, client, sealed):
    page = upload(client, sealed, f"/verify/{row(office).code}")

    assert page.status_code == 200
    assert '<span class="tag clear"><svg' in page.text
    assert ">PASSED<" in page.text.replace("</svg>", ">")
    for told in ("Seal of Aurelia", "no trusted time", "they give the same results"):
        assert told in page.text
    assert names_nobody(page.text)


def test_the_page_says_on_top_of_a_sealed_file_that_is_not_on_record_whom_to_ask(office, client):
    with office.context.database.read() as session:
        stolen = clinic_seal(office.context, session, office.clinic)
    page = upload(client, seal_pdf(plain(), stolen, office.now, "Sealed")).text
    lede = page.partition("PASSED</span>")[2].partition("<h2>")[0]

    assert "no record of having issued it. Ask the clinic before you rely on it." in lede
    assert page.count("no record of having issued it") == 1


def test_the_page_says_failed_and_why(client, sealed):
    page = upload(client, sealed + b"\n")
    assert "Not as it was issued" in page.text
    assert "Bytes were added after the last signature." in page.text
    assert "Seal of Aurelia" not in page.text


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize(
    ("language", "added", "of_whom"),
    [
        ("ru", "После последней подписи", "кто называет себя <bdi>"),
        ("vi", "sau chữ ký cuối cùng", "tự xưng là <bdi>"),
        ("ar", "بعد آخر توقيع", "يسمّي نفسه <bdi>"),
    ],
)
def test_the_page_says_why_in_the_language_of_its_reader(client, sealed, language, added, of_whom):
    client.get(f"/verify?lang={language}")
    page = upload(client, sealed + b"\n").text
    assert added in page
    assert "Bytes were added" not in page

    doubted = upload(client, signed()).text
    assert f"{of_whom}Dr Mai Trần</bdi>" in doubted
    assert "Signed by someone" not in doubted


def test_a_program_is_told_why_in_english_whatever_it_reads(client, sealed):
    headers = {"Accept-Language": "ru"}
    answer = upload(client, sealed + b"\n", "/api/v1/verifications", headers).json
    assert answer["reasons"] == ["Bytes were added after the last signature."]


def test_the_address_on_the_report_tells_what_was_issued(office, client):
    made = row(office)
    page = client.get(f"/verify/{made.code}")

    for told in (made.sha256, "Aurelia", "the screening", "No newer report replaces it"):
        assert told in page.text
    assert names_nobody(page.text)
    typed = client.get("/verify", query_string={"code": made.code.lower()})
    assert typed.status_code == 303
    assert client.get(typed.location).status_code == 200


def test_an_unknown_code_is_not_found(client, sealed):
    page = client.get("/verify/AAAA-AAAA-AAAA-AAAA")
    assert page.status_code == 404
    assert "No report has this code" in page.text
    assert upload(client, sealed, "/verify/AAAA-AAAA-AAAA-AAAA").status_code == 404


def test_a_program_gets_the_same_as_json(client, sealed):
    for answer in (
        client.post("/api/v1/verifications", data=sealed, content_type="application/pdf"),
        upload(client, sealed, "/api/v1/verifications"),
    ):
        assert answer.status_code == 200
        assert (answer.json["status"], answer.json["replayed"]) == ("PASSED", True)
        assert answer.json["issued"]["kind"] == "screening"
        assert answer.json["signatures"][0]["covers_whole_file"] is True
        assert names_nobody(answer.text)


@pytest.mark.parametrize("url", ["/verify", "/api/v1/verifications"])
def test_no_file_and_too_large_a_file_are_refused(client, url):
    assert client.post(url).status_code == 422
    assert upload(client, b"", url).status_code == 422
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f.pdf"\r\n\r\n'
    body = form + bytes(verification.LARGEST + 20_000) + b"\r\n--x--\r\n"
    large = client.post(url, data=body, content_type="multipart/form-data; boundary=x")
    assert large.status_code == 413
    assert ("10 MB" if url == "/verify" else "the 10502144 bytes that are taken") in large.text
    raw = client.post(url, data=bytes(verification.LARGEST + 1), content_type="application/pdf")
    assert raw.status_code == 413


def test_other_pages_still_take_little(client):
    answer = client.post("/sign-in", data={"username": "x" * 70_000})
    assert answer.status_code == 413


def test_busy_is_said_to_strangers_and_what_was_issued_is_still_known(client, sealed, monkeypatch):
    monkeypatch.setattr(checking, "LONGEST_WAIT", 0.05)
    with checking.STRANGERS.place():
        known = upload(client, sealed).text
    assert "Byte for byte what we issued" in known
    assert "There was no time to check its signatures" not in known
    with checking.STRANGERS.place(), checking.ISSUED_HERE.place(), checking.ISSUED_HERE.place():
        answer = upload(client, signed())
        assert answer.status_code == 503
        assert "it is not judged. Try again in a minute" in answer.text
        known = upload(client, sealed).text
    assert "Byte for byte what we issued" in known
    assert "There was no time to check its signatures" in known


def test_a_machine_without_time_says_so_and_condemns_no_file(client, monkeypatch):
    monkeypatch.setattr(checking, "LONGEST_CHECK", 0.05)
    answer = upload(client, signed())
    assert answer.status_code == 503
    assert "Try again in a minute" in answer.text


def test_nothing_by_a_stranger_is_called_unchanged(client):
    page = upload(client, signed()).text
    assert "anyone can make such a certificate" in page
    for word in ("Unchanged", "unchanged", "No byte", "Every byte", "The doctor’s signature"):
        assert word not in page
    answer = upload(client, signed(), "/api/v1/verifications").json
    assert (answer["status"], answer["signatures"], answer["byte_for_byte"]) == (
        "INDETERMINATE",
        [],
        None,
    )


def test_the_very_file_is_called_so_also_when_its_certificate_has_ended(office, client, sealed):
    office.pass_time(days=366 * 3)
    page = upload(client, sealed).text
    assert "<h1" in page and "The very file that was issued" in page
    assert "Byte for byte what we issued" in page
    assert ">INDETERMINATE<" in page.replace("</svg>", ">")
    assert "is not in force on" in page
    office.pass_time(days=-366 * 3)


@pytest.fixture
def uncounted(client):
    """Forget the tries of this test for those after it."""
    limiter.reset()
    yield
    limiter.reset()


@pytest.mark.usefixtures("uncounted")
def test_a_program_that_asks_too_often_is_told_when_to_come_back(client):
    tries = [client.post("/api/v1/verifications").status_code for _ in range(20)]
    assert set(tries) == {422}

    answer = client.post("/api/v1/verifications")
    assert answer.status_code == 429
    assert answer.json["type"].endswith("too-many-requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 61


@pytest.mark.usefixtures("uncounted")
def test_codes_cannot_be_tried_out_one_after_the_other(client):
    tries = [client.get("/verify/AAAA-AAAA-AAAA-AAAA").status_code for _ in range(61)]
    assert tries[:60] == [404] * 60
    assert tries[60] == 429


def test_who_vouches_is_shown_with_the_fingerprint_that_the_report_prints(office, client):
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import load_pem_x509_certificate

    page = client.get("/verify/authority")
    root = office.context.seal.chain[-1]
    digits = root.fingerprint(SHA256()).hex().upper()
    printed = " ".join(digits[at : at + 4] for at in range(0, 64, 4))
    assert (page.status_code, printed in page.text) == (200, True)

    saved = client.get(f"/verify/authority/{digits.lower()}.pem")
    assert load_pem_x509_certificate(saved.data) == root
    assert "PRIVATE" not in saved.text
    assert client.get(f"/verify/authority/{'0' * 64}.pem").status_code == 404


def test_a_report_carries_the_fingerprint_of_who_vouches_for_its_seal(office, sealed):
    record = read_record(sealed)
    assert record["frame"]["verify"]["authority"] == fingerprint_of(office.context.seal.chain[-1])
