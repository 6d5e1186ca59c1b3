"""Days that take only so many units, lines, orders or parcels."""

from collections import Counter
from datetime import date

import pytest

from omscore.catalog.line import Line
from omscore.kernel.money import eur
from omscore.lifecycle.order.messages import CancelUnits
from omscore.lifecycle.quote.messages import AcceptQuote, WithdrawQuote
from omscore.network.capacity import CapacityBooked, CapacityFreed, CapacityKind
from omscore.testing import laws
from omscore.testing.builders import (
    a_line,
    a_node,
    a_quote,
    a_shop,
    an_order,
    day,
    received,
    some_lines,
    three_nodes,
)
from omscore.testing.story import Shop

TODAY = day(0)
TWO_LINES = some_lines(("TEA", 2), ("POT", 1))


def a_narrow_shop(**most: int) -> Shop:
    """London alone serves, and a day of it takes only so much."""
    narrow = a_node("london", ships_to=["DE", "GB"], capacity=most)
    return a_shop({"london": {"TEA": 30, "POT": 30}}, nodes=three_nodes(narrow))


def used(shop: Shop, on: date = TODAY) -> dict[str, int]:
    """What is booked of a day in London, by kind; what is not booked is left out."""
    booked = Counter[str]()
    for one in shop.events():
        match one.event, one.key.id.split("/"):
            case CapacityBooked(units, _), ["london", kind, at] if at == on.isoformat():
                booked[kind] += units
            case CapacityFreed(units), ["london", kind, at] if at == on.isoformat():
                booked[kind] -= units
    return dict(+booked)


def days_of(shop: Shop, *orders: str) -> list[dict[object, int]]:
    """On which days units of each order leave."""
    found = []
    for id_ in orders:
        days = Counter[object]()
        for line in shop.oms.order(id_).lines.values():
            for group, units in line.groups.items():
                days[group.ship_day] += units
        found.append(dict(days))
    return found


def test_a_day_is_counted_in_every_way_that_is_limited() -> None:
    """Three units of two lines of one order are one parcel; what is not limited is not booked."""
    every = a_narrow_shop(units=9, lines=9, orders=9, parcels=9).given(an_order(*TWO_LINES))
    one = a_narrow_shop(lines=9).given(an_order(*TWO_LINES))

    assert used(every) == {"units": 3, "lines": 2, "orders": 1, "parcels": 1}
    assert used(one) == {"lines": 2}
    laws.check(every.oms)
    laws.check(one.oms)


@pytest.mark.parametrize(
    ("kind", "most", "days"),
    [
        ("orders", 1, [{day(0): 3}, {day(1): 3}, {day(2): 3}]),
        ("orders", 2, [{day(0): 3}, {day(0): 3}, {day(1): 3}]),
        ("parcels", 2, [{day(0): 3}, {day(0): 3}, {day(1): 3}]),
        ("lines", 4, [{day(0): 3}, {day(0): 3}, {day(1): 3}]),
        ("units", 6, [{day(0): 3}, {day(0): 3}, {day(1): 3}]),
    ],
)
def test_what_a_day_cannot_take_leaves_on_the_next(
    kind: CapacityKind, most: int, days: list[dict[object, int]]
) -> None:
    """Three orders of two lines and three units each."""
    shop = a_narrow_shop(**{kind: most})
    shop.given(*(an_order(*TWO_LINES, id=id_) for id_ in ("o-1", "o-2", "o-3")))

    assert days_of(shop, "o-1", "o-2", "o-3") == days
    laws.check(shop.oms)


def test_an_order_is_spread_over_days_if_its_lines_are_too_many() -> None:
    """Of a day that takes one line, the second line leaves on the next."""
    shop = a_narrow_shop(lines=1).given(an_order(*TWO_LINES))

    assert set(days_of(shop, "o-1")[0]) == {day(0), day(1)}
    assert used(shop) == used(shop, day(1)) == {"lines": 1}


def test_a_line_is_given_back_when_its_last_unit_goes() -> None:
    """And the order and its parcel when its last line does."""
    shop = a_narrow_shop(units=9, lines=9, orders=1, parcels=9).given(an_order(*TWO_LINES))
    seen = [used(shop)]
    for line, units in ("1", 1), ("1", 1), ("2", 1):
        shop.given(CancelUnits("o-1", line=line, quantity=units))
        seen.append(used(shop))

    assert seen == [
        {"units": 3, "lines": 2, "orders": 1, "parcels": 1},
        {"units": 2, "lines": 2, "orders": 1, "parcels": 1},
        {"units": 1, "lines": 1, "orders": 1, "parcels": 1},
        {},
    ]
    assert days_of(shop.given(an_order(1, id="o-2")), "o-2") == [{day(0): 1}]
    laws.check(shop.oms)


def test_more_units_of_an_order_are_no_further_order() -> None:
    """What waited for stock joins what is there already, on a day that takes one order."""
    narrow = a_node("london", ships_to=["DE"], capacity={"orders": 1, "lines": 9})
    shop = a_shop({"london": {"TEA": 2}}, nodes=three_nodes(narrow))
    shop.given(an_order(3), received(5, node="london", document="r-9"))

    assert days_of(shop, "o-1") == [{day(0): 3}]
    assert used(shop) == {"orders": 1, "lines": 1}
    assert days_of(shop.given(an_order(1, id="o-2")), "o-2") == [{day(1): 1}]
    laws.check(shop.oms)


def test_a_quote_takes_a_day_like_an_order_and_hands_it_over() -> None:
    """Until it ends, today is full; the order that it becomes is no second one."""
    shop = a_narrow_shop(orders=1, parcels=5).given(a_quote(*TWO_LINES), an_order(1, id="o-2"))
    assert (used(shop), used(shop, day(1))) == ({"orders": 1, "parcels": 1},) * 2

    shop.given(AcceptQuote("q-1", order="o-1"))
    assert used(shop) == {"orders": 1, "parcels": 1}

    shop.given(a_quote(1, id="q-2"), WithdrawQuote("q-2"))
    assert used(shop, day(2)) == {}
    laws.check(shop.oms)


def test_destinations_are_parcels_of_their_own() -> None:
    """Two destinations of one order leave in two parcels; a day that takes one sends one."""
    lines = [a_line(1), Line("2", "POT", 1, eur("9.00"), ship_to="GB")]
    wide, narrow = a_narrow_shop(parcels=2), a_narrow_shop(parcels=1)

    assert days_of(wide.given(an_order(*lines)), "o-1") == [{day(0): 2}]
    assert used(wide) == {"parcels": 2}
    assert days_of(narrow.given(an_order(*lines)), "o-1") == [{day(0): 1, day(1): 1}]
