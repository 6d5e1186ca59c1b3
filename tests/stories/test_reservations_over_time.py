"""What reservations do to each other and to those who wait, as time goes by."""

from datetime import timedelta

import pytest

from omscore.atp.messages import CountStock
from omscore.atp.movements import ShortageDeclared
from omscore.atp.position import POSITION, position_id
from omscore.atp.requests import (
    Grant,
    Kept,
    Request,
    Wanted,
)
from omscore.atp.reservations import RESERVATION
from omscore.atp.tickets import (
    CommitReservations,
    ConsumeReservations,
    ExpireReservations,
    ExtendReservations,
    FreeReservations,
    MoveReservation,
    ResizeReservation,
)
from omscore.kernel.ids import NodeId, Sku
from omscore.orchestration.desk import PLACES
from omscore.testing import laws
from omscore.testing.builders import (
    HOUR,
    MONDAY,
    a_node,
    a_request,
    a_shop,
    an_order,
    day,
    expected,
)
from omscore.testing.laws.books import Books
from omscore.testing.story import Shop

HALF = timedelta(minutes=30)
BOTH = ["berlin", "paris"]


def reserve(
    shop: Shop,
    units: int,
    *,
    owner: str = "cart-1",
    at: str | list[str] = "berlin",
    ttl: timedelta | None = HALF,
    within: int = 0,
    replaces: Grant | None = None,
) -> Grant:
    wanted = [Wanted("TEA", units, within_days=within)]
    replaced = () if replaces is None else replaces.tickets
    return shop.oms.reserve(Request(owner, wanted, at=at, ttl=ttl, replaces=replaced))


def expired(shop: Shop, kept: Kept) -> int:
    found = shop.oms.get(RESERVATION.key(kept.reservation))
    return 0 if found is None else found.expired


def node(shop: Shop, grant: Grant) -> str:
    return shop.oms.reservation(grant.kept[0].reservation).node


# --- deadlines --------------------------------------------------------------------------------


def test_what_was_extended_expires_later() -> None:
    """The first deadline finds nothing to do, the second ends it."""
    shop = a_shop()
    grant = reserve(shop, 9)
    shop.given(ExtendReservations("cart-1", grant.tickets, ttl=HOUR))
    shop.after(HALF)
    assert shop.oms.available("TEA", "berlin") == 1
    shop.after(HALF)

    assert shop.oms.reservation(grant.kept[0].reservation).quantity == 0
    laws.check(shop.oms)


def test_what_was_moved_expires_where_it_is() -> None:
    """Moved by its owner or because it gave way."""
    shop = a_shop({"berlin": {"TEA": 2}, "paris": {"TEA": 2}, "london": {"TEA": 2}})
    chosen, gave_way = reserve(shop, 1), reserve(shop, 2, owner="cart-2", at=BOTH)
    shop.given(MoveReservation("cart-1", chosen.tickets[0], node="london"))
    shop.after(HALF)

    for grant in (chosen, gave_way):
        assert shop.oms.reservation(grant.kept[0].reservation).quantity == 0
    laws.check(shop.oms)


def test_a_deadline_that_comes_early_waits() -> None:
    """A worker whose clock is fast must not take what is still promised."""
    shop = a_shop()
    grant = reserve(shop, 3)
    at = f"berlin/{grant.kept[0].sku}/sellable"
    shop.given(ExpireReservations(at, MONDAY + HALF))

    assert shop.oms.available("TEA", "berlin") == 7


def test_what_expires_is_free_again_and_those_who_wait_hear_of_it() -> None:
    """The deadline ends it, whether or not anybody asks."""
    shop = a_shop({"berlin": {"TEA": 2}})
    [kept] = reserve(shop, 2).kept
    shop.given(an_order(1))
    assert shop.oms.order("o-1").stages == {"backordered": 1}
    shop.after(HALF)

    assert expired(shop, kept) == 2
    assert "backordered" not in shop.oms.order("o-1").stages
    laws.check(shop.oms)


def test_whoever_reserves_sweeps_what_is_overdue() -> None:
    """No worker ran: the next request finds the units free, and ends what held them."""
    shop = a_shop()
    [kept] = shop.oms.reserve(a_request(9)).kept
    shop.clock.set(MONDAY + HALF)

    assert shop.oms.reserve(a_request(9, owner="cart-2")).granted
    assert expired(shop, kept) == 9
    position = shop.oms.get(POSITION.key(position_id(NodeId("berlin"), Sku("TEA"))))
    assert position is not None
    assert [one.units for one in position.held] == [9]
    laws.check(shop.oms)


def test_many_that_expire_together_expire_in_parts() -> None:
    """One deadline for all of them, and a bounded number in each transaction."""
    shop = a_shop({"berlin": {"TEA": 250}})
    shop.oms.reserve_many([a_request(owner=f"cart-{n}") for n in range(250)])
    assert len(shop.oms.waiting(MONDAY + HOUR)) == 1
    shop.after(HALF)

    assert shop.oms.available("TEA", "berlin") == 250
    assert all(one.expired for _, one in Books.of(shop.oms).all(RESERVATION))
    laws.check(shop.oms)


def test_a_late_worker_is_no_harm() -> None:
    """A deadline that was met by a sweep finds nothing left to do."""
    shop = a_shop()
    shop.oms.reserve(a_request(2))
    shop.clock.set(MONDAY + HALF)
    shop.oms.reserve(a_request(2, owner="cart-2"))
    before = len(shop.events())
    shop.oms.work()

    assert len(shop.events()) == before


# --- who gives way ----------------------------------------------------------------------------


def test_who_expires_last_gives_way_first() -> None:
    """What expires soon may be free soon anyway."""
    shop = a_shop({"berlin": {"TEA": 2}, "paris": {"TEA": 1}})
    soon = reserve(shop, 1, owner="cart-1", at=BOTH)
    late = reserve(shop, 1, owner="cart-2", at=BOTH, ttl=HOUR)
    assert reserve(shop, 1, owner="cart-3").granted

    assert (node(shop, soon), node(shop, late)) == ("berlin", "paris")
    laws.check(shop.oms)


def test_nobody_moves_for_nothing() -> None:
    """One unit could give way today and two are needed: so all come later, and all stay."""
    shop = a_shop({"berlin": {"TEA": 2}, "paris": {"TEA": 1}}).given(expected(5, day(3)))
    first, second = (reserve(shop, 1, owner=f"cart-{n}", at=BOTH) for n in (1, 2))
    grant = reserve(shop, 2, owner="cart-3", within=9)

    assert [kept.day for kept in grant.kept] == [day(3)]
    assert [node(shop, one) for one in (first, second)] == ["berlin", "berlin"]
    laws.check(shop.oms)


def test_one_may_give_way_so_that_another_can() -> None:
    """Berlin goes to Paris when Paris has gone to London: an augmenting path."""
    shop = a_shop({"berlin": {"TEA": 1}, "paris": {"TEA": 1}, "london": {"TEA": 1}})
    berlin = reserve(shop, 1, owner="cart-1", at=BOTH)
    paris = reserve(shop, 1, owner="cart-2", at=["paris", "london"])
    assert reserve(shop, 1, owner="cart-3").granted

    assert (node(shop, berlin), node(shop, paris)) == ("paris", "london")
    laws.check(shop.oms)


def test_nobody_goes_to_a_node_that_is_closed() -> None:
    """A node that does not work takes no reservation: asked, chosen or fled to."""
    shop = a_shop({"berlin": {"TEA": 1}, "paris": {"TEA": 1}})
    first = reserve(shop, 1, at=BOTH)
    shop.oms.know(a_node("paris", active=False))

    assert not reserve(shop, 1, owner="cart-2").granted
    assert not reserve(shop, 1, owner="cart-3", at="paris").granted
    [moved] = shop.when(MoveReservation("cart-1", first.tickets[0], node="paris")).grants
    assert [why.code for why in moved.why] == ["reservation.short"]


# --- those who wait ---------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["freed", "lowered", "moved", "replaced", "swept"])
def test_whoever_waits_hears_of_what_is_free_again(how: str) -> None:
    """However it became free: the order that waits gets it."""
    shop = a_shop({"berlin": {"TEA": 2}, "london": {"TEA": 2}})
    grant = reserve(shop, 2)
    kept = shop.oms.reserve(Request("cart-9", [Wanted("TEA", 2)], at="london", ttl=HOUR))
    [ticket] = grant.tickets
    shop.given(an_order(1, ship_to="FR"))
    assert shop.oms.order("o-1").stages == {"backordered": 1}
    match how:
        case "freed":
            shop.given(FreeReservations("cart-1", [ticket]))
        case "lowered":
            shop.given(ResizeReservation("cart-1", ticket, quantity=1))
        case "moved":
            shop.given(FreeReservations("cart-9", kept.tickets))
            shop.given(MoveReservation("cart-1", ticket, node="london"))
        case "replaced":
            shop.given(FreeReservations("cart-9", kept.tickets))
            assert reserve(shop, 1, at="london", replaces=grant).granted
        case _:
            shop.clock.set(MONDAY + HALF)
            assert not reserve(shop, 2).granted

    assert shop.oms.order("o-1").stages == {"released": 1}
    laws.check(shop.oms)


# --- stock that is lost -----------------------------------------------------------------------


def test_what_was_lost_meanwhile_cannot_be_consumed_by_a_cart() -> None:
    """Whoever takes what is not committed commits it: a promise to another goes before."""
    shop = a_shop({"berlin": {"TEA": 6}})
    promised = reserve(shop, 4, owner="order-1")
    shop.given(CommitReservations("order-1", promised.tickets))
    cart = reserve(shop, 2)
    shop.given(CountStock(node="berlin", sku="TEA", counted=4, document="count-1"))
    [answer] = shop.when(ConsumeReservations("cart-1", cart.tickets)).grants
    [taken] = shop.when(ConsumeReservations("order-1", promised.tickets)).grants

    assert [why.code for why in answer.why] == ["reservation.short"]
    assert taken.kept[0].quantity == 0
    laws.check(shop.oms)


def test_what_was_lost_meanwhile_cannot_be_committed() -> None:
    """The cart hears that it is short, and nothing has changed."""
    shop = a_shop({"berlin": {"TEA": 5}})
    grant = reserve(shop, 5)
    shop.given(CountStock(node="berlin", sku="TEA", counted=3, document="count-1"))
    [answer] = shop.when(CommitReservations("cart-1", grant.tickets)).grants
    [longer] = shop.when(ExtendReservations("cart-1", grant.tickets, ttl=HOUR)).grants

    assert [why.code for why in (*answer.why, *longer.why)] == ["reservation.short"] * 2
    assert shop.oms.reservation(grant.kept[0].reservation).epoch == 1
    laws.check(shop.oms)


def test_who_lacks_units_still_lacks_them_when_another_took_his() -> None:
    """What is declared short belongs to whom it was declared of."""
    shop = a_shop({"berlin": {"TEA": 4}})
    first, second = reserve(shop, 2, ttl=None), reserve(shop, 2, owner="cart-2", ttl=None)
    shop.given(
        CountStock(node="berlin", sku="TEA", counted=3, document="count-1"),
        ConsumeReservations("cart-1", first.tickets),
    )
    declared = [one.event for one in shop.events() if isinstance(one.event, ShortageDeclared)]

    assert {owner for event in declared for owner in event.owners} == {"cart-2"}
    assert shop.oms.reservation(second.kept[0].reservation).quantity == 2
    laws.check(shop.oms)


def test_a_command_looks_at_a_bounded_number_of_positions_for_who_might_give_way() -> None:
    """Sixty skus, and at each somebody might: the first ones do, and no request is lost."""
    skus = [f"S-{n:02}" for n in range(60)]
    one_each = dict.fromkeys(skus, 1)
    shop = a_shop({"berlin": one_each, "paris": one_each}, skus=skus)

    def asked(owner: str, at: list[str]) -> list[Request]:
        return [Request(f"{owner}-{sku}", [Wanted(sku, 1)], at=at, ttl=HALF) for sku in skus]

    assert all(grant.granted for grant in shop.oms.reserve_many(asked("anywhere", BOTH)))
    grants = shop.oms.reserve_many(asked("berlin", ["berlin"]))

    assert [grant.granted for grant in grants] == [True] * PLACES + [False] * (60 - PLACES)
    laws.check(shop.oms)


def test_what_is_overdue_at_many_positions_is_swept_at_once() -> None:
    """A worker that was away for hours leaves a hundred skus to the next large cart."""
    skus = [f"S-{n:03}" for n in range(120)]
    shop = a_shop({"berlin": dict.fromkeys(skus, 1)}, skus=skus)
    all_of_them = [Wanted(sku, 1) for sku in skus]
    shop.oms.reserve(Request("cart-1", all_of_them, at="berlin", ttl=HALF))
    shop.clock.set(MONDAY + HALF)

    assert shop.oms.reserve(Request("cart-2", all_of_them, at="berlin", ttl=HALF)).granted
    laws.check(shop.oms)
