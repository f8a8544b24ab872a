"""What the worker looks for by itself, and what it does when an order comes."""

from dataclasses import replace

import pytest

from screening.bootstrap import open_context
from screening.documents.certificates.authority import TimestampAuthority
from screening.job_queue import open_queue, worker_states
from screening.worker import A_FEW, _Work
from screening.workflow.operations.health import problems
from screening.workflow.records.noted_head import LOST, beside, read_noted
from screening.workflow.reports.restamping import RESTAMP
from tests.workflow.reports.test_making import row

NOBODY_ASKED = TimestampAuthority("http://127.0.0.1:9/", ())


@pytest.fixture
def office(furnish, tmp_path):
    office = furnish(tmp_path)
    yield office
    office.close()


@pytest.fixture
def work(office):
    def opened(config):
        return replace(open_context(config), clock=NOBODY_ASKED)

    queue = open_queue(office.config, office.context.keys)
    yield _Work(office.config, queue, opened)
    queue.storage.close()


def ordered(work):
    return [task.args[0] for task in work.queue.pending() if task.args[0].startswith(RESTAMP)]


def test_once_a_day_it_looks_which_reports_to_stamp_again(office, work):
    office.submit()
    office.make_reports()
    work.look()
    first = ordered(work)
    assert f"{RESTAMP}{row(office).id}" in first
    assert len(first) == 2 <= A_FEW  # the report and the patient's copy
    work.look()
    assert ordered(work) == first

    assert row(office).proven_until is None
    work.carry_out(f"{RESTAMP}{row(office).id}")
    assert row(office).proven_until is not None
    work.context.database.close()


def test_it_says_so_for_as_long_as_acts_are_gone_that_it_had_noted(office, work):
    work.hindrance = ""
    work.look()
    file = beside(office.config.ledger)
    assert read_noted(file)[0] > 0 and said(work) == ""
    file.write_text(f"{10**6}:{'a' * 64}\n")
    work.look()

    assert said(work) == LOST
    assert LOST in problems(replace(office.context, workers=worker_states_of(work)), 10**12)


def worker_states_of(work):
    return lambda: worker_states(lambda: work.queue)


def said(work):
    [(_, problem)] = worker_states_of(work)()
    return problem
