"""The same questions as a wizard of django-formtools, as its documentation builds one.

One question a step, sessions and answers in SQLite with the journal that the product
uses. No encryption, no audit log, no verdict, no report. Needs two settings in the
environment: WIZARD_FOLDER with questions.json (pages.py writes it), and a secret.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import django
from django.conf import settings

FOLDER = Path(os.environ["WIZARD_FOLDER"])
settings.configure(
    SECRET_KEY=os.environ["WIZARD_SECRET"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="wizard",
    INSTALLED_APPS=["django.contrib.sessions", "formtools"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "wizard.db",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
            },
        }
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.filesystem.Loader", [Path(__file__).parent])],
                    )
                ]
            },
        }
    ],
)
django.setup()

from django import forms  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402
from formtools.wizard.views import NamedUrlSessionWizardView  # noqa: E402

FIELDS = {"date": forms.DateField, "birth-date": forms.DateField, "text": forms.CharField}


def form_of(asked: dict) -> type[forms.Form]:
    if make := FIELDS.get(asked["type"]):
        field = make(label=asked["text"], help_text=asked["help"])
    else:
        many = asked["type"] == "some-of"
        field = (forms.MultipleChoiceField if many else forms.ChoiceField)(
            label=asked["text"],
            help_text=asked["help"],
            choices=asked["choices"],
            widget=forms.CheckboxSelectMultiple if many else forms.RadioSelect,
        )
    return type("QuestionForm", (forms.Form,), {asked["link_id"]: field})


class Wizard(NamedUrlSessionWizardView):
    template_name = "step.html"

    def done(self, _forms: object, **_kwargs: object) -> HttpResponse:
        answers = json.dumps(self.get_all_cleaned_data(), default=str)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO answers (content) VALUES (%s)", [answers])
        return HttpResponseRedirect("/receipt")


def receipt(_request: object) -> HttpResponse:
    return HttpResponse("Thank you")


QUESTIONS = json.loads((FOLDER / "questions.json").read_text())
wizard = Wizard.as_view(
    [(q["link_id"], form_of(q)) for q in QUESTIONS], url_name="step", done_step_name="done"
)
urlpatterns = [path("receipt", receipt), path("<step>/", wizard, name="step")]
app = get_wsgi_application()


def migrate() -> None:
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS answers (id INTEGER PRIMARY KEY, content TEXT)")


if __name__ == "__main__":
    migrate()
