"""Days and instants: when a node ships, when a parcel arrives, what a cut-off means."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.network.calendar import (
    add_working_days,
    at_local,
    calendar_of,
    delivery_day,
    last_working_day,
    latest_ship_day,
    next_ship_day,
    ordered_before,
    release_at,
    ship_day,
    ship_day_of_supply,
    take_working_days,
    working_day,
    works,
)
from omscore.network.facts import Calendar, Lane, Network, Node
from omscore.testing import strategies
from omscore.testing.builders import DAY, TODAY, WEEKDAYS, a_calendar, a_lane, a_node, day

BERLIN, LORD_HOWE, APIA = "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
EMPTY = Network()
WEEK = Network(calendars={WEEKDAYS.id: WEEKDAYS})


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


# --- laws -------------------------------------------------------------------------------------


@given(strategies.calendars(), strategies.days(90))
def test_a_working_day_is_the_first_on_or_after(calendar: Calendar, start: date) -> None:
    """The oracle walks day by day."""
    at = start
    while at.weekday() not in calendar.weekdays or at in calendar.holidays:
        at += DAY

    assert working_day(calendar, start) == at
    assert works(calendar, at)


@given(strategies.calendars(), strategies.days(60), st.integers(0, 15))
def test_adding_working_days_passes_exactly_so_many(
    calendar: Calendar, start: date, days: int
) -> None:
    """Between the first working day and the result lie as many working days as were added."""
    first, last = working_day(calendar, start), add_working_days(calendar, start, days)

    between = sum(works(calendar, first + n * DAY) for n in range(1, (last - first).days + 1))
    assert between == days
    assert works(calendar, last)


@given(strategies.calendars(), strategies.nodes(calendar="calendar"), strategies.instants())
def test_a_later_moment_never_ships_earlier(
    calendar: Calendar, place: Node, moment: datetime
) -> None:
    """Across cut-offs, week-ends and changes of the clock, waiting never helps."""
    network = Network(calendars={calendar.id: calendar})
    days = [ship_day(place, network, moment + n * timedelta(hours=5)) for n in range(12)]

    assert days == sorted(days)
    assert all(works(calendar, one) for one in days)
    assert days[0] >= moment.astimezone(ZoneInfo(place.zone)).date()


@given(strategies.calendars(), strategies.nodes(calendar="calendar"), strategies.instants())
def test_work_is_due_at_the_node_in_time_to_be_done(
    calendar: Calendar, place: Node, moment: datetime
) -> None:
    """Released at the instant that it is due, before any cut-off, it makes its ship day."""
    network = Network(calendars={calendar.id: calendar})
    ships = ship_day(place, network, moment)
    due = release_at(place, network, ships)
    begins = due.astimezone(ZoneInfo(place.zone)).date()
    assume(place.cut_off is None or due < at_local(begins, place.cut_off, place.zone))

    assert ship_day(place, network, due) == ships


CHANGES = [
    (date(2026, 3, 29), BERLIN),
    (date(2026, 10, 25), BERLIN),
    (date(2026, 3, 8), "America/New_York"),
    (date(2026, 11, 1), "America/New_York"),
    (date(2026, 10, 4), LORD_HOWE),
    (date(2026, 4, 5), LORD_HOWE),
    (date(2011, 12, 30), APIA),
]
days_in_zones = st.sampled_from(CHANGES) | st.tuples(
    strategies.days(400), st.sampled_from(strategies.ZONES)
)


@given(days_in_zones, st.times())
def test_the_clock_on_the_wall_has_passed_the_time_exactly_from_its_instant_on(
    where: tuple[date, str], at: time
) -> None:
    """Before the instant the wall shows an earlier time of that day; from it on, a later one.

    Days on which some clock changes come up often; in 2011 Apia skipped one as a whole.
    """
    on, zone = where
    at = at.replace(microsecond=0)
    instant = at_local(on, at, zone)
    shown = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    before = (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert before < datetime.combine(on, at)
    assert shown >= datetime.combine(on, at)


@given(strategies.calendars(), strategies.days(60), strategies.days(90), st.integers(0, 9))
def test_taking_working_days_undoes_adding_them(
    calendar: Calendar, one: date, other: date, days: int
) -> None:
    """A day leads there or before exactly if it is not after the one that is found backward."""
    back = take_working_days(calendar, other, days)

    assert (add_working_days(calendar, one, days) <= other) == (one <= back)
    assert works(calendar, back)
    assert add_working_days(calendar, back, days) == last_working_day(calendar, other)


def changes(zone: str) -> list[datetime]:
    """The hours of a year before which the clock in *zone* is set, forward or back."""
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + n * timedelta(hours=1) for n in range(8_766)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return [
        hour for hour, was, now in zip(hours[1:], offsets, offsets[1:], strict=False) if was != now
    ]


TURNING = (*strategies.ZONES, "America/Santiago", "Africa/Cairo", "America/Havana")
ALL_CHANGES = [(zone, at) for zone in TURNING for at in changes(zone)]
ALL_CHANGES.append((APIA, datetime(2011, 12, 30, 10, tzinfo=UTC)))


@st.composite
def turns(draw: st.DrawFn) -> tuple[Node, datetime]:
    """A node whose clock is about to change or has just changed, and a moment close to that."""
    zone, at = draw(st.sampled_from(ALL_CHANGES))
    minutes = st.integers(-6 * 4, 6 * 4).map(lambda n: timedelta(minutes=15 * n))
    wall = (at + draw(minutes)).astimezone(ZoneInfo(zone))
    days, cut_off = draw(st.integers(0, 1)), draw(st.sampled_from([None, wall.time()]))
    return a_node(zone=zone, cut_off=cut_off, processing_days=days), at + draw(minutes)


@st.composite
def moments(draw: st.DrawFn) -> tuple[Node, datetime]:
    """A node, and a moment close to its cut-offs of that spring."""
    node = draw(strategies.nodes(calendar="calendar"))
    cut_off = at_local(draw(strategies.days(30)), node.cut_off or time(), node.zone)
    return node, cut_off + draw(st.integers(-3, 3)) * timedelta(minutes=20)


@given(
    strategies.calendars(),
    turns() | moments(),
    strategies.lanes("berlin", "DE", "calendar"),
    st.integers(-2, 9),
)
def test_until_when_to_order_is_when_the_days_say_so(
    calendar: Calendar, where: tuple[Node, datetime], lane: Lane, ahead: int
) -> None:
    """What is releasable before that instant arrives by the wanted day, and nothing else does.

    Moments around each change of the clock come up often, and cut-offs that it skips or repeats.
    """
    node, moment = where
    network = Network(calendars={calendar.id: calendar})
    wanted = moment.date() + ahead * DAY
    last = latest_ship_day(lane, network, wanted)

    arrives = delivery_day(lane, network, ship_day(node, network, moment))
    assert (arrives <= wanted) == (moment < ordered_before(node, network, last))


@given(turns())
def test_a_day_begins_once_however_the_clock_is_set(where: tuple[Node, datetime]) -> None:
    """Days follow each other: what comes an hour later is never a day earlier."""
    node, moment = where
    days = [ship_day(node, EMPTY, moment + n * timedelta(minutes=15)) for n in range(16)]

    assert days == sorted(days)


@given(strategies.calendars(), strategies.lanes("berlin", "DE", "calendar"), strategies.days(40))
def test_a_parcel_arrives_after_its_transit_on_a_day_of_delivery(
    calendar: Calendar, lane: Lane, shipped: date
) -> None:
    """The oracle counts the carrier's days, then waits for a day of the destination."""
    network = Network(calendars={calendar.id: calendar})

    def is_free(id_: object, on: date) -> bool:
        return id_ is None or (on.weekday() in calendar.weekdays and on not in calendar.holidays)

    at, left = shipped, lane.transit_days
    while not is_free(lane.carrier_calendar, at) or left:
        if is_free(lane.carrier_calendar, at):
            left -= 1
        at += DAY
    while not is_free(lane.delivery_calendar, at):
        at += DAY
    assert delivery_day(lane, network, shipped) == at


# --- stories ----------------------------------------------------------------------------------


def test_the_cut_off_is_strict() -> None:
    """One second before two o'clock still counts for today; two o'clock does not."""
    berlin = a_node(zone=BERLIN, cut_off=time(14))
    cut_off = utc(TODAY, 13)

    assert ship_day(berlin, EMPTY, cut_off - timedelta(seconds=1)) == day(0)
    assert ship_day(berlin, EMPTY, cut_off) == day(1)


def test_the_day_is_the_local_day_of_the_node() -> None:
    """Sunday evening in London is Monday morning in Apia, which is at work already."""
    sunday = utc(day(-1), 20)
    apia = a_node("apia", zone=APIA, calendar="weekdays")
    london = a_node("london", zone="Europe/London", calendar="weekdays")

    assert ship_day(apia, WEEK, sunday) == day(0)
    assert ship_day(london, WEEK, sunday) == day(0)
    assert ship_day(apia, WEEK, utc(day(4), 20)) == day(7)
    assert ship_day(london, WEEK, utc(day(4), 20)) == day(4)


def test_what_comes_on_friday_after_the_cut_off_leaves_on_monday() -> None:
    """A week-end is no working day, however it is reached; two days of work end on Tuesday."""
    node = a_node(calendar="weekdays", cut_off=time(12))
    slow = a_node(calendar="weekdays", cut_off=time(12), processing_days=2)

    assert ship_day(node, WEEK, utc(day(4), 12)) == day(7)
    assert ship_day(node, WEEK, utc(day(5), 8)) == day(7)
    assert ship_day(slow, WEEK, utc(day(4), 11)) == day(8)
    assert ship_day(slow, WEEK, utc(day(4), 12)) == day(9)


@pytest.mark.parametrize(("minute", "ships"), [(-1, SPRING), (0, SPRING + DAY), (30, SPRING + DAY)])
def test_a_cut_off_that_the_spring_skips_falls_on_the_change(minute: int, ships: date) -> None:
    """Half past two does not exist in Berlin on that night: two o'clock becomes three."""
    berlin = a_node(zone=BERLIN, cut_off=time(2, 30))
    change = utc(SPRING, 1)

    assert at_local(SPRING, time(2, 30), BERLIN) == change
    assert ship_day(berlin, EMPTY, change + timedelta(minutes=minute)) == ships


@pytest.mark.parametrize(
    ("hour", "minute", "ships"),
    [(0, 29, AUTUMN), (0, 30, AUTUMN + DAY), (1, 15, AUTUMN + DAY), (1, 30, AUTUMN + DAY)],
)
def test_a_cut_off_that_the_autumn_repeats_counts_the_first_time(
    hour: int, minute: int, ships: date
) -> None:
    """Half past two comes twice in Berlin on that night; what is after the first is too late."""
    berlin = a_node(zone=BERLIN, cut_off=time(2, 30))

    assert at_local(AUTUMN, time(2, 30), BERLIN) == utc(AUTUMN, 0, 30)
    assert ship_day(berlin, EMPTY, utc(AUTUMN, hour, minute)) == ships


def test_a_gap_of_half_an_hour_is_a_gap_too() -> None:
    """Lord Howe moves its clock by thirty minutes: 02:15 is skipped on 4 October 2026."""
    change = datetime(2026, 10, 3, 15, 30, tzinfo=UTC)

    assert at_local(date(2026, 10, 4), time(2, 15), LORD_HOWE) == change
    assert change.astimezone(ZoneInfo(LORD_HOWE)).time() == time(2, 30)


def test_the_carrier_rests_when_the_carrier_rests() -> None:
    """A parcel that leaves on Saturday starts to travel on Monday; Tuesday is no day to deliver."""
    closed = Calendar("shop", weekdays=range(7), holidays=[day(8)])
    network = Network(calendars={WEEKDAYS.id: WEEKDAYS, closed.id: closed})
    lane = a_lane(carrier_calendar="weekdays", delivery_calendar="shop")

    assert delivery_day(lane, network, day(5)) == day(9)
    assert delivery_day(a_lane(), network, day(5)) == day(6)


def test_until_when_to_order_is_told_in_the_zone_of_the_node() -> None:
    """For Wednesday it must leave on Tuesday, so be there on Monday before two o'clock, in Berlin.

    For Monday it must have been there on Thursday: the carrier rests on Saturday and Sunday.
    """
    berlin = a_node(zone=BERLIN, calendar="weekdays", cut_off=time(14), processing_days=1)
    lane = a_lane(carrier_calendar="weekdays")

    def until(wanted: date) -> datetime:
        return ordered_before(berlin, WEEK, latest_ship_day(lane, WEEK, wanted))

    assert until(day(2)) == utc(day(0), 13)
    assert until(day(7)) == utc(day(3), 13)
    assert until(day(6)) == until(day(5)) == until(day(4)) == utc(day(2), 13)


def test_supply_leaves_again_after_it_was_processed() -> None:
    """What comes on Friday and takes a day of work leaves on Monday."""
    node = a_node(calendar="weekdays", processing_days=1)

    assert ship_day_of_supply(node, WEEK, day(4)) == day(7)
    assert next_ship_day(node, WEEK, day(4)) == day(7)


def test_work_is_released_at_the_local_midnight_of_its_first_day() -> None:
    """Two days of work for a Tuesday begin on Friday, and Friday begins at eleven in UTC."""
    node = a_node(zone=BERLIN, calendar="weekdays", processing_days=2)

    assert release_at(node, WEEK, day(8)) == utc(day(3), 23)


def test_a_calendar_without_a_working_day_is_no_calendar() -> None:
    """Searching for ever would hang whoever asks; a year is enough to know."""
    never = a_calendar(weekdays=[0], holidays=[day(7 * n) for n in range(60)])

    for search, start in (working_day, day(0)), (last_working_day, day(7 * 59)):
        with pytest.raises(Unreadable) as unreadable:
            search(never, start)
        assert unreadable.value.path == "$.calendars.weekdays"


def test_no_calendar_is_every_day() -> None:
    """A node that says nothing works on Sundays too."""
    assert works(calendar_of(EMPTY, None), day(6))
