"""A sourcing decision in plain words, rendered from its record when somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from omscore.kernel.ids import LineId, NodeId
from omscore.network.plan import Decision, Hop, Leg, ParcelName, PassedOver, main_node, parcel_of
from omscore.views.reasons import sentence

MOST_SHOWN = 12


def headline(decision: Decision) -> str:
    """What was decided, in one line."""
    short = sum(decision.short.values())
    parcels = len({parcel_of(leg) for leg in decision.legs})
    if not decision.legs:
        return f"sourced: no plan sends any of {units(short)}; they wait"
    waiting = f"; {units(short)} wait" if short else ""
    return f"sourced: {parcels} {'parcel' if parcels == 1 else 'parcels'}{waiting}"


def details(decision: Decision, network: int) -> list[str]:
    """The parcels, the price of it and of the next best, and why other nodes were passed over.

    It was made on version *network* of the facts.
    """
    return [
        *_transfers(decision.legs),
        *_parcels(decision.legs),
        *_price(decision),
        *_passed_over(decision.passed_over),
        *(f"went wrong on the way: {sentence(fault)}" for fault in decision.faults),
        f"policy {decision.policy} ({decision.digest}), network version {network}",
    ]


def units(quantity: int) -> str:
    """So many units, in words."""
    return f"{quantity} {'unit' if quantity == 1 else 'units'}"


def _lines(lines: Iterable[LineId]) -> str:
    count = len(set(lines))
    return f"{count} {'line' if count == 1 else 'lines'}"


def _parcels(legs: Iterable[Leg]) -> Iterator[str]:
    parcels = defaultdict[ParcelName, list[Leg]](list)
    for leg in legs:
        parcels[parcel_of(leg)].append(leg)
    for (node, _, method, ships), some in parcels.items():
        yield (
            f"{node} sends {units(sum(leg.quantity for leg in some))} of "
            f"{_lines(leg.line for leg in some)} by {method} on {ships}, "
            f"there on {some[0].delivery_day}"
        )


def _transfers(legs: Iterable[Leg]) -> Iterator[str]:
    """What goes from node to node before it goes to the customer."""
    moved = defaultdict[tuple[Hop, NodeId], list[Leg]](list)
    for leg in legs:
        for hop, onward in pairwise(leg.path):
            moved[hop, onward.node].append(leg)
    for (hop, to), some in moved.items():
        yield (
            f"{hop.node} sends {units(sum(leg.quantity for leg in some))} to {to} on "
            f"{hop.ship_day}, there on {hop.arrival_day}"
        )


def _price(decision: Decision) -> Iterator[str]:
    if not decision.legs:
        return
    parts = ", ".join(f"{name} {cost}" for name, cost in decision.parts.items() if cost)
    yield f"costs {decision.cost}" + (f" ({parts})" if parts else "")
    proof = "no plan as complete costs less"
    if (gap := decision.cost - decision.bound) > 0:
        proof = f"a plan as complete costs {gap} less at the best: the search ended early"
    main = main_node(decision.legs)
    other = f"no plan as complete does without {main}"
    if decision.runner_up is not None:
        other = f"the best without {main} costs {decision.runner_up - decision.cost} more"
    yield f"{proof}; {other} (solver {decision.solver})"


def _passed_over(passed: Iterable[PassedOver]) -> Iterator[str]:
    rows = [
        f"{one.node} passed over for {_lines(one.lines)}: {'; '.join(map(sentence, one.reasons))}"
        for one in passed
    ]
    yield from rows[:MOST_SHOWN]
    if (more := len(rows) - MOST_SHOWN) > 0:
        yield f"and {more} more"
