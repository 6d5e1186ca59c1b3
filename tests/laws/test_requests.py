"""Laws of reserving: a batch is its singles, what is freed was never there, and nobody is short."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.position import POSITION, position_id
from omscore.atp.requests import (
    Grant,
    Request,
    Wanted,
)
from omscore.atp.reservations import RESERVATION
from omscore.atp.tickets import (
    FreeReservations,
)
from omscore.kernel.ids import NodeId, Sku
from omscore.testing import laws
from omscore.testing.builders import a_node, a_shop, day, expected
from omscore.testing.story import Shop

HALF = timedelta(minutes=30)
PLACES = ["a", "b", "c", "d"]
groups = st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)


def places(stock: Mapping[str, int]) -> Shop:
    """A node for each letter, with so much tea."""
    nodes = [a_node(id_) for id_ in PLACES]
    return a_shop({id_: {"TEA": units} for id_, units in stock.items() if units}, nodes=nodes)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Tea and pots, at a group of nodes, for today or later."""
    wanted = st.builds(
        Wanted,
        st.sampled_from(["TEA", "TEA", "TEA", "POT"]),
        st.integers(1, 4),
        day=st.none() | st.integers(0, 6).map(day),
        within_days=st.sampled_from([0, 0, 2, 9]),
    )
    return draw(
        st.builds(
            Request,
            st.sampled_from(["cart-1", "cart-2"]),
            st.lists(wanted, min_size=1, max_size=2),
            at=groups,
            ttl=st.sampled_from([None, HALF, 3 * HALF]),
            partial=st.booleans(),
        )
    )


stocks = st.fixed_dictionaries({id_: st.integers(0, 5) for id_ in PLACES})
supplies = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(1, 4), st.integers(1, 9)), max_size=3
)
Supplies = Sequence[tuple[str, int, int]]


def shop_of(stock: Mapping[str, int], due: Supplies) -> Shop:
    shop = places(stock)
    for n, (node, units, on) in enumerate(due):
        shop.given(expected(units, day(on), node=node, document=f"po-{n}"))
    return shop


def standing(shop: Shop, grants: Iterable[Grant]) -> list[object]:
    """Where everything is that was granted; without ids, which follow from the command."""
    return [
        (
            grant.owner,
            grant.why,
            [
                attrs.evolve(held, owner="")
                for one in grant.kept
                if (held := shop.oms.get(RESERVATION.key(one.reservation)))
            ],
        )
        for grant in grants
    ]


def stock_of(shop: Shop) -> list[Any]:
    keys = [POSITION.key(position_id(NodeId(id_), Sku("TEA"))) for id_ in PLACES]
    return [shop.oms.get(key) for key in keys]


@given(stocks, supplies, st.lists(requests(), min_size=1, max_size=6))
def test_a_batch_is_its_singles_in_that_order(
    stock: Mapping[str, int], due: Supplies, asked: Sequence[Request]
) -> None:
    """Merging is for speed alone: nobody gets anything else by it."""
    together, apart = shop_of(stock, due), shop_of(stock, due)
    at_once = together.oms.reserve_many(asked, key="k-0")
    singles = [apart.oms.reserve(one, key=f"k-{n}") for n, one in enumerate(asked)]

    assert standing(together, at_once) == standing(apart, singles)
    assert stock_of(together) == stock_of(apart)
    laws.check(together.oms)


@given(stocks, supplies, st.lists(requests(), min_size=1, max_size=4))
def test_what_is_reserved_and_freed_was_never_there(
    stock: Mapping[str, int], due: Supplies, asked: Sequence[Request]
) -> None:
    """Reserve + free = identity, on every position."""
    shop = shop_of(stock, due)
    before = stock_of(shop)
    for grant in shop.oms.reserve_many(asked):
        if grant.kept:
            shop.given(FreeReservations(grant.owner, grant.tickets))

    assert [one or None for one in stock_of(shop)] == before


# --- when and where, by asking each day on its own --------------------------------------------


@given(stocks, supplies, groups, st.integers(1, 9), st.integers(0, 5), st.integers(0, 9))
def test_it_is_the_earliest_day_that_will_do(
    stock: Mapping[str, int],
    due: Supplies,
    group: Sequence[str],
    units: int,
    on: int,
    within: int,
) -> None:
    """And a refusal says the first day beyond the limit, if there is one."""
    shop = shop_of(stock, due)

    def there(n: int) -> int:
        return sum(shop.oms.available("TEA", node, day=day(n)) for node in group)

    will_do = [n for n in range(on, 20) if there(n) >= units]
    wanted = Wanted("TEA", units, day=day(on), within_days=within)
    grant = shop.oms.reserve(Request("cart-1", [wanted], at=group, ttl=HALF))

    if will_do and will_do[0] <= on + within:
        assert {kept.day for kept in grant.kept} == {day(will_do[0])}
        assert sum(kept.quantity for kept in grant.kept) == units
    else:
        first: date | None = day(will_do[0]) if will_do else None
        assert grant.why[0].figures["later"] == (first.isoformat() if first else "never")
        assert grant.why[0].figures["available"] == there(on + within)


# --- giving way -------------------------------------------------------------------------------


def could_all_sit(stock: Mapping[str, int], wishes: Iterable[Sequence[str]]) -> bool:
    """Whether each wish gets a unit at one of its nodes, by trying (Kuhn's algorithm)."""
    seats = [(node, n) for node, units in stock.items() for n in range(units)]
    taken = dict[tuple[str, int], int]()
    all_ = list(wishes)

    def sit(wish: int, tried: set[tuple[str, int]]) -> bool:
        for seat in seats:
            if seat[0] in all_[wish] and seat not in tried:
                tried.add(seat)
                if seat not in taken or sit(taken[seat], tried):
                    taken[seat] = wish
                    return True
        return False

    return all(sit(wish, set()) for wish in range(len(all_)))


@given(
    st.fixed_dictionaries({id_: st.integers(0, 2) for id_ in PLACES}),
    st.lists(st.tuples(groups, st.booleans()), min_size=1, max_size=8),
)
def test_nobody_is_refused_for_whom_others_could_give_way(
    stock: Mapping[str, int], wishes: Sequence[tuple[Sequence[str], bool]]
) -> None:
    """Of reservations of one unit, exactly: a newcomer gets one if all could sit, by an oracle.

    Whether they come one by one or together.
    """
    shop, sitting, batch = places(stock), list[Sequence[str]](), list[tuple[Request, bool]]()
    for n, (group, more) in zip(count(), wishes, strict=False):
        fits = could_all_sit(stock, [*sitting, group])
        sitting += [group] if fits else []
        batch.append((Request(f"cart-{n}", [Wanted("TEA", 1)], at=group, ttl=HALF), fits))
        if more and n + 1 < len(wishes):
            continue
        grants = shop.oms.reserve_many(request for request, _ in batch)
        assert [grant.granted for grant in grants] == [fits for _, fits in batch]
        batch = []
    laws.check(shop.oms)
