"""What is usual on a way, and how many times as long the next parcel may take."""

from __future__ import annotations

from datetime import date
from math import sqrt
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import NodeId, Region
from omscore.network.calendar import delivery_day
from omscore.network.expecting import Expected, at_confidence, expected
from omscore.network.facts import PICKUP, STANDARD, Lane, Network, Node
from omscore.network.learned import Shipment
from omscore.network.pace import Factor, Pace, Ratio
from omscore.network.pacing import learn_pace, places_of
from omscore.network.places import Destination
from omscore.testing.builders import DAY, TODAY, day

SELLERS = {"ana": "SP", "bia": "SP", "caio": "RJ"}
AREAS = {"SP-0": "SP", "SP-1": "SP", "RJ-2": "RJ"}
LATER = day(400)


def a_market() -> Network:
    """Three sellers in two states, each with a way to both; areas within the states."""
    nodes = [Node(seller, region=state) for seller, state in SELLERS.items()]
    lanes = [Lane(node.id, state) for node in nodes for state in ("SP", "RJ")]
    return Network(
        {node.id: node for node in nodes},
        {(lane.node, lane.to, lane.method): lane for lane in lanes},
        destinations={Region(to): Destination(to, within=whole) for to, whole in AREAS.items()},
    )


def knowing(shipments: list[Shipment], today: date = LATER) -> Network:
    """The market, and what the shipments teach."""
    network = a_market()
    paces = learn_pace(network, shipments, today=today)
    return attrs.evolve(network, paces={one.method: one for one in paces})


def sent(days: int | None, *, node: str = "ana", to: str = "SP", on: date = TODAY) -> Shipment:
    """A parcel that took so many days, or is on its way."""
    return Shipment(node, to, on, None if days is None else on + days * DAY)


def at(network: Network, share: int, node: str = "ana", to: str = "SP", least: int = 1) -> Expected:
    """What is expected of a way."""
    lane = network.lane(network.nodes[NodeId(node)], Region(to), STANDARD)
    assert lane is not None
    return expected(network, lane, share, least)


@st.composite
def histories(draw: st.DrawFn) -> list[Shipment]:
    """Some parcels of four weeks; some have not arrived when they are looked at."""
    places = st.tuples(st.sampled_from(list(SELLERS)), st.sampled_from([*AREAS, "SP", "RJ"]))
    each = st.tuples(places, st.integers(0, 28), st.integers(0, 40) | st.none())
    return [
        sent(took, node=node, to=to, on=day(on))
        for (node, to), on, took in draw(st.lists(each, max_size=25))
    ]


# --- laws -------------------------------------------------------------------------------------


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_a_history_does_not_matter(past: list[Shipment], chance: Random) -> None:
    """Whoever reads it back to front learns the same, to the last digit."""
    other = chance.sample(past, len(past))

    assert learn_pace(a_market(), other, today=day(30)) == learn_pace(
        a_market(), past, today=day(30)
    )


@given(histories(), st.integers(1, 98))
def test_more_confidence_takes_more_days(past: list[Shipment], share: int) -> None:
    """On every way, and at some point more shipments than there are."""
    network = knowing(past, day(30))
    for node in SELLERS:
        for to in AREAS:
            low, high = at(network, share, node, to), at(network, share + 1, node, to)
            assert high.level == "fixed" or (low.level == "pace" and low.days <= high.days)


@given(histories(), histories())
def test_what_happens_later_teaches_nothing(past: list[Shipment], more: list[Shipment]) -> None:
    """What arrives from today on is on the way, whenever that is; what leaves then is not there."""
    today = day(15)
    hidden = [
        one if one.delivered is None or one.delivered < today else attrs.evolve(one, delivered=None)
        for one in past
    ]
    later = [attrs.evolve(one, shipped=today, delivered=None) for one in more]

    assert learn_pace(a_market(), hidden + later, today=today) == learn_pace(
        a_market(), past, today=today
    )


@given(histories(), st.integers(0, 40), st.integers(1, 99))
def test_what_always_takes_as_long_is_promised_so(
    past: list[Shipment], days: int, share: int
) -> None:
    """Whatever the way and the confidence: no rounding adds a day, and none is lost."""
    same = [sent(days, node=one.node, to=one.to, on=one.shipped) for one in past]
    network = knowing(same, day(80))
    for node in SELLERS:
        found = at(network, share, node)
        assert found.level == "fixed" or found.days == days


@given(histories(), st.integers(1, 99))
def test_a_way_takes_as_long_as_is_expected_of_it(past: list[Shipment], share: int) -> None:
    """The network that a plan is made on, by hand: never sooner, never later."""
    known = knowing(past, day(30))
    sure = at_confidence(known, share, 1)
    for node in known.nodes.values():
        for to in map(Region, [*AREAS, "SP", "RJ"]):
            plain, lane = known.lane(node, to, STANDARD), sure.lane(node, to, STANDARD)
            assert plain is not None
            assert lane is not None
            days = expected(known, plain, share, 1).days
            assert lane == attrs.evolve(plain, transit_days=days)
            assert delivery_day(lane, sure, TODAY) == TODAY + days * DAY


@pytest.mark.parametrize("share", [50, 90, 95])
def test_as_many_held_back_shipments_as_promised_are_on_time(share: int) -> None:
    """Sellers and areas differ, as they do, and most have few shipments.

    2,000 are learned from and 2,000 held back, so bounds are those of two samples.  Whole days make
    it surer by what a day brings, which is little, for they are many; the factors are not exact.
    """
    chance = Random(share)
    slow = {node: chance.uniform(0.6, 1.6) for node in SELLERS}
    far = {to: chance.uniform(0.8, 1.5) for to in AREAS}

    def draw(on: date) -> Shipment:
        node, to = chance.choice(list(SELLERS)), chance.choice(list(AREAS))
        took = 12 * slow[node] * far[to] * chance.lognormvariate(0, 0.5)
        return sent(round(took), node=node, to=to, on=on)

    network = knowing([draw(day(n // 25)) for n in range(2_000)], day(85))
    late = [draw(day(400)) for _ in range(2_000)]
    days = {(node, to): at(network, share, node, to).days for node in SELLERS for to in AREAS}
    kept = sum(_took(one) <= days[one.node, one.to] for one in late)

    assert abs(kept / 2_000 - share / 100) < 4 * sqrt(2 * share * (100 - share) / 10_000 / 2_000)


def _took(shipment: Shipment) -> int:
    assert shipment.delivered is not None
    return (shipment.delivered - shipment.shipped).days


# --- what is usual ----------------------------------------------------------------------------


def test_few_shipments_say_little_and_many_are_believed() -> None:
    """All take ten days, but those from Caio thirty: one of him is hardly heard, forty are."""
    plain = [sent(10, node=node) for node in ("ana", "bia") for _ in range(100)]
    [few] = learn_pace(a_market(), [*plain, sent(30, node="caio", to="RJ")], today=LATER)
    many = [*plain, *(sent(30, node="caio", to="RJ") for _ in range(40))]
    [enough] = learn_pace(a_market(), many, today=LATER)
    way = places_of(a_market(), NodeId("caio"), Region("RJ"))

    assert 10_000 < few.usual_e3(way) < 15_000
    assert 25_000 < enough.usual_e3(way) <= 30_000


def test_what_is_known_of_a_seller_and_of_an_area_holds_where_they_never_met() -> None:
    """Bia is slow, and RJ-2 is far: nobody of her has ever sent anything there."""
    rows = [
        sent(took, node=node, to=to)
        for node, to, took in (("ana", "SP-0", 4), ("ana", "RJ-2", 8), ("bia", "SP-0", 8))
        for _ in range(60)
    ]
    [pace] = learn_pace(a_market(), rows, today=LATER)
    usual = {
        (node, to): pace.usual_e3(places_of(a_market(), NodeId(node), Region(to)))
        for node in SELLERS
        for to in AREAS
    }

    assert usual["bia", "RJ-2"] > max(usual["ana", "RJ-2"], usual["bia", "SP-0"])
    assert usual["ana", "SP-1"] < usual["bia", "SP-1"]


def test_an_expectation_says_what_is_usual_and_how_much_longer_it_may_take() -> None:
    """In a sentence that a customer service can repeat."""
    rows = [sent(10, on=day(n)) for n in range(36)] + [sent(21, on=day(n)) for n in range(4)]
    network = knowing(rows, day(60))

    assert str(at(network, 95)) == (
        "usual 11.1 days on this way, 1 in 20 takes more than 2.02 times as long "
        "(40 shipments on all ways)"
    )
    assert "3 in 100 take more than" in str(at(network, 97))
    assert at(network, 95).days == 22  # 2.02 times 11.09
    assert str(at(network, 95, least=41)) == "2 days, as the lane says"
    assert str(Expected(1, "region", 40, 90)) == (
        "90 in 100 take 1 day at most (40 shipments on the region)"
    )


def test_who_collects_waits_for_no_carrier() -> None:
    """At once, whatever was learned of others who collect."""
    store = Node("shop", kind="store")
    network = Network({store.id: store}, paces={PICKUP: Pace(PICKUP, 3_000, (), [Ratio(100, 99)])})
    lane = at_confidence(network, 90, 1).lane(store, Region("shop"), PICKUP)

    assert lane is not None
    assert lane.transit_days == 0


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Factor(0), "$.factor_e3"),
        (lambda: Factor(1.5), "$.factor_e3"),  # type: ignore[arg-type]
        (lambda: Ratio(-1), "$.percent"),
        (lambda: Pace("standard", -1), "$.mean_e3"),
        (lambda: Pace("standard", 1, [Factor(1, to="SP"), Factor(2, to="SP")]), "$.factors"),
        (lambda: Pace("standard", 1, (), [Ratio(100), Ratio(100, 1)]), "$.ratios"),
        (lambda: Destination("SP", within="SP"), "$.within"),
        (lambda: learn_pace(Network(), [sent(1)], today=LATER), "$.shipments[0]"),
    ],
)
def test_what_is_no_pace_is_refused(make: Any, path: str) -> None:
    """With a path, and before anything is made of it."""
    with pytest.raises(Unreadable) as unreadable:
        make()

    assert unreadable.value.path == path
