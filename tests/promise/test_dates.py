"""Dates alone: nothing is sooner than the earliest day, and no later order comes in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.facts import Calendar, Lane, Network, Node
from omscore.promise.dates import earliest, order_until
from omscore.promise.options import options
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question
from omscore.testing import strategies

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DE, STANDARD, TEA = Region("DE"), Method("standard"), Sku("TEA")
DAY = timedelta(days=1)


def day(n: int) -> date:
    """The day *n* days from that Monday."""
    return MONDAY.date() + n * DAY


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A need for tea, and one to three nodes in any zone, some with little room on their days."""
    calendar = draw(strategies.calendars())
    nodes, lanes, stock, room = {}, {}, {}, {}
    for id_ in strategies.NODES[: draw(st.integers(1, 3))]:
        node = draw(strategies.nodes(id_, calendar=draw(st.sampled_from([None, "calendar"]))))
        lane = draw(strategies.lanes(id_, "DE", "calendar"))
        nodes[node.id], lanes[lane.node, lane.to, lane.method] = node, lane
        rising, there = [], 0
        for on in sorted(draw(st.sets(st.integers(-1, 9), max_size=3))):
            there += draw(st.integers(0, 4))
            rising.append((day(on), there))
        stock[node.id, TEA] = rising
        for kind in node.capacity:
            left = draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))
            works = (day(n) for n in range(-1, 40) if node.calendar is None or free(calendar, n))
            room.update({(node.id, kind, on): n for on, n in zip(works, left, strict=False)})
    needs = (Need(LineId("1"), TEA, draw(st.integers(1, 6)), DE, STANDARD),)
    now = MONDAY + draw(st.integers(-40, 200)) * timedelta(minutes=30)
    return Question(needs, Network(nodes, lanes, {calendar.id: calendar}), now, stock, room)


def free(calendar: Calendar, n: int) -> bool:
    """Whether somebody works on the day *n* days from that Monday."""
    return day(n).weekday() in calendar.weekdays and day(n) not in calendar.holidays


# --- the slow oracle --------------------------------------------------------------------------


def slow_earliest(question: Question) -> date | None:
    """Sends what can be sent on each day of each node, then waits until enough has arrived."""
    [need] = question.needs
    arriving = [sent for node in question.network.nodes.values() for sent in _sent(question, node)]
    for on in sorted({on for on, _ in arriving}):
        if sum(units for came, units in arriving if came <= on) >= need.quantity:
            return on
    return None


def _sent(question: Question, node: Node) -> Iterator[tuple[date, int]]:
    """The day on which units arrive that *node* sends, day by day, as many as it can."""
    lane, sent = question.network.lanes[node.id, DE, STANDARD], 0
    rows = question.stock[node.id, TEA]
    ready = [(_ready(question, node, due), units) for due, units in rows]
    for on in _ship_days(question, node):
        there = max((units for by, units in ready if by <= on), default=0)
        left = {kind: question.room.get((node.id, kind, on), 0) for kind in node.capacity}
        room = left.get("units", there) if all(left.values()) else 0
        if more := min(room, there - sent):
            sent += more
            yield _walk(question, on, lane), more


def _ship_days(question: Question, node: Node) -> Iterator[date]:
    """Every day on which what is ordered now could leave *node*."""
    local = question.now.astimezone(ZoneInfo(node.zone))
    on, worked = local.date(), 0
    if node.cut_off is not None and local.time() >= node.cut_off:
        on += DAY
    for _ in range(100):
        worked += _works(question, node, on)
        if _works(question, node, on) and worked > node.processing_days:
            yield on
        on += DAY


def _ready(question: Question, node: Node, due: date) -> date:
    """The day from which on what comes on *due* can leave; of what is there, at once."""
    if due <= question.now.astimezone(ZoneInfo(node.zone)).date():
        return date.min
    worked = 0
    while (worked := worked + _works(question, node, due)) <= node.processing_days:
        due += DAY
    return due


def _works(question: Question, node: Node, on: date) -> bool:
    return node.calendar is None or _free(question, node.calendar, on)


def _free(question: Question, id_: object, on: date) -> bool:
    [calendar] = question.network.calendars.values()
    return id_ is None or (on.weekday() in calendar.weekdays and on not in calendar.holidays)


def _walk(question: Question, on: date, lane: Lane) -> date:
    """The day on which what leaves on *on* arrives, one day after the other."""
    left = lane.transit_days
    while not _free(question, lane.carrier_calendar, on) or left:
        left -= _free(question, lane.carrier_calendar, on)
        on += DAY
    while not _free(question, lane.delivery_calendar, on):
        on += DAY
    return on


# --- laws -------------------------------------------------------------------------------------


@given(questions())
def test_the_earliest_day_is_that_of_the_slow_oracle(question: Question) -> None:
    """It walks every day of every node; cut-offs, processing, supply, room and transit count."""
    assert earliest(question, Policy()) == [slow_earliest(question)]


@given(questions())
def test_no_promise_is_sooner_than_the_slow_oracle(question: Question) -> None:
    """Whatever is chosen, and whatever else is offered."""
    soonest = slow_earliest(question)
    for one in options(question, Policy()).promises:
        if one.complete:
            assert soonest is not None
            assert one.day is not None
            assert one.day >= soonest


@given(questions(), st.integers(-1, 20), st.integers(0, 400))
def test_whoever_orders_before_the_latest_instant_is_served_in_time_and_nobody_else(
    question: Question, ahead: int, later: int
) -> None:
    """The same stock, asked again later: it is there in time exactly if the instant is not over."""
    wanted, then = day(ahead), question.now + later * timedelta(minutes=30)
    [until] = order_until(question, Policy(), wanted)
    [soonest] = earliest(attrs.evolve(question, now=then), Policy())

    assert (until is not None and then < until) == (soonest is not None and soonest <= wanted)


@given(questions(), st.integers(0, 400))
def test_a_plan_can_be_followed_until_the_instant_that_its_promise_names(
    question: Question, later: int
) -> None:
    """The count-down at checkout: the last moment for these very parcels."""
    chosen = options(question, Policy(), most=0).chosen
    then = question.now + later * timedelta(minutes=30)
    ship_days = {
        leg.node: {*_ship_days(attrs.evolve(question, now=then), question.network.nodes[leg.node])}
        for leg in chosen.decision.legs
    }

    if chosen.order_before is not None:
        assert (then < chosen.order_before) == all(
            leg.ship_day in ship_days[leg.node] for leg in chosen.decision.legs
        )


# --- examples ---------------------------------------------------------------------------------


def berlin(**rest: object) -> Question:
    """Two of tea in Berlin: a day of work, if ordered by two o'clock, then two days on the way."""
    week = Calendar("week")
    node = Node(
        "berlin", zone="Europe/Berlin", calendar="week", cut_off=time(14), processing_days=1,
        **rest,  # type: ignore[arg-type]
    )  # fmt: skip
    lane = Lane("berlin", "DE", transit_days=2, carrier_calendar="week", delivery_calendar="week")
    network = Network({node.id: node}, {(lane.node, lane.to, lane.method): lane}, {week.id: week})
    needs = (Need(LineId("1"), TEA, 2, DE, STANDARD),)
    return Question(needs, network, MONDAY, {(node.id, TEA): [(day(0), 2)]})


def test_until_when_to_order_for_a_wanted_day() -> None:
    """For Friday: two days on the way, one of work, so Tuesday before two o'clock in Berlin."""
    assert order_until(berlin(), Policy(), day(4)) == [datetime(2026, 3, 3, 13, tzinfo=UTC)]
    assert order_until(berlin(), Policy(), day(6)) == order_until(berlin(), Policy(), day(4))
    assert order_until(berlin(), Policy(), day(2)) == [None]


def test_a_day_that_is_full_makes_a_promise_later_and_an_order_due_earlier() -> None:
    """One unit of work is left on each of Tuesday and Wednesday, so two take both days."""
    full = attrs.evolve(
        berlin(capacity={"units": 5}),
        room={(NodeId("berlin"), "units", day(n)): units for n, units in enumerate([5, 1, 1, 4])},
    )

    assert earliest(berlin(), Policy()) == [day(3)]
    assert earliest(full, Policy()) == [day(4)]
    assert order_until(full, Policy(), day(4)) == [datetime(2026, 3, 2, 13, tzinfo=UTC)]
