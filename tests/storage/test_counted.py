"""Tries are counted for all processes of an installation, over both kinds of database."""

import multiprocessing
import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from screening.app import create_app
from screening.bootstrap import now, open_context
from screening.storage.counted import SWEEP, Counted, where_to_count

pytestmark = pytest.mark.both_databases


@pytest.fixture
def office(kind, furnish, tmp_path):
    office = furnish(tmp_path, kind)
    yield office
    office.close()


@pytest.fixture
def process(office):
    """Return a function that counts as one more process does."""
    opened = []

    def process():
        engine = where_to_count(office.context.database, office.config.instance)
        opened.append(engine)
        return Counted(engine=engine, hash=office.context.hash, now=now)

    yield process
    for engine in opened:
        engine.dispose()


def test_what_one_process_has_counted_counts_for_the_other(process):
    one, other = process(), process()
    taken = [worker.acquire_entry("someone", 5, 60) for worker in (one, other) * 3]

    assert taken == [True] * 5 + [False]
    since, many = other.get_moving_window("someone", 5, 60)
    assert many == 5
    assert time.time() - 60 < since <= time.time()
    assert other.acquire_entry("someone else", 5, 60)


def try_often(config, tries):
    client = create_app(config, context := open_context(config)).test_client()
    statuses = [client.get("/s/unknown").status_code for _ in range(tries)]
    context.database.close()
    raise SystemExit(sum(status != 429 for status in statuses))


def test_two_processes_allow_together_what_one_allows(office):
    """Sixty links that are opened within a minute, by two processes at the same time."""
    office.close()  # no connection is open in two processes
    apart = multiprocessing.get_context("fork")
    workers = [apart.Process(target=try_often, args=(office.config, 50)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [0 < worker.exitcode <= 50 for worker in workers] == [True, True]
    assert sum(worker.exitcode for worker in workers) == 60


def test_what_a_wrong_clock_counted_locks_nobody_out_once_it_is_right(process):
    one = process()
    one._now = lambda: now() + timedelta(days=2)
    assert [one.acquire_entry("someone", 2, 60) for _ in range(3)] == [True, True, False]
    one._now = now

    assert one.acquire_entry("someone", 2, 60)


def test_what_is_over_counts_no_more_and_goes(process):
    worker = process()
    assert worker.acquire_entry("someone", 1, 0.05)
    assert not worker.acquire_entry("someone", 1, 0.05)
    time.sleep(0.06)
    assert worker.acquire_entry("someone", 1, 0.05)

    time.sleep(0.06)
    worker._swept -= SWEEP
    assert worker.acquire_entry("another", 1, 60)
    with worker._engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM counted")) == 1


def test_no_address_stands_there(process):
    worker = process()
    worker.acquire_entry("LIMITER/192.0.2.1/sign_in", 5, 60)
    with worker._engine.connect() as connection:
        (who,) = connection.execute(text("SELECT who FROM counted")).one()

    assert "192.0.2.1" not in who
    assert len(who) == 64
