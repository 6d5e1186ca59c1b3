"""Whatever method answers the questions of a shop, what it grants oversells no date."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.availability import Answering, Availability
from omscore.atp.methods import AtpMethod
from omscore.atp.periods import Cumulative, Discrete, Period
from omscore.atp.position import POSITION, Position
from omscore.atp.projected import AtReceipts, LookAhead
from omscore.atp.requests import Request, ReserveStock, Wanted
from omscore.atp.windows import Windows
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import HOUR, MONDAY, TODAY, a_node, a_shop, an_order, day, expected
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


def stock(shop: Shop) -> Position:
    """Tea in Berlin, as it is kept."""
    with shop.oms.storage.begin() as unit:
        found = unit.get([POSITION.key("berlin/TEA/sellable")])
    [kept] = found.values()
    assert isinstance(kept.state, Position)
    return kept.state


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

    After each answer, no date has less than nothing left of all that orders and carts hold; and for
    carts alone, an oracle adds up day by day what comes and what was granted.
    """
    policy = Configuration(availability=Availability(answering=[Answering(method=method)]))
    shop = a_shop({"berlin": {"TEA": there}}, nodes=(a_node("berlin"),), configuration=policy)
    for place, (ahead, units) in enumerate(due):
        shop.given(expected(units, day(ahead), document=f"po-{place}"))
    granted = list[tuple[int, int]]()
    for place, (ahead, units, ordered) in enumerate(asked):
        if ordered:
            shop.given(an_order(units, id=f"o-{place}"))
        else:
            wanted = [Wanted("TEA", units, day=day(ahead))]
            request = Request(f"c-{place}", wanted, at="berlin", ttl=HOUR)
            [grant] = shop.when(ReserveStock([request])).grants
            granted += [((one.day - TODAY).days, one.quantity) for one in grant.kept]

        assert stock(shop).available(TODAY, today=TODAY, now=MONDAY) >= 0
        for n in range(16):
            comes = there + sum(units for ahead, units in due if ahead <= n)
            assert sum(units for ahead, units in granted if ahead <= n) <= comes
    laws.check(shop.oms)
