"""What the cases of others need: where they are, who runs them, and our words for theirs.

Their locations are our nodes, their allocations our reservations, their shipments our fulfillment
orders.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from omscore.atp.position import POSITION
from omscore.catalog.line import Line
from omscore.kernel.errors import Refused
from omscore.testing.builders import (
    a_lane,
    a_node,
    a_shop,
    an_order,
)
from omscore.testing.story import Shop

HERE = Path(__file__).parent
CASES: dict[str, Any] = {
    case["id"]: case
    for file in sorted(HERE.glob("*.json"))
    if file.stem != "left_out"
    for case in json.loads(file.read_text(encoding="utf-8"))
}
Run = Callable[[Any, Any], Shop | None]
RUNS: dict[str, Run] = {}


def of(*ids: str) -> Callable[[Run], Run]:
    """The adapter for these cases."""

    def register(run: Run) -> Run:
        RUNS.update(dict.fromkeys(ids, run))
        return run

    return register


# --- our words for theirs ---------------------------------------------------------------------


def locations(
    stock: Mapping[str, Mapping[str, int]], order: Iterable[str] = (), inactive: Iterable[str] = ()
) -> Shop:
    """A node for each location; those that come first in *order* are cheaper for each unit."""
    places, first, closed = list(stock), list(order), set(inactive)
    nodes = [a_node(id_, ships_to=(), active=id_ not in closed) for id_ in places]
    lanes = [
        a_lane(id_, unit_cost=100 * first.index(id_) if id_ in first else 0, parcel_cost=10)
        for id_ in places
    ]
    skus = sorted({sku for held in stock.values() for sku in held})
    return a_shop(stock_of(stock), nodes=(*nodes, *lanes), skus=skus or ["TEA"])


def stock_of(stock: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {
        node: {sku: units for sku, units in held.items() if units} for node, held in stock.items()
    }


def tea(**units: int) -> dict[str, dict[str, int]]:
    """So much tea at each location."""
    return {location: {"TEA": quantity} for location, quantity in units.items()}


def one(on_hand: int) -> Shop:
    """A shop with one location."""
    return locations(tea(W=on_hand))


def nodes_of(shop: Shop, order: str = "o-1") -> dict[str, int]:
    """How many units of an order each node sends."""
    found = Counter[str]()
    for line in shop.oms.order(order).lines.values():
        for group, units in line.groups.items():
            if group.node is not None:
                found[group.node] += units
    return dict(found)


def waiting(shop: Shop, order: str = "o-1") -> int:
    return shop.oms.order(order).stages.get("backordered", 0)


def allocated(shop: Shop, *orders: str) -> int:
    """Units of orders that have stock and have not left."""
    stages = Counter[str]()
    for order in orders or ("o-1",):
        stages.update(shop.oms.order(order).stages)
    return stages["allocated"] + stages["released"] + stages["picked"]


def on_hand(shop: Shop, node: str = "W") -> int:
    position = shop.oms.get(POSITION.key(f"{node}/TEA/sellable"))
    return 0 if position is None else position.on_hand


def is_short(shop: Shop, *asked: Line | int, id: str = "o-1") -> None:
    """All or nothing is refused, and nothing is reserved."""
    told = shop.events()
    with pytest.raises(Refused) as refused:
        shop.oms.do(an_order(*asked, id=id, complete=True))
    assert {reason.code for reason in refused.value.reasons} == {"order.not-available"}
    assert shop.events() == told
