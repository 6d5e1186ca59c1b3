"""Valid things in few words: what a test does not care about has a default here.

Every number and name is fixed, so a story reads the same whenever it runs.  It is Monday morning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from omscore.adapters.clocks import CountingIds, FixedClock
from omscore.adapters.memory import MemoryStore
from omscore.atp.messages import ExpectSupply, ReceiveStock
from omscore.atp.requests import Request, Wanted
from omscore.catalog.item import Item
from omscore.catalog.line import Line
from omscore.kernel.money import Money, eur
from omscore.lifecycle.order.messages import PlaceOrder
from omscore.lifecycle.quote.messages import RequestQuote
from omscore.lifecycle.returns.messages import Returning
from omscore.network.facts import Calendar, Lane, Node
from omscore.oms import Oms
from omscore.orchestration.learning import Fact
from omscore.ports.storage import Storage
from omscore.runtime.configuration import Configuration
from omscore.testing.story import Shop

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = MONDAY.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKDAYS = Calendar("weekdays")


def day(n: int) -> date:
    """The day *n* days from that Monday."""
    return TODAY + n * DAY


# --- facts ------------------------------------------------------------------------------------


def an_item(sku: str = "TEA", **rest: Any) -> Item:
    """An item that is kept in stock."""
    return Item(sku, **rest)


def a_calendar(id: str = "weekdays", **rest: Any) -> Calendar:
    """Monday to Friday."""
    return Calendar(id, **rest)


def a_node(id: str = "berlin", *, ships_to: Iterable[str] = ("DE",), **rest: Any) -> Node:
    """A warehouse in UTC that works every day, until midnight."""
    return Node(id, ships_to=tuple(ships_to), **rest)


def a_lane(node: str = "berlin", to: str = "DE", **rest: Any) -> Lane:
    """A way that takes one day and costs 400 for each parcel."""
    return Lane(node, to, **{"transit_days": 1, "parcel_cost": 400, **rest})


# --- what is asked ----------------------------------------------------------------------------


def a_line(
    quantity: int = 1, sku: str = "TEA", *, id: str = "1", price: Money | None = None, **rest: Any
) -> Line:
    """A line of tea at 4.50 EUR a unit."""
    return Line(id, sku, quantity, eur("4.50") if price is None else price, **rest)


def some_lines(*asked: tuple[str, int]) -> tuple[Line, ...]:
    """Lines 1, 2, … of these skus and quantities."""
    return tuple(a_line(units, sku, id=str(n)) for n, (sku, units) in enumerate(asked, start=1))


def an_order(*asked: Line | int, id: str = "o-1", ship_to: str = "DE", **rest: Any) -> PlaceOrder:
    """An order to Germany for *asked*: lines, or units of tea; one, if nothing is."""
    return PlaceOrder(id, _lines(asked or (1,)), ship_to, **rest)


def a_quote(*asked: Line | int, id: str = "q-1", ship_to: str = "DE", **rest: Any) -> RequestQuote:
    """A quote to Germany for *asked*: lines, or units of tea; one, if nothing is."""
    return RequestQuote(id, _lines(asked or (1,)), ship_to, **rest)


def a_request(
    *wanted: Wanted | int,
    owner: str = "cart-1",
    at: str | Iterable[str] = "berlin",
    ttl: timedelta | None = timedelta(minutes=30),
    **rest: Any,
) -> Request:
    """A cart wants *wanted* at Berlin for half an hour: a number is so many units of tea."""
    asked = [Wanted("TEA", one) if isinstance(one, int) else one for one in wanted or (1,)]
    return Request(owner, asked, at=at, ttl=ttl, **rest)


def _lines(asked: Iterable[Line | int]) -> list[Line]:
    """The lines of *asked*; a number is that many units of tea."""
    return [
        one if isinstance(one, Line) else a_line(one, id=str(n))
        for n, one in enumerate(asked, start=1)
    ]


def of_line(quantity: int = 1, line: str = "1") -> tuple[Returning]:
    """So many units of one line, on a return."""
    return (Returning(line, quantity),)


# --- what sources report ----------------------------------------------------------------------


def received(
    quantity: int, sku: str = "TEA", node: str = "berlin", *, document: str = "r-1"
) -> ReceiveStock:
    """Units came to hand."""
    return ReceiveStock(node=node, sku=sku, quantity=quantity, document=document)


def expected(
    quantity: int,
    on: date,
    sku: str = "TEA",
    node: str = "berlin",
    *,
    document: str = "po-1",
) -> ExpectSupply:
    """Units should come."""
    return ExpectSupply(node=node, sku=sku, quantity=quantity, day=on, document=document)


# --- shops ------------------------------------------------------------------------------------


def an_oms(
    storage: Storage | None = None,
    *,
    clock: FixedClock | None = None,
    configuration: Configuration | None = None,
    inline: bool = True,
) -> Shop:
    """A shop that knows nothing yet, in memory if no *storage* is given; it is Monday morning."""
    time_ = clock or FixedClock(MONDAY)
    oms = Oms(
        MemoryStore() if storage is None else storage,
        clock=time_,
        ids=CountingIds("c"),
        configuration=configuration,
        inline=inline,
    )
    return Shop(oms, time_)


THREE_NODES: tuple[Node | Lane | Calendar, ...] = (
    WEEKDAYS,
    a_node("berlin", ships_to=(), zone="Europe/Berlin", calendar="weekdays", cut_off=time(14)),
    a_node("paris", ships_to=(), zone="Europe/Paris", calendar="weekdays", cut_off=time(16)),
    a_node("london", ships_to=(), zone="Europe/London", calendar="weekdays", kind="store"),
    a_lane("berlin", "DE", carrier_calendar="weekdays"),
    a_lane("berlin", "FR", transit_days=3, parcel_cost=900, carrier_calendar="weekdays"),
    a_lane("paris", "FR", carrier_calendar="weekdays"),
    a_lane("paris", "DE", transit_days=3, parcel_cost=900, carrier_calendar="weekdays"),
    a_lane("london", "GB", carrier_calendar="weekdays"),
    a_lane("london", "DE", transit_days=4, parcel_cost=1500, carrier_calendar="weekdays"),
)


def three_nodes(*instead: Node) -> tuple[Node | Lane | Calendar, ...]:
    """Berlin, Paris and London with their lanes; *instead* of one of them, another of its name."""
    names = {node.id for node in instead}
    kept = (one for one in THREE_NODES if not (isinstance(one, Node) and one.id in names))
    return (*instead, *kept)


def a_shop(
    stock: Mapping[str, Mapping[str, int]] | None = None,
    *,
    nodes: Iterable[Fact] = THREE_NODES,
    skus: Iterable[str] = ("TEA", "POT"),
    storage: Storage | None = None,
    configuration: Configuration | None = None,
) -> Shop:
    """A shop with tea and pots, from Berlin, Paris and London; ten of tea in Berlin, five in Paris.

    *stock* says what is on hand instead, by node and sku.
    """
    shop = an_oms(storage, configuration=configuration)
    shop.oms.know(*map(an_item, skus), *nodes)
    on_hand = {"berlin": {"TEA": 10}, "paris": {"TEA": 5}} if stock is None else stock
    for node, held in on_hand.items():
        for sku, quantity in held.items():
            shop.given(received(quantity, sku, node, document="opening"))
    return shop
