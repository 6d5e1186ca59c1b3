"""Orders wait, and are served when supply comes: first come, first served."""

from omscore.lifecycle.order.messages import CancelOrder, CancelUnits
from omscore.orchestration.backlog import BACKLOG
from omscore.testing import laws
from omscore.testing.builders import a_shop, an_order, day, expected, received
from omscore.testing.story import Shop


def three_wait() -> Shop:
    """Three orders of two each, and nothing in stock."""
    return a_shop({}).given(*(an_order(2, id=id_) for id_ in ("o-3", "o-1", "o-2")))


def statuses(shop: Shop) -> dict[str, str]:
    return {id_: shop.oms.order(id_).status for id_ in ("o-1", "o-2", "o-3")}


def test_who_came_first_is_served_first() -> None:
    """Four units come: the first two orders get theirs, by when they came and not by name."""
    shop = three_wait().given(received(4))

    assert statuses(shop) == {"o-3": "released", "o-1": "released", "o-2": "backordered"}
    laws.check(shop.oms)


def test_a_part_that_is_left_goes_to_the_next_in_line() -> None:
    """Three units: two for the first, one for the second, who keeps waiting for the other."""
    shop = three_wait().given(received(3))

    assert shop.oms.order("o-3").stages == {"released": 2}
    assert shop.oms.order("o-1").stages == {"released": 1, "backordered": 1}
    assert shop.given(received(1, document="r-2")).oms.order("o-1").status == "released"


def test_a_newcomer_does_not_overtake_those_who_wait() -> None:
    """Five are due, six wait: nothing is left for whoever asks now, however small."""
    shop = three_wait().given(expected(5, day(3)), an_order(1, id="o-4"))

    assert shop.oms.order("o-4").status == "backordered"
    shop.given(expected(2, day(4), document="po-2"))
    assert shop.oms.order("o-2").status == "allocated"
    assert shop.oms.order("o-4").status == "allocated"
    laws.check(shop.oms)


def test_an_expected_supply_gives_those_who_wait_a_date() -> None:
    """They are allocated to it, and released when it is due."""
    shop = three_wait().given(expected(6, day(3)))

    assert statuses(shop) == dict.fromkeys(("o-1", "o-2", "o-3"), "allocated")
    assert shop.oms.order("o-3").promised == day(4)


def test_who_gives_up_makes_room_for_the_next() -> None:
    """A canceled order waits no more; nor does a canceled unit."""
    shop = three_wait().given(CancelOrder("o-3"), CancelUnits("o-1", line="1", quantity=1))
    shop.given(received(3))

    assert statuses(shop) == {"o-3": "canceled", "o-1": "released", "o-2": "released"}


def test_what_is_freed_by_one_is_offered_to_those_who_wait() -> None:
    """Two have stock and cancel; the order behind them gets it at once."""
    shop = a_shop({"berlin": {"TEA": 2}}).given(an_order(2, id="o-1"), an_order(2, id="o-2"))
    assert shop.oms.order("o-2").status == "backordered"

    shop.given(CancelOrder("o-1"))
    assert shop.oms.order("o-2").status == "released"


def test_a_line_keeps_its_place_while_it_waits() -> None:
    """The queue is by line, and a line that is served in parts does not go to its end."""
    shop = three_wait().given(received(1))
    backlog = shop.oms.get(BACKLOG.key("TEA"))

    assert backlog is not None
    assert [(one.order, one.quantity) for one in backlog.queue] == [
        ("o-3", 1),
        ("o-1", 2),
        ("o-2", 2),
    ]
