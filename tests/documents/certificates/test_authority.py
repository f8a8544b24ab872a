import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from screening.documents.certificates.authority import (
    Credentials,
    CredentialsError,
    create_authority,
    is_alone,
    is_person,
    issue_certificate,
    name_in,
)
from tests.documents.sealing import NOW, authority, doctor, seal

YEAR = timedelta(days=365)


def organisation(credentials):
    return name_in(credentials.certificate, NameOID.ORGANIZATION_NAME)


def usage(credentials):
    return credentials.certificate.extensions.get_extension_for_class(x509.KeyUsage).value


def test_an_authority_vouches_for_itself_for_ten_years():
    certificate = authority().certificate

    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_after_utc > NOW + 9.99 * YEAR
    basics = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basics.critical, basics.value.ca, basics.value.path_length) == (True, True, 0)


def test_an_authority_signs_certificates_and_nothing_else():
    assert usage(authority()).key_cert_sign
    assert not usage(authority()).digital_signature
    assert not usage(authority()).content_commitment


@pytest.mark.parametrize("issued", [seal, doctor])
def test_a_certificate_is_the_authoritys_for_three_years_and_for_signing_only(issued):
    certificate = issued().certificate

    certificate.verify_directly_issued_by(authority().certificate)
    assert timedelta() < certificate.not_valid_after_utc - NOW - 2.99 * YEAR < 0.02 * YEAR
    assert usage(issued()).digital_signature
    assert usage(issued()).content_commitment
    assert not usage(issued()).key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert certificate.public_key().curve.name == "secp256r1"


def test_only_the_seal_names_the_clinic():
    assert organisation(seal()) == "Aurelia Clinic"
    assert organisation(doctor()) == ""
    assert doctor().subject == "Dr Mai Trần"


def test_no_two_certificates_share_a_serial_number():
    issued = [issue_certificate(authority(), "Dr A", "doctor", NOW) for _ in range(20)]
    assert len({each.certificate.serial_number for each in issued}) == 20


def test_a_certificate_never_outlives_its_authority():
    late = NOW + 9 * YEAR
    issued = issue_certificate(authority(), "Dr A", "doctor", late)

    end = authority().certificate.not_valid_after_utc
    assert issued.certificate.not_valid_after_utc == end
    with pytest.raises(CredentialsError, match="authority is not in force"):
        issue_certificate(authority(), "Dr A", "doctor", end + timedelta(days=1))


def test_a_certificate_is_in_force_as_long_as_its_issuers_are():
    assert doctor().in_force(NOW)
    assert not doctor().in_force(NOW - timedelta(days=1))
    assert not doctor().in_force(NOW + 3.1 * YEAR)
    younger = create_authority("Aurelia Clinic", NOW + YEAR).certificate
    assert not Credentials(doctor().key, doctor().certificate, (younger,)).in_force(NOW)


def test_clocks_that_differ_by_seconds_do_not_matter():
    assert seal().in_force(NOW - timedelta(seconds=30))


@pytest.mark.parametrize("word", ["Nguyen ", "Nguyễn ", "Александра "])
def test_a_name_longer_than_a_certificate_holds_is_cut(word):
    issued = issue_certificate(authority(), word * 30, "doctor", NOW)
    assert 60 <= len(issued.subject.encode()) <= 64
    assert issued.subject.removesuffix("…").rstrip() in word * 30
    assert issued.subject.endswith("…")


@pytest.mark.parametrize("name", ["", "  ", "Dr\0A", "Dr \u202eiM"])
def test_a_name_that_cannot_be_printed_is_refused(name):
    with pytest.raises(CredentialsError, match="needs a name"):
        issue_certificate(authority(), name, "doctor", NOW)


def test_an_unknown_purpose_and_a_moment_without_a_zone_are_refused():
    with pytest.raises(CredentialsError, match='not "nurse"'):
        issue_certificate(authority(), "A", "nurse", NOW)  # type: ignore[arg-type]
    with pytest.raises(CredentialsError, match="time zone"):
        create_authority("Aurelia Clinic", NOW.replace(tzinfo=None))
    with pytest.raises(CredentialsError, match="time zone"):
        issue_certificate(authority(), "A", "seal", NOW.replace(tzinfo=None))


def test_credentials_come_back_from_their_file():
    stored = seal().to_pkcs12(b"secret")
    again = Credentials.from_pkcs12(stored, b"secret")

    assert again.certificate == seal().certificate
    assert again.chain == (authority().certificate,)
    assert again.key.private_numbers() == seal().key.private_numbers()
    assert x509.load_pem_x509_certificate(again.certificate_pem) == seal().certificate


def test_the_file_is_encrypted_the_strong_way(tmp_path):
    (tmp_path / "seal.p12").write_bytes(seal().to_pkcs12(b"secret"))
    command = ["openssl", "pkcs12", "-info", "-nokeys", "-nocerts", "-passin", "pass:secret", "-in"]
    told = subprocess.run([*command, tmp_path / "seal.p12"], capture_output=True, check=True)

    written = told.stderr.decode()
    assert written.count("PBES2, PBKDF2, AES-256-CBC, Iteration 2000, PRF hmacWithSHA256") == 2
    assert "MAC: sha256" in written


@pytest.mark.parametrize(("change", "passphrase"), [(b"", b"wrong"), (b"junk", b"secret")])
def test_a_wrong_passphrase_or_a_broken_file_is_one_plain_error(change, passphrase):
    stored = change or seal().to_pkcs12(b"secret")
    with pytest.raises(CredentialsError, match="key file or its passphrase"):
        Credentials.from_pkcs12(stored, passphrase)


def test_a_key_is_never_stored_without_a_passphrase():
    with pytest.raises(CredentialsError, match="without a passphrase"):
        seal().to_pkcs12(b"")


def test_a_key_of_another_kind_or_without_its_certificate_is_refused():
    other = rsa.generate_private_key(65537, 2048)
    with pytest.raises(CredentialsError, match="P-256"):
        Credentials.from_pkcs12(_stored(other, None), b"")
    with pytest.raises(CredentialsError, match="no certificate"):
        Credentials.from_pkcs12(_stored(seal().key, None), b"")


def _stored(key, certificate):
    return pkcs12.serialize_key_and_certificates(None, key, certificate, None, NoEncryption())


def test_a_printed_credential_shows_no_key():
    assert "key" not in repr(seal()).lower().replace("certificate", "")


def test_a_doctors_certificate_carries_the_number_and_who_confirmed_it():
    number = "Л041-01137-77/00000000"
    alone = issue_certificate(authority(), "Dr A", "doctor", NOW, None, number, True)
    bare = issue_certificate(authority(), "Dr A", "doctor", NOW)

    assert (alone.subject, alone.registration, is_alone(alone.certificate)) == (
        "Dr A",
        number,
        True,
    )
    assert (bare.subject, bare.registration, is_alone(bare.certificate)) == ("Dr A", "", False)
    assert is_person(alone.certificate), "no organisation stands in it"
