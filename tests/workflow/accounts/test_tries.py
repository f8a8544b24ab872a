import json
from hashlib import sha256

import cbor2
import pyotp
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select
from webauthn.helpers import bytes_to_base64url

from screening.storage.tables import Account, Lock, Passkey
from screening.workflow.accounts import browsers, passkeys, passwords, second_factor, sessions
from screening.workflow.accounts.passkeys import Challenge
from screening.workflow.accounts.tries import Source
from screening.workflow.core.sealed import seal_into
from screening.workflow.review import reviews
from tests.office import PASSWORD, decide, refused
from tests.workflow.accounts.test_administration import acts, link_for
from tests.workflow.accounts.test_second_factor import waiting

STRANGER, CLINIC = Source("203.0.113.9"), Source("192.0.2.1")


def fail(office, source, times=5, username="doctor"):
    """Return why each of so many wrong passwords was refused."""
    tried = (sessions.sign_in, office.context, username, "wrong", "", source)
    return [refused(*tried) for _ in range(times)]


def known_from(office, source, username="doctor"):
    """Return `source` with the secret of a browser in which `username` has signed in."""
    found = office.sign_in(username)
    id = sessions.sign_in_id(office.context, found.sign_in)
    return Source(source.address, browsers.know_browser(office.context, id, source.browser))


@pytest.mark.both_databases
def test_a_strangers_wrong_passwords_stop_the_stranger_alone(office):
    assert set(fail(office, STRANGER)) == {"wrong"}

    given = (office.context, "doctor", PASSWORD, "")
    assert refused(sessions.sign_in, *given, STRANGER) == "locked"
    assert sessions.sign_in(*given, CLINIC)


def test_a_name_that_nobody_has_is_counted_as_one_that_exists(office):
    assert fail(office, STRANGER, 7) == fail(office, STRANGER, 7, "nobody")
    assert [act for act in acts(office) if act.startswith("lock after")] == [
        "lock after wrong password",
        "lock after unknown user name",
    ]


def test_a_browser_that_is_known_is_not_stopped_by_who_shares_its_address(office):
    desk = known_from(office, CLINIC)
    fail(office, CLINIC)
    given = (office.context, "doctor", PASSWORD, "")

    assert refused(sessions.sign_in, *given, CLINIC) == "locked"
    assert sessions.sign_in(*given, desk)
    fail(office, desk)
    assert refused(sessions.sign_in, *given, desk) == "locked", "its own tries count"


def test_codes_from_everywhere_count_together_but_not_against_a_known_browser(office):
    desk = known_from(office, CLINIC)
    for nth in range(5):
        elsewhere = Source(f"203.0.113.{nth}")
        tried = (second_factor.complete, office.context, waiting(office), "000000", elsewhere)
        assert refused(*tried) == "wrong"

    here = waiting(office)
    given = (office.context, here, office.code("doctor"))
    assert refused(second_factor.complete, *given, Source("203.0.113.77")) == "locked"
    assert second_factor.complete(*given, desk)


def test_signing_a_decision_counts_by_itself(office):
    fail(office, STRANGER)
    fail(office, Source())
    first, second = office.submit(), office.submit()

    reviews.decide(*decide(office, first, "proceed"))
    for _ in range(5):
        assert refused(reviews.decide, *decide(office, second, "proceed", password="x")) == "wrong"
    assert refused(reviews.decide, *decide(office, second, "proceed")) == "locked"
    sessions.check_password(office.context, office.doctor, PASSWORD, "account")
    office.pass_time(minutes=16)
    reviews.decide(*decide(office, second, "proceed"))


def test_a_copied_cookie_of_a_known_browser_ends_with_the_next_sign_in(office):
    desk = known_from(office, CLINIC)
    reception = known_from(office, desk, "reception")
    with office.context.database.read() as session:
        of = (office.context, session)
        assert not browsers.is_known(*of, desk.browser)
        assert browsers.is_known(*of, reception.browser, office.doctor.id), "two share a desk"
    assert refused(sessions.sign_in, office.context, "doctor", "", "", reception) == "wrong"


def test_a_browser_is_known_for_ninety_days_and_for_its_owner_alone(office):
    desk = known_from(office, CLINIC)
    with office.context.database.read() as session:
        assert not browsers.is_known(office.context, session, desk.browser, office.lead.id)
        assert not browsers.is_known(office.context, session, "")
        office.pass_time(days=91)
        assert not browsers.is_known(office.context, session, desk.browser, office.doctor.id)


def test_a_new_password_by_link_makes_every_browser_unknown_and_forgives_its_own_address(office):
    desk = known_from(office, CLINIC)
    fail(office, CLINIC)
    new = "lantern orbit walnut fjord"
    passwords.set_password(office.context, link_for(office, office.doctor.id), new, CLINIC)

    assert sessions.sign_in(office.context, "doctor", new, "", CLINIC)
    assert browsers.known_browser(office.context, desk.browser) is None


def test_tries_are_forgotten_after_a_day_and_tell_no_address(office):
    fail(office, STRANGER, 1, "nobody")
    office.pass_time(days=2)
    fail(office, CLINIC, 1)
    with office.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Lock)) == 1
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))
    assert CLINIC.address.encode() not in stored


class Key:
    """A passkey without a device: what a telephone answers, made here."""

    def __init__(self, office, account_id):
        self.office, self.key, self.uses = office, ec.generate_private_key(ec.SECP256R1()), 0
        point = self.key.public_key().public_numbers()
        held = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        content = {"id": "a2V5", "key": bytes_to_base64url(cbor2.dumps(held))}
        row = Passkey(id="p", account_id=account_id, name="Phone", uses=0, created_at=office.now)
        row.credential_hash = office.context.hash("passkey:a2V5")
        with office.context.database.write() as session:
            seal_into(office.context, session, row, "content", content)
            session.add(row)

    def answer(self, challenge):
        self.uses += 1
        told = {"type": "webauthn.get", "challenge": challenge.text, "origin": challenge.site}
        client = json.dumps(told).encode()
        device = sha256(challenge.domain.encode()).digest() + b"\x05" + self.uses.to_bytes(4, "big")
        signed = self.key.sign(device + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": device, "signature": signed}
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        kept = {"id": "a2V5", "rawId": "a2V5", "type": "public-key", "response": response}
        return json.dumps(kept)


def test_a_passkey_is_never_locked_and_its_answer_works_once(office):
    key = Key(office, office.doctor.id)
    fail(office, Source())
    for _ in range(5):
        here = second_factor.who_waits(
            office.context, sessions.sign_in(office.context, "doctor", PASSWORD, "", CLINIC)
        )
        refused(second_factor.complete, office.context, here, "000000")
    challenge = Challenge("Y2hhbGxlbmdl", "https://screening.example", office.now)
    answer = key.answer(challenge)

    assert sessions.who_is(office.context, passkeys.sign_in(office.context, challenge, answer))
    assert refused(passkeys.sign_in, office.context, challenge, answer) == "wrong"
    with office.context.database.write() as session:
        session.get_one(Account, office.doctor.id).disabled_at = office.now
    office.pass_time(minutes=1)
    later = Challenge("bGF0ZXI", challenge.site, office.now)
    assert refused(passkeys.sign_in, office.context, later, key.answer(later)) == "wrong"


@pytest.mark.parametrize("change", ["app", "codes", "passkey"])
def test_a_changed_factor_ends_every_other_sign_in(office, change):
    elsewhere, waits = office.sign_in("doctor"), waiting(office)
    if change == "app":
        second_factor.offer_app(office.context, office.doctor.id)
        code = _offered(office)
        here = office.doctor.sign_in
        second_factor.accept_app(office.context, office.doctor.id, code, here)
    elif change == "codes":
        second_factor.renew_recovery_codes(office.context, office.doctor)
    else:
        Key(office, office.doctor.id)
        passkeys.remove_passkey(office.context, office.doctor, "p")

    assert sessions.who_is(office.context, elsewhere.sign_in) is None
    assert second_factor.who_waits(office.context, waits.sign_in) is None
    assert sessions.who_is(office.context, office.doctor.sign_in)


def _offered(office):
    totp = pyotp.parse_uri(second_factor.offer_app(office.context, office.doctor.id))
    return totp.at(office.now)
