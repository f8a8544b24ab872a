"""Every kind of visitor with a test client, and every route there is."""

from screening.workflow.accounts import sessions
from screening.workflow.core.actor import program
from screening.workflow.tablets import tablets
from tests.office import PASSWORD, PHONE

STAFF = {"receptionist", "doctor", "clinical-lead", "administrator"}
HALF = {"waiting", "newcomer"}  # gave the password; has, or has not, a second factor yet
# What stands in addresses. A route with another name in it has to be entered here.
NOBODYS = {
    "link": "x" * 32,
    "name": "painkiller",
    "carried": "x",
    "id": "x",
    "sequence": 1,
    "webhook_id": "x",
    "key": "x",
    "key_id": "x",
    "code": "AAAA-BBBB-CCCC-DDDD",
    "kind": "decided",
    "resource": "DetectedIssue",
    "filename": "core.css",
    "mark": "0",
    "page": 1,
    "audience": "patient",
    "colours": "ours",
    "clinic_id": "x",
    "screening_id": "x",
    "account_id": "x",
    "change_id": "x",
    "kiosk_id": "x",
    "passkey_id": "x",
    "patient_id": "x",
    "treatment_id": "x",
    "check_in_id": "x",
}
COOKIES = ("__Host-session", "__Host-kiosk", "__Host-device", "__Host-known")
FORM = {"role": "receptionist", "name": "Changed", "password": PASSWORD, "code": "000000"}
FORM |= {"pin": "492716", "born": "1986-05-03", "why": "mistake", "text": "A note."}


USERNAMES = {
    "receptionist": "reception",
    "doctor": "doctor",
    "clinical-lead": "lead",
    "administrator": "admin",
    "waiting": "doctor",
    "newcomer": "newcomer",
}


class Browsers(dict):
    """The cookies of each kind of visitor, so that every request starts from the same."""

    def __init__(self, office, app):
        self.office, self.app = office, app

    def __missing__(self, who):
        client, context = self.app.test_client(), self.office.context
        if who in STAFF:
            assert self.office.enter(client, USERNAMES[who]).status_code == 303
        elif who in HALF:
            given = {"username": USERNAMES[who], "password": PASSWORD}
            assert client.post("/sign-in", data=given).status_code == 303
        elif who == "patient":
            client.post(f"/s/{self.office.invite().link}")
        elif who == "tablet":
            code = tablets.add_kiosk(context, program(self.office.clinic), "Waiting room")
            client.post("/kiosk/pairing", data={"code": code})
        self[who] = cookies_of(client)
        return self[who]


def cookies_of(client):
    found = {name: client.get_cookie(name) for name in COOKIES}
    return {name: cookie.value for name, cookie in found.items() if cookie}


def phone_of(app):
    """Return the browser of the phone that answers in an office."""
    return browser_with(app, {"device": PHONE})


def browser_with(app, cookies):
    """Return a test client that holds `cookies`."""
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    return client


def routes(app, without=("HEAD", "OPTIONS")):
    """Return every rule and method, those that end a visit or a sign-in last.

    Flask answers HEAD as it answers GET, and drops the page: test_who_may.py asks for it once.
    """
    last = ("patient.leave", "kiosk.", "staff.sign_out")
    found = [(r, m) for r in app.url_map.iter_rules() for m in sorted(r.methods - {*without})]
    return sorted(found, key=lambda each: [each[0].endpoint.startswith(end) for end in last][::-1])


def send(app, cookies, rule, method, objects):
    client = browser_with(app, cookies)
    values = {argument: objects[argument] for argument in rule.arguments}
    url = app.url_map.bind("localhost").build(rule.endpoint, values, method)
    with client.open(url, method=method, data=FORM if method == "POST" else None) as response:
        return response


def turned_away(response):
    to_sign_in = response.headers.get("Location", "").endswith("/sign-in")
    return response.status_code in {401, 403} or to_sign_in


def staffed_office(folder, furnish):
    """Return an office with an account a role and a newcomer, under a name (for passkeys)."""
    office = furnish(folder, SCREENING_PUBLIC_URL="https://screening.example")
    office.add("admin", "Kim Berg", "administrator")
    newcomer = ("newcomer", "New Comer", "receptionist", PASSWORD)
    sessions.add_account(office.context, program(office.clinic), *newcomer)
    return office


def open_app(office):
    """Return the application without the tokens of forms; test_guards.py tries those."""
    app = office.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app
