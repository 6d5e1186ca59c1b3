"""Stories of a backlog that is promised anew: what is said is done, and who pays for it."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds
from omscore.atp.messages import NoSuchItem, NoSuchNode
from omscore.atp.questions import Shipment
from omscore.atp.reallocation import STRATEGIES, Strategy
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import NodeId, Sku
from omscore.oms import Oms
from omscore.orchestration.backlog import BACKLOG, BacklogReallocated
from omscore.orchestration.backorders import ReallocateBacklog
from omscore.testing import laws
from omscore.testing.builders import (
    HOUR,
    a_lane,
    a_node,
    a_shop,
    an_order,
    day,
    expected,
)
from omscore.testing.story import Shop


def a_busy_shop() -> Shop:
    """Four wait for six that are due on day 3 and, behind them, for what nobody knows of."""
    shop = a_shop({}).given(expected(6, day(3)))
    for n in range(1, 5):
        shop = shop.given(an_order(3, id=f"o-{n}")).after(HOUR)
    return shop


def shipping(oms: Oms, id_: str) -> dict[date, int]:
    """How many units of an order leave on which day, as it stands."""
    found = dict[date, int]()
    for line in oms.order(id_).lines.values():
        for group, quantity in line.groups.items():
            if group.stage == "allocated" and group.ship_day is not None:
                found[group.ship_day] = found.get(group.ship_day, 0) + quantity
    return found


def told(shop: Shop, command: ReallocateBacklog) -> list[tuple[str, Sequence[Shipment]]]:
    """Who was told of which days."""
    events = [one.event for one in shop.oms.do(command).events]
    found = [one for one in events if isinstance(one, BacklogReallocated)]
    return [(one.order, one.now) for event in found for one in event.changed]


def test_a_late_customer_wins_over_an_early_one() -> None:
    """By rank the last who came has three of six; who loses them waits in his old turn."""
    shop = a_busy_shop()
    command = ReallocateBacklog("TEA", "berlin", ranks={"o-4": -1})

    assert told(shop, command) == [("o-4", (Shipment(day(3), 3),)), ("o-2", ())]
    assert shipping(shop.oms, "o-4") == {day(3): 3}
    assert [one.order for one in shop.oms.backlog("TEA")] == ["o-2", "o-3"]
    laws.check(shop.oms)
    assert told(shop, command) == []


def test_what_is_given_back_goes_to_who_waits() -> None:
    """Whoever gives back is behind who wins, although it ordered before."""
    shop = a_busy_shop()
    told(shop, ReallocateBacklog("TEA", "berlin", strategies={"o-1": "lose"}))

    stages = {id_: shop.oms.order(id_).status for id_ in ("o-1", "o-2", "o-3", "o-4")}
    assert stages == {
        "o-1": "backordered",
        "o-2": "allocated",
        "o-3": "allocated",
        "o-4": "backordered",
    }
    laws.check(shop.oms)


def test_more_supply_lets_everybody_gain() -> None:
    """Units are due before those that are promised: who was first has them first."""
    shop = a_busy_shop()
    untold = Oms(shop.oms.storage, clock=shop.clock, ids=CountingIds("w"), inline=False)
    untold.do(expected(4, day(1), document="po-2"))
    untold.do(ReallocateBacklog("TEA", "berlin", "gain"))

    assert shipping(untold, "o-1") == {day(1): 3}
    assert shipping(untold, "o-2") == {day(1): 1, day(3): 2}
    assert shipping(untold, "o-3") == {day(3): 3}
    laws.check(untold)


def test_days_are_those_on_which_a_node_ships() -> None:
    """What is due on a Saturday leaves on Monday: that is no reason to promise it again."""
    shop = a_shop({}).given(expected(6, day(5)))
    shop.given(*(an_order(3, id=f"o-{n}") for n in range(1, 5)))

    assert shipping(shop.oms, "o-1") == {day(7): 3}
    assert shop.oms.reallocation("TEA", "berlin").changed() == ()
    assert told(shop, ReallocateBacklog("TEA", "berlin")) == []


def test_who_cannot_be_served_from_there_is_no_part_of_it() -> None:
    """Berlin does not send to Britain; who waits there is promised nothing of what it has."""
    shop = a_shop({}).given(an_order(2, id="o-1", ship_to="GB"), an_order(2, id="o-2"))
    shop.given(expected(2, day(3)))

    assert [one.claim.id for one in shop.oms.reallocation("TEA", "berlin").outcomes] == ["o-2/1"]
    with pytest.raises(Unreadable):
        shop.oms.do(ReallocateBacklog("TEA", "berlin", ranks={"o-1": -1}))


def test_a_full_day_takes_nothing_from_anybody() -> None:
    """Both would gain a day that has room for one; the other keeps what it has."""
    berlin = a_node(ships_to=(), capacity={"units": 3})
    shop = a_shop({}, nodes=(berlin, a_lane())).given(expected(6, day(5)))
    shop.given(an_order(3, id="o-1"), an_order(3, id="o-2"))
    assert [shipping(shop.oms, id_) for id_ in ("o-1", "o-2")] == [{day(5): 3}, {day(6): 3}]
    shop.given(expected(6, day(2), document="po-2"))
    told(shop, ReallocateBacklog("TEA", "berlin", "gain"))

    assert [shipping(shop.oms, id_) for id_ in ("o-1", "o-2")] == [{day(2): 3}, {day(6): 3}]
    laws.check(shop.oms)


# --- what is said is done -----------------------------------------------------------------------


names = [f"o-{n}" for n in range(4)]


@given(
    supplies=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 8)), min_size=1, max_size=3),
    more=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 8)), max_size=2),
    asked=st.lists(st.integers(1, 4), min_size=4, max_size=4),
    strategies=st.dictionaries(st.sampled_from(names), st.sampled_from(STRATEGIES)),
    ranks=st.dictionaries(st.sampled_from(names), st.integers(-2, 2)),
    strategy=st.sampled_from(STRATEGIES),
)
def test_what_is_said_is_done(
    supplies: list[tuple[int, int]],
    more: list[tuple[int, int]],
    asked: list[int],
    strategies: Mapping[str, Strategy],
    ranks: Mapping[str, int],
    strategy: Strategy,
) -> None:
    """The answer to the question is what happens, and a second time nothing does."""
    shop = a_shop({}, nodes=(a_node(),))
    for place, (quantity, on) in enumerate(supplies):
        shop.given(expected(quantity, day(on + 1), document=f"po-{place}"))
    shop.given(*(an_order(units, id=id_) for id_, units in zip(names, asked, strict=True)))
    for place, (quantity, on) in enumerate(more):
        shop.oms.do(expected(quantity, day(on + 1), document=f"more-{place}"))
    said = shop.oms.reallocation("TEA", "berlin", strategy, strategies=strategies, ranks=ranks)
    command = ReallocateBacklog("TEA", "berlin", strategy, strategies=strategies, ranks=ranks)
    shop.oms.do(command)

    for one in said.outcomes:
        order = one.claim.id.partition("/")[0]
        assert shipping(shop.oms, order) == {each.day: each.units for each in one.confirmed}
    laws.check(shop.oms)
    assert not shop.oms.do(command).events


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"strategy": "grab"}, "$.strategy"),
        ({"strategies": {"o-1": "grab"}}, "$.strategies.o-1"),
        ({"strategies": ["o-1"]}, "$.strategies"),
        ({"ranks": {"o-1": 1.5}}, "$.ranks.o-1"),
        ({"ranks": {"o-9": 1}}, "$.ranks.o-9"),
    ],
)
def test_bad_input_is_refused_by_name(asked: dict[str, object], path: str) -> None:
    """The path says which field to mend, and nothing has changed."""
    shop = a_busy_shop()
    before = shop.oms.history(BACKLOG.key("TEA"))
    with pytest.raises(Unreadable) as refused:
        shop.oms.do(ReallocateBacklog("TEA", "berlin", **asked))  # type: ignore[arg-type]
    assert refused.value.path == path
    assert shop.oms.history(BACKLOG.key("TEA")) == before


def test_unknown_places_are_refused() -> None:
    """Both are told at once."""
    a_busy_shop().refuses(
        ReallocateBacklog("TAE", "berlni"), NoSuchNode(NodeId("berlni")), NoSuchItem(Sku("TAE"))
    )
