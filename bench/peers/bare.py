"""The floor: one page of Flask that knows nobody, keeps nothing and asks one question."""

from __future__ import annotations

from flask import Flask, render_template_string

PAGE = """<!DOCTYPE html><html lang="en"><title>A question</title>
<form method="post"><fieldset><legend><h1>{{ question }}</h1></legend>
{% for value in ("yes", "no", "unknown") %}
<label><input type="radio" name="answer" value="{{ value }}"> {{ value }}</label>
{% endfor %}</fieldset><button>Continue</button></form></html>"""
app = Flask(__name__)


@app.get("/")
def page() -> str:
    return render_template_string(PAGE, question="Are you pregnant?")
