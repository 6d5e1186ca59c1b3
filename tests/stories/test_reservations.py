"""A host sets stock aside for a cart by itself: granted or not, and what becomes of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from omscore.adapters.clocks import CountingIds
from omscore.atp.granting import Ended
from omscore.atp.requests import (
    Grant,
    Kept,
    TooManyExtensions,
    Wanted,
)
from omscore.atp.reservations import RESERVATION, Reservation
from omscore.atp.tickets import (
    CommitReservations,
    ConsumeReservations,
    ExtendReservations,
    FreeReservations,
    MoveReservation,
    ResizeReservation,
    Ticket,
)
from omscore.kernel.ids import NodeId, ReservationId, Sku
from omscore.kernel.reason import Noted
from omscore.oms import Oms
from omscore.orchestration.requesting import Reserving
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import (
    HOUR,
    MONDAY,
    TODAY,
    a_request,
    a_shop,
    an_order,
    day,
    expected,
    received,
)
from omscore.testing.story import Shop

HALF = timedelta(minutes=30)
BOTH = ("berlin", "paris")


def tea(quantity: int = 1, **rest: Any) -> Wanted:
    return Wanted("TEA", quantity, **rest)


def answer(shop: Shop, command: object) -> Grant:
    [grant] = shop.when(command).grants
    return grant


def seats(grant: Grant) -> list[tuple[str, date, int]]:
    return [(kept.node, kept.day, kept.quantity) for kept in grant.kept]


def codes(grant: Grant) -> list[str]:
    return [why.code for why in grant.why]


def held(shop: Shop, kept: Kept) -> Reservation:
    found = shop.oms.get(RESERVATION.key(kept.reservation))
    assert found is not None
    return found


# --- granted or not ---------------------------------------------------------------------------


def test_what_is_there_is_set_aside_for_a_while() -> None:
    """The grant says where, for which day, and until when."""
    shop = a_shop()
    grant = shop.oms.reserve(a_request(tea(4)))

    assert grant.granted
    [kept] = grant.kept
    assert seats(grant) == [("berlin", TODAY, 4)]
    assert (kept.epoch, kept.expires_at) == (1, MONDAY + HALF)
    assert shop.oms.available("TEA", "berlin") == 6
    laws.check(shop.oms)


def test_a_refusal_is_an_answer_that_lists_everything_that_is_short() -> None:
    """Whoever must ask again wants to know all of it, and when there would be more."""
    shop = a_shop().given(expected(9, day(5)))
    grant = shop.oms.reserve(a_request(tea(12), Wanted("POT", 1), tea(2)))

    assert not grant.kept
    assert [(why.code, dict(why.figures)) for why in grant.why] == [
        (
            "reservation.line-short",
            {
                "path": "$.wanted[0]",
                "line": 0,
                "sku": "TEA",
                "asked": 12,
                "available": 10,
                "later": "2026-03-07",
            },
        ),
        (
            "reservation.line-short",
            {
                "path": "$.wanted[1]",
                "line": 1,
                "sku": "POT",
                "asked": 1,
                "available": 0,
                "later": "never",
            },
        ),
    ]
    assert shop.oms.available("TEA", "berlin") == 10


def test_two_lines_of_one_request_share_one_view() -> None:
    """Six and six are not ten."""
    grant = a_shop().oms.reserve(a_request(tea(6), tea(6)))

    assert codes(grant) == ["reservation.line-short"]
    assert grant.why[0].figures["available"] == 4


def test_a_partial_request_takes_what_there_is_as_early_as_there_is() -> None:
    """All of today's units, then of the next supply; what is missing is said."""
    shop = a_shop().given(expected(3, day(2)), expected(9, day(9), document="po-2"))
    grant = shop.oms.reserve(a_request(tea(20, within_days=5), partial=True))

    assert seats(grant) == [("berlin", TODAY, 10), ("berlin", day(2), 3)]
    assert grant.why[0].figures["available"] == 13
    laws.check(shop.oms)


def test_a_later_day_will_do_within_a_limit() -> None:
    """The earliest later supply that is enough, and the grant says which day it is."""
    shop = a_shop().given(expected(5, day(3)), expected(5, day(6), document="po-2"))

    assert seats(shop.oms.reserve(a_request(tea(12, within_days=3)))) == [("berlin", day(3), 12)]
    late = shop.oms.reserve(a_request(tea(5, within_days=5)))
    assert (late.granted, late.why[0].figures["later"]) == (False, "2026-03-08")
    assert seats(shop.oms.reserve(a_request(tea(5, day=day(2), within_days=4)))) == [
        ("berlin", day(6), 5)
    ]


def test_a_group_gives_from_one_node_if_it_can_and_from_several_if_it_must() -> None:
    """One parcel is better than two; the order of the group decides."""
    shop = a_shop({"berlin": {"TEA": 3}, "paris": {"TEA": 5}})

    assert seats(shop.oms.reserve(a_request(tea(5), at=BOTH))) == [("paris", TODAY, 5)]
    shop.given(FreeReservations("cart-1", [Ticket("c-4.r0000")]))
    assert seats(shop.oms.reserve(a_request(tea(6), at=BOTH))) == [
        ("berlin", TODAY, 3),
        ("paris", TODAY, 3),
    ]
    laws.check(shop.oms)


def test_one_refusal_touches_no_other() -> None:
    """A cart that asks for too much does not spoil the batch that it is in."""
    shop = a_shop()
    asked = [a_request(tea(n), owner=f"cart-{n}") for n in (6, 5, 4)]
    grants = shop.oms.reserve_many([*asked, a_request(Wanted("CUP", 1), at="rome")])

    assert [grant.granted for grant in grants] == [True, False, True, False]
    assert list(grants[3].why) == [
        Noted("stock.unknown-node", {"path": "$.at[0]", "node": "rome"}),
        Noted("stock.unknown-item", {"path": "$.wanted[0].sku", "sku": "CUP"}),
    ]
    assert shop.oms.available("TEA", "berlin") == 0


def test_the_same_key_gives_the_same_grants() -> None:
    """A shop that lost the connection asks again; nothing is set aside twice."""
    shop = a_shop()
    asked = [a_request(tea(6)), a_request(tea(6), owner="cart-2")]
    once = shop.oms.reserve_many(asked, key="k-1")

    assert shop.oms.reserve_many(asked, key="k-1") == once
    assert shop.oms.available("TEA", "berlin") == 4


def test_those_who_wait_come_first() -> None:
    """Waiting demand is no reservation, but what comes is theirs before it is anybody's."""
    shop = a_shop({}).given(an_order(3))
    later = Oms(shop.oms.storage, clock=shop.clock, ids=CountingIds("w"), inline=False)
    later.do(received(4))

    assert not later.reserve(a_request(tea(2))).granted
    assert later.reserve(a_request(tea(1))).granted
    while later.work():
        pass
    assert later.order("o-1").status == "released"
    laws.check(later)


# --- what becomes of it -----------------------------------------------------------------------


def test_what_was_committed_is_consumed_in_parts() -> None:
    """Each unit leaves once; what is open is what is still to leave."""
    shop = a_shop()
    grant = shop.oms.reserve(a_request(tea(4)))
    committed = answer(shop, CommitReservations("cart-1", grant.tickets, to="order-7"))
    [kept] = committed.kept
    part = answer(shop, ConsumeReservations("order-7", [Ticket(kept.reservation, quantity=1)]))
    rest = answer(shop, FreeReservations("order-7", [kept.ticket]))

    assert kept.expires_at is None
    assert (part.kept[0].quantity, rest.kept[0].quantity) == (3, 0)
    found = held(shop, kept)
    assert (found.quantity, found.consumed, found.freed, found.open) == (4, 1, 3, 0)
    assert shop.oms.available("TEA", "berlin") == 9
    laws.check(shop.oms)


@pytest.mark.parametrize(
    "again",
    [
        CommitReservations("cart-1", [Ticket("c-4.r0000")], to="order-7"),
        ExtendReservations("cart-1", [Ticket("c-4.r0000")], ttl=HOUR),
        ResizeReservation("cart-1", Ticket("c-4.r0000"), quantity=6),
        MoveReservation("cart-1", Ticket("c-4.r0000"), node="paris"),
        FreeReservations("cart-1", [Ticket("c-4.r0000")]),
        ConsumeReservations("cart-1", [Ticket("c-4.r0000", quantity=4)]),
    ],
)
def test_a_call_that_comes_twice_or_too_late_is_answered_and_changes_nothing(again: Any) -> None:
    """Law 5: networks repeat calls, and customers are late."""
    shop = a_shop()
    shop.oms.reserve(a_request(tea(4)))
    first = answer(shop, again)
    before = shop.oms.available("TEA", "berlin"), shop.oms.available("TEA", "paris")
    owner = "order-7" if isinstance(again, CommitReservations) else "cart-1"

    assert first.granted
    twice = [answer(shop, again) for _ in range(2)]
    assert [codes(one) for one in twice] == [["reservation.ended"]] * 2
    assert before == (shop.oms.available("TEA", "berlin"), shop.oms.available("TEA", "paris"))
    assert (
        held(
            shop, Kept(ReservationId("c-4.r0000"), 1, 0, Sku("TEA"), NodeId("berlin"), TODAY, 4)
        ).owner
        == owner
    )
    laws.check(shop.oms)


@pytest.mark.parametrize(
    "late",
    [
        CommitReservations("cart-1", [Ticket("c-4.r0000")]),
        ExtendReservations("cart-1", [Ticket("c-4.r0000")], ttl=HOUR),
        ResizeReservation("cart-1", Ticket("c-4.r0000"), quantity=6),
        ResizeReservation("cart-1", Ticket("c-4.r0000"), quantity=4),
        ResizeReservation("cart-1", Ticket("c-4.r0000"), quantity=1),
        MoveReservation("cart-1", Ticket("c-4.r0000"), node="berlin"),
        MoveReservation("cart-1", Ticket("c-4.r0000"), node="paris"),
        FreeReservations("cart-1", [Ticket("c-4.r0000")]),
        FreeReservations("cart-1", [Ticket("c-4.r0000", quantity=1)]),
        ConsumeReservations("cart-1", [Ticket("c-4.r0000")]),
    ],
)
def test_what_is_overdue_has_ended_whether_or_not_anybody_swept_it(late: Any) -> None:
    """At the very instant of expiry its units are others', and so they are shown."""
    shop = a_shop()
    [kept] = shop.oms.reserve(a_request(tea(4))).kept
    shop.clock.set(MONDAY + HALF)
    before = held(shop, kept)

    assert shop.oms.reservation(kept.reservation).quantity == 0
    assert [why.figures["open"] for why in answer(shop, late).why] == [0]
    assert held(shop, kept) == before


def test_who_is_late_hears_that_it_has_ended_before_how_often_he_extended_it() -> None:
    """The last extension was used up, but what is over cannot be extended anyway."""
    shop = a_shop(configuration=Configuration(reserving=Reserving(max_extensions=0)))
    grant = shop.oms.reserve(a_request())
    shop.clock.set(MONDAY + HALF)

    late = answer(shop, ExtendReservations("cart-1", grant.tickets, ttl=HOUR))
    assert codes(late) == ["reservation.ended"]


def test_all_tickets_of_a_command_are_good_or_nothing_happens() -> None:
    """A cart is bought whole."""
    shop = a_shop()
    one, other = shop.oms.reserve_many([a_request(), a_request(ttl=HOUR)])
    shop.after(HALF)
    grant = answer(shop, CommitReservations("cart-1", [*one.tickets, *other.tickets]))

    assert (grant.kept, codes(grant)) == ((), ["reservation.ended"])
    assert held(shop, other.kept[0]).state == "reserved"
    assert answer(shop, CommitReservations("cart-1", other.tickets)).granted


def test_an_extension_is_counted_bounded_and_fenced() -> None:
    """The ticket of before is no good any more; after the last one the host must ask anew."""
    shop = a_shop(configuration=Configuration(reserving=Reserving(max_extensions=2)))
    grant = shop.oms.reserve(a_request())
    for minutes in (40, 50):
        grant = answer(
            shop, ExtendReservations("cart-1", grant.tickets, ttl=timedelta(minutes=minutes))
        )
    [kept] = grant.kept

    assert (kept.epoch, kept.expires_at) == (3, MONDAY + timedelta(minutes=50))
    shop.refuses(
        ExtendReservations("cart-1", grant.tickets, ttl=HOUR),
        TooManyExtensions(kept.reservation, 2),
    )
    stale = answer(shop, CommitReservations("cart-1", [Ticket(kept.reservation, 2)]))
    assert stale.why == (
        Noted(
            "reservation.ended",
            {"reservation": kept.reservation, **Ended(1, 3).noted().figures},
        ),
    )
    assert answer(shop, CommitReservations("cart-1", grant.tickets)).granted


def test_an_extension_never_shortens() -> None:
    """Whoever asks for less than he has keeps what he has, and it is not counted."""
    shop = a_shop()
    grant = shop.oms.reserve(a_request())
    same = answer(shop, ExtendReservations("cart-1", grant.tickets, ttl=timedelta(minutes=5)))

    assert same.kept == grant.kept


def test_raising_asks_for_the_difference_only() -> None:
    """Eight of ten are mine: two more can be had, three cannot."""
    shop = a_shop()
    grant = shop.oms.reserve(a_request(tea(8)))
    more = answer(shop, ResizeReservation("cart-1", grant.tickets[0], quantity=10))

    assert (more.granted, more.kept[0].epoch) == (True, 2)
    too_many = answer(shop, ResizeReservation("cart-1", more.tickets[0], quantity=11))
    assert codes(too_many) == ["reservation.short"]
    fewer = answer(shop, ResizeReservation("cart-1", more.tickets[0], quantity=3))
    assert fewer.kept[0].quantity == 3
    assert shop.oms.available("TEA", "berlin") == 7
    laws.check(shop.oms)


def test_ones_own_reservation_is_not_counted_against_one() -> None:
    """A cart that had eight and wants nine gets nine; if it cannot, it keeps the eight."""
    shop = a_shop()
    eight = shop.oms.reserve(a_request(tea(8)))
    eleven = shop.oms.reserve(a_request(tea(11), replaces=eight.tickets))
    nine = shop.oms.reserve(a_request(tea(9), replaces=eight.tickets))

    assert (eleven.granted, nine.granted) == (False, True)
    longer = answer(shop, ExtendReservations("cart-1", nine.tickets, ttl=HOUR))
    late = shop.oms.reserve(a_request(tea(2), replaces=nine.tickets))
    assert (longer.granted, codes(late)) == (True, ["reservation.ended"])
    assert shop.oms.available("TEA", "berlin") == 1
    assert held(shop, eight.kept[0]).freed == 8
    laws.check(shop.oms)


def test_a_reservation_moves_to_a_chosen_node_if_there_is_enough() -> None:
    """Units are taken there before they are left here, and then they stay there."""
    shop = a_shop({"berlin": {"TEA": 5}, "paris": {"TEA": 3}, "london": {"TEA": 9}})
    grant = shop.oms.reserve(a_request(tea(4), at=BOTH))
    assert codes(answer(shop, MoveReservation("cart-1", grant.tickets[0], node="paris"))) == [
        "reservation.short"
    ]
    moved = answer(shop, MoveReservation("cart-1", grant.tickets[0], node="london"))

    assert seats(moved) == [("london", TODAY, 4)]
    assert held(shop, moved.kept[0]).group == ("london",)
    assert [shop.oms.available("TEA", node) for node in ("berlin", "london")] == [5, 5]
    laws.check(shop.oms)


def test_others_give_way_inside_their_group_before_anybody_is_refused() -> None:
    """Berlin is all that one can use and the other need not: he moves to Paris, as he agreed."""
    shop = a_shop({"berlin": {"TEA": 2}, "paris": {"TEA": 2}})
    [first] = shop.oms.reserve(a_request(tea(2), owner="anywhere", at=BOTH)).kept
    second = shop.oms.reserve(a_request(tea(1), owner="berlin-only"))

    assert second.granted
    now = held(shop, first)
    assert (now.position.partition("/")[0], now.epoch) == ("paris", 2)
    asked = shop.oms.reservation(first.reservation)
    assert (asked.node, asked.ticket) == ("paris", Ticket(first.reservation, 2))
    assert not shop.oms.reserve(a_request(tea(2), owner="third")).granted
    laws.check(shop.oms)


def test_what_is_committed_does_not_give_way() -> None:
    """Somebody has been told which node it is."""
    shop = a_shop({"berlin": {"TEA": 1}, "paris": {"TEA": 1}})
    grant = shop.oms.reserve(a_request(at=BOTH))
    shop.given(CommitReservations("cart-1", grant.tickets))

    assert not shop.oms.reserve(a_request(owner="cart-2")).granted
