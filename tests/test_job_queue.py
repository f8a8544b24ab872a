"""What is ordered stands once in the queue, whoever orders it and however often."""

import multiprocessing
import threading
from collections import Counter

import pytest

from screening.bootstrap import open_context
from screening.job_queue import add_task, open_bell, open_queue
from screening.worker import _Work

pytestmark = pytest.mark.both_databases
ORDERS = [f"report-{n}" for n in range(40)]


@pytest.fixture
def office(kind, furnish, tmp_path):
    office = furnish(tmp_path, kind)
    yield office
    office.close()


@pytest.fixture
def queue(office):
    queue = open_queue(office.config, office.context.keys)
    queue.order = add_task(queue, print)
    yield queue
    queue.storage.close()


def waiting(queue):
    return Counter(task.args[0] for task in queue.pending())


def test_three_looks_over_what_is_due_order_it_once(office, queue):
    for _ in range(3):
        office.submit()
    works = open_queue(office.config, office.context.keys)
    work = _Work(office.config, works, open_context)
    work.look()
    first = waiting(queue)
    work.look()
    work.look()
    works.storage.close()

    assert len(first) >= 6, "two reports of each"
    assert waiting(queue) == first
    assert set(first.values()) == {1}


def test_a_bell_that_rings_for_what_waits_adds_nothing_and_one_that_rings_later_does(office, queue):
    rung = open_queue(office.config, office.context.keys)
    ring = open_bell(lambda: rung)
    for _ in range(3):
        ring("one")
        ring("two")
    assert waiting(queue) == {"one": 1, "two": 1}

    assert queue.dequeue().args == ("one",)
    ring("one")
    rung.storage.close()
    assert waiting(queue) == {"two": 1, "one": 1}


def order_all(config, keys):
    queue = open_queue(config, keys)
    order = add_task(queue, print)
    for id in ORDERS:
        order(id)
    queue.storage.close()


def test_four_at_once_order_each_once(office, queue):
    """From threads, and from processes that were started anew and share no word of a name."""
    given = office.config, office.context.keys
    anew = multiprocessing.get_context("spawn")
    ordering = [threading.Thread(target=order_all, args=given) for _ in range(2)]
    ordering += [anew.Process(target=order_all, args=given) for _ in range(2)]
    for one in ordering:
        one.start()
    for one in ordering:
        one.join()

    assert waiting(queue) == Counter(ORDERS)


def test_a_look_that_waits_already_is_not_put_behind_itself(queue):
    """A worker that is busy for an hour looks once after it, and not sixty times."""
    queue.periodic_task(lambda _now: True, name="look")(print)
    for _ in range(3):
        for task in queue.read_periodic(None):
            queue.enqueue(task)
    queue.order("one")

    assert [task.name for task in queue.pending()] == ["look", "make_report"]
