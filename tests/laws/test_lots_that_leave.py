"""Lots that leave: the ledger of each lot is exact, whoever names what was shipped."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from omscore.atp.messages import ReceiveStock
from omscore.atp.position import POSITION
from omscore.kernel.errors import Refused
from omscore.lifecycle.fulfillment.messages import (
    OfLot,
    PackFulfillment,
    PickFulfillment,
    ShipFulfillment,
)
from omscore.testing import laws
from omscore.testing.builders import a_line, a_shop, an_order, day

AT: Any = {"node": "berlin", "sku": "TEA"}
Name = tuple[date | None, str | None]
LOTS: Sequence[Name] = [(day(5), "A"), (day(9), None), (day(9), "B"), (None, "C"), (None, None)]
SHIPMENTS, LINES = 4, ("1", "2")


@frozen
class Shipment:
    """What is shipped of each line, and what is said of the lots."""

    quantities: tuple[int, ...]
    named: tuple[tuple[str, Name, int], ...]


@st.composite
def shipments(draw: DrawFn) -> list[Shipment]:
    """Some of them name lots that are not there, or more units than they ship."""
    units = st.integers(1, 3)
    lots = st.tuples(st.sampled_from(LINES), st.sampled_from(LOTS[:-1]), units)
    return [
        Shipment(
            tuple(draw(units) for _ in LINES),
            tuple(draw(st.lists(lots, max_size=3))),
        )
        for _ in range(draw(st.integers(1, SHIPMENTS)))
    ]


@settings(max_examples=100, deadline=None)
@given(stock=st.lists(st.integers(0, 6), min_size=5, max_size=5), sent=shipments())
def test_each_lot_loses_what_is_said_to_have_left_it(
    stock: Sequence[int], sent: Sequence[Shipment]
) -> None:
    """What is not said leaves as it expires; what cannot be is refused, and changes nothing."""
    shop, there = a_shop({}), Counter[Name]()
    for place, (name, units) in enumerate(zip(LOTS, stock, strict=True)):
        if units:
            came = ReceiveStock(
                **AT, quantity=units, document=f"r-{place}", use_by=name[0], lot=name[1]
            )
            shop.given(came)
            there[name] = units
    for number, one in enumerate(sent):
        if sum(one.quantities) > there.total():
            continue
        asked = [a_line(n, id=line) for line, n in zip(LINES, one.quantities, strict=True)]
        shop.given(an_order(*asked, id=f"o-{number}"))
        [work] = shop.oms.order(f"o-{number}").fulfillments
        shop.given(PickFulfillment(work), PackFulfillment(work))
        lots = [OfLot(line, n, use_by=end, lot=lot) for line, (end, lot), n in one.named]
        fits, left = _shipped(there, one)
        try:
            shop.given(ShipFulfillment(work, lots=lots))
        except Refused:
            assert not fits
            shop.given(ShipFulfillment(work))
            left = _shipped(there, Shipment(one.quantities, ()))[1]
        else:
            assert fits
        there = left
        laws.check(shop.oms)
        assert _ledger(shop.oms.get(POSITION.key("berlin/TEA/sellable"))) == +there


def _shipped(there: Counter[Name], one: Shipment) -> tuple[bool, Counter[Name]]:
    """Whether what is said can be, and what is left then, by lot."""
    left, asked = Counter(there), dict(zip(LINES, one.quantities, strict=True))
    for line, name, units in sorted(one.named, key=lambda one: one[1].count(None)):
        asked[line] -= units
        for lot in LOTS:  # what expires first of what the words may mean
            if all(word in (None, said) for word, said in zip(name, lot, strict=True)):
                units -= (some := min(units, left[lot]))
                left[lot] -= some
        if units or asked[line] < 0:
            return False, there
    for lot in [*LOTS[:3], LOTS[4], LOTS[3]]:  # plain units leave before lots that last
        some = min(left[lot], sum(asked.values()))
        left[lot] -= some
        asked = {"1": sum(asked.values()) - some}
    return True, left


def _ledger(position: Any) -> Counter[Name]:
    """What is on hand of each lot."""
    told = Counter({(one.lot.use_by, one.lot.name): one.units for one in position.lots})
    return +(told + Counter({(None, None): position.on_hand - told.total()}))
