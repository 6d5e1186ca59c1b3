"""What a detour and a substitute add to the price: under every policy, in its first tier.

They are facts of the question, so no policy has to name them, and none can forget them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs
from attrs import field, frozen

from omscore.sourcing.candidate import Candidate
from omscore.sourcing.costs import MILS, Cost, Offer
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy


@frozen
class Transfers:
    """What a link asks: for whatever leaves by it on one day, each unit and each gram."""

    name: str = field(default="transfers", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """The link's cost of a parcel; it is paid by all that share it, once."""
        return 0 if offer.link is None else MILS * offer.link.parcel_cost

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The link's cost of a unit, and of its grams."""
        if (link := offer.link) is None:
            return 0
        return MILS * link.unit_cost + link.kg_cost * need.weight_g


@frozen
class Substituting:
    """What a unit costs more because it is not what was asked for."""

    name: str = field(default="substitution", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """Nothing: units are substituted, not parcels."""
        return 0

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The penalty of the substitute; nothing for what was asked."""
        return MILS * need.penalty


SURCHARGES = (Transfers().name, Substituting().name)


def surcharged(policy: Policy, kept: Sequence[Sequence[Candidate]]) -> Policy:
    """*policy*, with what those of its candidates ask that are *kept*."""
    more: tuple[Cost, ...] = ()
    if any([one.link is not None for some in kept for one in some]):
        more = (Transfers(),)
    if any([one.instead is not None for some in kept for one in some]):
        more = (*more, Substituting())
    if not more:
        return policy
    first, *rest = policy.tiers or ((),)
    return attrs.evolve(policy, tiers=((*first, *more), *rest))
