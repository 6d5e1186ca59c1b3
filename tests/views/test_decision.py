"""A decision in plain words: what was chosen, what it costs, and why others were passed over."""

from __future__ import annotations

from datetime import UTC, date, datetime

import attrs
import pytest

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.kernel.reason import Noted
from omscore.network.plan import Decision, Leg, PassedOver
from omscore.views.decision import MOST_SHOWN, details, headline


def a_leg(line: str, node: str, quantity: int = 1, ships: int = 2) -> Leg:
    """Units of a line, from a node, on a day of March."""
    return Leg(
        LineId(line),
        Sku("TEA"),
        NodeId(node),
        quantity,
        Region("DE"),
        Method("standard"),
        date(2026, 3, ships),
        date(2026, 3, ships + 2),
        datetime(2026, 3, ships, tzinfo=UTC),
    )


SOURCED = Decision(
    legs=(a_leg("1", "lyon", 3), a_leg("1", "metz", 2), a_leg("2", "lyon")),
    short={},
    cost=1_234,
    bound=1_234,
    runner_up=1_300,
    work=7,
    policy="house",
    digest="0123456789abcdef",
    parts={"transport": 1_200, "waiting": 34, "handling": 0},
)


def told(decision: Decision) -> list[str]:
    """The details, under version 5 of the network."""
    return details(decision, 5)


def test_a_whole_decision_reads_like_this() -> None:
    """Parcels, then the price, then what is proven, then by which policy."""
    assert headline(SOURCED) == "sourced: 2 parcels"
    assert told(SOURCED) == [
        "lyon sends 4 units of 2 lines by standard on 2026-03-02, there on 2026-03-04",
        "metz sends 2 units of 1 line by standard on 2026-03-02, there on 2026-03-04",
        "costs 1234 (transport 1200, waiting 34)",
        "no plan as complete costs less; the best without lyon costs 66 more (solver exact)",
        "policy house (0123456789abcdef), network version 5",
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"bound": 1_200}, "a plan as complete costs 34 less at the best: the search ended early"),
        ({"runner_up": None}, "no plan as complete does without lyon"),
        ({"runner_up": 1_234}, "costs 0 more"),
        ({"faults": (Noted("sourcing.solver-failed", {"solver": "house"}),)}, "solver house"),
    ],
)
def test_what_is_not_certain_is_said(changes: dict[str, object], line: str) -> None:
    """An early end of the search, and whatever went wrong on the way."""
    decision = attrs.evolve(SOURCED, **changes)  # type: ignore[arg-type]

    assert any(line in detail for detail in told(decision))


def test_what_nobody_can_send_waits() -> None:
    """Without a parcel there is no price."""
    nothing = attrs.evolve(SOURCED, legs=(), short={LineId("1"): 1}, parts={})
    some = attrs.evolve(SOURCED, legs=SOURCED.legs[:1], short={LineId("1"): 4})

    assert headline(nothing) == "sourced: no plan sends any of 1 unit; they wait"
    assert not any("costs" in detail for detail in told(nothing))
    assert headline(some) == "sourced: 1 parcel; 4 units wait"


def test_each_node_is_passed_over_for_its_reasons_with_their_figures() -> None:
    """Every reason; but no more nodes than somebody would read."""
    late = Noted("sourcing.too-late", {"earliest": "2026-03-09", "latest": "2026-03-05"})
    cold = Noted("sourcing.cooling-down", {})
    passed = tuple(
        PassedOver(NodeId(f"n{n:02}"), (LineId("1"), LineId("2")), (late, cold))
        for n in range(MOST_SHOWN + 3)
    )
    lines = [line for line in told(attrs.evolve(SOURCED, passed_over=passed)) if "passed" in line]

    assert len(lines) == MOST_SHOWN
    assert lines[0] == (
        "n00 passed over for 2 lines: delivers on 2026-03-09, acceptable is 2026-03-05; "
        "rejected this order a short while ago"
    )
    assert "and 3 more" in told(attrs.evolve(SOURCED, passed_over=passed))
