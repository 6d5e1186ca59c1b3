"""Laws of tickets: what an owner asks happens once, however often and late it comes again."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.position import POSITION
from omscore.atp.requests import Grant
from omscore.atp.reservations import RESERVATION
from omscore.atp.tickets import (
    CommitReservations,
    ConsumeReservations,
    ExtendReservations,
    FreeReservations,
    MoveReservation,
    OwnersCommand,
    ResizeReservation,
    Ticket,
)
from omscore.kernel.errors import Refused
from omscore.testing import laws
from omscore.testing.builders import HOUR, a_request, a_shop
from omscore.testing.laws.books import Books
from omscore.testing.story import Shop

HALF = timedelta(minutes=30)
OWNERS = ("cart-1", "order-7")
STRANGER = "mallory"
PLACES = ("berlin", "paris")


@st.composite
def commands(draw: st.DrawFn, ticket: Ticket) -> OwnersCommand:
    """Anything that an owner may want of a reservation, or of some of its units."""
    owner, units = draw(st.sampled_from([*OWNERS, STRANGER])), draw(st.integers(1, 4))
    some = draw(st.sampled_from([ticket, attrs.evolve(ticket, quantity=units)]))
    found: list[OwnersCommand] = [
        CommitReservations(owner, [ticket], to=draw(st.sampled_from(OWNERS))),
        CommitReservations(owner, [ticket]),
        ExtendReservations(owner, [ticket], ttl=HOUR),
        ResizeReservation(owner, ticket, quantity=units),
        MoveReservation(owner, ticket, node=draw(st.sampled_from(PLACES))),
        FreeReservations(owner, [some]),
        ConsumeReservations(owner, [some]),
    ]
    return draw(st.sampled_from(found))


def state_of(shop: Shop) -> list[Any]:
    """Every reservation and every position."""
    books = Books.of(shop.oms)
    return [*books.all(RESERVATION), *books.all(POSITION)]


def ask(shop: Shop, command: OwnersCommand) -> Grant | None:
    """What an owner is answered; None, if he is refused."""
    try:
        [grant] = shop.when(command).grants
    except Refused:
        return None
    return grant


@given(st.data(), st.integers(1, 9), st.integers(1, 9))
def test_what_took_effect_has_none_when_it_comes_again(
    data: st.DataObject, berlin: int, units: int
) -> None:
    """Law 5: a repeated or late call is a result, whatever has happened in between.

    A stranger is refused, whomever he names.
    """
    shop = a_shop({"berlin": {"TEA": berlin}, "paris": {"TEA": 9}})
    grant = shop.oms.reserve(a_request(min(units, berlin), at=PLACES))
    tickets, done = list(grant.tickets), list[OwnersCommand]()
    for _ in range(data.draw(st.integers(1, 6))):
        shop.clock.set(shop.clock.at + data.draw(st.sampled_from([timedelta(0), HALF / 3])))
        command = data.draw(commands(data.draw(st.sampled_from(tickets))))
        before = state_of(shop)
        answer = ask(shop, command)
        tickets += answer.tickets if answer else ()
        assert answer is None or command.owner != STRANGER
        if state_of(shop) != before:
            assert answer is not None
            assert answer.granted
            done.append(command)
        before = state_of(shop)
        for again in done:
            late = ask(shop, again)
            assert late is None or not late.granted
            assert state_of(shop) == before
    laws.check(shop.oms)


def parts(data: st.DataObject, units: int) -> Iterator[int]:
    """*units*, a few at a time."""
    while units:
        yield (some := data.draw(st.integers(1, units)))
        units -= some


@given(st.data(), st.integers(1, 9), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_what_is_reserved_and_freed_in_parts_was_never_there(
    data: st.DataObject, berlin: int, asked: Sequence[int]
) -> None:
    """Reserve + free = identity, also when every part is let go twice."""
    shop = a_shop({"berlin": {"TEA": berlin}})
    before = list(shop.oms.availability("TEA", "berlin"))
    for kept in shop.oms.reserve(a_request(*asked, partial=True)).kept:
        ticket = kept.ticket
        for some in parts(data, kept.quantity):
            free = FreeReservations("cart-1", [attrs.evolve(ticket, quantity=some)])
            [first], [second] = shop.when(free).grants, shop.when(free).grants
            assert (first.granted, second.granted) == (True, False)
            ticket = first.tickets[0]

    assert list(shop.oms.availability("TEA", "berlin")) == before
    laws.check(shop.oms)
