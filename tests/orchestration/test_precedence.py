"""Who goes first of those who wait and those who ask, as a policy."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds
from omscore.atp.requests import Request, StockAnswered, Wanted
from omscore.atp.tickets import ResizeReservation
from omscore.kernel.ids import LineId, NodeId, OrderId, Region
from omscore.network.facts import STANDARD, Network
from omscore.oms import Oms
from omscore.orchestration.backlog import Backlog, Waiting
from omscore.orchestration.planning import Planner
from omscore.orchestration.precedence import (
    ByRank,
    first_come,
    left_to,
    waiting_at,
    whoever_asks,
)
from omscore.orchestration.requesting import Reserving
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import a_node, a_shop, an_order, received
from omscore.testing.story import Shop

names = st.sampled_from(["o-1", "o-2", "o-3", "o-4"])
queues = st.lists(st.tuples(names, st.integers(1, 5)), max_size=6, unique_by=lambda one: one[0])
Queue = Sequence[tuple[str, int]]


def backlog(queue: Queue) -> Backlog:
    return Backlog(tuple(Waiting(OrderId(id_), LineId("1"), units) for id_, units in queue))


@given(queues, st.dictionaries(names, st.integers(0, 2)), names | st.none())
def test_ranks_go_before_places(queue: Queue, ranks: Mapping[str, int], who: str | None) -> None:
    """As if all were sorted by rank, then by place; a newcomer has the last place."""
    places = {id_: place for place, (id_, _) in enumerate(queue)}

    def key(id_: str | None) -> tuple[int, int]:
        return ranks.get(id_ or "", 1), places.get(id_ or "", 99)

    ahead = [id_ for id_, _ in queue if key(id_) < key(who)]

    assert [one.order for one in ByRank(ranks, otherwise=1)(backlog(queue), who)] == ahead


@given(queues, names | st.none())
def test_without_ranks_who_came_first_is_first(queue: Queue, who: str | None) -> None:
    """The default is the case of equal ranks."""
    assert first_come(backlog(queue), who) == ByRank({})(backlog(queue), who)
    assert not whoever_asks(backlog(queue), who)


# --- where units are left to those who wait -----------------------------------------------------


NODES = [NodeId(name) for name in ("berlin", "lyon", "rome", "wien")]
REGIONS = [Region(name) for name in ("AT", "DE", "FR")]
ways = st.dictionaries(
    st.sampled_from(REGIONS), st.sets(st.sampled_from(NODES)), min_size=3, max_size=3
)
crowds = st.lists(st.tuples(st.sampled_from([*REGIONS, None]), st.integers(1, 3)), max_size=4)


def a_network(served: Mapping[Region, set[NodeId]]) -> Network:
    sends = {node: [to for to, nodes in served.items() if node in nodes] for node in NODES}
    return Network(nodes={node: a_node(node, ships_to=to) for node, to in sends.items()})


def a_crowd(crowd: Sequence[tuple[Region | None, int]]) -> list[Waiting]:
    return [
        Waiting(OrderId(f"o-{n}"), LineId("1"), units, to=to, method=STANDARD if to else None)
        for n, (to, units) in enumerate(crowd)
    ]


def served_at_most(free: Mapping[NodeId, int], wanted: Sequence[Sequence[NodeId]]) -> int:
    """Every way of giving one unit after the other, or none."""
    if not wanted:
        return 0
    first, *rest = wanted
    best = served_at_most(free, rest)
    for node in first:
        if free[node]:
            less = {**free, node: free[node] - 1}
            best = max(best, 1 + served_at_most(less, rest))
    return best


@given(ways, crowds, st.lists(st.integers(0, 3), min_size=4, max_size=4))
@example(  # who has moved over once is not there to move over again
    {Region("AT"): {NODES[0], NODES[1]}, Region("DE"): set(), Region("FR"): set()},
    [(None, 2), (Region("AT"), 1), (Region("AT"), 1)],
    [1, 1, 0, 2],
)
def test_as_much_is_left_as_those_who_wait_can_have(
    served: Mapping[Region, set[NodeId]],
    crowd: Sequence[tuple[Region | None, int]],
    there: Sequence[int],
) -> None:
    """No unit more than can serve them, where it can, and none fewer, whoever has to move over."""
    network, free = a_network(served), dict(zip(NODES, there, strict=True))
    left = left_to(a_crowd(crowd), network, free)

    assert all(0 <= left[node] <= free[node] for node in NODES)
    wanted = [
        NODES if to is None else sorted(served[to]) for to, units in crowd for _ in range(units)
    ]
    assert sum(left.values()) == served_at_most(free, wanted)
    assert served_at_most(left, wanted) == sum(left.values())


@given(ways, crowds, st.sampled_from(NODES))
def test_at_one_node_all_are_left_that_it_could_send(
    served: Mapping[Region, set[NodeId]],
    crowd: Sequence[tuple[Region | None, int]],
    node: NodeId,
) -> None:
    """A group of one node is a node."""
    network, waits = a_network(served), a_crowd(crowd)
    left = left_to(waits, network, {node: 99})

    assert left == {node: waiting_at(waits, network, node)}


# --- what that means ----------------------------------------------------------------------------


def not_told(shop: Shop, configuration: Configuration | None = None) -> Oms:
    """The shop, where nobody who waits hears of what comes."""
    return Oms(
        shop.oms.storage,
        clock=shop.clock,
        ids=CountingIds("w"),
        inline=False,
        configuration=configuration,
    )


def waiting(configuration: Configuration | None = None) -> tuple[Shop, Oms]:
    """Three units wait for tea, four have come, and nobody was told of them yet."""
    shop = a_shop({}, configuration=configuration).given(an_order(3))
    later = not_told(shop, configuration)
    later.do(received(4))
    return shop, later


def a_cart(owner: str, units: int = 2, at: str | Sequence[str] = "berlin") -> Request:
    return Request(owner, [Wanted("TEA", units)], at=at, ttl=timedelta(minutes=30))


def test_what_others_wait_for_is_not_available() -> None:
    """A question is told what a cart is given, and why; several nodes are asked as one."""
    _, oms = waiting()
    oms.do(received(2, node="paris"))

    assert oms.available("TEA", "berlin") == 1
    assert oms.availabilities([("TEA", "berlin")]) == {("TEA", "berlin"): 1}
    assert [row.available for row in oms.availability("TEA", "berlin")][:1] == [1]
    assert oms.earliest("TEA", "berlin", 2) is None
    assert oms.over_nodes("TEA", ["berlin", "paris"])[0].available == 3
    told = str(oms.explain_availability("TEA", "berlin", quantity=2))
    assert "-3 left to those who wait" in told
    assert "1 more unit" in told
    assert oms.reserve(a_cart("cart-1", 1)).granted
    assert not oms.reserve(a_cart("cart-2", 1)).granted
    assert oms.reserve(a_cart("cart-3", 2, at=["berlin", "paris"])).granted
    laws.check(oms)


def test_units_are_kept_only_where_they_are_of_use() -> None:
    """Who waits in Britain can be served from London alone: what is in Berlin is for who asks."""
    shop = a_shop({}).given(an_order(3, ship_to="GB"))
    oms = not_told(shop)
    oms.do(received(3))
    oms.do(received(2, node="london"))

    assert [oms.available("TEA", node) for node in ("berlin", "london")] == [3, 0]
    assert oms.over_nodes("TEA")[0].available == 3
    assert not oms.reserve(a_cart("cart-1", 1, at="london")).granted
    assert oms.reserve(a_cart("cart-2", 1)).granted
    oms.do(an_order(2, id="o-2"))
    assert oms.order("o-2").stages == {"allocated": 2}
    laws.check(oms)


def test_a_cart_grows_behind_those_who_wait() -> None:
    """What comes on top is asked for like anything else."""
    shop = a_shop({"berlin": {"TEA": 1}})
    [ticket] = shop.oms.reserve(a_cart("cart-1", 1)).tickets
    shop.given(an_order(3))
    oms = not_told(shop)
    oms.do(received(4))

    for units, granted in ((3, False), (2, True)):
        done = oms.do(ResizeReservation("cart-1", ticket, quantity=units))
        [answered] = [one.event for one in done.events if isinstance(one.event, StockAnswered)]
        assert answered.grants[0].granted == granted
    laws.check(oms)


def test_a_host_lets_some_carts_pass() -> None:
    """Subscribers go before who waits, and all others behind."""
    reserving = Reserving(precedence=ByRank({"subscriber": 0}, otherwise=1))
    _, oms = waiting(Configuration(reserving=reserving))

    assert not oms.reserve(a_cart("anybody")).granted
    assert oms.reserve(a_cart("subscriber")).granted
    laws.check(oms)


def test_a_host_lets_some_orders_pass() -> None:
    """The same value says so for orders; what waits keeps its place for what is left."""
    planner = Planner(precedence=ByRank({"o-9": 0}, otherwise=1))
    shop, oms = waiting(Configuration(planner=planner))
    oms.do(an_order(2, id="o-8"))
    oms.do(an_order(2, id="o-9"))
    while oms.work():
        pass

    waits = {id_: shop.oms.order(id_).stages.get("backordered", 0) for id_ in ("o-1", "o-8", "o-9")}
    assert waits == {"o-1": 2, "o-8": 1, "o-9": 0}
    laws.check(oms)
