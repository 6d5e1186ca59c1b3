"""Ready to be collected: after the work on it, and never before a closed door."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.network.collecting import ready_at, windows
from omscore.network.facts import Network, Node
from omscore.network.hours import Opening
from omscore.testing import strategies
from omscore.testing.builders import DAY, TODAY, WEEKDAYS, a_calendar, a_node, day

BERLIN = "Europe/Berlin"
WEEK = Network(calendars={WEEKDAYS.id: WEEKDAYS})
SHOP = [
    *(Opening(weekday, time(9), time(12)) for weekday in range(5)),
    *(Opening(weekday, time(13), time(18)) for weekday in range(5)),
    Opening(5, time(10), time(14)),
]


def a_shop(**rest: Any) -> Node:
    """A store in Berlin that rests at noon, and is a quarter of an hour in handing things out."""
    told = {"hours": SHOP, "collect_minutes": 15, "calendar": None, **rest}
    return a_node("berlin", kind="store", zone=BERLIN, **told)


def wall(on: date, hour: int, minute: int = 0) -> datetime:
    """A time on the wall of the shop."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZoneInfo(BERLIN)).astimezone(
        UTC
    )


@pytest.mark.parametrize(
    ("now", "ready"),
    [
        (wall(day(0), 8), wall(day(0), 9, 15)),
        (wall(day(0), 10, 30), wall(day(0), 10, 45)),
        (wall(day(0), 11, 50), wall(day(0), 13, 5)),
        (wall(day(0), 11, 45), wall(day(0), 13)),
        (wall(day(0), 12, 30), wall(day(0), 13, 15)),
        (wall(day(0), 17, 50), wall(day(1), 9, 5)),
        (wall(day(4), 19), wall(day(5), 10, 15)),
        (wall(day(5), 13, 55), wall(day(7), 9, 10)),
    ],
)
def test_work_goes_on_while_the_place_is_open(now: datetime, ready: datetime) -> None:
    """Across noon, the evening and the week-end; nobody is sent to a closed door."""
    assert ready_at(a_shop(), WEEK, TODAY, now) == ready


def test_what_comes_later_is_ready_later() -> None:
    """On the day on which it is there, and after a holiday if that is one."""
    closed = a_calendar("shop", weekdays=range(7), holidays=[day(2)])
    network = Network(calendars={closed.id: closed})

    assert ready_at(a_shop(), WEEK, day(2), wall(TODAY, 10)) == wall(day(2), 9, 15)
    shop = a_shop(calendar="shop")
    assert ready_at(shop, network, day(2), wall(TODAY, 10)) == wall(day(3), 9, 15)


def test_hours_may_end_at_midnight() -> None:
    """Which is the end of the day, and not its beginning."""
    late = a_shop(hours=[Opening(0, time(20), time(0))])
    [window] = windows(late, WEEK, TODAY)

    assert (window.start, window.end) == (wall(TODAY, 20), wall(day(1), 0))
    assert ready_at(late, WEEK, TODAY, wall(TODAY, 23, 50)) == wall(day(7), 20, 5)


@pytest.mark.parametrize(
    ("on", "opens", "closes", "hours"),
    [
        (date(2026, 3, 29), time(1), time(4), 2),  # the clock skips from two to three
        (date(2026, 3, 29), time(2, 15), time(2, 45), None),
        (date(2026, 10, 25), time(1), time(4), 4),  # it shows two to three twice
    ],
)
def test_a_night_on_which_the_clock_is_set_is_as_long_as_it_is(
    on: date, opens: time, closes: time, hours: int | None
) -> None:
    """Who is open from one to four works for two hours in spring, and for four in autumn."""
    found = list(windows(a_shop(hours=[Opening(6, opens, closes)]), WEEK, on))

    assert [(one.end - one.start) / timedelta(hours=1) for one in found] == (
        [] if hours is None else [hours]
    )


@st.composite
def places(draw: st.DrawFn) -> Node:
    """A store in any zone that is open on some days, at some times."""
    times = st.integers(0, 23).map(time)
    openings = []
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        opens, closes = sorted(draw(st.lists(times, min_size=2, max_size=2, unique=True)))
        openings.append(Opening(weekday, opens, closes))
    return a_node(
        zone=draw(st.sampled_from(strategies.ZONES)),
        hours=openings,
        collect_minutes=draw(st.integers(0, 900)),
    )


@given(places(), strategies.days(40), strategies.instants((2026, 2027)))
def test_it_is_ready_when_the_place_was_open_for_as_long_as_it_takes(
    place: Node, on: date, now: datetime
) -> None:
    """The oracle adds up the open time up to that instant, day by day."""
    ready = ready_at(place, Network(), on, now)
    assert ready is not None

    begins = max(on, now.astimezone(ZoneInfo(place.zone)).date())
    days = (ready.astimezone(ZoneInfo(place.zone)).date() - begins).days
    opened = [
        window for n in range(days + 1) for window in windows(place, Network(), begins + n * DAY)
    ]
    worked = sum(
        (max(timedelta(0), min(one.end, ready) - max(one.start, now)) for one in opened),
        timedelta(0),
    )
    assert worked == timedelta(minutes=place.collect_minutes)
    assert any(ready in window for window in opened)
    assert ready >= now


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Opening(7, time(9), time(12)), "$.weekday"),
        (lambda: Opening(True, time(9), time(12)), "$.weekday"),
        (lambda: Opening(0, time(9), time(9)), "$.closes"),
        (lambda: Opening(0, time(9, tzinfo=UTC), time(12)), "$.opens"),
        (lambda: Opening(0, "9:00", time(12)), "$.opens"),  # type: ignore[arg-type]
        (lambda: a_shop(hours=[*SHOP, Opening(0, time(11), time(13))]), "$.hours"),
        (lambda: a_shop(hours=[Opening(0, time(9), time(0)), Opening(0, time(10), time(11))]),
         "$.hours"),
        (lambda: a_shop(hours=["9-12"]), "$.hours[0]"),
        (lambda: a_shop(collect_minutes=-1), "$.collect_minutes"),
        (lambda: ready_at(a_shop(hours=[Opening(6, time(9), time(10))], calendar="weekdays"),
                          WEEK, TODAY, wall(TODAY, 9)), "$.nodes.berlin.hours"),
    ],
)  # fmt: skip
def test_hours_that_are_none_are_refused(make: Any, path: str) -> None:
    """And a place that never opens is found out when somebody asks."""
    with pytest.raises(Unreadable) as unreadable:
        make()

    assert unreadable.value.path == path
