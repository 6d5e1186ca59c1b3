"""Any of them: Hypothesis strategies for valid values, orders, facts and stock over time.

What a strategy gives is always well-formed; `traces` makes whole histories of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from omscore.atp.buckets import Bucket, Held
from omscore.atp.entries import DEMAND_KINDS
from omscore.atp.lots import Lot
from omscore.atp.movements import (
    DemandScheduled,
    PositionEvent,
    StockEntered,
    SupplyScheduled,
    UnitsConsumed,
    UnitsReserved,
)
from omscore.atp.position import Position
from omscore.catalog.line import Line
from omscore.kernel.ids import DocumentId, ReservationId
from omscore.kernel.money import Currency, Money
from omscore.lifecycle.order.messages import (
    PlaceOrder,
)
from omscore.network.facts import Calendar, Lane, Network, Node
from omscore.testing.builders import day

T = TypeVar("T")

SKUS = ("POT", "TEA")
NODES = ("berlin", "london", "paris")
REGIONS = ("DE", "FR", "GB")
CURRENCIES = ("EUR", "JPY", "KWD")
CAPACITIES: tuple[Mapping[str, int], ...] = (
    {},
    {"units": 3},
    {"units": 8},
    {"lines": 2},
    {"units": 8, "orders": 2, "parcels": 2},
)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
)
ALPHABET = "ABCXYZabcxyz0189._:-"

# --- values -----------------------------------------------------------------------------------


def ids() -> SearchStrategy[str]:
    """Anything that may be an id."""
    return st.text(ALPHABET, min_size=1, max_size=64)


def quantities(most: int = 20) -> SearchStrategy[int]:
    """Units, at least one; mostly few."""
    return st.integers(1, most)


def prices(currency: str | None = None) -> SearchStrategy[Money]:
    """Money that is not negative, of one currency or any."""
    known = st.sampled_from(CURRENCIES) if currency is None else st.just(currency)
    return st.builds(Money, st.integers(0, 10**9), known.map(Currency))


def days(most: int = 30) -> SearchStrategy[date]:
    """Today, or up to *most* days later."""
    return st.integers(0, most).map(day)


def instants(years: tuple[int, int] = (2020, 2030)) -> SearchStrategy[datetime]:
    """Moments in UTC, to the minute, of these years."""
    first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in years)
    minutes = int((last - first) / timedelta(minutes=1))
    return st.integers(0, minutes).map(lambda n: first + timedelta(minutes=n))


def seldom() -> SearchStrategy[bool]:
    """True once in a while."""
    return st.sampled_from([False] * 7 + [True])


# --- orders -----------------------------------------------------------------------------------


@st.composite
def lines(
    draw: DrawFn,
    *,
    skus: Sequence[str] = SKUS,
    most_lines: int = 4,
    most_units: int = 6,
) -> list[Line]:
    """One or more lines of different ids in one currency."""
    price = prices(draw(st.sampled_from(CURRENCIES)))
    return [
        Line(str(n), draw(st.sampled_from(skus)), draw(quantities(most_units)), draw(price))
        for n in range(1, draw(st.integers(1, most_lines)) + 1)
    ]


@st.composite
def orders(
    draw: DrawFn,
    *,
    order: str | None = None,
    skus: Sequence[str] = SKUS,
    regions: Sequence[str] = REGIONS,
    most_lines: int = 4,
    most_units: int = 6,
) -> PlaceOrder:
    """An order for any of *skus* to one of *regions*, with a customer whom nobody may see."""
    return PlaceOrder(
        order or draw(ids()),
        draw(lines(skus=skus, most_lines=most_lines, most_units=most_units)),
        draw(st.sampled_from(regions)),
        customer=draw(st.sampled_from([None, "Customer-007", "Customer-008"])),
        complete=draw(seldom()),
    )


# --- facts ------------------------------------------------------------------------------------


def calendars(id_: str = "calendar") -> SearchStrategy[Calendar]:
    """A week with at least one working day, and some holidays."""
    return st.builds(
        Calendar,
        st.just(id_),
        weekdays=st.sets(st.integers(0, 6), min_size=1),
        holidays=st.lists(days(60), max_size=8),
    )


@st.composite
def nodes(draw: DrawFn, id_: str = "berlin", *, calendar: str | None = None) -> Node:
    """A place in any zone, with any cut-off, that takes up to three days to process."""
    return Node(
        id_,
        zone=draw(st.sampled_from(ZONES)),
        ships_to=draw(st.lists(st.sampled_from(REGIONS), unique=True)),
        calendar=calendar,
        cut_off=draw(st.none() | st.times(time(0, 0), time(23, 59))),
        processing_days=draw(st.integers(0, 3)),
        capacity=draw(
            st.sampled_from(
                [{}, {"units": 3}, {"units": 8}, {"lines": 4, "parcels": 3}, {"orders": 2}]
            )
        ),
    )


def lanes(node: str, to: str, calendar: str | None = None) -> SearchStrategy[Lane]:
    """A way that takes up to five days, at any cost."""
    return st.builds(
        Lane,
        st.just(node),
        st.just(to),
        transit_days=st.integers(0, 5),
        parcel_cost=st.integers(0, 2_000),
        unit_cost=st.integers(0, 100),
        carrier_calendar=st.sampled_from([None, calendar]),
        delivery_calendar=st.sampled_from([None, calendar]),
    )


@st.composite
def networks(draw: DrawFn, *, most_nodes: int = 3) -> Network:
    """A few nodes with one calendar, some of them with lanes of their own."""
    calendar = draw(calendars())
    places = [
        draw(nodes(id_, calendar=draw(st.sampled_from([None, "calendar"]))))
        for id_ in NODES[: draw(st.integers(1, most_nodes))]
    ]
    ways = [
        draw(lanes(place.id, to, "calendar"))
        for place in places
        for to in REGIONS
        if draw(st.booleans())
    ]
    return Network(
        {place.id: place for place in places},
        {(way.node, way.to, way.method): way for way in ways},
        {calendar.id: calendar},
    )


# --- stock over time --------------------------------------------------------------------------


@st.composite
def positions(draw: DrawFn, *, expiries: Sequence[datetime] = ()) -> Position:
    """Stock over time, promises and foreign demand; more may be promised than will be there."""
    buckets = {
        on: Bucket(on, *(draw(st.integers(0, 9)) for _ in range(3)))
        for on in draw(st.lists(st.integers(-3, 12).map(day), unique=True, max_size=6))
    }
    held = [
        Held(until, on, draw(quantities(5)))
        for until in sorted(expiries)
        for on in sorted(draw(st.lists(days(12), unique=True, max_size=2)))
    ]
    return Position(
        draw(st.integers(0, 20)), tuple(map(buckets.__getitem__, sorted(buckets))), tuple(held)
    )


def position_events() -> SearchStrategy[list[PositionEvent]]:
    """What can happen to a position in any sequence: things come, and some is reserved."""
    document, reservation = st.just(DocumentId("d-1")), st.just(ReservationId("r-1"))
    units, lot = quantities(9), st.builds(Lot, days(9), st.sampled_from([None, "L1"])) | st.none()
    return st.lists(
        st.builds(StockEntered, st.just("received"), units, document, lot)
        | st.builds(StockEntered, st.just("adjusted"), units.map(lambda one: -one), document)
        | st.builds(SupplyScheduled, days(9), units, document, lot)
        | st.builds(UnitsConsumed, reservation, days(9), units)
        | st.builds(DemandScheduled, days(9), units, document, st.sampled_from(DEMAND_KINDS))
        | st.builds(UnitsReserved, reservation, days(9), units, st.none()),
        max_size=20,
    )
