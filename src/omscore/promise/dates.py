"""Dates alone: how soon something could arrive, and until when to order it, whatever it costs.

Both look at one need at a time, as if nothing else took stock and room; so no plan is sooner, and
no later order comes in time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from omscore.kernel.ids import NodeId
from omscore.network.calendar import latest_ship_day, ordered_before
from omscore.network.paths import latest_start
from omscore.sourcing.apart import guests
from omscore.sourcing.candidate import Candidate, candidates
from omscore.sourcing.days import Days, limited
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.question import Question, Rows
from omscore.sourcing.rules import judge

Stock = tuple[NodeId, str]
OpenDays = Mapping[NodeId, Sequence[tuple[date, int]]]


def earliest(question: Question, policy: Policy) -> list[date | None]:
    """For each need on its own, the first day by which all of it could be delivered.

    It may come in as many parcels as it takes.  None where the stock and the room that are known do
    not suffice.
    """
    return [_earliest(question, need, some) for need, some in _kept(question, policy)]


def order_until(question: Question, policy: Policy, wanted: date) -> list[datetime | None]:
    """For each need on its own, the instant before which to order, so that all of it is there then.

    It is asked of the stock and the room that are known now.  None where it is too late, or where
    they do not suffice.
    """
    return [_order_until(question, need, some, wanted) for need, some in _kept(question, policy)]


def _kept(question: Question, policy: Policy) -> Iterator[tuple[Need, list[Candidate]]]:
    rules = guests(policy.rules)
    for need, some in zip(question.needs, candidates(question), strict=True):
        yield need, [one for one in some if not judge(rules, need, one)]


# --- forward ----------------------------------------------------------------------------------


def _earliest(question: Question, need: Need, kept: Sequence[Candidate]) -> date | None:
    days, arrived = _offered(question), dict[Stock, int]()
    arriving = [more for one in kept for more in _arriving(question, one, days)]
    for day, stock, units in sorted(arriving):
        arrived[stock] = max(units, arrived.get(stock, 0))
        if sum(arrived.values()) >= need.quantity:
            return day
    return None


def _arriving(
    question: Question, candidate: Candidate, days: OpenDays
) -> Iterator[tuple[date, Stock, int]]:
    """How many units of a node's stock could be there by which day."""
    for day, units in _leaving(candidate, days.get(candidate.node.id, ())):
        if (there := candidate.delivery_day(question.network, day)) is not None:
            yield there, _stock(candidate), units


def _stock(candidate: Candidate) -> Stock:
    """What tells the stock of a candidate from others: several ways may lead to the same."""
    instead = candidate.instead
    return candidate.node.id, "" if instead is None else instead.sku


def _offered(question: Question) -> OpenDays:
    """The days of nodes with a limit that have room, and for how many units, in order."""
    return {node: list(days.items()) for node, days in Days(question).offered.items()}


def _leaving(candidate: Candidate, days: Sequence[tuple[date, int]]) -> Rows:
    """How many units can have left by which day: what is there, as fast as the *days* allow."""
    if not limited(candidate.node):
        return candidate.rows
    left, leaving = 0, list[tuple[date, int]]()
    for day, room in days:
        if (more := min(room, _there(candidate.rows, day) - left)) > 0:
            left += more
            leaving.append((day, left))
    return leaving


def _there(rows: Rows, day: date) -> int:
    return max((units for ready, units in rows if ready <= day), default=0)


# --- backward ---------------------------------------------------------------------------------


def _order_until(
    question: Question, need: Need, kept: Sequence[Candidate], wanted: date
) -> datetime | None:
    days = _offered(question)
    chances = defaultdict[Stock, list[tuple[datetime, int]]](list)
    for one in kept:
        if one.lane is not None and one.rows:
            open_ = days.get(one.node.id, ())
            chances[_stock(one)] += _chances(question, one, open_, wanted)
    for until in sorted({until for some in chances.values() for until, _ in some}, reverse=True):
        units = [max((n for by, n in some if by >= until), default=0) for some in chances.values()]
        if sum(units) >= need.quantity:
            return until if until > question.now else None
    return None


def _chances(
    question: Question, candidate: Candidate, days: Sequence[tuple[date, int]], wanted: date
) -> Iterator[tuple[datetime, int]]:
    """Until when to order, for how many units to arrive from a node by the day that is *wanted*."""
    if (last := _last_day(question, candidate, wanted)) is None:
        return
    network, node = question.network, candidate.node
    in_time = [(day, room) for day, room in days if day <= last]
    if not limited(node):
        yield ordered_before(node, network, last), _there(candidate.rows, last)
    for n, (day, _) in enumerate(in_time):
        leaving = _leaving(candidate, in_time[n:])
        yield ordered_before(node, network, day), leaving[-1][1] if leaving else 0


def _last_day(question: Question, candidate: Candidate, wanted: date) -> date | None:
    """The last day on which something may leave the node to be there by the day that is *wanted*.

    None if there is no way, or if what comes to the last node on its way could not go on in time.
    """
    if candidate.lane is None:
        return None
    last = latest_ship_day(candidate.lane, question.network, wanted)
    if candidate.link is None or candidate.onward_from is None:
        return last
    return (
        None
        if last < candidate.onward_from
        else latest_start(candidate.link, question.network, last)
    )
