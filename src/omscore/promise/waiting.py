"""On which days units may wait to leave, so as to share a parcel with units that come later.

A plan that an order gets sends units when they can leave.  Where parcels count, waiting can be
worth it, but only until others can leave too: on a later day the same parcel could have left
before.  So it is enough that stock of a node has a row on each day on which other stock of it has
one, or on which goods arrive from another node; and that goods for another node may leave so late
that they can go on from there with what that node has later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import attrs

from omscore.kernel.ids import NodeId
from omscore.kernel.moments import local_day
from omscore.network.calendar import (
    calendar_of,
    ship_day,
    ship_day_of_supply,
    take_working_days,
)
from omscore.network.paths import arrival_day, latest_start
from omscore.sourcing.question import Question, Rows

Days = dict[NodeId, set[date]]


def patient(question: Question) -> Question:
    """The same question, where stock has a row on each day on which waiting may be worth it."""
    days: Days = defaultdict(set)
    for (node, _), rows in question.stock.items():
        days[node].update(day for day, _ in rows)
    for node, _, day in question.room:
        days[node].add(day)
    for node, arriving in list(_arriving(question, days)):
        days[node].add(arriving)
    for node, starting in list(_starting(question, days)):
        days[node].add(starting)
    stock = {at: _on_each(rows, sorted(days[at[0]])) for at, rows in question.stock.items()}
    return attrs.evolve(question, stock=stock)


def _arriving(question: Question, days: Days) -> Iterator[tuple[NodeId, date]]:
    """The days on which goods that leave each node as soon as they can arrive at another."""
    network = question.network
    for link in network.links.values():
        for ships in _ship_days(question, link.node, days[link.node]):
            yield link.to, arrival_day(link, network, ships)


def _starting(question: Question, days: Days) -> Iterator[tuple[NodeId, date]]:
    """The last days on which goods may come to a node, to go on from another when it sends."""
    network = question.network
    for link in network.links.values():
        node = network.nodes[link.node]
        for ships in _ship_days(question, link.to, days[link.to]):
            start = latest_start(link, network, ships)
            yield (
                node.id,
                take_working_days(calendar_of(network, node.calendar), start, node.processing_days),
            )


def _ship_days(question: Question, id_: NodeId, days: Iterable[date]) -> set[date]:
    """The days on which what comes to a node on one of *days* can leave it."""
    network, node = question.network, question.network.nodes[id_]
    base, today = ship_day(node, network, question.now), local_day(question.now, node.zone)
    return {
        base if day <= today else max(base, ship_day_of_supply(node, network, day)) for day in days
    }


def _on_each(rows: Rows, days: list[date]) -> Rows:
    """*rows* on each of *days* from their first."""
    of, there, dense = dict(rows), None, []
    for day in days:
        if (there := of.get(day, there)) is not None:
            dense.append((day, there))
    return tuple(dense)
