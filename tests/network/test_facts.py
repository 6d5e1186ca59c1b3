"""Nodes, lanes and calendars: what makes no sense is found at the door."""

from collections.abc import Callable
from datetime import UTC, time

import pytest
from attrs import evolve as changed
from hypothesis import given

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Method, Region
from omscore.network.facts import (
    CalendarLearned,
    Lane,
    LaneLearned,
    Network,
    NetworkEvent,
    Node,
    NodeKind,
    NodeLearned,
    evolve,
)
from omscore.network.places import Destination, point
from omscore.testing import strategies
from omscore.testing.builders import a_calendar, a_lane, a_node


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: a_node("ber lin"), "$.id"),
        (lambda: a_node(zone="Mars/Olympus"), "$.zone"),
        (lambda: a_node(kind="castle"), "$.kind"),
        (lambda: a_node(capacity={"units": -1}), "$.capacity"),
        (lambda: a_node(capacity={"units": 2.5}), "$.capacity"),
        (lambda: a_node(capacity={"joy": 3}), "$.capacity"),
        (lambda: a_node(cut_off=time(14, tzinfo=UTC)), "$.cut_off"),
        (lambda: a_node(cut_off="14:00"), "$.cut_off"),
        (lambda: a_node(processing_days=-1), "$.processing_days"),
        (lambda: Node("berlin", ships_to="DE"), "$.ships_to"),
        (lambda: a_lane(transit_days=True), "$.transit_days"),
        (lambda: a_lane(parcel_cost=4.5), "$.parcel_cost"),
        (lambda: a_calendar(weekdays=[7]), "$.weekdays"),
        (lambda: a_calendar(weekdays=[]), "$.weekdays"),
        (lambda: a_calendar(weekdays=[1.0]), "$.weekdays"),
        (lambda: a_calendar(holidays="christmas"), "$.holidays"),
        (lambda: a_calendar(holidays=["2026-12-25"]), "$.holidays"),
    ],
)
def test_a_fact_that_makes_no_sense_is_unreadable(make: Callable[[], object], path: str) -> None:
    """A network is typed in by people; the path says which field to look at."""
    with pytest.raises(Unreadable) as unreadable:
        make()

    assert unreadable.value.path == path


def test_a_lane_of_its_own_goes_before_what_a_node_ships_to() -> None:
    """`ships_to` is the short way to say that a place is reached; a lane says how."""
    berlin, fast = a_node(ships_to=["DE", "FR"]), a_lane("berlin", "DE")
    network = evolve(None, NodeLearned(berlin), LaneLearned(fast))

    assert network.lane(berlin, Region("DE"), fast.method) == fast
    assert network.lane(berlin, Region("FR"), fast.method) == Lane("berlin", "FR")
    assert network.lane(berlin, Region("GB"), fast.method) is None
    assert network.lane(berlin, Region("DE"), Method("drone")) == Lane(
        "berlin", "DE", method="drone"
    )


@given(strategies.lanes("berlin", "DE", "calendar"))
def test_what_leads_to_a_region_leads_to_what_is_within_it(lane: Lane) -> None:
    """A lane or what `ships_to` implies, unless the place has one of its own; measured so too."""
    inner, far = Region("DE-1"), Destination("DE-9", at=point(54, 9), within="DE")
    known = [Destination("DE", at=point(51, 10)), Destination(inner, within="DE"), far]
    berlin = a_node("berlin", ships_to=["FR"])
    network = Network(
        {berlin.id: berlin},
        {(lane.node, lane.to, lane.method): lane},
        destinations={one.region: one for one in [*known, Destination("FR-1", within="FR")]},
    )
    paris = Region("FR-1")

    assert network.lane(berlin, inner, lane.method) == changed(lane, to=inner)
    assert network.lane(berlin, paris, lane.method) == Lane("berlin", paris, method=lane.method)
    assert network.lane(berlin, Region("PL-1"), lane.method) is None
    assert network.reaching(inner, lane.method) == (berlin,)
    assert (network.where(inner), network.where(far.region)) == (point(51, 10), point(54, 9))
    own = changed(lane, to=inner, transit_days=99)
    assert (
        changed(network, lanes={(own.node, own.to, own.method): own}).lane(
            berlin, inner, lane.method
        )
        == own
    )


def test_a_network_is_as_it_was_last_learned() -> None:
    """A node that closes is the same node, told again."""
    berlin = a_node()
    closed = changed(berlin, active=False)
    network = evolve(None, NodeLearned(berlin), CalendarLearned(a_calendar()))

    assert evolve(network, NodeLearned(closed)).nodes == {"berlin": closed}
    assert evolve(network, NodeLearned(closed)).calendars == network.calendars
    assert network.nodes == {"berlin": berlin}


@given(strategies.networks())
def test_learning_one_by_one_gives_the_whole_network(network: Network) -> None:
    """However the facts arrive, the last word on each counts."""
    told: list[NetworkEvent] = [
        *map(NodeLearned, network.nodes.values()),
        *map(LaneLearned, network.lanes.values()),
        *map(CalendarLearned, network.calendars.values()),
    ]

    assert evolve(None, *told) == network
    assert evolve(None, *reversed(told)) == network


def test_a_node_of_any_kind_is_a_node() -> None:
    """Stores and vendors fulfill as warehouses do."""
    kinds: list[NodeKind] = ["warehouse", "store", "vendor", "locker"]

    assert [Node("n", kind=kind).kind for kind in kinds] == kinds
