"""What costs are asked about, found again from a question and a plan, in the plainest way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from omscore.kernel.ids import LineId, NodeId, Sku
from omscore.network.calendar import delivery_day
from omscore.network.facts import Lane
from omscore.network.plan import Leg, parcel_of, via_of
from omscore.sourcing.candidate import Candidate, apart
from omscore.sourcing.costs import Offer
from omscore.sourcing.need import Need
from omscore.sourcing.question import Question, Rows

Name = tuple[LineId, Sku, NodeId, NodeId | None, Sku | None]
"""What tells apart who might serve a need: by which way, and with what instead."""


def served(need: Need, one: Candidate) -> Need:
    """*need*, as it is if the candidate serves it."""
    return need if one.instead is None else need.served_by(one.instead)


def name(need: Need, one: Candidate) -> Name:
    """What tells a candidate of *need* apart."""
    via = None if one.via is None else one.via.id
    return need.line, need.sku, one.node.id, via, None if one.instead is None else one.instead.sku


def name_in_plan(leg: Leg) -> Name:
    """The candidate that serves a need in a plan."""
    asked = leg.sku if leg.instead_of is None else leg.instead_of
    instead = None if leg.instead_of is None else leg.sku
    return leg.line, asked, leg.node, via_of(leg), instead


def earliest(need: Need, kept: Sequence[Candidate]) -> date:
    """The first day on which any of *kept* could deliver, or the wanted one, if later."""
    first = min(one.earliest for one in kept if one.earliest is not None)
    return first if need.wanted is None else max(first, need.wanted)


def soonest(question: Question, need: Need, one: Candidate, ship: date) -> tuple[Offer, Offer]:
    """How a unit leaves on a day, and the first parcel that can bring it to the customer."""
    onward = one.onward_day(question.network, ship)
    arrives = delivery_day(_lane(one), question.network, onward)
    return _offers(question, need, one, (ship, onward, arrives))


def planned(question: Question, need: Need, one: Candidate, leg: Leg) -> tuple[Offer, Offer]:
    """The same for what is in a plan."""
    days = leg.ship_day, parcel_of(leg)[3], leg.delivery_day
    return _offers(question, need, one, days)


def _offers(
    question: Question, need: Need, one: Candidate, days: tuple[date, date, date]
) -> tuple[Offer, Offer]:
    (ship, onward, arrives), lane = days, _lane(one)
    node = one.node if one.via is None else one.via
    far = apart(node, question.network.where(need.to))
    stock, use_by = _at(node.id, question.stock), _at(node.id, question.use_by)
    parcel = Offer(node, lane, onward, arrives, far, stock=stock, use_by=use_by)
    if one.link is None:
        return parcel, parcel
    stock, use_by = _at(one.node.id, question.stock), _at(one.node.id, question.use_by)
    leaving = Offer(
        one.node, lane, ship, arrives, one.distance_km, link=one.link, stock=stock, use_by=use_by
    )
    return leaving, parcel


def _lane(one: Candidate) -> Lane:
    if one.lane is None:
        raise LookupError(f"no lane from {one.node.id}")
    return one.lane


def _at(node: NodeId, rows: Mapping[tuple[NodeId, Sku], Rows]) -> Mapping[Sku, Rows]:
    return {sku: tuple(some) for (id_, sku), some in rows.items() if id_ == node}
