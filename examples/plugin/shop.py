"""A shop that sells fish: finds the plugin where it is installed, and sources by the policy file.

python shop.py policy.toml
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from omscore import (
    Configuration,
    FixedClock,
    Item,
    Lane,
    Line,
    Node,
    Oms,
    PlaceOrder,
    Planner,
    ReceiveStock,
    eur,
)
from omscore.adapters.policies import installed, read_policy


def main(policy_file: Path) -> None:
    """Take an order for two fish, and say who sends them, who does not, and why."""
    policy = read_policy(policy_file.read_text(encoding="utf-8"), installed())
    oms = Oms.in_memory(
        clock=FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC)),
        configuration=Configuration(planner=Planner(policy)),
    )
    oms.know(
        Item("FISH", classes=["cold"]),
        Node("berlin"),
        Node("bremen", tags=["cold"]),
        Node("porto", tags=["cold"]),
        Lane("berlin", "DE", transit_days=1, parcel_cost=300),
        Lane("bremen", "DE", transit_days=1, parcel_cost=900),
        Lane("porto", "DE", transit_days=4, parcel_cost=200),
    )
    for node in "berlin", "bremen", "porto":
        oms.do(ReceiveStock(node=node, sku="FISH", quantity=9, document="opening"))
    oms.do(PlaceOrder("o-1", lines=[Line("1", "FISH", 2, eur("12.00"))], ship_to="DE"))
    print(oms.explain("o-1"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
