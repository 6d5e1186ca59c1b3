"""What is withheld from who asks is withheld from who holds, for more units or other nodes."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds, FixedClock
from omscore.adapters.memory import MemoryStore
from omscore.atp.availability import Availability, Protecting
from omscore.atp.position import POSITION
from omscore.atp.protection import Protection, Segment
from omscore.atp.questions import Shipment
from omscore.atp.reallocation import STRATEGIES, Strategy, by_then
from omscore.atp.requests import Grant
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.atp.tickets import MoveReservation, ResizeReservation
from omscore.catalog.item import Item
from omscore.oms import Oms
from omscore.orchestration.backlog import RankWaiting
from omscore.runtime.configuration import Configuration
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
    received,
)
from omscore.testing.story import Shop

BOTH = ["berlin", "paris"]
WEB = Protection([Segment("web", 40, "percent"), Segment("shop", 30, "percent")], unassigned=False)
SAFE = Availability(safety=SafetyStock([SafetyRule(units=3)]))
SHARED = Availability(protecting=[Protecting(protection=WEB)])
KEEPING = Availability(
    safety=SafetyStock([SafetyRule(units=2)]), protecting=[Protecting(protection=WEB)]
)


def shop_with(availability: Availability, berlin: int = 10, paris: int = 10) -> Shop:
    """Tea in Berlin and in Paris, promised as *availability* says."""
    there = {"berlin": berlin, "paris": paris}
    return a_shop(
        {node: {"TEA": units} for node, units in there.items() if units},
        nodes=[a_node("berlin"), a_node("paris")],
        configuration=Configuration(availability=availability),
    )


def resized(shop: Shop, grant: Grant, quantity: int) -> Grant:
    [ticket] = grant.tickets
    return shop.oms.do(ResizeReservation(grant.owner, ticket, quantity=quantity)).grants[0]


def moved(shop: Shop, grant: Grant, node: str) -> Grant:
    [ticket] = grant.tickets
    return shop.oms.do(MoveReservation(grant.owner, ticket, node=node)).grants[0]


def figures(grant: Grant) -> tuple[object, object]:
    [why] = grant.why
    return why.figures["asked"], why.figures["available"]


def test_who_wants_more_gets_no_safety_stock() -> None:
    """Ten there, three for safety, five held: two more, and not a third."""
    shop = shop_with(SAFE)
    grant = shop.oms.reserve(a_request(5))

    assert figures(resized(shop, grant, 8)) == (3, 2)
    assert shop.oms.available("TEA", "berlin") == 2
    assert resized(shop, grant, 7).granted
    assert shop.oms.available("TEA", "berlin") == 0
    laws.check(shop.oms)


def test_who_moves_gets_no_safety_stock_where_it_goes() -> None:
    """What it leaves behind is at another node, and does not count."""
    shop = shop_with(SAFE, paris=6)
    grant = shop.oms.reserve(a_request(4))

    assert figures(moved(shop, grant, "paris")) == (4, 3)
    assert moved(shop, shop.oms.reserve(a_request(3, owner="cart-2")), "paris").granted
    assert [shop.oms.available("TEA", node) for node in BOTH] == [3, 0]
    laws.check(shop.oms)


def test_who_wants_more_has_the_share_of_its_channel_and_its_own_units_are_part_of_it() -> None:
    """Four of ten for the web: two are held, so two more are there; a fifth is the others'."""
    shop = shop_with(SHARED)
    grant = shop.oms.reserve(a_request(2, channel="web"))

    assert figures(resized(shop, grant, 5)) == (3, 2)
    assert resized(shop, grant, 4).granted
    assert shop.oms.available("TEA", "berlin", channel="shop") == 3
    laws.check(shop.oms)


def test_who_moves_takes_of_the_share_of_its_channel_there() -> None:
    """The shop has three in Paris; a fourth that it brings from Berlin is the web's."""
    shop = shop_with(SHARED)
    first = shop.oms.reserve(a_request(2, channel="shop", at="paris"))
    other = shop.oms.reserve(a_request(2, channel="shop", owner="cart-2"))
    assert all(one.granted for one in (first, other))

    assert figures(moved(shop, other, "paris")) == (2, 1)
    assert shop.oms.available("TEA", "paris", channel="web") == 4
    laws.check(shop.oms)


def test_a_percentage_of_the_network_is_withheld_from_who_wants_more() -> None:
    """A fifth of twenty is four, half of it here; that rule has to know what every node has."""
    shop = shop_with(Availability(safety=SafetyStock([SafetyRule(percent=20)])))
    grant = shop.oms.reserve(a_request(5))

    assert figures(resized(shop, grant, 9)) == (4, 3)
    assert resized(shop, grant, 8).granted


def test_a_rule_for_a_class_of_items_is_for_holders_too() -> None:
    """Which rule is right is a fact of the item."""
    rules = SafetyStock([SafetyRule(units=3, classes=["category:tea"])])
    shop = shop_with(Availability(safety=rules))
    shop.oms.know(Item("TEA", classes=["category:tea"]))

    assert figures(resized(shop, shop.oms.reserve(a_request(5)), 8)) == (3, 2)


def test_nobody_gives_way_into_safety_stock() -> None:
    """Somebody who may sit in Paris does not leave Berlin for the three that are kept there."""
    shop = shop_with(SAFE, berlin=5, paris=3)
    assert shop.oms.reserve(a_request(2, owner="cart-1", at=BOTH)).granted

    grant = shop.oms.reserve(a_request(1, owner="cart-2", at="berlin"))
    assert not grant.granted
    assert [shop.oms.available("TEA", node) for node in BOTH] == [0, 0]
    laws.check(shop.oms)


def test_nobody_gives_way_into_the_share_of_another() -> None:
    """One of the shop may go to Paris for one of the web, but only as far as its own share goes."""
    shop = shop_with(SHARED)
    for n, at in enumerate((BOTH, "paris")):
        grant = shop.oms.reserve(a_request(3, owner=f"cart-{n}", channel="shop", at=at))
        assert grant.granted
    assert not shop.oms.reserve(a_request(1, owner="cart-9", channel="shop", at="berlin")).granted
    assert shop.oms.available("TEA", "paris", channel="web") == 4
    laws.check(shop.oms)


# --- who waits ----------------------------------------------------------------------------------


def test_who_waits_is_not_promised_safety_stock() -> None:
    """Asked what would become of the backlog, and when it is its turn: two of five, not five."""
    shop = shop_with(SAFE, berlin=0, paris=0).given(an_order(4, id="o-1"), an_order(4, id="o-2"))
    shop.given(expected(5, day(3)))
    done = shop.oms.reallocation("TEA", "berlin", ranks={"o-2": -1})

    assert done.confirmed("o-2/1") == (Shipment(day(3), 2),)
    assert done.confirmed("o-1/1") == ()
    shop.given(RankWaiting("TEA", ["o-2"]))
    assert shop.oms.order("o-2").stages == {"backordered": 4}
    assert shop.oms.order("o-1").stages == {"allocated": 2, "backordered": 2}
    laws.check(shop.oms)


def test_who_is_ranked_first_gets_no_safety_stock() -> None:
    """A better turn is no claim to what is kept for nobody."""
    shop = shop_with(SAFE, berlin=0, paris=0).given(an_order(4, id="o-1"), an_order(4, id="o-2"))
    shop.given(RankWaiting("TEA", ["o-2"]), received(5))

    assert shop.oms.order("o-2").stages == {"released": 2, "backordered": 2}
    assert shop.oms.order("o-1").stages == {"backordered": 4}
    laws.check(shop.oms)


def test_what_was_promised_before_a_rule_came_may_be_kept() -> None:
    """Three are kept for safety from now on; who has all five keeps them, or they change hands."""
    clock = FixedClock(MONDAY)
    before = Oms(MemoryStore(), clock=clock, ids=CountingIds("a"))
    shop = Shop(before, clock)
    before.know(Item("TEA"), a_node("berlin"))
    shop.given(expected(5, day(3)), an_order(5, id="o-1"), an_order(5, id="o-2"))
    after = Oms(
        before.storage,
        clock=clock,
        ids=CountingIds("b"),
        configuration=Configuration(availability=SAFE),
    )

    assert after.reallocation("TEA", "berlin", "gain").changed() == ()
    first = after.reallocation("TEA", "berlin", ranks={"o-2": -1})
    assert first.confirmed("o-2/1") == (Shipment(day(3), 5),)
    assert first.confirmed("o-1/1") == ()


def test_a_channel_that_waits_is_promised_its_share() -> None:
    """Ten are due: three for the shop, who came second; the web has four, and others three."""
    shop = shop_with(SHARED, berlin=0, paris=0)
    shop.given(*(an_order(9, id=f"o-{one}", channel=one) for one in ("web", "shop")))
    shop.given(expected(10, day(3)))
    done = shop.oms.reallocation("TEA", "berlin", ranks={"o-shop": -1})

    assert done.confirmed("o-shop/1") == (Shipment(day(3), 3),)
    assert done.confirmed("o-web/1") == (Shipment(day(3), 4),)
    lost = shop.oms.reallocation("TEA", "berlin", strategies={"o-web": "lose"})
    assert lost.confirmed("o-shop/1") == (Shipment(day(3), 3),)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["web", "shop", None])), max_size=4),
    st.sampled_from(STRATEGIES),
    st.integers(0, 4),
)
def test_nothing_withheld_is_handed_out_anew(
    due: Sequence[tuple[int, int]],
    asked: Sequence[tuple[int, str | None]],
    strategy: Strategy,
    best: int,
) -> None:
    """Up to each day no more than is left of what came; to no channel more than its share."""
    shop = shop_with(KEEPING, berlin=0, paris=0)
    shop.given(*(expected(units, day(on + 1), document=f"po-{on}") for on, units in due[:1]))
    shop.given(*(an_order(units, id=f"o-{n}", channel=c) for n, (units, c) in enumerate(asked)))
    more = [expected(units, day(on + 1), document=f"more-{n}") for n, (on, units) in enumerate(due)]
    shop.given(*more)
    ranks = {f"o-{best}": -1} if best < len(asked) else {}
    done = shop.oms.reallocation("TEA", "berlin", strategy, ranks=ranks)

    came = [(day(on + 1), units) for on, units in (*due[:1], *due)]
    for on in range(1, 6):
        given_ = sum(by_then(one.confirmed, day(on)) for one in done.outcomes)
        assert given_ <= max(0, sum(units for at, units in came if at <= day(on)) - 2)
    shares = WEB.shares(max(0, sum(units for _, units in came) - 2))
    for channel, share in (("web", shares["web"]), ("shop", shares["shop"]), (None, shares[""])):
        names = [f"o-{n}/1" for n, (_, sold) in enumerate(asked) if sold == channel]
        assert sum(one.units for name in names for one in done.confirmed(name)) <= share


# --- whatever they do ---------------------------------------------------------------------------

nodes = st.sampled_from(BOTH)
steps = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "resize", "move"]),
        nodes | st.just(BOTH),
        st.integers(1, 6),
        st.sampled_from(["web", "shop", None]),
        st.integers(0, 9),
    ),
    max_size=10,
)


@given(steps, st.integers(4, 14), st.integers(4, 14))
def test_whatever_holders_do_safety_stock_and_shares_are_kept(
    done: Sequence[tuple[str, str | list[str], int, str | None, int]], berlin: int, paris: int
) -> None:
    """At no node is safety stock touched, or more taken through a channel than its share."""
    shop, grants = shop_with(KEEPING, berlin, paris), list[Grant]()
    for n, (what, at, units, channel, which) in enumerate(done):
        if what == "reserve" or not grants:
            asked = a_request(units, owner=f"cart-{n}", at=at, channel=channel, ttl=HOUR)
            grants += [one] if (one := shop.oms.reserve(asked)).granted else []
            continue
        held = grants[which % len(grants)]
        tickets = [shop.oms.reservation(one.reservation).ticket for one in held.kept]
        for ticket in tickets:
            resize = ResizeReservation(held.owner, ticket, quantity=units)
            to = at if isinstance(at, str) else "paris"
            move = MoveReservation(held.owner, ticket, node=to)
            shop.oms.do(resize if what == "resize" else move)
    for node, there in zip(BOTH, (berlin, paris), strict=True):
        position = shop.oms.get(POSITION.key(f"{node}/TEA/sellable"))
        taken = {channel: 0 for channel in ("web", "shop", None)}
        for kept in position.held if position is not None else ():
            taken[kept.channel] += kept.units
        shares = WEB.shares(there - 2)
        assert all(units <= shares[channel or ""] for channel, units in taken.items())
    laws.check(shop.oms)
