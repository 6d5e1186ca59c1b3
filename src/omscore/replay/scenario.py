"""A scenario: a folder that says what to replay, through which network, in what kind of world.

`scenario.toml` names the other files.  What is wrong with it, or with `network.toml`, is
`Unreadable` with file and path, before anything is done; what is wrong with a row of a CSV file
costs that row, which is listed in `Scenario.faults`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import frozen

from omscore.catalog.item import Item
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Region, region
from omscore.kernel.moments import zone
from omscore.kernel.money import exponent
from omscore.network.facts import Calendar, Lane, Node
from omscore.replay.faults import Fault
from omscore.replay.history import COLUMNS, Frame, Historic, History, OddRow, Tally, read_history
from omscore.replay.network import NetworkFacts, read_network
from omscore.replay.rows import read_rows
from omscore.replay.section import Section, at, read_toml
from omscore.replay.tables import (
    OpeningStock,
    PurchaseOrder,
    read_items,
    read_odd_codes,
    read_purchase_orders,
    read_stock,
)

LONGEST_PERIOD_DAYS = 3660
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


@frozen
class Policy:
    """How orders are to be sourced.  *most_parcels* is the most parcels of one plan; None: any."""

    most_parcels: int | None = None


@frozen
class Spread:
    """A parcel arrives *days* later than planned (earlier if below zero) with this *weight*."""

    days: int
    weight: int


@frozen
class Chances:
    """What a real world does, by chance; everything follows from *seed*.

    Rates are shares from 0 to 1: of pick tasks that come up short, of fulfillment orders that a
    node rejects, of purchase orders that come late (by 1 to *late_days* days), of returned units
    that can be sold again.
    """

    seed: int
    short_pick: float = 0.0
    rejection: float = 0.0
    late_purchase_order: float = 0.0
    late_days: int = 1
    resellable: float = 1.0
    transit: tuple[Spread, ...] = (Spread(0, 1),)


@frozen
class Scenario:
    """Everything that a replay starts from.  *first_day* and *last_day* are days of *zone*.

    *digest* stands for the bytes of all files: two scenarios of one digest are the same.
    """

    name: str
    digest: str
    currency: str
    zone: str
    first_day: date
    last_day: date
    policy: Policy
    chances: Chances
    items: tuple[Item, ...]
    network: NetworkFacts
    stock: tuple[OpeningStock, ...]
    purchase_orders: tuple[PurchaseOrder, ...]
    history: History
    faults: tuple[Fault, ...]

    @property
    def begins_at(self) -> datetime:
        """The instant at which the first day begins."""
        return _midnight(self.first_day, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The instant at which the last day is over."""
        return _midnight(self.last_day + timedelta(days=1), self.zone)

    @property
    def events(self) -> tuple[Historic, ...]:
        """The orders, credit notes and adjustments, by time."""
        return self.history.events

    @property
    def odd_rows(self) -> tuple[OddRow, ...]:
        """The rows of the orders file with an odd code, in the order of the file."""
        return self.history.odd_rows

    @property
    def tally(self) -> Tally:
        """How many rows of the orders file came to what."""
        return self.history.tally

    def facts(self) -> Iterator[Item | Calendar | Node | Lane]:
        """What the library must know first, in an order in which everything it names is known."""
        yield from self.items
        yield from self.network.calendars
        yield from self.network.nodes
        yield from self.network.lanes


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def read_scenario(folder: Path) -> Scenario:
    """The scenario in *folder*; `Unreadable` if its configuration is not in order."""
    top = read_toml(folder / "scenario.toml")
    files = _files(top, folder)
    name, currency = top.text("name"), _currency(top)
    zone_, (first_day, last_day) = _zone(top), _period(top)
    policy, chances, regions = _policy(top), _chances(top), _regions(top)
    top.done()
    network = read_network(files["network"])
    nodes = {one.id for one in network.nodes}
    items, faults = read_items(files["items"])
    skus = frozenset(one.sku for one in items)
    odd_codes, odd_faults = read_odd_codes(files["odd_codes"])
    stock, stock_faults = read_stock(files["stock"], nodes, skus)
    purchases, purchase_faults = read_purchase_orders(files["purchase_orders"], nodes, skus)
    codes = {one.code: one for one in odd_codes}
    frame = Frame(ZoneInfo(zone_), currency, first_day, last_day, skus, codes, regions)
    history = read_history(read_rows(files["orders"], COLUMNS), frame)
    return Scenario(
        name=name,
        digest=_digest({"scenario": folder / "scenario.toml", **files}),
        currency=currency,
        zone=zone_,
        first_day=first_day,
        last_day=last_day,
        policy=policy,
        chances=chances,
        items=tuple(items),
        network=network,
        stock=tuple(stock),
        purchase_orders=tuple(purchases),
        history=history,
        faults=(*faults, *odd_faults, *stock_faults, *purchase_faults, *history.faults),
    )


def _files(top: Section, folder: Path) -> dict[str, Path]:
    """The files by their part; each is named plainly, and stands in the folder itself."""
    given = top.section("files")
    named = dict[str, Path]()
    for part in "orders", "items", "network", "stock", "purchase_orders", "odd_codes":
        file = given.text(part)
        if not _PLAIN_NAME.fullmatch(file):
            raise given.fault(part, "the plain name of a file in the folder")
        named[part] = folder / file
    given.done()
    return named


def _digest(files: Mapping[str, Path]) -> str:
    """Sixteen hexadecimal digits that follow from what stands in the files, by their part."""
    digest = blake2b(digest_size=8)
    for part in sorted(files):
        raw = files[part].read_bytes()
        digest.update(f"{part} {len(raw)} ".encode())
        digest.update(raw)
    return digest.hexdigest()


def _currency(top: Section) -> str:
    currency = top.text("currency")
    with at(top.path):
        exponent(currency)
    return currency


def _zone(top: Section) -> str:
    with at(top.path):
        return zone(top.text("zone"))


def _period(top: Section) -> tuple[date, date]:
    first, last = top.day("first_day"), top.day("last_day")
    if not 0 <= (last - first).days < LONGEST_PERIOD_DAYS or not 1900 <= first.year <= 2200:
        raise top.fault("last_day", "not before the first day, and at most ten years after it")
    return first, last


def _regions(top: Section) -> dict[str, Region]:
    """The region for each country, as the orders file writes it."""
    given = top.section("regions")
    regions = dict[str, Region]()
    for country in given.table:
        code = given.text(country)
        try:
            regions[country] = region(code)
        except Unreadable as fault:
            raise given.fault(country, fault.problem) from None
    return regions


def _policy(top: Section) -> Policy:
    given = top.section("policy")
    most = given.whole("most_parcels", 1) if given.has("most_parcels") else None
    given.asked.add("most_parcels")
    given.done()
    return Policy(most)


def _chances(top: Section) -> Chances:
    given = top.section("chances")
    chances = Chances(
        seed=given.whole("seed"),
        short_pick=given.rate("short_pick", 0.0),
        rejection=given.rate("rejection", 0.0),
        late_purchase_order=given.rate("late_purchase_order", 0.0),
        late_days=given.whole("late_days", 1, 1),
        resellable=given.rate("resellable", 1.0),
        transit=tuple(_spread(one) for one in given.sections("transit")) or (Spread(0, 1),),
    )
    given.done()
    return chances


def _spread(given: Section) -> Spread:
    spread = Spread(given.whole("days", -30), given.whole("weight", 1))
    given.done()
    if spread.days > 365:
        raise given.fault("days", "at most a year")
    return spread
