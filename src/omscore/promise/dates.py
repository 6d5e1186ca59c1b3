"""Dates alone: how soon something could arrive, whatever it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from omscore.network.calendar import delivery_day
from omscore.network.facts import Network
from omscore.sourcing.candidate import Candidate, Question, candidates
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.rules import judge


def earliest(question: Question, policy: Policy) -> list[date | None]:
    """For each need on its own, the first day by which all of it could be delivered.

    It may come in as many parcels as it takes, and be the only one to take stock and room; so no
    plan promises a need earlier.  None where the stock that is known does not suffice.
    """
    return [
        _earliest(
            question.network,
            need,
            [one for one in some if not judge(policy.rules, need, one)],
        )
        for need, some in zip(question.needs, candidates(question), strict=True)
    ]


def _earliest(network: Network, need: Need, kept: Iterable[Candidate]) -> date | None:
    arriving = [more for one in kept for more in _arriving(network, one)]
    left = need.quantity
    for day, units in sorted(arriving):
        left -= units
        if left <= 0:
            return day
    return None


def _arriving(network: Network, candidate: Candidate) -> Iterator[tuple[date, int]]:
    """How many units more could arrive on which day."""
    before = 0
    for day, units in candidate.rows:
        if candidate.lane is not None:
            yield delivery_day(candidate.lane, network, day), units - before
            before = units
