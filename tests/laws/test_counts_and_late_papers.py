"""Counts and late papers: in whatever order things are told, the books end with what is there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from omscore.atp.messages import AdjustStock, CountStock, IssueStock, ReceiveStock
from omscore.atp.position import POSITION, Position
from omscore.atp.stocktakes import Counts
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.testing import laws
from omscore.testing.builders import MONDAY, a_shop, an_order

AT: Any = {"node": "berlin", "sku": "TEA"}
MINUTE = timedelta(minutes=1)
OPENING, ORDERS = 100, 4
TEA = POSITION.key("berlin/TEA/sellable")


@frozen
class Happening:
    """Something that occurs at a minute, is told so many minutes later, and moves so many units."""

    minute: int
    delay: int
    units: int
    what: str

    @property
    def told_at(self) -> tuple[int, int]:
        """When the books hear of it."""
        return self.minute + self.delay, self.minute


@st.composite
def happenings(draw: DrawFn) -> list[Happening]:
    """Movements, shipments of orders and counts, at minutes of their own."""
    minutes = draw(st.lists(st.integers(1, 60), min_size=2, max_size=10, unique=True))
    whats = st.sampled_from(["count", "count", "receive", "adjust", "issue", "ship"])
    found, shipped = list[Happening](), 0
    for minute in sorted(minutes):
        what = draw(whats)
        units = draw(st.integers(1, 5)) * (1 if what == "receive" else -1)
        if what == "ship":
            shipped += 1
            what, units = (f"o-{shipped}", -shipped) if shipped <= ORDERS else ("count", 0)
        delay = draw(st.sampled_from([0, 0, 1, 7, 45]))
        found.append(Happening(minute, delay, 0 if what == "count" else units, what))
    return found


def there(until: int, told: Sequence[Happening]) -> int:
    """What really is there after a minute."""
    return OPENING + sum(one.units for one in told if one.minute <= until)


def promised(until: int, told: Sequence[Happening]) -> int:
    """The units of orders that really have not left after a minute: order n is of n units."""
    left = sum(-one.units for one in told if one.what[:2] == "o-" and one.minute <= until)
    return sum(range(1, ORDERS + 1)) - left


def report(one: Happening, counts: Counts, told: Sequence[Happening], as_of: datetime) -> object:
    """What the node or the vendor says of it; whoever counts, counts right."""
    paper: Any = {**AT, "document": f"d-{one.minute}"}
    match one.what:
        case "count":
            free = promised(one.minute, told) if counts == "available" else 0
            counted = there(one.minute, told) - free
            return CountStock(**paper, counted=counted, counts=counts, as_of=as_of)
        case "receive":
            return ReceiveStock(**paper, quantity=one.units)
        case "adjust":
            return AdjustStock(**paper, quantity=one.units)
        case "issue":
            return IssueStock(**paper, quantity=-one.units)
        case order:
            return ShipFulfillment(f"{order}.1")


@pytest.mark.parametrize("counts", ["physical", "available"])
@settings(max_examples=60, deadline=None)
@given(told=happenings())
def test_the_books_end_with_what_is_there_in_whatever_order_it_is_told(
    counts: Counts, told: Sequence[Happening]
) -> None:
    """Right counts make the books right, and nothing is counted twice, late as it may come."""
    shop = a_shop({"berlin": {"TEA": OPENING}}).given(
        *(an_order(n, id=f"o-{n}") for n in range(1, ORDERS + 1))
    )
    for one in sorted(told, key=lambda one: one.told_at):
        shop.after(MONDAY + one.told_at[0] * MINUTE - shop.clock.at)
        at = MONDAY + one.minute * MINUTE
        shop.oms.do(report(one, counts, told, at), occurred_at=at)

    left = shop.oms.get(TEA) or Position()
    assert left.on_hand == there(999, told)
    assert sum(one.committed for one in left.buckets) == promised(999, told)
    laws.check(shop.oms)


@settings(max_examples=60, deadline=None)
@given(told=happenings(), skipped=st.sets(st.integers(1, 60)))
def test_the_last_count_mends_whatever_was_never_told(
    told: Sequence[Happening], skipped: set[int]
) -> None:
    """Half of the papers are lost: after a count as of the end, the books are right."""
    shop = a_shop({"berlin": {"TEA": OPENING}}).given(
        *(an_order(n, id=f"o-{n}") for n in range(1, ORDERS + 1))
    )
    known = [one for one in told if one.minute not in skipped]
    for one in sorted(known, key=lambda one: one.told_at):
        shop.after(MONDAY + one.told_at[0] * MINUTE - shop.clock.at)
        at = MONDAY + one.minute * MINUTE
        shop.oms.do(report(one, "physical", told, at), occurred_at=at)
    shop.after(MONDAY + timedelta(hours=3) - shop.clock.at)
    shop.given(CountStock(**AT, counted=there(999, told), document="last"))

    assert (shop.oms.get(TEA) or Position()).on_hand == there(999, told)
    laws.check(shop.oms)
