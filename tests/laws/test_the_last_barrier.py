"""The last barrier is in the store: who gets past every check of the library cannot oversell."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from omscore.adapters.memory import MemoryStore
from omscore.adapters.sql import SqlStore
from omscore.adapters.vocabulary import codec
from omscore.atp.messages import CountStock
from omscore.atp.movements import ShortageDeclared, StockEntered, SupplyScheduled, UnitsReserved
from omscore.atp.position import POSITION
from omscore.atp.reservations import RESERVATION, ReservationEnded
from omscore.atp.supplies import SUPPLY, SupplyChanged
from omscore.kernel.errors import Broken
from omscore.kernel.ids import DocumentId, LineId, ReservationId
from omscore.kernel.keys import Key
from omscore.kernel.recorded import Context, record
from omscore.network.capacity import CAPACITY, CapacityBooked
from omscore.ports.storage import Saving, Storage, Write
from omscore.testing.builders import MONDAY, a_node, a_shop, an_order, day, expected, three_nodes
from omscore.testing.story import Shop

TEA, D_9, R_9 = POSITION.key("berlin/TEA/sellable"), DocumentId("d-9"), ReservationId("r-9")


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A fresh store of each sort."""
    if request.param == "memory":
        yield MemoryStore()
        return
    on_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/s.db" if on_file else request.getfixturevalue("postgres_url")
    with SqlStore(url, codec=codec()) as store:
        store.create_all()
        yield store


@pytest.fixture
def shop(storage: Storage) -> Shop:
    """Ten are there and four more due: ten are promised from stock, two on supply."""
    nodes = three_nodes(a_node("london", ships_to=["GB"], capacity={"units": 9}))
    return a_shop({"berlin": {"TEA": 10}}, nodes=nodes, storage=storage).given(
        an_order(10, id="o-1"), expected(4, day(3), document="po-1"), an_order(2, id="o-2")
    )


def held(shop: Shop) -> Key[object]:
    """The reservation of the first order."""
    [group] = shop.oms.order("o-1").lines[LineId("1")].groups
    assert group.reservation is not None
    return RESERVATION.key(group.reservation)


@frozen
class Burglary:
    """An event that a handler would never let happen, and where."""

    at: Callable[[Shop], Key[object]]
    event: object


BURGLARIES = [
    Burglary(lambda _: TEA, UnitsReserved(R_9, day(0), 1)),
    Burglary(lambda _: TEA, UnitsReserved(R_9, day(9), 3)),
    Burglary(lambda _: TEA, StockEntered("adjusted", -1, D_9)),
    Burglary(lambda _: TEA, SupplyScheduled(day(3), -3, D_9)),
    Burglary(held, ReservationEnded(11, "freed")),
    Burglary(lambda _: SUPPLY.key("po-1/berlin/TEA"), SupplyChanged(-1, day(3), "late", MONDAY)),
    Burglary(lambda _: CAPACITY.key("london/units/2026-03-02"), CapacityBooked(10, 9)),
]


@pytest.mark.parametrize("one", BURGLARIES, ids=lambda one: type(one.event).__name__)
def test_what_would_oversell_is_not_kept_by_any_store(shop: Shop, one: Burglary) -> None:
    """It is saved past `decide` and past every law, with the right version: the store says no."""
    key = one.at(shop)
    assert key.kind.evolve is not None
    with shop.oms.storage.begin() as work:
        kept = work.get([key])[key]
        recorded = record(key, kept.version + 1, one.event, 0, burglar())
        write = Write(key.kind.evolve(kept.state, one.event), kept.version + 1, (recorded,))
        with pytest.raises(Broken):
            work.save(Saving(writes={key: write}, expected={key: kept.version}))

    with shop.oms.storage.begin() as work:
        assert work.get([key])[key] == kept
    assert list(shop.oms.audit()) == []


def burglar() -> Context:
    return Context(now=MONDAY, actor="burglar", command="x-1")


def test_declared_shortage_makes_room_in_the_barrier(shop: Shop) -> None:
    """What is counted away is declared in the same transaction, so it can be kept: never hidden."""
    shop.given(CountStock(node="berlin", sku="TEA", counted=7, document="c-1"))
    short = [one.event for one in shop.events() if isinstance(one.event, ShortageDeclared)]

    assert [(one.units, one.owners) for one in short] == [(3, ("o-1",))]
    assert list(shop.oms.audit()) == []
