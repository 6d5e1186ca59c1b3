"""The clock and id suites catch adapters that break their promises, each in one deliberate way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from time import sleep

import pytest

from omscore.adapters.clocks import CountingIds
from omscore.ports.world import Clock, Ids
from omscore.testing.contracts.clock import ClockContract
from omscore.testing.contracts.ids import IdsContract

Fails = Callable[[type[object], str, object], bool]


class ToldClock:
    """Tells these times over and over."""

    def __init__(self, *times: datetime) -> None:
        self.times = cycle(times)

    def now(self) -> datetime:
        return next(self.times)


class ToldIds:
    """Gives out what it is told to."""

    def __init__(self, name: Callable[[], str]) -> None:
        self.next = name


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCKS: Mapping[str, Callable[[], Clock]] = {
    "test_it_tells_instants_in_utc": lambda: ToldClock(NOON.replace(tzinfo=None)),
    "test_it_never_goes_back": lambda: ToldClock(NOON, NOON - timedelta(microseconds=1)),
    "test_it_never_goes_back_for_any_thread": lambda: ToldClock(NOON, NOON - timedelta(hours=1)),
}


def counting(prefix: str) -> ToldIds:
    """Right ids."""
    return ToldIds(CountingIds(prefix).next)


def slow_count() -> ToldIds:
    """Ids that two threads may both take before either counts on."""
    at = [0]

    def next_() -> str:
        taken = at[0]
        if taken % 50 == 0:
            sleep(0.0005)
        at[0] = taken + 1
        return f"s-{taken}"

    return ToldIds(next_)


IDS: Mapping[str, Callable[[], Sequence[Ids]]] = {
    "test_it_gives_out_ids": lambda: [ToldIds(lambda: "no id"), counting("b")],
    "test_no_id_is_given_out_twice": lambda: [counting("a"), counting("a")],
    "test_no_id_is_given_out_twice_by_any_thread": lambda: [slow_count(), counting("b")],
}


@pytest.mark.parametrize("name", CLOCKS)
def test_the_suite_catches_a_broken_clock(name: str, fails: Fails) -> None:
    """A local time, one that goes back, one that does so among threads."""
    assert fails(ClockContract, name, CLOCKS[name]())


@pytest.mark.parametrize("name", IDS)
def test_the_suite_catches_ids_that_are_broken(name: str, fails: Fails) -> None:
    """No ids at all, those of two instances of one name, those of a careless counter."""
    assert fails(IdsContract, name, IDS[name]())


def test_every_promise_of_clocks_and_ids_is_broken_once() -> None:
    """A test that nothing fails might be one that cannot fail."""

    def named(suite: type[object]) -> set[str]:
        return {name for name in dir(suite) if name.startswith("test_")}

    assert named(ClockContract) == set(CLOCKS)
    assert named(IdsContract) == set(IDS)
