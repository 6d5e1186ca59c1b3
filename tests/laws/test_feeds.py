"""A feed does what its rows would do alone, in order, once; on memory, SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omscore.adapters.memory import MemoryStore
from omscore.adapters.sql import SqlStore
from omscore.adapters.vocabulary import codec
from omscore.atp import messages as stock
from omscore.atp.feeds import BadRow, FeedRow, Report
from omscore.atp.position import POSITION, Position
from omscore.atp.stocktakes import COUNTS
from omscore.kernel.errors import Refused
from omscore.kernel.ids import NodeId
from omscore.kernel.keys import Key
from omscore.ports.storage import Storage
from omscore.runtime.feeding import Snapshot
from omscore.testing import laws
from omscore.testing.builders import MONDAY, a_shop, an_order, day, expected
from omscore.testing.story import Shop
from omscore.testing.strategies import NODES, SKUS, quantities, seldom

COUNTED = [POSITION.key(f"{node}/{sku}/sellable") for node in NODES for sku in SKUS]


class Interrupted(Exception):
    """The power failed."""


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report of any sort; now and then of a sku that nobody knows."""
    at: Any = {
        "node": st.sampled_from(NODES),
        "sku": st.just("GRAIL") if draw(seldom()) else st.sampled_from(SKUS),
        "document": st.sampled_from(["d-1", "d-2", "d-3", "d-4", "po-1"]),
    }
    days = st.integers(0, 9).map(day)
    counted: Report = draw(
        st.one_of(
            st.builds(stock.ReceiveStock, **at, quantity=quantities(5)),
            st.builds(stock.AdjustStock, **at, quantity=st.sampled_from([-4, -1, 1, 2])),
            st.builds(stock.IssueStock, **at, quantity=quantities(5)),
            st.builds(
                stock.CountStock, **at, counted=st.integers(0, 9), counts=st.sampled_from(COUNTS)
            ),
            st.builds(stock.ExpectSupply, **at, quantity=quantities(5), day=days),
            st.builds(stock.ChangeSupply, **at, quantity=quantities(5), day=days),
            st.builds(stock.ReceiveSupply, **at, quantity=quantities(5), receipt=st.just("note-1")),
            st.builds(stock.ExpectDemand, **at, quantity=quantities(5), day=days),
        )
    )
    return counted


rows = st.lists(
    st.builds(
        FeedRow,
        st.integers(1, 99),
        reports(),
        st.none() | st.integers(-60, 0).map(lambda n: MONDAY + timedelta(minutes=n)),
    ),
    max_size=12,
)


def a_selling_shop(storage: Storage | None = None) -> Shop:
    """Much is promised, so that much can go wrong; what follows from it is left to a worker."""
    shop = a_shop(storage=storage).given(
        expected(5, day(2), document="po-1"), an_order(9, id="o-1"), an_order(6, id="o-2")
    )
    shop.oms._inline = False
    return shop


def books(shop: Shop) -> dict[Key[object], object]:
    """Every state but that of the feed, and of work that waits."""
    with shop.oms.storage.begin() as work:
        keys = {one.recorded.key for one in work.outbox(limit=100_000)}
        found = work.get(key for key in keys if key.kind.name != "feed")
    return {key: one.state for key, one in found.items()}


@settings(max_examples=25, deadline=None)
@given(told=rows, size=st.integers(1, 5))
def test_rows_of_a_batch_do_what_they_would_do_alone(told: Sequence[FeedRow], size: int) -> None:
    """Positions, papers, supplies and shortage are the same as if each had been told by itself."""
    alone, fed = a_selling_shop(), a_selling_shop()
    refused = 0
    for row in told:
        try:
            alone.oms.do(row.report, occurred_at=row.occurred_at, sequence=row.sequence)
        except Refused:
            refused += 1
    result = fed.oms.feed("f-1", told, size=size)

    assert (result.rows, result.refused) == (len(told), refused)
    assert books(fed) == books(alone)
    assert list(fed.oms.audit()) == []


@settings(max_examples=30, deadline=None)
@given(told=rows, size=st.integers(1, 4), again=st.integers(1, 4), stop=st.integers(0, 6))
def test_a_feed_that_was_interrupted_goes_on_and_ends_the_same(
    told: Sequence[FeedRow], size: int, again: int, stop: int
) -> None:
    """Wherever it stopped, however large the batches are then; and once more changes nothing."""
    whole, broken = a_selling_shop(), a_selling_shop()
    whole.oms.feed("f-1", told)
    steps = count()

    def pull(_: int) -> None:
        if next(steps) == stop:
            raise Interrupted

    try:
        broken.oms.feed("f-1", told, size=size, progress=pull)
    except Interrupted:
        broken.oms.feed("f-1", told, size=again)
    after = books(broken)

    assert after == books(whole)
    result = broken.oms.feed("f-1", told, size=again)
    assert (result.rows, result.repeated, result.refused) == (len(told), len(told), 0)
    assert books(broken) == after
    laws.check(broken.oms)


snapshots = st.dictionaries(st.sampled_from(SKUS), st.integers(0, 9))


@settings(max_examples=25, deadline=None)
@given(named=snapshots, size=st.integers(1, 3))
def test_after_a_full_snapshot_a_node_has_what_it_names_and_nothing_else(
    named: dict[str, int], size: int
) -> None:
    """What it leaves out is none; other nodes are left alone; what was promised is declared."""
    shop = a_selling_shop().given(*(received(3, sku) for sku in SKUS))
    before = {key: shop.oms.get(key) for key in COUNTED}
    counts = [counted(sku, units) for sku, units in named.items()]
    result = shop.oms.feed("f-1", counts, snapshot=Snapshot(["berlin"]), size=size)

    for key in COUNTED:
        node, sku, _ = key.id.split("/")
        there = (shop.oms.get(key) or Position()).on_hand
        assert there == (named.get(sku, 0) if node == "berlin" else on_hand(before[key]))
    assert result.emptied == len(SKUS) - len(named)
    laws.check(shop.oms)


def received(quantity: int, sku: str) -> stock.ReceiveStock:
    return stock.ReceiveStock(node="berlin", sku=sku, quantity=quantity, document="r-9")


def counted(sku: str, units: int) -> stock.CountStock:
    return stock.CountStock(node="berlin", sku=sku, counted=units, document="f-1")


def on_hand(position: Position | None) -> int:
    return (position or Position()).on_hand


# --- stores -----------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Opens a fresh store as often as it is asked."""
    opened = list[SqlStore]()

    def store() -> SqlStore:
        url = f"sqlite:///{tmp_path}/{len(opened)}.db"
        if request.param == "postgres":
            url = request.getfixturevalue("postgres_url")
        opened.append(SqlStore(url, codec=codec(), tenant=token_hex(8)))
        opened[-1].create_all()
        return opened[-1]

    yield store
    for one in opened:
        one.close()


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=rows, named=snapshots)
def test_a_feed_comes_to_the_same_on_every_store(
    stores: Any, told: Sequence[FeedRow], named: dict[str, int]
) -> None:
    """A snapshot after any feed, in memory and in a database: equal states and equal logs."""
    logs = []
    for store in (MemoryStore(), stores()):
        shop = a_selling_shop(store)
        shop.oms.feed("f-0", [*told, BadRow(7, "a whole number", "quantity")], size=5)
        counts = [counted(sku, units) for sku, units in named.items()]
        shop.oms.feed("f-1", counts, snapshot=Snapshot([NodeId("berlin")]), size=2)
        logs.append([(one.id, one.key, one.event, one.occurred_at) for one in shop.events()])
        assert list(shop.oms.audit()) == []

    assert logs[0] == logs[1]
