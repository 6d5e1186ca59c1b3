"""What is different between two plans for the same lines, and why: as values, and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

import attrs
from attrs import frozen

from omscore.kernel.ids import LineId, NodeId
from omscore.kernel.reason import Reason
from omscore.network.plan import Decision
from omscore.promise.promise import price_of

# --- plans ------------------------------------------------------------------------------------


@frozen(order=True)
class Sent:
    """Units of a line that *node* sends on a ship day, to arrive on *day*."""

    node: NodeId
    ship_day: date
    day: date
    quantity: int


@frozen
class LinePlan:
    """Who sends what of a line, and how many units have no date."""

    sent: tuple[Sent, ...] = ()
    short: int = 0

    @property
    def day(self) -> date | None:
        """The day by which all of it arrives; None while some of it has no date."""
        return None if self.short else max((one.day for one in self.sent), default=None)

    @property
    def nodes(self) -> dict[NodeId, Sent]:
        """The nodes that send something, each with what it sends last."""
        return {one.node: one for one in sorted(self.sent)}

    def __str__(self) -> str:
        return f"{self.short} without a date" if self.short else str(self.day)


Plan = Mapping[LineId, LinePlan]
NOTHING = LinePlan()


def plan_of(decision: Decision) -> Plan:
    """The plan of *decision*, line by line."""
    sent: dict[LineId, list[Sent]] = {line: [] for line in decision.short}
    for leg in decision.legs:
        one = Sent(leg.node, leg.ship_day, leg.delivery_day, leg.quantity)
        sent.setdefault(leg.line, []).append(one)
    return {
        line: LinePlan(tuple(sorted(some)), decision.short.get(line, 0))
        for line, some in sent.items()
    }


# --- reasons ----------------------------------------------------------------------------------


@frozen
class PassedOverNow(Reason):
    """A node that would have sent some of it may not, for the reasons with these codes."""

    code: ClassVar[str] = "promise.passed-over-now"
    node: NodeId
    because: str

    def __str__(self) -> str:
        return f"{self.node} is passed over now: {self.because}"


@frozen
class NotNeeded(Reason):
    """A node that would have sent some of it could, but the plan is better without."""

    code: ClassVar[str] = "promise.not-needed"
    node: NodeId

    def __str__(self) -> str:
        return f"it is better without {self.node} now"


@frozen
class LeavesOtherDay(Reason):
    """The same node sends it, but on another day."""

    code: ClassVar[str] = "promise.leaves-other-day"
    node: NodeId
    was: date
    now: date

    def __str__(self) -> str:
        return f"{self.node} sends it on {self.now}, not on {self.was}"


@frozen
class TravelsOtherDays(Reason):
    """The same node sends it on the same day, but it is on the way for another time."""

    code: ClassVar[str] = "promise.travels-other-days"
    node: NodeId
    was: date
    now: date

    def __str__(self) -> str:
        return f"what {self.node} sends arrives on {self.now}, not on {self.was}"


@frozen
class WithoutDate(Reason):
    """Units that had a date have none now."""

    code: ClassVar[str] = "promise.without-date"
    units: int

    def __str__(self) -> str:
        return f"nobody can promise {self.units} of it any more"


# --- the difference ---------------------------------------------------------------------------


@frozen
class LineChange:
    """A line that is promised otherwise than it *was*, and every reason."""

    line: LineId
    was: LinePlan
    now: LinePlan
    why: tuple[Reason, ...]

    def __str__(self) -> str:
        told = f"line {self.line}: {self.was}, now {self.now}"
        return "\n".join([told, *(f"  {reason}" for reason in self.why)])


@frozen
class Change:
    """Every line that is promised otherwise; none, if the promise stands.

    *decision* is the one that the new plan came from; *before* the one of the old plan, where that
    is known as a whole.
    """

    lines: tuple[LineChange, ...]
    decision: Decision
    before: Decision | None = None

    @property
    def later(self) -> tuple[LineChange, ...]:
        """The lines that come later than they were promised, or have no date any more."""
        return tuple(one for one in self.lines if (one.now.day or date.max) > _day(one.was))

    @property
    def prices(self) -> tuple[int, int] | None:
        """What the parcels cost before and now, in minor units; None if that is not known.

        Penalties that only weigh plans against each other, as those on waiting, are not in it.
        """
        return None if self.before is None else (price_of(self.before), price_of(self.decision))

    def __str__(self) -> str:
        told = list(map(str, self.lines))
        if self.prices is not None and self.prices[0] != self.prices[1]:
            told.append("sending it costs {}, now {}".format(*self.prices))
        return "\n".join(told) or "as promised"


def _day(plan: LinePlan) -> date:
    return plan.day or date.max


def change(was: Plan, now: Plan, decision: Decision) -> Change:
    """What is different in the plan *now*, which came from *decision*, by line."""
    lines = dict.fromkeys([*was, *now])
    changed = [
        LineChange(line, before, after, tuple(_why(line, before, after, decision)))
        for line in lines
        for before, after in [(was.get(line, NOTHING), now.get(line, NOTHING))]
        if before != after
    ]
    return Change(tuple(changed), decision)


def change_of(before: Decision, after: Decision) -> Change:
    """What is different in the plan of *after*, compared with that of *before*."""
    return attrs.evolve(change(plan_of(before), plan_of(after), after), before=before)


def _why(line: LineId, was: LinePlan, now: LinePlan, decision: Decision) -> Iterator[Reason]:
    after = now.nodes
    for node, sent in was.nodes.items():
        if node not in after:
            because = _because(line, node, decision)
            yield PassedOverNow(node, because) if because else NotNeeded(node)
        elif after[node].ship_day != sent.ship_day:
            yield LeavesOtherDay(node, sent.ship_day, after[node].ship_day)
        elif after[node].day != sent.day:
            yield TravelsOtherDays(node, sent.day, after[node].day)
    if now.short > was.short:
        yield WithoutDate(now.short - was.short)


def _because(line: LineId, node: NodeId, decision: Decision) -> str:
    """The codes of the reasons why a node was passed over for a line, straight to its goal."""
    codes = [
        reason.code
        for passed in decision.passed_over
        if passed.node == node and line in passed.lines and passed.via is None
        for reason in passed.reasons
    ]
    return ", ".join(dict.fromkeys(codes))
