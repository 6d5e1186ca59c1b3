"""What a rule may ask of a candidate: every fact is there, and as the network has it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.capacity import CAPACITY_KINDS, CapacityKind, Slot
from omscore.network.facts import PICKUP, Lane, Network, Node
from omscore.network.places import Destination, point
from omscore.sourcing.candidate import Candidate, candidates
from omscore.sourcing.days import load_percent
from omscore.sourcing.need import Need
from omscore.sourcing.question import Question

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY, LATER = date(2026, 3, 2), date(2026, 3, 9)
DE, STANDARD, TEA = Region("DE"), Method("standard"), Sku("TEA")
BERLIN = Node("berlin", at=point(52.52, 13.405), capacity={"units": 8}, priority=2, tags=["cold"])
PARIS = Node("paris", kind="store")
NETWORK = Network(
    {BERLIN.id: BERLIN, PARIS.id: PARIS},
    {(BERLIN.id, DE, STANDARD): Lane("berlin", "DE")},
    destinations={DE: Destination("DE", point(50.94, 6.96))},
)


def asked(need: Need) -> list[Candidate]:
    """Berlin and Paris, each with a history."""
    question = Question(
        (need,),
        NETWORK,
        NOW,
        {(BERLIN.id, TEA): [(TODAY, 5)], (PARIS.id, TEA): [(TODAY, 1)]},
        {(BERLIN.id, "units", TODAY): 2, (BERLIN.id, "units", LATER): 8},
        rejections={BERLIN.id: 3},
        use_by={(BERLIN.id, TEA): [(LATER, 4)]},
    )
    [found] = candidates(question)
    return found


def test_a_candidate_carries_every_fact() -> None:
    """Where it is, what it likes, how full it is, what it did before, how long its stock lasts."""
    berlin, paris = asked(Need(LineId("1"), TEA, 3, DE, STANDARD))

    assert (berlin.node.priority, berlin.node.tags) == (2, ("cold",))
    assert (berlin.distance_km, berlin.load_percent, berlin.room) == (477, 75, 10)
    assert (berlin.rejections, berlin.use_by) == (3, [(LATER, 4)])
    assert (paris.distance_km, paris.load_percent, paris.room) == (None, None, None)
    assert (paris.rejections, paris.use_by) == (0, ())


def test_a_store_is_a_place_to_collect_from() -> None:
    """By its own name, at once, and at no cost; a warehouse is not, unless a lane says so."""
    _, at_paris = asked(Need(LineId("1"), TEA, 3, Region("paris"), PICKUP))
    at_berlin, _ = asked(Need(LineId("1"), TEA, 3, Region("berlin"), PICKUP))

    assert at_paris.lane == Lane("paris", "paris", method="pickup", transit_days=0)
    assert at_paris.earliest == TODAY
    assert at_berlin.lane is None
    assert NETWORK.lane(PARIS, Region("paris"), STANDARD) is None
    assert NETWORK.lane(BERLIN, NodeId("paris"), PICKUP) is None  # type: ignore[arg-type]


def test_a_day_is_as_full_as_the_kind_of_which_least_is_left() -> None:
    """Half of its units are taken, and nine of its ten lines; what is not named is not offered."""
    node = Node("berlin", capacity={"units": 8, "lines": 10})
    left: dict[Slot, int] = {(node.id, "units", TODAY): 4, (node.id, "lines", TODAY): 1}
    need = Need(LineId("1"), TEA, 3, DE, STANDARD)
    question = Question((need,), attrs.evolve(NETWORK, nodes={node.id: node}), NOW, room=left)

    assert load_percent(question, node, TODAY) == 90
    assert load_percent(question, node, LATER) is None
    assert load_percent(question, PARIS, TODAY) is None


@pytest.mark.parametrize("full", ["units", "lines", "orders", "parcels"])
def test_a_day_without_any_of_a_kind_is_not_offered(full: CapacityKind) -> None:
    """Whatever else is left of it."""
    node = Node("berlin", capacity=dict.fromkeys(CAPACITY_KINDS, 9))
    left: dict[Slot, int] = {(node.id, kind, TODAY): 5 * (kind != full) for kind in CAPACITY_KINDS}
    stock = {(node.id, TEA): [(TODAY, 5)]}
    need = Need(LineId("1"), TEA, 3, DE, STANDARD)
    network = attrs.evolve(NETWORK, nodes={node.id: node})
    [[found]] = candidates(Question((need,), network, NOW, stock, left))

    assert (found.room, found.load_percent) == (0, 100)
