"""How many requests of one web process work at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from time import sleep

import pytest

from screening.gunicorn_server import Turns

LONG = 30  # seconds that nobody waits for in a test that passes


def test_two_requests_work_at_a_time_and_the_others_queue():
    together, most, lock = 0, 0, Lock()

    def page(_environ, _start):
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        sleep(0.005)
        with lock:
            together -= 1
        return [b"done"]

    turns = Turns(page, most=LONG)
    with ThreadPoolExecutor(8) as visitors:
        answers = list(visitors.map(lambda _: turns({}, None), range(24)))

    assert answers == [[b"done"]] * 24
    assert most == 2


def test_who_waits_for_a_slow_visitor_keeps_nobody_else_waiting():
    begun, over = [Event(), Event()], Event()

    def page(environ, _start):
        if (slow := environ.get("slow")) is not None:
            begun[slow].set()
            assert over.wait(LONG)
        return [b"done"]

    turns = Turns(page)
    with ThreadPoolExecutor(3) as visitors:
        slow = [visitors.submit(turns, {"slow": number}, None) for number in range(2)]
        try:
            assert all(one.wait(LONG) for one in begun)
            assert visitors.submit(turns, {}, None).result(LONG / 2) == [b"done"]
            assert not any(one.done() for one in slow)
        finally:
            over.set()


def test_a_request_that_fails_gives_its_place_back():
    def page(environ, _start):
        if environ:
            raise ValueError
        return [b"done"]

    turns = Turns(page, at_once=1, most=LONG / 2)
    with pytest.raises(ValueError):
        turns({"fails": True}, None)

    with ThreadPoolExecutor(1) as visitors:
        assert visitors.submit(turns, {}, None).result(LONG / 6) == [b"done"]
