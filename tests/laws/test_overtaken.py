"""A plan is saved on the versions that it was made on, or made again: one comes after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds, FixedClock
from omscore.adapters.memory import MemoryStore, MemoryWork
from omscore.atp.messages import CountStock
from omscore.kernel.ids import LineId, OrderId
from omscore.lifecycle.order.messages import CancelOrder
from omscore.lifecycle.order.order import ORDER
from omscore.oms import Oms
from omscore.ports.storage import Saving
from omscore.testing import laws
from omscore.testing.builders import (
    MONDAY,
    a_node,
    a_quote,
    a_shop,
    an_order,
    received,
    three_nodes,
)
from omscore.testing.story import Shop

Step = Callable[[Oms], object]


class Overtaken(MemoryStore):
    """A store on which others are faster: they save when somebody has read, and not saved yet."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals = list[Step]()

    @contextmanager
    def begin(self) -> Iterator[MemoryWork]:
        with super().begin() as work:
            yield OvertakenWork(work.store, work.saved, work.until)


class OvertakenWork(MemoryWork):
    """One attempt on it."""

    def save(self, saving: Saving, /) -> None:
        assert isinstance(self.store, Overtaken)
        if self.store.rivals:
            rival = self.store.rivals.pop()
            rival(Oms(self.store, clock=FixedClock(MONDAY), ids=CountingIds("rival")))
        MemoryWork.save(self, saving)


def a_small_shop(store: MemoryStore) -> Shop:
    """Few units at three nodes, of which London takes two orders a day; one order is there."""
    london = a_node("london", ships_to=["DE"], capacity={"orders": 2, "units": 4})
    stock = {"berlin": {"TEA": 3}, "paris": {"TEA": 2}, "london": {"TEA": 4}}
    return a_shop(stock, nodes=three_nodes(london), storage=store).given(an_order(1, id="first"))


def outcome(shop: Shop) -> object:
    """Who got what: units of orders and quotes by node and day, and what is left to promise."""
    orders = {
        id_: sorted(
            (str(group.node), str(group.ship_day), group.stage, units)
            for group, units in found.lines[LineId("1")].units.items()
        )
        for id_ in ("first", "mine", "theirs")
        if (found := shop.oms.get(ORDER.key(OrderId(id_)))) is not None
    }
    left = [shop.oms.available("TEA", node) for node in ("berlin", "paris", "london")]
    return orders, left


def a_command(name: str) -> st.SearchStrategy[Step]:
    """An order, or a quote, of some units."""
    orders = st.integers(1, 6).map(lambda n: an_order(n, id=name))
    quotes = st.integers(1, 6).map(lambda n: a_quote(n, id=name))
    return (orders | quotes).map(lambda command: lambda oms: oms.do(command))


def rivals() -> st.SearchStrategy[Step]:
    """Another who asks, another report about stock, or another fact about a node."""
    nodes = st.sampled_from(["berlin", "paris", "london"])
    counts = st.builds(
        lambda node, n: CountStock(node=node, sku="TEA", counted=n, document="c"),
        nodes,
        st.integers(0, 5),
    )
    receipts = st.builds(lambda node, n: received(n, node=node), nodes, st.integers(1, 3))
    reports = (counts | receipts | st.just(CancelOrder("first"))).map(
        lambda command: lambda oms: oms.do(command)
    )
    resting = nodes.map(lambda node: lambda oms: oms.know(a_node(node, active=False)))
    return a_command("theirs") | reports | resting


@given(mine=a_command("mine"), theirs=rivals())
@settings(max_examples=150)
def test_who_is_overtaken_plans_as_if_he_had_come_later(mine: Step, theirs: Step) -> None:
    """Or as if he had come first, where what the other changed is nothing of his plan."""
    shop = a_small_shop(store := Overtaken())
    store.rivals.append(theirs)
    mine(shop.oms)
    assert store.rivals == []
    laws.check(shop.oms)

    serial = []
    for steps in ((theirs, mine), (mine, theirs)):
        other = a_small_shop(MemoryStore())
        for step in steps:
            step(other.oms)
        serial.append(outcome(other))
    assert outcome(shop) in serial


@pytest.mark.parametrize("node", ["berlin", "london"])
def test_a_node_that_rests_meanwhile_gets_no_work(node: str) -> None:
    """The network is part of what a plan was made on."""
    shop = a_small_shop(store := Overtaken())
    store.rivals.append(lambda oms: oms.know(a_node(node, active=False)))
    shop.given(an_order(4, id="mine"))

    groups = shop.oms.order("mine").lines[LineId("1")].groups
    assert node not in {group.node for group in groups}
