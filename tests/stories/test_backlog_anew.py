"""Stories of a backlog: who would get what if it were shared or promised anew; who goes first."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.messages import ChangeSupply, NoSuchItem, NoSuchNode
from omscore.atp.questions import Shipment
from omscore.atp.reallocation import STRATEGIES, Strategy
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import NodeId, OrderId, Sku
from omscore.orchestration.backlog import BACKLOG, DoesNotWait, RankWaiting
from omscore.testing import laws
from omscore.testing.builders import HOUR, TODAY, a_shop, an_order, day, expected, received
from omscore.testing.story import Shop


def a_busy_shop() -> Shop:
    """Four wait for six that are due on day 3 and, behind them, for what nobody knows of."""
    shop = a_shop({}).given(expected(6, day(3)))
    return shop.given(*(an_order(3, id=f"o-{n}") for n in range(1, 5)))


# --- asking -----------------------------------------------------------------------------------


def test_a_backlog_is_listed_in_the_order_of_the_queue() -> None:
    """Two orders are allocated to what is due; the others wait."""
    shop = a_busy_shop()

    assert [(one.order, one.quantity) for one in shop.oms.backlog("TEA")] == [
        ("o-3", 3),
        ("o-4", 3),
    ]
    assert shop.oms.backlog("POT") == ()


def test_units_can_be_shared_over_those_who_wait() -> None:
    """By the queue, fairly, or by ranks of the host."""
    oms = a_busy_shop().oms

    assert oms.shared("TEA", 4).units == {"o-3/1": 3, "o-4/1": 1}
    assert oms.shared("TEA", 4, "max-min").units == {"o-3/1": 2, "o-4/1": 2}
    assert oms.shared("TEA", 4, ranks={"o-4": -1}).units == {"o-4/1": 3, "o-3/1": 1}


def test_a_late_customer_could_win_over_an_early_one() -> None:
    """Six are due on day 3: by rank, the last who came would have three of them."""
    oms = a_busy_shop().oms
    done = oms.reallocation("TEA", "berlin", ranks={"o-4": -1})

    assert [(one.claim.id, one.verdict) for one in done.outcomes] == [
        ("o-4/1", "improved"),
        ("o-1/1", "kept"),
        ("o-2/1", "lost"),
        ("o-3/1", "kept"),
    ]
    assert done.confirmed("o-4/1") == (Shipment(day(3), 3),)
    assert str(done).splitlines()[2] == (
        "o-2/1 (redistribute) lost: 3 on 2026-03-05 -> nothing"
        "; 3 more units are needed by 2026-03-02 to confirm everything for 2026-03-02"
    )


def test_each_strategy_says_who_bears_it() -> None:
    """Nobody has to pay for a gain; what one gives back goes to the first who waits."""
    oms = a_busy_shop().oms
    assert oms.reallocation("TEA", "berlin", "gain").changed() == ()

    done = oms.reallocation("TEA", "berlin", strategies={"o-1": "lose"})
    assert [(one.claim.id, one.verdict) for one in done.changed()] == [
        ("o-3/1", "improved"),
        ("o-1/1", "lost"),
    ]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_asking_changes_nothing(strategy: Strategy) -> None:
    """A question is asked as often as somebody likes."""
    shop = a_busy_shop()
    before = shop.oms.history(BACKLOG.key("TEA"))
    answer = shop.oms.reallocation("TEA", "berlin", strategy)

    assert shop.oms.reallocation("TEA", "berlin", strategy) == answer
    assert shop.oms.history(BACKLOG.key("TEA")) == before
    laws.check(shop.oms)


def test_what_a_node_was_given_stays_with_it() -> None:
    """Released units are being picked: nobody takes them away by a better rank."""
    shop = a_shop({"berlin": {"TEA": 2}}).given(an_order(2, id="o-1"), an_order(2, id="o-2"))
    done = shop.oms.reallocation("TEA", "berlin", ranks={"o-2": -1})

    assert [one.claim.id for one in done.outcomes] == ["o-2/1"]
    assert done.confirmed("o-2/1") == ()


@given(
    supplies=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 6)), min_size=1, max_size=3),
    asked=st.lists(st.integers(1, 4), min_size=1, max_size=4),
)
def test_first_come_first_served_is_what_the_shop_does_already(
    supplies: list[tuple[int, int]], asked: list[int]
) -> None:
    """Whoever is promised anew in the old order gets no fewer units than before."""
    shop = a_shop({}, skus=("TEA",))
    for place, (quantity, on) in enumerate(supplies):
        shop.given(expected(quantity, day(on), document=f"po-{place}"))
    shop.given(*(an_order(units, id=f"o-{place}") for place, units in enumerate(asked)))

    done = shop.oms.reallocation("TEA", "berlin", "gain")
    assert all(one.verdict in ("kept", "improved") for one in done.outcomes)
    due = sum(quantity for quantity, _ in supplies)
    anew = shop.oms.reallocation("TEA", "berlin", "redistribute")
    given_ = sum(each.units for one in anew.outcomes for each in one.confirmed)
    assert given_ == min(due, sum(asked))


# --- who goes first ---------------------------------------------------------------------------


def test_who_is_ranked_first_is_served_first() -> None:
    """A planner lets the last in line go first; the others keep their order behind it."""
    shop = a_busy_shop().given(RankWaiting("TEA", ["o-4"]), received(4))

    assert shop.oms.order("o-4").status == "released"
    assert shop.oms.order("o-3").stages == {"backordered": 2, "released": 1}
    laws.check(shop.oms)


def test_those_who_are_allocated_do_not_wait() -> None:
    """A typo must not be passed over, and nothing is changed by it."""
    shop = a_busy_shop()

    shop.refuses(
        RankWaiting("TEA", ["o-4", "o-1", "o-9"]), *map(DoesNotWait, map(OrderId, ["o-1", "o-9"]))
    )


def test_ranking_again_changes_nothing() -> None:
    """The first in line may be ranked, so that nobody comes before it; once is enough."""
    shop = a_busy_shop().given(RankWaiting("TEA", ["o-3"]))

    assert not shop.oms.do(RankWaiting("TEA", ["o-3"])).events


# --- who loses what was promised ---------------------------------------------------------------


def test_whoever_loses_a_promise_goes_before_those_who_ordered_later() -> None:
    """Supply comes two days late: the first two keep their turn, the others go on waiting."""
    shop = a_shop({}).given(expected(6, day(3)))
    for n in range(1, 5):
        shop = shop.given(an_order(3, id=f"o-{n}")).after(HOUR)
    shop.given(ChangeSupply(node="berlin", sku="TEA", document="po-1", quantity=6, day=day(5)))

    stages = {id_: shop.oms.order(id_).status for id_ in ("o-1", "o-2", "o-3", "o-4")}
    assert stages == {
        "o-1": "allocated",
        "o-2": "allocated",
        "o-3": "backordered",
        "o-4": "backordered",
    }
    laws.check(shop.oms)


def test_whoever_loses_a_promise_waits_in_front() -> None:
    """Nothing comes at all: the queue is in the order of ordering, except for who was ranked."""
    shop = a_shop({}).given(expected(3, day(3)))
    for n in range(1, 5):
        shop = shop.given(an_order(3, id=f"o-{n}")).after(HOUR)
    shop.given(RankWaiting("TEA", ["o-4"]))
    shop.given(ChangeSupply(node="berlin", sku="TEA", document="po-1", quantity=0, day=day(3)))

    assert [one.order for one in shop.oms.backlog("TEA")] == ["o-4", "o-1", "o-2", "o-3"]
    laws.check(shop.oms)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (lambda shop: shop.oms.reallocation("TEA", "berlin", ranks={"o-9": 1}), "$.ranks.o-9"),
        (
            lambda shop: shop.oms.reallocation("TEA", "berlin", strategies={"o-9": "win"}),
            "$.strategies.o-9",
        ),
        (lambda shop: shop.oms.reallocation("TEA", "berlin", "grab"), "$.strategy"),
        (lambda shop: shop.oms.shared("TEA", -1), "$.total"),
        (lambda _: RankWaiting("TEA", "o-1"), "$.orders"),
        (lambda _: RankWaiting("TEA", []), "$.orders"),
        (lambda _: RankWaiting("TEA", ["o-1", "o-1"]), "$.orders"),
    ],
)
def test_bad_input_is_refused_by_name(asked: Callable[[Shop], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        asked(a_busy_shop())
    assert refused.value.path == path


def test_an_unknown_sku_or_node_is_not_an_empty_backlog() -> None:
    """Nobody waits for what nobody has told us of; that is worth an error."""
    oms = a_busy_shop().oms
    for asked, reason in (
        (lambda: oms.backlog("TAE"), NoSuchItem(Sku("TAE"))),
        (lambda: oms.reallocation("TEA", "berlni"), NoSuchNode(NodeId("berlni"))),
    ):
        with pytest.raises(Refused) as refused:
            asked()
        assert refused.value.reasons == (reason,)
    assert oms.available("TEA", "berlin", day=TODAY) == 0
