"""What reserving reads and writes does not grow with what is reserved already."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from omscore.adapters.memory import MemoryStore
from omscore.adapters.vocabulary import codec
from omscore.atp.expiries import PARTS
from omscore.atp.position import POSITION, Position, position_id
from omscore.atp.requests import (
    Request,
    Wanted,
)
from omscore.kernel.ids import NodeId, Sku
from omscore.kernel.keys import Key
from omscore.ports.storage import Saving
from omscore.testing.builders import a_shop
from omscore.testing.story import Shop

HALF = timedelta(minutes=30)
TEA = POSITION.key(position_id(NodeId("berlin"), Sku("TEA")))


class Counted(MemoryStore):
    """A store that counts the rows of the last save: written states, events and deadlines."""

    rows = 0

    def _set(self, saving: Saving, kept: Mapping[Key[object], Any]) -> None:
        events = sum(len(write.events) for write in saving.writes.values())
        self.rows = len(saving.writes) + events + len(saving.todos)
        super()._set(saving, kept)


def crowded(carts: int) -> tuple[Shop, Counted]:
    """So many carts, made all through half an hour; each has an instant of its own."""
    store = Counted()
    shop = a_shop({"berlin": {"TEA": 10_000}}, storage=store)
    for n in range(carts):
        shop.clock.set(shop.clock.at + HALF * 0.99 / carts)
        shop.oms.reserve(Request(f"cart-{n}", [Wanted("TEA", 1)], at="berlin", ttl=HALF))
    return shop, store


def position(shop: Shop) -> Position:
    found = shop.oms.get(TEA)
    assert found is not None
    return found


def test_a_position_is_bounded_by_its_durations_not_by_its_reservations() -> None:
    """Two thousand carts with two thousand instants are thirty-one entries, as two hundred are."""
    few, many = crowded(200)[0], crowded(2_000)[0]

    assert len(position(many).held) == len(position(few).held) <= 2 * PARTS
    sizes = [len(codec().write_state("position", position(shop))) for shop in (few, many)]
    assert sizes[1] < 1.1 * sizes[0]


def test_a_request_writes_as_much_whatever_is_reserved() -> None:
    """The position, the reservation, the answer, an event of each, and at most a deadline."""
    for carts in (1, 500):
        shop, store = crowded(carts)
        shop.oms.reserve(Request("another", [Wanted("TEA", 1)], at="berlin", ttl=HALF))

        assert store.rows == 7
