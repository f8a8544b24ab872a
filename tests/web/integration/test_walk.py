"""What docs/integrator.md tells a developer to type is typed here, against served pages."""

import os
import re
from pathlib import Path

import pytest
import time_machine

from screening.workflow.core.actor import program
from screening.workflow.integration import api_keys, delivering
from tests.news_receiver import NETWORKS, receiver
from tests.web.served import served

__all__ = ["receiver"]

PAGE = (Path(__file__).parents[3] / "docs" / "integrator.md").read_text()
STEPS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path / "office", **NETWORKS)
    yield office
    office.close()


def test_the_walk_ends_with_a_verdict_and_a_report_that_passes(
    office, receiver, monkeypatch, capsys
):
    scopes = list(api_keys.Scope)
    with served(office) as address:
        monkeypatch.setitem(os.environ, "SCREENING_API", f"{address}/api/v1")
        key = api_keys.make_key(office.context, program(office.clinic), "Booking", scopes)
        monkeypatch.setitem(os.environ, "SCREENING_KEY", key)
        monkeypatch.setitem(os.environ, "OUR_ADDRESS", receiver.url)
        begun = {}
        exec(STEPS[0], begun)
        assert "/s/" in capsys.readouterr().out
        office.answer_and_send(begun["opened"]["id"])
        office.make_reports()
        for order in delivering.due_news(office.context):
            assert delivering.deliver(office.context, order)
        begun["received_headers"], begun["received_body"] = receiver.got[-1]
        with time_machine.travel(office.now):  # what was signed long ago is refused
            exec(STEPS[1], begun)
        said = capsys.readouterr().out

    assert "no-contraindication-identified" in said or "information-needed" in said
    assert said.rstrip().endswith("PASSED")
