"""Whatever method answers the questions of a shop, what it grants oversells no date."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.availability import Answering, Availability
from omscore.atp.methods import AtpMethod
from omscore.atp.movements import StockEntered, SupplyScheduled, UnitsFreed, UnitsReserved
from omscore.atp.periods import Cumulative, Discrete, Period
from omscore.atp.projected import AtReceipts, LookAhead
from omscore.atp.requests import Kept, Request, ReserveStock, Wanted
from omscore.atp.tickets import ResizeReservation
from omscore.atp.windows import Windows
from omscore.kernel.errors import Refused
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import HOUR, a_node, a_shop, an_order, day, expected
from omscore.testing.story import Shop

METHODS: list[AtpMethod] = [
    LookAhead(),
    AtReceipts(),
    Period(),
    Period(accumulate=True),
    Period(backward=False, forward=True),
    Discrete(),
    Cumulative(),
    Windows(),
]

supplies = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=3)
asks = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 9), st.booleans()), min_size=1, max_size=6
)


def oversold(shop: Shop) -> list[date]:
    """The days at whose end there is less than no tea."""
    return [one for one in map(day, range(16)) if left(shop, one) < 0]


def left(shop: Shop, at: date) -> int:
    """What is left of the tea at the end of a day, added up from all that happened to it."""
    units = 0
    for one in shop.events():
        match one.event:
            case StockEntered():
                units += one.event.units
            case SupplyScheduled() | UnitsFreed() if one.event.day <= at:
                units += one.event.units
            case UnitsReserved() if one.event.day <= at:
                units -= one.event.units
    return units


@pytest.mark.parametrize("method", METHODS, ids=repr)
@settings(max_examples=15)
@given(st.integers(1, 12), supplies, asks)
def test_grants_oversell_no_date_and_cover_what_was_granted_before(
    method: AtpMethod,
    there: int,
    due: Sequence[tuple[int, int]],
    asked: Sequence[tuple[int, int, bool]],
) -> None:
    """Some methods tell a number that a later date cannot bear: it is told, and not granted.

    After each answer, an oracle adds up day by day what comes, and what orders and carts hold.
    Last, each cart asks for one unit more: the shop may sell out, but no day of it.
    """
    policy = Configuration(availability=Availability(answering=[Answering(method=method)]))
    shop = a_shop({"berlin": {"TEA": there}}, nodes=(a_node("berlin"),), configuration=policy)
    for place, (ahead, units) in enumerate(due):
        shop.given(expected(units, day(ahead), document=f"po-{place}"))
    granted = list[tuple[str, Kept]]()
    for place, (ahead, units, ordered) in enumerate(asked):
        if ordered:
            shop.given(an_order(units, id=f"o-{place}"))
        else:
            wanted = [Wanted("TEA", units, day=day(ahead))]
            request = Request(f"c-{place}", wanted, at="berlin", ttl=HOUR)
            [grant] = shop.when(ReserveStock([request])).grants
            granted += [(grant.owner, one) for one in grant.kept]
        assert oversold(shop) == []
    for owner, one in granted:
        with suppress(Refused):
            shop.when(ResizeReservation(owner, one.ticket, quantity=one.quantity + 1))
        assert oversold(shop) == []
    laws.check(shop.oms)
