"""Replays AdventureWorks through omscore, and proves each day and each answer by a second book.

    python examples/replay_adventureworks.py [FOLDER] [--until DAY] [--no-opening]

FOLDER holds the data (`examples/adventureworks`, a small extract, if it is not given).  Every order
line, purchase order and receipt of the skus that are both sold and bought happens on its day: an
order is placed on its order date, a purchase order is expected on its due date, and on that day so
many units come as were stocked; what is missing then is canceled.  What is due to go is shipped.

The second book knows nothing of positions and reservations: it adds up receipts and shipments, and
reads from the events of orders which units are promised for which day.  After each day it is asked,
for every sku at every node, whether any day is oversold, and before each order for the earliest
day, by trying one after another.
"""

from __future__ import annotations

import csv
import gzip
import sys
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from attrs import define, field, frozen

from omscore import (
    ChangeSupply,
    ExpectSupply,
    FixedClock,
    Item,
    Line,
    Node,
    Oms,
    PlaceOrder,
    ReceiveStock,
    ReceiveSupply,
    Recorded,
    ShipFulfillment,
    usd,
)
from omscore.lifecycle.fulfillment.messages import FulfillmentMoved, FulfillmentReleased
from omscore.lifecycle.order.messages import Group, UnitsMoved

HERE = Path(__file__).parent / "adventureworks"
RECEIVING = "loc-7"  # finished goods storage: what is bought arrives there
MORNING, NOON, EVENING = time(8), time(12), time(18)
DAY = timedelta(days=1)
REGIONS = {
    "Australia": "AU",
    "Canada": "CA",
    "France": "FR",
    "Germany": "DE",
    "United Kingdom": "GB",
    "United States": "US",
}
Row = Mapping[str, str]

# --- the data ---------------------------------------------------------------------------------


@frozen
class Purchase:
    """A line of a purchase order: ordered on a day, due on another, so many stocked then."""

    document: str
    sku: str
    ordered: date
    due: date
    quantity: int
    stocked: int


@frozen
class Data:
    """What happens: orders by day, purchases, and what was in stock before, by node and sku."""

    orders: Mapping[date, Sequence[PlaceOrder]]
    purchases: Sequence[Purchase]
    opening: Mapping[tuple[str, str], int]

    @property
    def skus(self) -> Sequence[str]:
        """Every sku that is bought; all of them are sold as well."""
        return sorted({one.sku for one in self.purchases})

    @property
    def nodes(self) -> Sequence[str]:
        """Every place with stock, and the one that receives."""
        return sorted({RECEIVING, *(node for node, _ in self.opening)})


def read(folder: Path, *, scarce: int = 1) -> Data:
    """The data of a folder, as far as skus are concerned that are both sold and bought.

    Of what is bought, a part: one unit of *scarce*, rounded up.
    """
    sales = list(_rows(folder / "sales_lines.csv.gz"))
    bought = list(_rows(folder / "po_detail.csv.gz"))
    headers = {row["po_id"]: row for row in _rows(folder / "po_header.csv.gz")}
    sold = {row["product_id"]: row["sku"] for row in sales}
    names = {id_: sold[id_] for id_ in {row["product_id"] for row in bought} if id_ in sold}
    purchases = [
        Purchase(
            f"po-{row['po_id']}-{row['po_line_id']}",
            names[row["product_id"]],
            date.fromisoformat(headers[row["po_id"]]["order_date"]),
            date.fromisoformat(row["due_date"]),
            -(-_whole(row["order_qty"]) // scarce),
            -(-_whole(row["stocked_qty"]) // scarce),
        )
        for row in bought
        if row["product_id"] in names
    ]
    opening = Counter[tuple[str, str]]()
    for row in _rows(folder / "inventory.csv"):
        if row["product_id"] in names:
            at = f"loc-{row['location_id']}", names[row["product_id"]]
            opening[at] += _whole(row["quantity"])
    return Data(_orders([row for row in sales if row["product_id"] in names]), purchases, opening)


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix == ".gz" and not path.exists():
        path = path.with_suffix("")
    packed = path.suffix == ".gz"
    text = gzip.decompress(path.read_bytes()).decode() if packed else path.read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def _whole(number: str) -> int:
    return int(float(number))


def _orders(rows: Sequence[Row]) -> dict[date, list[PlaceOrder]]:
    lines = defaultdict[tuple[str, str, str], list[Line]](list)
    for row in rows:
        line = Line(row["line"], row["sku"], _whole(row["qty"]), usd(row["unit_price"]))
        lines[row["order_date"], row["order_id"], REGIONS[row["country"]]].append(line)
    by_day = defaultdict[date, list[PlaceOrder]](list)
    for day, order, to in sorted(lines):
        by_day[date.fromisoformat(day)].append(PlaceOrder(order, lines[day, order, to], to))
    return by_day


# --- the second book --------------------------------------------------------------------------


@define
class Book:
    """Stock, supply that is due and promised units, added up from what was told and what happened.

    *owed* counts units by node, sku and ship day; *waiting* those that have no day.
    """

    stock: Counter[tuple[str, str]] = field(factory=Counter)
    due: dict[str, Purchase] = field(factory=dict)
    owed: dict[tuple[str, str], Counter[date]] = field(factory=lambda: defaultdict(Counter))
    waiting: Counter[str] = field(factory=Counter)

    def move(self, sku: str, units: int, from_: Group, to: Group) -> None:
        """Units of an order went from one group to another."""
        for group, count in ((from_, -units), (to, units)):
            self.waiting[sku] += count if group.stage == "backordered" else 0
            if group.reservation is not None and group.node and group.ship_day:
                days = self.owed[group.node, sku]
                days[group.ship_day] += count
                if not days[group.ship_day]:
                    del days[group.ship_day]
        if to.stage == "shipped" and from_.node:
            self.stock[from_.node, sku] -= units

    def left(self, node: str, sku: str, day: date, today: date) -> int:
        """What is there at the end of *day*, if everything happens as planned."""
        coming = sum(
            one.quantity
            for one in self.due.values()
            if node == RECEIVING and one.sku == sku and today <= one.due <= day
        )
        going = sum(units for on, units in self.owed[node, sku].items() if on <= day)
        return self.stock[node, sku] + coming - going

    def days(self, node: str, sku: str, today: date) -> list[date]:
        """Today, and each later day on which something changes."""
        coming = [one.due for one in self.due.values() if one.sku == sku and one.due >= today]
        going = [on for on, units in self.owed[node, sku].items() if units and on > today]
        return sorted({today, *coming, *going})

    def oversold(self, today: date) -> Iterator[tuple[str, str, date]]:
        """Every sku, node and day for which more is promised than will be there."""
        for node, sku in self.owed:
            for day in self.days(node, sku, today):
                if self.left(node, sku, day, today) < 0:
                    yield node, sku, day

    def earliest(self, node: str, sku: str, quantity: int, today: date) -> date | None:
        """The first day from which on, on every day, so many units are left."""
        days = self.days(node, sku, today)
        left = [self.left(node, sku, day, today) for day in days]
        for place, day in enumerate(days):
            if min(left[place:]) >= quantity:
                return day
        return None


# --- the replay -------------------------------------------------------------------------------


@frozen
class Repromise:
    """*units* of an order that a short receipt took, and when they go *before* and *after*."""

    cause: Purchase
    order: str
    units: int
    before: date
    after: date | None

    def __str__(self) -> str:
        stocked, quantity = self.cause.stocked, self.cause.quantity
        now = "they wait" if self.after is None else f"now {self.after}"
        return (
            f"{self.order}: {self.units} of {self.cause.sku} promised for {self.before}, {now}: "
            f"{self.cause.document} brought {stocked} of {quantity}"
        )


@define
class Figures:
    """What a replay comes to."""

    orders: int = 0
    lines: int = 0
    units: int = 0
    at_once: int = 0
    waiting: int = 0
    receipts: int = 0
    short_receipts: int = 0
    short_units: int = 0
    parcels: int = 0
    compared: int = 0
    differing: int = 0
    checked: int = 0
    oversold: int = 0
    repromised: list[Repromise] = field(factory=list)


class Replay:
    """The data, happening day by day to an `Oms` in memory, beside the second book."""

    def __init__(self, data: Data, *, opening: bool = True) -> None:
        days = [*data.orders, *(one.ordered for one in data.purchases)]
        self._data, self._today, self._last = data, min(days), max(data.orders)
        self._clock = FixedClock(datetime.combine(self._today, time(), UTC))
        self._oms = Oms.in_memory(clock=self._clock)
        self._oms.know(*(Item(sku) for sku in data.skus))
        self._oms.know(*(Node(id_, ships_to=list(REGIONS.values())) for id_ in data.nodes))
        self._book, self.figures, self._read = Book(), Figures(), 0
        self._skus = dict[tuple[str, str], str]()
        self._ready = dict[str, date]()
        for (node, sku), units in data.opening.items() if opening else ():
            if units:
                self._book.stock[node, sku] += units
                self._do(ReceiveStock(node=node, sku=sku, quantity=units, document="opening"))

    def run(self, until: date | None = None) -> Figures:
        """Let every day happen, up to and including *until*."""
        while self._today <= min(self._last, until or date.max):
            self._at(MORNING)
            self._buy()
            self._receive()
            self._at(NOON)
            self._sell()
            self._at(EVENING)
            self._ship()
            self._check()
            self._today += DAY
        self.figures.waiting = sum(self._book.waiting.values())
        return self.figures

    def _at(self, hour: time) -> None:
        self._clock.set(datetime.combine(self._today, hour, UTC))
        while self._oms.work():
            pass
        self._listen()

    def _do(self, command: object) -> Sequence[Recorded[object]]:
        """Do *command*; everything that happened since the last one."""
        self._oms.do(command)
        return self._listen()

    def _listen(self) -> Sequence[Recorded[object]]:
        """Read on in what happened, and enter what orders tell into the book."""
        heard = list[Recorded[object]]()
        with self._oms.storage.begin() as unit:
            while news := unit.outbox(self._read):
                self._read = news[-1].position
                heard += [one.recorded for one in news]
        for one in heard:
            self._enter(one)
        return heard

    def _enter(self, one: Recorded[object]) -> None:
        match one.event:
            case UnitsMoved(moved=moved):
                for each in moved:
                    sku = self._skus[one.key.id, each.line]
                    self._book.move(sku, each.quantity, each.from_, each.to)
            case FulfillmentReleased(ship_day=day):
                self._ready[one.key.id] = day
            case FulfillmentMoved():
                self._ready.pop(one.key.id, None)
            case _:
                pass

    def _buy(self) -> None:
        for one in self._data.purchases:
            if one.ordered == self._today:
                self._book.due[one.document] = one
                self._do(
                    ExpectSupply(
                        node=RECEIVING,
                        sku=one.sku,
                        quantity=one.quantity,
                        day=one.due,
                        document=one.document,
                    )
                )

    def _receive(self) -> None:
        """What is due today comes; what does not come with it is canceled."""
        for one in [one for one in self._book.due.values() if one.due == self._today]:
            del self._book.due[one.document]
            self._book.stock[RECEIVING, one.sku] += one.stocked
            self.figures.receipts += 1
            if one.stocked:
                self._do(
                    ReceiveSupply(
                        node=RECEIVING,
                        sku=one.sku,
                        document=one.document,
                        receipt=f"{one.document}-r",
                        quantity=one.stocked,
                    )
                )
            if one.stocked < one.quantity:
                self._shorten(one)

    def _shorten(self, one: Purchase) -> None:
        """Nothing more comes of a purchase; whoever was promised it is promised something else."""
        self.figures.short_receipts += 1
        self.figures.short_units += one.quantity - one.stocked
        heard = self._do(
            ChangeSupply(
                node=RECEIVING, sku=one.sku, document=one.document, quantity=0, day=one.due
            )
        )
        self.figures.repromised += _repromised(one, heard)

    def _sell(self) -> None:
        for order in self._data.orders.get(self._today, ()):
            for line in order.lines:
                self._compare(line)
                self._skus[order.order, line.id] = line.sku
            self._do(order)
            self._count(order)

    def _compare(self, line: Line) -> None:
        """Both books are asked for the earliest day, at every node."""
        for node in self._data.nodes:
            ours = self._oms.earliest(line.sku, node, line.quantity)
            slow = self._book.earliest(node, line.sku, line.quantity, self._today)
            self.figures.compared += 1
            self.figures.differing += ours != slow

    def _count(self, order: PlaceOrder) -> None:
        stages = self._oms.order(order.order).stages
        units = sum(stages.values())
        self.figures.orders += 1
        self.figures.lines += len(order.lines)
        self.figures.units += units
        self.figures.at_once += units - stages.get("backordered", 0)

    def _ship(self) -> None:
        for fulfillment, day in list(self._ready.items()):
            if day <= self._today:
                self._do(ShipFulfillment(fulfillment))
                self.figures.parcels += 1

    def _check(self) -> None:
        self.figures.oversold += len(list(self._book.oversold(self._today)))
        self.figures.checked += sum(
            len(self._book.days(node, sku, self._today)) for node, sku in self._book.owed
        )


def _repromised(cause: Purchase, heard: Iterable[Recorded[object]]) -> list[Repromise]:
    """Each order that lost units by what was *heard*, and the day that it has then."""
    before, units, after = dict[str, date](), Counter[str](), dict[str, date]()
    for one in heard:
        if isinstance(one.event, UnitsMoved):
            for moved in one.event.moved:
                if one.event.move == "short" and moved.from_.ship_day:
                    before[one.key.id] = moved.from_.ship_day
                    units[one.key.id] += moved.quantity
                elif moved.to.ship_day and one.key.id in before:
                    after[one.key.id] = moved.to.ship_day
    return [
        Repromise(cause, order, units[order], day, after.get(order))
        for order, day in before.items()
    ]


# --- what it comes to -------------------------------------------------------------------------


def told(figures: Figures) -> Iterator[str]:
    """The figures, line by line."""
    yield (
        f"{figures.orders:,} orders with {figures.lines:,} lines and {figures.units:,} units; "
        f"{figures.at_once:,} units promised at once, {figures.waiting:,} wait at the end"
    )
    yield (
        f"{figures.receipts:,} receipts, {figures.short_receipts:,} of them short by "
        f"{figures.short_units:,} units; {figures.parcels:,} parcels"
    )
    days = [(one.after - one.before).days for one in figures.repromised if one.after]
    yield (
        f"{len(figures.repromised):,} promises declared short, {len(days):,} of them promised "
        f"again at once, {median(days) if days else 0:.0f} days later (median)"
    )
    yield f"{figures.compared:,} earliest days asked, {figures.differing:,} differ"
    yield f"{figures.checked:,} days of sku-nodes checked, {figures.oversold:,} oversold"
    for one in figures.repromised[:5]:
        yield f"  {one}"


def main(argv: Sequence[str] | None = None) -> int:
    """Replay, and print the figures; 1 if the books differ."""
    told_ = ArgumentParser(description="Replays AdventureWorks through omscore.")
    told_.add_argument("folder", nargs="?", type=Path, default=HERE)
    told_.add_argument("--until", type=date.fromisoformat, help="stop after this day")
    told_.add_argument("--no-opening", action="store_true", help="begin with empty shelves")
    told_.add_argument("--scarce", type=int, default=1, help="buy one unit of so many only")
    given = told_.parse_args(argv)
    replay = Replay(read(given.folder, scarce=given.scarce), opening=not given.no_opening)
    began = perf_counter()
    figures = replay.run(given.until)
    print(*told(figures), sep="\n")
    print(f"{perf_counter() - began:.1f} s", file=sys.stderr)
    return 1 if figures.differing or figures.oversold else 0


if __name__ == "__main__":
    sys.exit(main())
