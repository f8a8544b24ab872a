from datetime import timedelta

import pytest

from screening.workflow.accounts import passkeys, sessions
from screening.workflow.records import audit_log
from screening.workflow.records.audit_log import Wanted
from screening.workflow.review import reviews
from tests.office import refused
from tests.workflow.accounts.test_administration import administrator_of


def listed(office, **wanted):
    found = audit_log.list_entries(office.context, administrator_of(office), Wanted(**wanted))
    return [(e.who, e.act) for e in found]


@pytest.mark.both_databases
def test_every_failed_sign_in_is_noted_and_no_password_with_it(office):
    refused(sessions.sign_in, office.context, "nobody", "secret typed in the wrong box")
    refused(sessions.sign_in, office.context, "doctor", "wrong")
    challenge = passkeys.Challenge("eA", "https://x.example", office.now)
    refused(passkeys.sign_in, office.context, challenge, UNKNOWN_PASSKEY)

    assert ("stranger", "unknown user name") in listed(office)
    assert ("Dr Mai Tran", "wrong password") in listed(office)
    assert ("stranger", "unknown passkey") in listed(office)
    stored = b"".join(p.read_bytes() for p in office.config.instance.glob("screening.db*"))
    assert b"secret typed" not in stored and b"nobody" not in stored


UNKNOWN_PASSKEY = (
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": '
    '{"clientDataJSON": "eA", "authenticatorData": "eA", "signature": "eA"}}'
)


@pytest.mark.both_databases
def test_the_log_is_filtered_by_person_number_act_and_time(office):
    first, second = office.submit(), office.submit()
    number = reviews.open_review(office.context, office.doctor, first).number
    reviews.open_review(office.context, office.doctor, second)
    office.pass_time(days=1)
    reviews.open_review(office.context, office.doctor, first)

    assert {who for who, _ in listed(office, who=office.doctor.who)} == {"Dr Mai Tran"}
    about = [act for _, act in listed(office, number=number.lower())]
    assert about == ["open review", "open review", "submit", "begin", "invite"]
    assert len(listed(office, act="review")) == 3
    assert len(listed(office, act="review", since=office.now - timedelta(hours=1))) == 1
    assert len(listed(office, act="review", until=office.now - timedelta(hours=1))) == 2
    assert listed(office, act="%") == []
    looks, acts = listed(office, kind="reads"), listed(office, kind="acts")
    assert ("Dr Mai Tran", "open review") in looks and ("patient", "submit") in acts
    assert not {act for _, act in looks} & {act for _, act in acts}
    assert {*looks, *acts} <= {*listed(office)}


@pytest.mark.both_databases
def test_a_page_ends_where_the_next_one_begins(office):
    for _ in range(7):
        sessions.note_look(office.context, office.doctor, "look at queue")
    admin = administrator_of(office)
    first = audit_log.list_entries(office.context, admin, Wanted(act="queue"), most=4)
    rest = audit_log.list_entries(
        office.context, admin, Wanted(act="queue", before=first[-1].sequence), most=4
    )

    sequences = [e.sequence for e in first + rest]
    assert sequences == sorted(sequences, reverse=True)
    assert len(set(sequences)) == 7


def test_looking_at_the_log_is_noted_too(office):
    listed(office)

    assert ("Kim Berg", "look at audit log") in listed(office)


@pytest.mark.both_databases
def test_the_log_tells_whole_from_cut(office):
    head, problem = audit_log.verify(office.context)

    assert problem is None
    assert audit_log.verify(office.context, f" {head.upper()} ")[1] is None
    assert audit_log.verify(office.context, head.split(":")[1])[1] is None
    for other in ("1:" + "0" * 64, "0" * 64, "nonsense", "999:" + head.split(":")[1]):
        assert audit_log.verify(office.context, other)[1] == "cut"
