"""Availability: which method answers for what, and what is withheld from whom.

One value that a host chooses.  The same rules hold for questions, for the plans of checkout and for
grants, so that what is told is what is kept; a grant is never more than the position allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

import attrs
from attrs import field, frozen

from omscore.atp.counting import Counting
from omscore.atp.methods import DEFAULTS, AtpMethod, Options
from omscore.atp.movements import Endless
from omscore.atp.position import Position
from omscore.atp.projected import LookAhead, Untracked
from omscore.atp.protection import Protection
from omscore.atp.safety import Case, SafetyStock
from omscore.atp.terms import PLAIN, Terms
from omscore.kernel import ids
from omscore.kernel.errors import Unreadable
from omscore.kernel.several import several_of

LOOK_AHEAD = LookAhead()


@frozen(kw_only=True)
class Scope:
    """What a rule speaks of: an item, a node, a channel, items of *classes*; None is any."""

    sku: ids.Sku | None = field(default=None, converter=ids.optional_sku)
    node: ids.NodeId | None = field(default=None, converter=ids.optional_node_id)
    channel: str | None = field(default=None, converter=ids.optional_channel)
    classes: tuple[str, ...] = field(default=(), converter=ids.classes)

    def fits(self, case: Case, channel: str | None) -> bool:
        """Whether it speaks of *case*, for who sells through *channel*."""
        return (
            self.sku in (None, case.sku)
            and self.node in (None, case.node)
            and self.channel in (None, channel)
            and set(self.classes) <= set(case.classes)
        )

    @property
    def particular(self) -> tuple[bool, bool, bool, int]:
        """How particular it is: item before node before channel before number of classes."""
        named = self.sku is not None, self.node is not None, self.channel is not None
        return *named, len(self.classes)


def _method(_: object, __: object, value: AtpMethod) -> None:
    if not isinstance(value, AtpMethod):
        raise Unreadable("a method", "$.method")


def _options(_: object, __: object, value: Options) -> None:
    if not isinstance(value, Options):
        raise Unreadable("options of methods", "$.options")


@frozen(kw_only=True)
class Answering(Scope):
    """*method* answers questions with *options*; look-ahead, which is the default, as grants do.

    Their safety stock is withheld from grants too.  Of their `Counting`, what leaves out supply
    also restricts what is granted: the type matrix, reliability, days of putting away, lead days.

    `Untracked` is no way to read what is there, but supply: without limit, from its lead days on;
    so are `unlimited_after_days`.  Such a rule names no channel, for supply is there for all.
    """

    method: AtpMethod = field(default=LOOK_AHEAD, validator=_method)
    options: Options = field(default=DEFAULTS, validator=_options)

    def __attrs_post_init__(self) -> None:
        if self.unlimited_after is not None and self.channel is not None:
            raise Unreadable("no channel: what is not counted is there for all", "$.channel")

    @property
    def telling(self) -> AtpMethod | None:
        """The method that answers in the place of the position; None if that answers itself."""
        return None if isinstance(self.method, LookAhead | Untracked) else self.method

    @property
    def unlimited_after(self) -> int | None:
        """How many days from today there is supply without limit, if there is."""
        if isinstance(self.method, Untracked):
            return self.method.lead_days
        return self.options.counting.unlimited_after_days


def _protection(_: object, __: object, value: Protection) -> None:
    if not isinstance(value, Protection):
        raise Unreadable("a protection", "$.protection")


@frozen(kw_only=True)
class Protecting(Scope):
    """Stock is shared out over channels by *protection*."""

    protection: Protection = field(validator=_protection)

    def __attrs_post_init__(self) -> None:
        if self.channel is not None:
            raise Unreadable("no channel: the protection names them", "$.channel")


def _answering(value: Iterable[Answering]) -> tuple[Answering, ...]:
    return several_of(Answering, value, "answering")


def _protecting(value: Iterable[Protecting]) -> tuple[Protecting, ...]:
    return several_of(Protecting, value, "protecting")


def _safety(_: object, __: object, value: SafetyStock) -> None:
    if not isinstance(value, SafetyStock):
        raise Unreadable("safety stock", "$.safety")


R = TypeVar("R", bound=Scope)
DEFAULT = Answering()


@frozen(kw_only=True)
class Availability:
    """Which method answers for what, how much is withheld, and what is shared out over channels.

    Of the rules that fit the most particular decides; of equally particular ones the first.
    """

    answering: tuple[Answering, ...] = field(default=(), converter=_answering)
    safety: SafetyStock = field(factory=SafetyStock, validator=_safety)
    protecting: tuple[Protecting, ...] = field(default=(), converter=_protecting)

    @property
    def withholds_nothing(self) -> bool:
        """Whether there are no rules at all."""
        return self is NOTHING_WITHHELD or self == NOTHING_WITHHELD

    @property
    def of_network(self) -> bool:
        """Whether any rule has to know what other nodes have."""
        return self.safety.of_network

    def answer(self, case: Case, channel: str | None = None) -> Answering:
        """The rule that says how *case* is answered."""
        return _first(self.answering, case, channel) or DEFAULT

    @property
    def untracks(self) -> bool:
        """Whether any rule says that units are not counted."""
        return any(one.unlimited_after is not None for one in self.answering)

    def seen(self, case: Case, position: Position, today: date) -> Position:
        """*position* of *case*, with supply without limit if a rule says so.

        The lead days are those of the rule; it begins when a report or a grant before said.
        """
        lead_days = self.answer(case).unlimited_after
        if lead_days is None:
            return position
        since = today if position.endless is None else position.endless.since
        return attrs.evolve(position, endless=Endless(since, lead_days))

    def terms(
        self,
        case: Case,
        channel: str | None = None,
        network: Mapping[ids.NodeId, int] | None = None,
    ) -> Terms:
        """On what terms units of *case* are promised; *network* is what each node has on hand."""
        if self.withholds_nothing:
            return PLAIN
        protecting = _first(self.protecting, case, channel)
        kept, options = self.safety.of(case, network), self.answer(case, channel).options
        return Terms(
            safety=max(kept.units, options.safety),
            rule=kept.rule if kept.units >= options.safety else None,
            protection=None if protecting is None else protecting.protection,
            channel=None if protecting is None else channel,
            counting=_restricting(options.counting),
        )

    def asking(
        self,
        case: Case,
        channel: str | None = None,
        network: Mapping[ids.NodeId, int] | None = None,
    ) -> Terms:
        """The same for who only asks, and is answered by the method that is chosen for *case*."""
        terms, rule = self.terms(case, channel, network), self.answer(case, channel)
        if rule.telling is None:
            return terms
        return attrs.evolve(terms, method=rule.telling, bucket=rule.options.bucket)


def _restricting(counting: Counting) -> Counting:
    """What of *counting* concerns grants: they name the day on which units leave the stock."""
    return attrs.evolve(counting, outbound_days=0, issue_margin_days=0, unlimited_after_days=None)


def _first(rules: Iterable[R], case: Case, channel: str | None) -> R | None:
    fitting = [one for one in rules if one.fits(case, channel)]
    return max(fitting, key=lambda one: one.particular, default=None)


NOTHING_WITHHELD = Availability()
