"""A question with a figure that is none is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.facts import Lane, Network, Node
from omscore.sourcing.need import Alternative, Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
BERLIN, TEA, POT = NodeId("berlin"), Sku("TEA"), Sku("POT")
NEED = Need(LineId("1"), TEA, 1, Region("DE"), Method("standard"))


def asked(*needs: Need, **rest: Any) -> Question:
    """One node with a lane."""
    lane = Lane("berlin", "DE")
    network = Network({BERLIN: Node("berlin")}, {(lane.node, lane.to, lane.method): lane})
    return Question(needs, network, NOW, **rest)


def with_(**changes: Any) -> Callable[[], object]:
    """The question of a need with *changes*."""
    return lambda: asked(attrs.evolve(NEED, **changes))


def instead(**figures: Any) -> Callable[[], object]:
    """The question of a need with two substitutes, of which the second has these *figures*."""
    return with_(substitutes=(Alternative(Sku("BAGS")), Alternative(POT, **figures)))


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (with_(quantity=0), "$.needs[0].quantity"),
        (with_(quantity=True), "$.needs[0].quantity"),
        (with_(priority=0), "$.needs[0].priority"),
        (with_(each=0), "$.needs[0].each"),
        (with_(weight_g=-1), "$.needs[0].weight_g"),
        (with_(price=-1), "$.needs[0].price"),
        (with_(penalty=-1), "$.needs[0].penalty"),
        (with_(to=Region("")), "$.needs[0].to"),
        (instead(penalty=-1), "$.needs[0].substitutes[1].penalty"),
        (instead(penalty=0.5), "$.needs[0].substitutes[1].penalty"),
        (instead(weight_g=-1), "$.needs[0].substitutes[1].weight_g"),
        (lambda: asked(NEED, NEED), "$.needs[1].line"),
        (lambda: asked(NEED, room={(BERLIN, "units", TODAY): -1}), f"$.room.berlin.units.{TODAY}"),
        (lambda: asked(NEED, room={(BERLIN, "lines", TODAY): 1.5}), f"$.room.berlin.lines.{TODAY}"),
        (lambda: asked(NEED, room={(BERLIN, "joy", TODAY): 1}), f"$.room.berlin.joy.{TODAY}"),
        (
            lambda: source(asked(NEED, stock={(BERLIN, TEA): [(TODAY, 1.5)]}), Policy()),
            "$.stock.berlin.TEA",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_unreadable(
    make: Callable[[], object], path: str
) -> None:
    """A need without a destination, a day with less than no room: with the path to it."""
    with pytest.raises(Unreadable) as unreadable:
        make()
    assert unreadable.value.path == path


def test_a_day_that_is_over_or_before_the_wanted_one_is_a_question() -> None:
    """An order that has waited too long is still sourced: late, and no less than all of it."""
    stock = {(BERLIN, TEA): [(TODAY, 1)]}
    over = attrs.evolve(NEED, latest=TODAY - timedelta(days=9), wanted=TODAY)

    assert source(asked(over, stock=stock), Policy()).short == {}
