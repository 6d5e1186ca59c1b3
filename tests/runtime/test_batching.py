"""Merging requests of many threads: everybody gets his own answer, and few commands are given."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

import pytest

from omscore.atp.requests import (
    Grant,
    Request,
    Wanted,
)
from omscore.kernel.errors import Conflict, Unavailable
from omscore.runtime.batching import Batching
from omscore.testing import laws
from omscore.testing.builders import a_shop

HALF = timedelta(minutes=30)


def a_request(owner: str, units: int = 1, lines: int = 1) -> Request:
    return Request(owner, [Wanted("TEA", units)] * lines, at="berlin", ttl=HALF)


class Slowly:
    """Answers everybody, the first call only when it may; remembers who was asked together."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.may, self.called, self.error = Event(), Event(), error
        self.calls: list[list[str]] = []

    def __call__(self, requests: Sequence[Request]) -> list[Grant]:
        self.calls.append([one.owner for one in requests])
        first = not self.called.is_set()
        self.called.set()
        if first:
            self.may.wait()
            if self.error is not None:
                raise self.error
        return [Grant(one.owner) for one in requests]


def ask_meanwhile(batching: Batching, slowly: Slowly, owners: Sequence[str]) -> list[Thread]:
    """Somebody asks alone; and while he is being answered, all others do, in this order."""
    alone = Thread(target=batching.reserve, args=[a_request("alone")])
    alone.start()
    slowly.called.wait()
    threads = [alone]
    for n, owner in enumerate(owners, start=1):
        threads.append(Thread(target=batching.reserve, args=[a_request(owner)]))
        threads[-1].start()
        while len(batching._waiting) < n:
            pass
    return threads


def test_who_comes_alone_is_answered_at_once_and_the_others_together() -> None:
    """Nobody waits for company; those who come meanwhile are one command, in their order."""
    slowly = Slowly()
    threads = ask_meanwhile(Batching(slowly), slowly, ["b", "a", "c"])
    slowly.may.set()
    for thread in threads:
        thread.join()

    assert slowly.calls == [["alone"], ["b", "a", "c"]]


def test_no_more_are_answered_together_than_may_be() -> None:
    """The rest is answered next, by one who waits."""
    slowly = Slowly()
    threads = ask_meanwhile(Batching(slowly, together=2), slowly, ["a", "b", "c"])
    slowly.may.set()
    for thread in threads:
        thread.join()

    assert slowly.calls == [["alone"], ["a", "b"], ["c"]]


def test_a_large_request_does_not_spoil_those_that_come_with_it() -> None:
    """A command has an upper bound of lines, so who exceeds it goes alone."""
    slowly = Slowly()
    batching = Batching(slowly)
    threads = ask_meanwhile(batching, slowly, ["a"])
    large = Thread(target=batching.reserve, args=[a_request("large", lines=1000)])
    large.start()
    while len(batching._waiting) < 2:
        pass
    slowly.may.set()
    for thread in (*threads, large):
        thread.join()

    assert slowly.calls == [["alone"], ["a"], ["large"]]


def test_a_failure_is_heard_by_those_who_were_asked_for_and_nobody_else() -> None:
    """The next ones are answered as if nothing had been."""
    slowly = Slowly(Conflict("lost"))
    batching = Batching(slowly)
    slowly.may.set()

    with pytest.raises(Conflict):
        batching.reserve(a_request("a"))
    assert batching.reserve(a_request("b")) == Grant("b")


class Stopped(BaseException):
    """Somebody stops a thread, as an interrupt does."""


def test_whoever_is_stopped_leaves_nobody_waiting() -> None:
    """Those in his batch hear that the outcome may be unknown; the next are answered."""
    slowly, heard = Slowly(), list[BaseException]()
    batching = Batching(slowly)

    def stopped(requests: Sequence[Request]) -> list[Grant]:
        if len(requests) == 2:
            raise Stopped
        return slowly(requests)

    batching._reserve_many = stopped

    def ask(owner: str) -> None:
        try:
            batching.reserve(a_request(owner))
        except (Unavailable, Stopped) as error:
            heard.append(error)

    alone = Thread(target=ask, args=["alone"])
    alone.start()
    slowly.called.wait()
    others = [Thread(target=ask, args=[owner]) for owner in ("a", "b")]
    for n, thread in enumerate(others, start=1):
        thread.start()
        while len(batching._waiting) < n:
            pass
    slowly.may.set()
    for thread in (alone, *others):
        thread.join()

    assert sorted(type(error).__name__ for error in heard) == ["Stopped", "Unavailable"]
    assert batching.reserve(a_request("c")) == Grant("c")


def test_many_threads_sell_exactly_the_stock() -> None:
    """Everybody gets the answer to his own request."""
    shop = a_shop({"berlin": {"TEA": 50}})
    batching = Batching(shop.oms.reserve_many)
    with ThreadPoolExecutor(8) as threads:
        grants = list(threads.map(lambda n: batching.reserve(a_request(f"cart-{n}")), range(80)))

    assert [grant.owner for grant in grants] == [f"cart-{n}" for n in range(80)]
    assert sum(grant.granted for grant in grants) == 50
    laws.check(shop.oms)
