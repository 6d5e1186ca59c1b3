"""When the people of the simulated world work."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.ids import NodeId
from omscore.kernel.moments import local_day
from omscore.network.calendar import calendar_of, delivery_day, works
from omscore.network.facts import Calendar, Lane, Network, Node
from omscore.replay.network import read_network
from omscore.replay.timetable import Timetable

NETWORK = read_network(
    Path(__file__).parents[2] / "examples" / "online_retail" / "network.toml"
).whole()
HOURS = Timetable(NETWORK)
nodes_ = st.sampled_from(sorted(NETWORK.nodes)).map(NETWORK.nodes.__getitem__)
lanes_ = st.sampled_from(sorted(NETWORK.lanes)).map(NETWORK.lanes.__getitem__)
moments_ = st.datetimes(datetime(2011, 3, 1), datetime(2011, 6, 30), timezones=st.just(UTC))


@given(node=nodes_, at=moments_)
def test_work_begins_on_a_working_day_and_never_before_it_is_known(
    node: Node, at: datetime
) -> None:
    """Nobody at a node works at night, on Sundays or on holidays."""
    start = HOURS.works_from(node, at)
    day = local_day(start, node.zone)
    assert start >= at
    assert works(calendar_of(NETWORK, node.calendar), day)
    assert start.astimezone(ZoneInfo(node.zone)).time() >= time(8)


@given(node=nodes_, day=st.dates(date(2011, 3, 1), date(2011, 6, 30)))
def test_parcels_are_collected_on_their_day_two_hours_after_the_cut_off(
    node: Node, day: date
) -> None:
    """Whatever came before the cut-off can be ready by then."""
    local = HOURS.collected(node, day).astimezone(ZoneInfo(node.zone))
    assert local.date() == day
    assert node.cut_off is not None
    cut_off = datetime.combine(day, node.cut_off, ZoneInfo(node.zone))
    assert local - cut_off == timedelta(hours=2)


def test_a_node_without_a_cut_off_is_collected_from_in_the_evening() -> None:
    """Every moment of its day is early enough."""
    node = Node("night-owl", zone="Europe/Berlin")
    hours = Timetable(Network({node.id: node}))
    assert hours.collected(node, date(2011, 4, 1)) == datetime(2011, 4, 1, 21, 30, tzinfo=UTC)


@given(lane=lanes_, left=moments_, late=st.integers(-3, 4), seed=st.integers(0, 5))
def test_a_parcel_arrives_on_a_delivery_day_after_the_day_it_left(
    lane: Lane, left: datetime, late: int, seed: int
) -> None:
    """By day, so many delivery days from its plan; an early one as far as the days allow."""
    node = NETWORK.nodes[lane.node]
    arrives = HOURS.arrives(node, lane, left, late, Random(seed))
    local = arrives.astimezone(ZoneInfo(node.zone))
    sent = local_day(left, node.zone)
    plan = delivery_day(lane, NETWORK, sent)
    calendar = calendar_of(NETWORK, lane.delivery_calendar)
    assert local.date() > sent
    assert works(calendar, local.date())
    assert time(9) <= local.time() <= time(17)
    between = _delivery_days(calendar, min(plan, local.date()), max(plan, local.date()))
    if late >= 0:
        assert (local.date() >= plan, between) == (True, late)
    else:
        assert local.date() <= plan
        assert between <= -late


def _delivery_days(calendar: Calendar, first: date, last: date) -> int:
    """How many working days lie after *first*, up to *last*; counted one by one."""
    days = range((last - first).days)
    return sum(works(calendar, first + timedelta(days=n + 1)) for n in days)


def test_a_parcel_by_courier_arrives_after_it_left_on_the_same_day() -> None:
    """A lane without transit days delivers on the day of shipping, but not before it."""
    node, lane = Node("berlin", zone="Europe/Berlin"), Lane("berlin", "DE", transit_days=0)
    hours = Timetable(Network({node.id: node}))
    left = datetime(2011, 4, 1, 16, tzinfo=UTC)
    arrives = hours.arrives(node, lane, left, 0, Random(1))
    assert left < arrives < left + timedelta(hours=1)


@pytest.mark.parametrize(("zone_day", "hour"), [(date(2011, 3, 25), 8), (date(2011, 3, 28), 7)])
def test_opening_follows_the_clock_on_the_wall(zone_day: date, hour: int) -> None:
    """London opens an hour earlier, seen from UTC, when summer time has begun."""
    node = NETWORK.nodes[NodeId("gb-daventry")]
    assert HOURS.opens(node, zone_day) == datetime(*zone_day.timetuple()[:3], hour, tzinfo=UTC)
