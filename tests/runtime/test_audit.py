"""The audit finds damage that nothing else would notice: two accounts that do not agree."""

from collections.abc import Callable

import pytest
from attrs import evolve
from sqlalchemy import update

from omscore.adapters.sql import SqlStore
from omscore.adapters.sql.tables import state
from omscore.adapters.vocabulary import codec
from omscore.atp.movements import DemandScheduled, SupplyScheduled, UnitsFreed, UnitsReserved
from omscore.atp.position import POSITION, Position
from omscore.atp.reservations import RESERVATION, ReservationEnded
from omscore.kernel.ids import DocumentId, LineId, OrderId, ReservationId, ReturnId, Sku
from omscore.kernel.keys import Key
from omscore.kernel.recorded import Context, record
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.fulfillment.messages import ShipFulfillment, Task, TasksLowered
from omscore.lifecycle.order.messages import ReturnCounted
from omscore.lifecycle.order.order import ORDER
from omscore.network.capacity import CAPACITY, CapacityBooked
from omscore.orchestration.backlog import BACKLOG, Waiting, WaitingJoined
from omscore.ports.storage import Saving, Write
from omscore.testing.builders import (
    MONDAY,
    a_node,
    a_shop,
    an_order,
    day,
    expected,
    received,
    three_nodes,
)
from omscore.testing.story import Shop

TEA: Key[object] = POSITION.key("berlin/TEA/sellable")
D_9, R_9 = DocumentId("d-9"), ReservationId("r-9")


def a_busy_shop() -> Shop:
    """Something of everything: allocated, shipped, waiting, due."""
    narrow = a_node("london", ships_to=["GB"], capacity={"units": 9})
    return a_shop(nodes=three_nodes(narrow)).given(
        an_order(3, id="o-1"),
        ShipFulfillment("o-1.1"),
        an_order(2, id="o-2"),
        received(5, node="london"),
        an_order(2, id="o-3", ship_to="GB"),
        expected(4, day(3), document="po-1"),
        an_order(99, id="o-4"),
    )


def happens(shop: Shop, key: Key[object], event: object) -> None:
    """Save *event* at *key* alone, behind the back of every handler."""
    assert key.kind.evolve is not None
    with shop.oms.storage.begin() as work:
        kept = work.get([key])[key]
        context = Context(now=MONDAY, actor="burglar", command=f"x-{kept.version}")
        recorded = record(key, kept.version + 1, event, 0, context)
        state = key.kind.evolve(kept.state, event)
        write = Write(state, kept.version + 1, (recorded,))
        work.save(Saving(writes={key: write}, expected={key: kept.version}))


def test_a_shop_that_nobody_broke_into_has_no_differences() -> None:
    """Otherwise nothing below would prove anything."""
    assert list(a_busy_shop().oms.audit()) == []


def held(shop: Shop) -> Key[object]:
    [group] = shop.oms.order("o-2").lines[LineId("1")].groups
    assert group.reservation is not None
    return RESERVATION.key(group.reservation)


@pytest.mark.parametrize(
    ("at", "event"),
    [
        (lambda shop: held(shop), ReservationEnded(1, "freed")),
        (lambda shop: TEA, UnitsFreed(R_9, day(0), 1)),
        (lambda shop: TEA, UnitsReserved(R_9, day(0), 1, MONDAY)),
        (lambda shop: TEA, SupplyScheduled(day(5), 1, D_9)),
        (lambda shop: TEA, DemandScheduled(day(5), 1, D_9)),
        (lambda shop: CAPACITY.key("london/units/2026-03-02"), CapacityBooked(1, 9)),
        (
            lambda shop: BACKLOG.key("TEA"),
            WaitingJoined(Waiting(OrderId("o-1"), LineId("1"), 1)),
        ),
        (lambda shop: ORDER.key("o-1"), ReturnCounted(ReturnId("r-1"), LineId("1"), 1)),
        (
            lambda shop: FULFILLMENT.key("o-2.1"),
            TasksLowered("cancel", (Task(LineId("1"), Sku("TEA"), ReservationId("?"), 1),)),
        ),
    ],
)
def test_an_event_that_happened_on_one_side_alone_is_found(
    at: Callable[[Shop], Key[object]], event: object
) -> None:
    """Each aggregate replays well on its own; it is the sums that do not agree."""
    shop = a_busy_shop()
    if isinstance(event, TasksLowered):
        [task] = shop.oms.fulfillment("o-2.1").tasks
        event = TasksLowered("cancel", (evolve(task, quantity=1),))
    happens(shop, at(shop), event)

    assert len(shop.oms.audit()) >= 1


def test_a_state_without_its_events_is_found() -> None:
    """Somebody corrected a number in the database, by hand."""
    shop = a_busy_shop()
    with shop.oms.storage.begin() as work:
        kept = work.get([TEA])[TEA]
        write = Write(Position(99), kept.version + 1)
        work.save(Saving(writes={TEA: write}, expected={TEA: kept.version}))
    [difference] = shop.oms.audit()

    assert difference.subject.startswith("position berlin/TEA/sellable")


def test_a_margin_that_was_raised_by_hand_is_found(tmp_path: object) -> None:
    """Somebody wanted to sell one more, and told the barrier that there is room for it."""
    store = SqlStore(f"sqlite:///{tmp_path}/shop.db", codec=codec())
    store.create_all()
    shop = a_shop(storage=store).given(an_order(3))
    with store.engine.begin() as connection:
        connection.execute(update(state).where(state.c.id == TEA.id).values(margin=99))

    [difference] = shop.oms.audit()

    assert (difference.subject, difference.kept) == ("position berlin/TEA/sellable margin", "99")
    store.close()


def test_the_audit_of_a_file_reads_what_the_file_keeps(tmp_path: object) -> None:
    """The same accounts, from text."""
    store = SqlStore(f"sqlite:///{tmp_path}/shop.db", codec=codec())
    store.create_all()
    shop = a_shop(storage=store).given(an_order(3))

    assert list(shop.oms.audit()) == []
    happens(shop, TEA, SupplyScheduled(day(5), 1, D_9))
    assert [one.subject for one in shop.oms.audit()] == [
        "supply due berlin/TEA/sellable 2026-03-07"
    ]
    store.close()
