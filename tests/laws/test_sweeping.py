"""Whoever reserves at a position lets what is overdue there expire, in the same decision."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.movements import UnitsReserved
from omscore.atp.position import POSITION
from omscore.atp.requests import Kept
from omscore.atp.reservations import RESERVATION
from omscore.atp.tickets import ExtendReservations, MoveReservation, ResizeReservation
from omscore.lifecycle.order.messages import PlaceOrder
from omscore.testing import laws
from omscore.testing.builders import HOUR, a_quote, a_request, a_shop, an_order
from omscore.testing.laws.books import Books
from omscore.testing.story import Shop

MINUTE = timedelta(minutes=1)
carts = st.lists(
    st.tuples(st.sampled_from(["berlin", "paris"]), st.integers(1, 3), st.sampled_from([10, 20])),
    min_size=1,
    max_size=4,
)


def asking(shop: Shop, mine: Kept) -> list[object]:
    """Everything that sets units aside: for an order, a quote, a cart, or more for a cart."""
    units = shop.oms.available("TEA", mine.node) + shop.oms.available("TEA", "london")
    return [
        an_order(units),
        a_quote(1),
        ResizeReservation("cart-1", mine.ticket, quantity=2),
        ExtendReservations("cart-1", [mine.ticket], ttl=9 * HOUR),
        *(
            MoveReservation("cart-1", mine.ticket, node=node)
            for node in ("berlin", "paris", "london")
            if node != mine.node
        ),
    ]


def overdue(shop: Shop, position: str) -> int:
    """Units at *position* that a worker would let expire now."""
    return sum(
        held.open - held.open_at(shop.clock.at)
        for _, held in Books.of(shop.oms).all(RESERVATION)
        if held.position == position and held.group
    )


@given(st.data(), carts, st.sampled_from(["berlin", "paris"]), st.sampled_from([9, 10, 15, 25]))
def test_nothing_overdue_is_left_where_something_was_reserved(
    data: st.DataObject, others: Sequence[tuple[str, int, int]], at: str, minutes: int
) -> None:
    """Whoever reserves, and whether or not a worker ran; by asking each reservation."""
    stock = {"berlin": {"TEA": 20}, "paris": {"TEA": 20}, "london": {"TEA": 20}}
    shop = a_shop(stock)
    [mine] = shop.oms.reserve(a_request(at=at, ttl=4 * HOUR)).kept
    for n, (node, units, ttl) in enumerate(others):
        shop.oms.reserve(a_request(units, owner=f"other-{n}", at=node, ttl=ttl * MINUTE))
    shop.clock.set(shop.clock.at + minutes * MINUTE)
    command = data.draw(st.sampled_from(asking(shop, mine)))
    told = shop.when(command).events
    reserved = {one.key.id for one in told if isinstance(one.event, UnitsReserved)}

    assert {one.key.kind for one in told if one.key.id in reserved} == {POSITION}
    assert isinstance(command, PlaceOrder) or len(reserved) == 1
    assert [overdue(shop, position) for position in reserved] == [0] * len(reserved)
    laws.check(shop.oms)
