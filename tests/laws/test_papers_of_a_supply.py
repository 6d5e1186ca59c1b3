"""Papers of a supply: in whatever order they come, and however often, they say the same."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from omscore.atp.messages import (
    ChangeSupply,
    CountStock,
    DispatchTransfer,
    ExpectSupply,
    ReceiveSupply,
)
from omscore.atp.position import POSITION
from omscore.atp.supplies import SUPPLY
from omscore.testing import laws
from omscore.testing.builders import HOUR, MONDAY, a_shop, an_order, day
from omscore.testing.story import Shop

AT: Any = {"node": "berlin", "sku": "TEA"}
NODES = ("berlin", "paris")


@frozen
class Told:
    """What the source says under a running number."""

    sequence: int
    report: object


@st.composite
def papers(draw: DrawFn) -> list[Told]:
    """An announcement, and what became of it: it is changed, comes in parts, is canceled."""
    document: Any = {**AT, "document": "po-1"}
    days, units = st.integers(2, 5).map(day), st.integers(1, 6)
    lot: Any = {
        "use_by": st.sampled_from([None, day(9), day(12)]),
        "lot": st.sampled_from([None, "L1", "L2"]),
    }
    first: ExpectSupply | DispatchTransfer = draw(
        st.one_of(
            st.builds(
                ExpectSupply,
                **{one: st.just(value) for one, value in document.items()},
                **lot,
                quantity=units,
                day=days,
                kind=st.sampled_from(["purchase", "production"]),
            ),
            st.builds(
                DispatchTransfer,
                node=st.just("paris"),
                to=st.just("berlin"),
                sku=st.just("TEA"),
                document=st.just("po-1"),
                quantity=units,
                day=days,
            ),
        )
    )
    told = [Told(1, first)]
    for number in range(2, 2 + draw(st.integers(2, 5))):
        if draw(st.booleans()):
            some = ReceiveSupply(
                **document,
                quantity=draw(units),
                receipt=f"note-{number}",
                use_by=draw(lot["use_by"]),
                lot=draw(lot["lot"]),
            )
            told.append(Told(number, some))
        else:
            change = ChangeSupply(**document, quantity=draw(st.integers(0, 6)), day=draw(days))
            told.append(Told(number, change))
    return told


@st.composite
def deliveries(draw: DrawFn) -> tuple[list[Told], list[Told]]:
    """The papers of a supply in order, and another order of them, some repeated."""
    in_order = draw(papers())
    again = draw(st.lists(st.sampled_from(in_order), max_size=4))
    return in_order, draw(st.permutations([*in_order, *again]))


def after(told: Sequence[Told], promised: int) -> Shop:
    """A shop that was told so, with units that are promised, and of which none are there."""
    shop = a_shop({"berlin": {"TEA": 10}, "paris": {"TEA": 10}}).given(an_order(promised))
    shop.oms._inline = False
    shop.given(CountStock(**AT, counted=0, document="c-1"))
    shop.clock.set(MONDAY + HOUR)
    for one in told:
        shop.oms.do(one.report, actor="erp", sequence=one.sequence)
    return shop


@settings(max_examples=250, deadline=None)
@given(both=deliveries(), promised=st.integers(1, 10))
def test_any_order_of_the_papers_of_a_supply_ends_the_same(
    both: tuple[list[Told], list[Told]], promised: int
) -> None:
    """Stock by lots, what is due by day and lot, shortage, and what is known of the supply."""
    in_order, shuffled = (after(told, promised) for told in both)

    for node in NODES:
        key = POSITION.key(f"{node}/TEA/sellable")
        assert shuffled.oms.get(key) == in_order.oms.get(key)
    supply = SUPPLY.key("po-1/berlin/TEA")
    left, right = shuffled.oms.get(supply), in_order.oms.get(supply)
    assert left is not None is not right
    for part in ("open", "day", "lot", "in_transit", "received"):
        assert getattr(left, part) == getattr(right, part)
    laws.check(shuffled.oms)
    assert list(shuffled.oms.audit()) == []
