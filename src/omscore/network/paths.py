"""The days of a path: goods go from node to node by a link, and on to the customer by a lane.

What arrives at a node leaves it again as any supply does: after its processing, on one of its
working days, and not before what is releasable there now would.
"""

from __future__ import annotations

from datetime import date

from omscore.network.calendar import (
    add_working_days,
    calendar_of,
    ship_day_of_supply,
    take_working_days,
)
from omscore.network.facts import Link, Network


def arrival_day(link: Link, network: Network, shipped: date) -> date:
    """The day on which what leaves on *shipped* arrives at the other end of *link*."""
    return add_working_days(calendar_of(network, link.carrier_calendar), shipped, link.transit_days)


def onward_day(link: Link, network: Network, shipped: date) -> date:
    """The first day on which what left by *link* on *shipped* can leave the node at its end."""
    arrives = arrival_day(link, network, shipped)
    return ship_day_of_supply(network.nodes[link.to], network, arrives)


def latest_start(link: Link, network: Network, onward: date) -> date:
    """The last day on which something may leave by *link* to go on from its end by *onward*."""
    via, carrier = network.nodes[link.to], calendar_of(network, link.carrier_calendar)
    there = take_working_days(calendar_of(network, via.calendar), onward, via.processing_days)
    return take_working_days(carrier, there, link.transit_days)
