"""Key figures of a replay, as plain values: what `counting` finds in the events of a store.

Shares are from 0 to 1, means and shares are rounded to four digits; None stands for a mean over
nothing.  Amounts are in minor units of the scenario's currency.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from attrs import frozen

Counts = Mapping[str, int]


@frozen
class Asked:
    """What customers asked for."""

    orders: int
    lines: int
    units: int
    value: int


@frozen
class PromisedAtOnce:
    """What the first plan of each order could promise; the rest was backordered."""

    units: int
    backordered: int
    share: float | None
    orders_in_full: int


@frozen
class Parcels:
    """What nodes were given and what they sent.  An order in several parcels is split."""

    released: int
    shipped: int
    delivered: int
    orders_with_parcels: int
    per_order: float | None
    split_orders: int
    split_share: float | None


@frozen
class Cost:
    """What transport costs by the lanes: in the first plans, and of all parcels that left."""

    planned: int
    shipped: int
    per_parcel: float | None
    per_order: float | None


@frozen
class Days:
    """From placing to delivery: the days promised at once, and those it took, per unit.

    On time is a unit that came no later than the first plan of its order promised; counted are
    delivered units that were promised at once.
    """

    promised: float | None
    achieved: float | None
    units: int
    on_time: int
    share_on_time: float | None


@frozen
class Disturbances:
    """What did not go as planned: fulfillment orders that a node *rejected*, and units.

    *short* units lost their place after it was promised, for want of stock; *declared_short* is
    what positions lost beneath promises; *backordered* counts units each time they have to wait.
    """

    rejected: int
    short: int
    declared_short: int
    backordered: int
    canceled: int


@frozen
class Returns:
    """What came back, in units."""

    returns: int
    units: int
    sellable: int
    damaged: int


@frozen
class Supplies:
    """Purchase orders: those that came no later than they were first due, and the others."""

    expected: int
    on_time: int
    late: int
    units: int


@frozen
class Adjusted:
    """Units that were written off, and that were found."""

    written_off: int
    found: int


@frozen
class Unmatched:
    """Credited units that undo no sale, for one reason."""

    lines: int
    units: int


@frozen
class Credits:
    """What credit notes came to, in units; *open* ones are neither canceled nor returned yet."""

    notes: int
    lines: int
    units: int
    matched: int
    canceled: int
    returned: int
    open: int
    unmatched: Mapping[str, Unmatched]


@frozen
class OddRows:
    """Rows of one treatment that are no stock items."""

    rows: int
    amount: int


@frozen
class Figures:
    """Everything that a replay shows; the same for the same scenario and the same events."""

    scenario: str
    digest: str
    first_day: str
    last_day: str
    currency: str
    asked: Asked
    promised_at_once: PromisedAtOnce
    units_by_stage: Counts
    parcels: Parcels
    cost: Cost
    days: Days
    disturbances: Disturbances
    returns: Returns
    supplies: Supplies
    adjusted: Adjusted
    credits: Credits
    refused: Counts
    ignored: Counts
    work_items: Counts
    odd_rows: Mapping[str, OddRows]
    rows: Counts
    faults: Counts
    events: int
    worth_explaining: Mapping[str, tuple[str, ...]]


def plain(figures: object) -> dict[str, object]:
    """*figures* as dictionaries, lists, numbers and strings, ready for JSON."""
    found: dict[str, object] = attrs.asdict(figures)  # type: ignore[arg-type]  # an attrs class
    return found


def share(part: int, whole: int) -> float | None:
    """*part* of *whole*, rounded; None if the whole is nothing."""
    return round(part / whole, 4) if whole else None
