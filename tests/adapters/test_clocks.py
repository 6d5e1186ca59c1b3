"""Clocks and ids keep the promises of their ports; those set by hand do as they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import time
from zoneinfo import ZoneInfo

import pytest

from omscore.adapters.clocks import CountingIds, FixedClock, RandomIds, SystemClock
from omscore.kernel.errors import Unreadable
from omscore.ports.world import Clock, Ids
from omscore.testing.contracts.clock import ClockContract
from omscore.testing.contracts.ids import IdsContract

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestSystemClock(ClockContract):
    """The clock of the machine."""

    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


class TestFixedClock(ClockContract):
    """The clock of tests and replays."""

    @pytest.fixture
    def clock(self) -> Clock:
        return FixedClock(datetime(2026, 3, 2, 13, tzinfo=ZoneInfo("Europe/Berlin")))


class TestRandomIds(IdsContract):
    """Two hosts that know nothing of each other."""

    @pytest.fixture
    def instances(self) -> Sequence[Ids]:
        return [RandomIds(), RandomIds()]


class TestCountingIds(IdsContract):
    """Two replays on one store, each with its prefix."""

    @pytest.fixture
    def instances(self) -> Sequence[Ids]:
        return [CountingIds("a"), CountingIds("b")]


def test_the_system_clock_tells_the_time() -> None:
    """Within a minute of what the machine says elsewhere."""
    machine = datetime.fromtimestamp(time(), UTC)

    assert abs(SystemClock().now() - machine) < timedelta(minutes=1)


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    """To an instant, or by a duration; standing still is no way back."""
    clock = FixedClock(NOON)
    assert (clock.now(), clock.now(), clock.at) == (NOON, NOON, NOON)

    clock.advance(timedelta(hours=1))
    clock.set(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


@pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(days=1)])
def test_a_fixed_clock_does_not_go_back(back: timedelta) -> None:
    """And stays where it was."""
    clock = FixedClock(NOON)

    with pytest.raises(ValueError, match="does not go back"):
        clock.set(NOON - back)
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance(-back)

    assert clock.now() == NOON


def test_a_clock_cannot_be_set_to_a_time_without_a_zone() -> None:
    """Nobody knows which instant that would be."""
    with pytest.raises(Unreadable):
        FixedClock(NOON.replace(tzinfo=None))
    with pytest.raises(Unreadable):
        FixedClock(NOON).set(NOON.replace(tzinfo=None))


def test_counting_ids_count() -> None:
    """A replay names its commands the same in every run."""
    ids = CountingIds("r")

    assert [ids.next() for _ in range(3)] == ["r-1", "r-2", "r-3"]


def test_a_prefix_is_an_id_itself() -> None:
    """What comes of it has to be one."""
    with pytest.raises(Unreadable):
        CountingIds("no prefix")
