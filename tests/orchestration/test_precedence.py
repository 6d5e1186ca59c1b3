"""Who goes first of those who wait and those who ask, as a policy."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from omscore.adapters.clocks import CountingIds
from omscore.atp.requests import (
    Request,
    Wanted,
)
from omscore.kernel.ids import LineId, OrderId
from omscore.oms import Oms
from omscore.orchestration.backlog import Backlog, Waiting
from omscore.orchestration.planning import Planner
from omscore.orchestration.precedence import ByRank, first_come, whoever_asks
from omscore.orchestration.requesting import Reserving
from omscore.runtime.configuration import Configuration
from omscore.testing import laws
from omscore.testing.builders import a_shop, an_order, received
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

    ahead = sum(units for id_, units in queue if key(id_) < key(who))

    assert ByRank(ranks, otherwise=1)(backlog(queue), who) == ahead


@given(queues, names | st.none())
def test_without_ranks_who_came_first_is_first(queue: Queue, who: str | None) -> None:
    """The default is the case of equal ranks."""
    assert first_come(backlog(queue), who) == ByRank({})(backlog(queue), who)
    assert whoever_asks(backlog(queue), who) == 0


def waiting(configuration: Configuration) -> tuple[Shop, Oms]:
    """Three units wait for tea, four have come, and nobody was told of them yet."""
    shop = a_shop({}, configuration=configuration).given(an_order(3))
    later = Oms(
        shop.oms.storage,
        clock=shop.clock,
        ids=CountingIds("w"),
        inline=False,
        configuration=configuration,
    )
    later.do(received(4))
    return shop, later


def a_request(owner: str) -> Request:
    return Request(owner, [Wanted("TEA", 2)], at="berlin", ttl=timedelta(minutes=30))


def test_a_host_lets_some_carts_pass() -> None:
    """Subscribers go before who waits, and all others behind."""
    reserving = Reserving(precedence=ByRank({"subscriber": 0}, otherwise=1))
    _, oms = waiting(Configuration(reserving=reserving))

    assert not oms.reserve(a_request("anybody")).granted
    assert oms.reserve(a_request("subscriber")).granted
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
