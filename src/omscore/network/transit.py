"""How long parcels took, and how long the next one takes with a given confidence.

What is asked for is the smallest number of days within which the next shipment arrives with a
probability of at least *confidence* percent.  With *n* shipments that all arrived, it is the
``ceil((n + 1) * confidence / 100)``-th smallest of their days; none if that is more than *n*.  If
the next shipment is like those before (exchangeable with them), that holds without any further
assumption: Vovk, Gammerman & Shafer, *Algorithmic Learning in a Random World* (2005); Lei et al.,
*Distribution-free predictive inference for regression*, JASA 113 (2018).

A shipment that is still on the way counts too, or else the slow ones would be missing among the
latest: the share that takes longer is estimated as by Kaplan & Meier, *Nonparametric estimation
from incomplete observations*, JASA 53 (1958).  One more shipment, which never arrives, is put among
the others; with all others arrived this is the rule above.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from attrs import Attribute, field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units
from omscore.kernel.several import several_of

TransitName = tuple[ids.NodeId | None, ids.Region | None, ids.Method]


@frozen
class Took:
    """So many shipments *arrived* after this many days, so many had not after as many."""

    days: int = field(validator=no_or_some_units)
    arrived: int = field(default=0, validator=no_or_some_units)
    not_yet: int = field(default=0, validator=no_or_some_units)


def _tooks(value: Iterable[Took]) -> tuple[Took, ...]:
    return tuple(sorted(several_of(Took, value, "took"), key=lambda took: took.days))


def _each_day_once(_: object, __: object, value: tuple[Took, ...]) -> None:
    if len({took.days for took in value}) < len(value):
        raise Unreadable("each number of days once", "$.took")


@frozen
class TransitTimes:
    """How long shipments by *method* took, in working days of their carriers.

    They are those of a lane, or without a *node* those of a region, or without either all of them.
    """

    method: ids.Method = field(converter=ids.method)
    took: tuple[Took, ...] = field(converter=_tooks, validator=_each_day_once)
    to: ids.Region | None = field(default=None, converter=ids.optional_end, kw_only=True)
    node: ids.NodeId | None = field(default=None, converter=ids.optional_node_id, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.node is not None and self.to is None:
            raise Unreadable("a region, since a node is named", "$.to")

    @property
    def name(self) -> TransitName:
        """What there is one of."""
        return self.node, self.to, self.method

    @property
    def arrived(self) -> int:
        """How many shipments have arrived."""
        return sum(one.arrived for one in self.took)


def confidence(_: object, attribute: Attribute[int | None], value: object) -> None:
    """A validator: percent from 1 to 99, or None."""
    if value is not None:
        percent(value, attribute.name)


def percent(value: object, name: str = "confidence") -> int:
    """*value*, if it is a whole number of percent from 1 to 99: nothing is certain."""
    if type(value) is not int or not 1 <= value <= 99:
        raise Unreadable("a whole number of percent, from 1 to 99", f"$.{name}")
    return value


@lru_cache(maxsize=16_384)
def days_at(times: TransitTimes, confidence: int) -> int | None:
    """The days within which the next shipment arrives with *confidence* percent; None: too few."""
    return most_at([(one.days, one.arrived, one.not_yet) for one in times.took], confidence)


def most_at(took: Sequence[tuple[int, int, int]], confidence: int) -> int | None:
    """The least of the figures that the next one does not exceed with *confidence* percent.

    Of each figure, lowest first, it is given how many arrived at it, and how many had not yet.
    """
    at_risk = 1 + sum(arrived + not_yet for _, arrived, not_yet in took)
    longer, allowed = Fraction(1), Fraction(100 - confidence, 100)
    for figure, arrived, not_yet in took:
        longer *= Fraction(at_risk - arrived, at_risk)
        at_risk -= arrived + not_yet
        if longer <= allowed:
            return figure
    return None
