"""What a host may not ask of stock, and what it hears."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omscore.adapters import vocabulary
from omscore.adapters.sql import SqlStore
from omscore.atp.messages import NoSuchNode
from omscore.atp.requests import (
    Grant,
    NoSuchReservation,
    NotYours,
    Request,
    ReserveStock,
    TtlTooLong,
    Wanted,
)
from omscore.atp.reservations import RESERVATION
from omscore.atp.tickets import (
    CommitReservations,
    ExtendReservations,
    FreeReservations,
    MoveReservation,
    Ticket,
)
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import NodeId, ReservationId
from omscore.orchestration.requesting import Reserving
from omscore.runtime.configuration import Configuration
from omscore.testing.builders import (
    HOUR,
    a_request,
    a_shop,
    an_order,
)
from omscore.testing.laws.books import Books
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


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("$.quantity", lambda: Wanted("TEA", 0)),
        ("$.quantity", lambda: Wanted("TEA", True)),
        ("$.quantity", lambda: Wanted("TEA", 1.5)),  # type: ignore[arg-type]
        ("$.sku", lambda: Wanted("", 1)),
        ("$.day", lambda: tea(1, day=datetime(2026, 3, 2))),  # it is the fault
        ("$.within_days", lambda: tea(1, within_days=-1)),
        ("$.within_days", lambda: tea(1, within_days=4000)),
        ("$.ttl", lambda: a_request(ttl=timedelta(0))),
        ("$.ttl", lambda: a_request(ttl=30)),  # type: ignore[arg-type]
        ("$.ttl", lambda: a_request(ttl=timedelta(days=9999))),
        ("$.at", lambda: a_request(at=["berlin", "berlin"])),
        ("$.at", lambda: a_request(at=[])),
        ("$.owner", lambda: a_request(owner="")),
        ("$.partial", lambda: a_request(partial=1)),
        ("$.wanted", lambda: Request("cart-1", [], at="berlin", ttl=HALF)),
        ("$.wanted[0]", lambda: Request("cart-1", ["TEA"], at="berlin", ttl=HALF)),  # type: ignore[list-item]
        ("$.replaces[0].quantity", lambda: a_request(replaces=[Ticket("r-1", quantity=1)])),
        ("$.requests", lambda: ReserveStock([])),
        ("$.requests", lambda: ReserveStock([a_request(*[tea()] * 600)] * 2)),
        (
            "$.requests",
            lambda: ReserveStock([a_request(*[tea()] * 200, at=[f"n-{n}" for n in range(60)])]),
        ),
        ("$.reservation", lambda: Ticket("a b")),
        ("$.epoch", lambda: Ticket("r-1", 0)),
        ("$.tickets", lambda: CommitReservations("cart-1", [])),
        ("$.tickets", lambda: FreeReservations("cart-1", [Ticket("r-1"), Ticket("r-1", 2)])),
        (
            "$.tickets[0].quantity",
            lambda: CommitReservations("cart-1", [Ticket("r-1", quantity=1)]),
        ),
        ("$.ttl", lambda: ExtendReservations("cart-1", [Ticket("r-1")], ttl=None)),  # type: ignore[arg-type]
        ("$.max_ttl", lambda: Reserving(max_ttl=timedelta(0))),
        ("$.max_ttl", lambda: Reserving(max_ttl=-HALF)),
        ("$.max_ttl", lambda: Reserving(max_ttl=3600)),  # type: ignore[arg-type]
        ("$.max_ttl", lambda: Reserving(max_ttl=timedelta(days=9999))),
        ("$.max_extensions", lambda: Reserving(max_extensions=-1)),
        ("$.max_extensions", lambda: Reserving(max_extensions=True)),
        ("$.for_good", lambda: Reserving(for_good="no")),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_exactly_right_is_not_taken(path: str, wrong: Any) -> None:
    """Refused before anything is read, with the field that is wrong."""
    with pytest.raises(Unreadable) as refused:
        wrong()
    assert refused.value.path == path


def test_stock_is_kept_for_no_longer_than_the_host_allows() -> None:
    """A duration beyond the configured one is refused, at whichever command asks for it."""
    policy = Reserving(max_ttl=HALF, for_good=False)
    shop = a_shop(configuration=Configuration(reserving=policy))
    grant, too_long, for_good = shop.oms.reserve_many(
        [a_request(), a_request(ttl=HOUR), a_request(ttl=None)]
    )

    assert [codes(too_long), codes(for_good)] == [["reservation.ttl-too-long"]] * 2
    assert too_long.why[0].figures["path"] == "$.ttl"
    shop.refuses(
        ExtendReservations("cart-1", grant.tickets, ttl=HOUR), TtlTooLong(seconds=3600, most=1800)
    )


def test_nobody_touches_what_is_not_his() -> None:
    """Of another owner, of an order, of another tenant or of nobody: nothing happens."""
    shop = a_shop().given(an_order(1))
    mine = shop.oms.reserve(a_request())
    of_order = next(id_ for id_, one in Books.of(shop.oms).all(RESERVATION) if not one.group)

    shop.refuses(CommitReservations("cart-2", mine.tickets), NotYours(mine.kept[0].reservation))
    shop.refuses(FreeReservations("o-1", [Ticket(of_order)]), NotYours(ReservationId(of_order)))
    shop.refuses(
        CommitReservations("cart-1", [Ticket("r-99")]), NoSuchReservation(ReservationId("r-99"))
    )
    shop.refuses(
        MoveReservation("cart-1", mine.tickets[0], node="rome"), NoSuchNode(NodeId("rome"))
    )
    with pytest.raises(Refused, match="no reservation r-99"):
        shop.oms.reservation("r-99")
    theirs = shop.oms.reserve(a_request(owner="cart-2", replaces=mine.tickets))
    assert codes(theirs) == ["reservation.not-yours"]


def test_naming_the_owner_does_not_make_it_ones_own() -> None:
    """Who commits to another owner must own it himself; who did so may do it again, in vain."""
    shop = a_shop()
    mine = shop.oms.reserve(a_request())
    [reservation] = [kept.reservation for kept in mine.kept]
    stolen = CommitReservations("mallory", mine.tickets, to="cart-1")

    shop.refuses(stolen, NotYours(reservation))
    given = answer(shop, CommitReservations("cart-1", mine.tickets, to="order-7"))
    shop.refuses(stolen, NotYours(reservation))
    shop.refuses(CommitReservations("mallory", given.tickets, to="order-7"), NotYours(reservation))
    again = answer(shop, CommitReservations("cart-1", mine.tickets, to="order-7"))
    assert codes(again) == ["reservation.ended"]
    shop.refuses(FreeReservations("cart-1", given.tickets), NotYours(reservation))


def test_a_request_comes_as_json_too() -> None:
    """Through the one strict door."""
    shop = a_shop()
    command = shop.oms.decode(
        '{"type": "reserve-stock", "requests": [{"owner": "cart-1", "at": ["berlin"],'
        ' "wanted": [{"sku": "TEA", "quantity": 2}], "ttl": "PT30M"}]}'
    )

    assert answer(shop, command).granted
    with pytest.raises(Unreadable, match=r"requests\[0\]"):
        shop.oms.decode('{"type": "reserve-stock", "requests": [{"owner": "cart-1"}]}')


def test_what_another_tenant_holds_is_not_there(tmp_path: Path) -> None:
    """Two shops in one database: neither sees what the other has set aside."""
    url = f"sqlite:///{tmp_path / 'shops.db'}"
    with (
        SqlStore(url, codec=vocabulary.codec(), tenant="one") as one,
        SqlStore(url, codec=vocabulary.codec(), tenant="two") as two,
    ):
        one.create_all()
        [kept] = a_shop(storage=one).oms.reserve(a_request()).kept
        other = a_shop(storage=two)

        other.refuses(
            CommitReservations("cart-1", [kept.ticket]), NoSuchReservation(kept.reservation)
        )
        assert other.oms.available("TEA", "berlin") == 10
