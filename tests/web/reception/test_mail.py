"""The reception gives an address, sees what became of the mail, and corrects it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.storage.tables import AuditEntry
from screening.workflow.core.actor import program
from screening.workflow.reception import day_list, invitations
from screening.workflow.screenings import answering
from tests.mail_server import TO, MailServer, rows, send_due, texts
from tests.office import DECLARED, ZONE, Office

THREADS = ("thread-lift",)


@pytest.fixture
def server():
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def office(tmp_path, server):
    office = Office(tmp_path, **server.settings)
    yield office
    office.close()


def desk_of(office):
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    office.enter(client, "reception")
    return client


@pytest.fixture
def desk(office):
    return desk_of(office)


def invite(desk, to=TO):
    page = desk.post("/reception/invitations", data={"name": "Lan Nguyen", "to": to})
    assert page.status_code == 303
    return desk.get(page.headers["Location"]).text


def where(page):
    return re.search(r'action="(/reception/screenings/[^"]+/mail)"', page)[1]


def hidden(page):
    return dict(re.findall(r'name="(after|link)" type="hidden" value="([^"]*)"', page))


def test_an_address_given_with_the_invitation_is_written_to(office, desk, server):
    page = invite(desk)
    assert TO in page and "being sent" in page and "Send again" in page
    assert "/s/" not in page and "<svg" not in page and hidden(page)["link"] == ""
    send_due(office)

    shown = desk.get(where(page)).text
    assert re.search(rf"Invitation, <bdi>{TO}</bdi>: sent \d", shown)
    assert "E-mail: sent" in " ".join(desk.get("/reception").text.split())
    assert "/s/" not in page and "goes by e-mail to l…@patient.example" in page
    asked = desk.post(where(page).replace("/mail", "/link"), data={"why": "at-the-desk"})
    link = re.search(r'/s/([\w-]+)"', desk.get(asked.headers["Location"]).text)[1]
    assert link in texts(server.mails[0]), "the one that was sent, and no other"


def test_showing_a_link_is_an_act_with_a_reason_of_the_list(office, desk):
    address = where(invite(desk)).replace("/mail", "/link")
    refused = desk.post(address, data={"why": "I would like to"}, follow_redirects=True)
    assert "/s/" not in refused.text
    shown = desk.post(address, data={"why": "no-mail-arrived"}, follow_redirects=True)
    assert shown.status_code == 200

    with office.context.database.read() as session:
        shown = select(AuditEntry).where(AuditEntry.act == "show link")
        [entry] = session.scalars(shown)
    assert (entry.who, entry.why) == (office.receptionist.who, "no-mail-arrived")


def test_an_address_with_a_mistake_is_named_and_nothing_is_made(office, desk):
    for to in ("lan@", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example"):
        page = desk.post("/reception/invitations", data={"name": "Lan", "to": to})
        assert page.status_code == 422
        assert "This is not an e-mail address." in page.text

    assert day_list.list_screenings(office.context, office.clinic) == []


def test_the_link_on_the_page_is_the_one_that_is_mailed_later(office, desk, server):
    page = invite(desk, to="")
    assert "Send by e-mail" in page
    given = hidden(page) | {"to": TO}
    assert desk.post(where(page), data=given).status_code == 303
    assert desk.post(where(page), data=given).status_code == 303
    send_due(office)

    assert len(server.mails) == 1
    assert given["link"] in texts(server.mails[0])
    assert answering.follow_link(office.context, given["link"])


def test_a_failure_is_told_with_the_moment_of_the_next_try(office, desk, server):
    page = invite(desk)
    server.stop()
    send_due(office)
    (mail,) = rows(office)
    told = f"could not be sent, trying again at {mail.due_at.astimezone(ZONE):%H:%M}"

    assert told in desk.get("/reception").text
    assert told in desk.get(where(page)).text


def test_a_refused_address_is_told_with_the_reason_and_corrected(office, desk, server):
    server.refuses["lam@patient.example"] = "550 5.1.1 <b>No such</b> user"
    page = invite(desk, to="lam@patient.example")
    send_due(office)
    assert "the mail server refused it. Correct the address." in desk.get("/reception").text
    told = desk.get(where(page)).text
    assert "550 5.1.1 &lt;b&gt;No such&lt;/b&gt; user" in told

    wrong = desk.post(where(page), data=hidden(told) | {"to": "lan@"})
    assert wrong.status_code == 422 and "This is not an e-mail address." in wrong.text
    desk.post(where(page), data=hidden(told) | {"to": TO})
    send_due(office)
    assert [to for to, _ in server.taken] == [[TO]]


def test_nobody_mails_for_another_clinics_patient_or_for_one_who_has_finished(office, desk):
    from screening.workflow.clinics import clinics

    other = clinics.add_clinic(office.context, "Other", "", "", "UTC")
    theirs = invitations.invite(office.context, program(other), "Ana", (), None, TO).screening_id
    done = office.submit()

    for id, status in ((theirs, 404), (done, 409)):
        path = f"/reception/screenings/{id}/mail"
        assert desk.get(path).status_code == status
        assert desk.post(path, data={"to": "x@y.example"}).status_code == status
    assert len(rows(office)) == 1


def test_without_a_mail_server_the_pages_say_how_to_share_the_link(tmp_path):
    office = Office(tmp_path)
    desk = desk_of(office)
    assert "sends no e-mail" in desk.get("/reception/invitations").text
    page = invite(desk, to=TO)

    assert "Copy the link into a message of your own" in page
    assert 'name="to"' not in page and rows(office) == []
    id = day_list.list_screenings(office.context, office.clinic)[0].screening_id
    assert "sends no e-mail" in desk.get(f"/reception/screenings/{id}/mail").text
    assert "/mail" not in desk.get("/reception").text
    office.close()


def test_a_look_at_the_mails_is_noted(office, desk):
    from sqlalchemy import select

    from screening.storage.tables import AuditEntry

    page = invite(desk)
    office.pass_time(minutes=1)
    desk.get(where(page))
    with office.context.database.read() as session:
        since = AuditEntry.at > office.now - timedelta(seconds=30)
        acts = [entry.act for entry in session.scalars(select(AuditEntry).where(since))]
    assert acts == ["look at mail"]


def test_who_has_arrived_is_shown_the_link_though_an_address_is_known(office, desk):
    id = invitations.invite(office.context, office.desk, "Lan Nguyen", THREADS, to=TO).screening_id
    office.answer(id)
    answering.submit(office.context, office.hold(id), DECLARED)
    told = desk.post(f"/reception/screenings/{id}/arrival").headers["Location"]
    send_due(office)

    assert 'id="link"' in (page := desk.get(told).text) and "It is not shown here" not in page
    assert [row.kind for row in rows(office)] == ["invitation"]  # no mail takes it there
