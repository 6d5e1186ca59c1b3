"""Reallocation: what a backlog is promised anew when supply or priorities have changed.

Each demand has a strategy, which says what may happen to what it was confirmed.  The words are
those of backorder processing in SAP S/4HANA (A. Krause, *Confirmation Strategies in Backorder
Processing - A Deep Dive*, SAP Community, 2023), made exact here:

* `win`: all of it on the day that was asked for; if that cannot be, it keeps what it has;
* `gain`: keeps what it has, or improves: on no day are fewer of its units confirmed than before;
* `redistribute`: is promised anew, as early as can be; it may improve or worsen;
* `fill`: keeps what it has, or worsens: on no day are more of its units confirmed than before;
* `lose`: gives everything back.

Demands are served in this order.  First everything that `win` and `gain` have is set aside, so
that nobody's gain is paid by them; what supply cannot keep on its day is kept on a later one.
Within a strategy the lowest rank goes first, then the earliest day, then the id.

The theory.  What may be promised over time, by look-ahead, never falls; its steps are as good as
receipts.  Promises are feasible if on each day no more units are promised up to it than have come
by then.  A `Timeline` keeps both, so that a promise for a day is one change of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, Literal, get_args

import attrs
from attrs import Attribute, field, frozen

from omscore.atp.questions import Curve, Shipment, safe
from omscore.atp.sharing import named, rank
from omscore.atp.timeline import Timeline
from omscore.kernel import moments
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import some_units, units
from omscore.kernel.reason import Reason

Strategy = Literal["win", "gain", "redistribute", "fill", "lose"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
Verdict = Literal["kept", "improved", "worsened", "mixed", "lost"]


def strategy(_: object, attribute: Attribute[Strategy], value: Strategy) -> None:
    """A validator: one of `STRATEGIES`."""
    if value not in STRATEGIES:
        raise Unreadable(f"one of {', '.join(STRATEGIES)}", f"$.{attribute.name}")


def _merged(shipments: Iterable[Shipment]) -> tuple[Shipment, ...]:
    """One shipment for each day, days ascending."""
    by_day = dict[date, int]()
    for one in shipments:
        by_day[one.day] = by_day.get(one.day, 0) + units(one.units, "confirmed")
    return tuple(Shipment(day, by_day[day]) for day in sorted(by_day))


@frozen
class DatedClaim:
    """Somebody who asked for *quantity* units for *day*, and what is *confirmed* so far.

    Nothing is confirmed before that day, and nothing after *latest*, if that is given.
    """

    id: str = field(validator=named)
    quantity: int = field(validator=some_units)
    day: date = field(validator=moments.some_day)
    confirmed: tuple[Shipment, ...] = field(default=(), converter=_merged)
    rank: int = field(default=0, validator=rank)
    strategy: Strategy = field(default="redistribute", validator=strategy)
    latest: date | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.latest is not None and moments.day(self.latest, "latest") < self.day:
            raise Unreadable("not before the day that is asked for", "$.latest")
        if sum(one.units for one in self.confirmed) > self.quantity:
            raise Unreadable("no more than is asked for", "$.confirmed")
        if any(not self.accepts(one.day) for one in self.confirmed):
            raise Unreadable("from the day that is asked for to the latest", "$.confirmed")

    def accepts(self, day: date) -> bool:
        """Whether units that come on *day* are of use."""
        return self.day <= day and (self.latest is None or day <= self.latest)


# --- reasons ----------------------------------------------------------------------------------


@frozen
class NotAsAsked(Reason):
    """Too few units for the day that was asked for; so many more, by that day, would do."""

    code: ClassVar[str] = "backlog.not-as-asked"
    asked: date
    lacking: int
    by: date

    def __str__(self) -> str:
        more = "1 more unit is" if self.lacking == 1 else f"{self.lacking} more units are"
        return f"{more} needed by {self.by} to confirm everything for {self.asked}"


@frozen
class MayNotGain(Reason):
    """There would be more, but the strategy keeps it from this demand."""

    code: ClassVar[str] = "backlog.may-not-gain"
    strategy: str

    def __str__(self) -> str:
        return f"the strategy {self.strategy} leaves what is free to others"


# --- what comes of it -------------------------------------------------------------------------


@frozen
class Outcome:
    """What one demand had, what it has now, and why that is not all it asked for."""

    claim: DatedClaim
    confirmed: tuple[Shipment, ...]
    reason: Reason | None

    @property
    def verdict(self) -> Verdict:
        """How it fares, on every day: *mixed* is better on some days and worse on others."""
        before, after = self.claim.confirmed, self.confirmed
        if before and not after:
            return "lost"
        days = {one.day for one in (*before, *after)}
        more = {by_then(after, day) - by_then(before, day) for day in days}
        if min(more, default=0) >= 0:
            return "improved" if max(more, default=0) > 0 else "kept"
        return "worsened" if max(more) <= 0 else "mixed"

    def __str__(self) -> str:
        was, is_ = _told(self.claim.confirmed), _told(self.confirmed)
        change = is_ if was == is_ else f"{was} -> {is_}"
        why = "" if self.reason is None else f"; {self.reason}"
        return f"{self.claim.id} ({self.claim.strategy}) {self.verdict}: {change}{why}"


@frozen
class Reallocation:
    """What became of each demand, in the order in which they were served."""

    outcomes: tuple[Outcome, ...]

    def changed(self) -> tuple[Outcome, ...]:
        """The difference: those whose confirmation is another now."""
        return tuple(one for one in self.outcomes if one.confirmed != one.claim.confirmed)

    def confirmed(self, id: str) -> tuple[Shipment, ...]:
        """What a demand is promised now."""
        return next(one.confirmed for one in self.outcomes if one.claim.id == id)

    def __str__(self) -> str:
        return "\n".join(map(str, self.outcomes))


def by_then(shipments: Iterable[Shipment], day: date) -> int:
    """How many units of *shipments* have come by the end of *day*."""
    return sum(one.units for one in shipments if one.day <= day)


def beyond(these: Iterable[Shipment], those: Iterable[Shipment]) -> list[Shipment]:
    """What of *these* goes beyond *those*, day by day."""
    by_day = {one.day: one.units for one in those}
    more = ((one.day, one.units - by_day.get(one.day, 0)) for one in these)
    return [Shipment(day, units) for day, units in more if units > 0]


def _told(shipments: Sequence[Shipment]) -> str:
    return ", ".join(f"{one.units} on {one.day}" for one in shipments) or "nothing"


# --- how it is done ---------------------------------------------------------------------------


def reallocate(
    claims: Iterable[DatedClaim], curve: Curve, strategy: Strategy | None = None
) -> Reallocation:
    """Promise anew, each by its own strategy, or all by *strategy*.

    *curve* is what could be promised if none of them were confirmed anything; its first day is
    today.
    """
    if strategy is not None:
        claims = [attrs.evolve(one, strategy=strategy) for one in claims]
    run = _Run(_standing(claims), curve)
    run.retain("win", "gain")
    run.win()
    run.serve("gain")
    run.serve("redistribute")
    run.retain("fill")
    return Reallocation(tuple(map(run.outcome, run.standing)))


def _standing(claims: Iterable[DatedClaim]) -> list[DatedClaim]:
    standing = sorted(claims, key=turn)
    if len({one.id for one in standing}) < len(standing):
        raise Unreadable("an id of its own for each demand", "$.claims")
    return standing


def turn(one: DatedClaim) -> tuple[int, int, date, str]:
    """What is served before what: by strategy, rank, day, and id."""
    return STRATEGIES.index(one.strategy), one.rank, one.day, one.id


class _Run:
    """The working state: what is still free, and what each demand has been given."""

    def __init__(self, standing: Sequence[DatedClaim], curve: Curve) -> None:
        if not curve:
            raise Unreadable("at least one row", "$.curve")
        self.standing = standing
        self._had: dict[str, tuple[Shipment, ...]] = {one.id: () for one in standing}
        self._today = curve[0].day
        self._free = Timeline(today=self._today.toordinal())
        came = 0
        for one, there in zip(curve, safe(curve), strict=True):
            if there > came:
                self._free.change(one.day.toordinal(), there - came)
                came = there

    def retain(self, *strategies: Strategy) -> None:
        """Keep what was confirmed: all of them on its day, then what that leaves on later ones."""
        concerned = [one for one in self.standing if one.strategy in strategies]
        for one in concerned:
            self._give(one, self._kept(one))
        for one in concerned:
            for gone in beyond(one.confirmed, self._had[one.id]):
                self._give(one, self._early(one, gone.units, gone.day))

    def win(self) -> None:
        """All of it on the day that was asked for, or what it has."""
        for one in self.standing:
            if one.strategy == "win":
                had = self._take_back(one)
                day = max(one.day, self._today)
                enough = self._free.available(day.toordinal()) >= one.quantity
                as_asked = day == one.day and enough
                self._give(one, (Shipment(day, one.quantity),) if as_asked else had)

    def serve(self, strategy: Strategy) -> None:
        """As early as can be, with what it has and what is free; what is overdue stays so."""
        for one in self.standing:
            if one.strategy == strategy:
                had = self._take_back(one)
                self._give(one, (overdue := [each for each in had if each.day < self._today]))
                open_ = one.quantity - sum(each.units for each in overdue)
                self._give(one, self._early(one, open_, one.day))

    def outcome(self, one: DatedClaim) -> Outcome:
        """What a demand has, and why that is not all, on its day."""
        had = self._had[one.id]
        reason: Reason | None = None
        if by_then(had, one.day) < one.quantity:
            self._take_back(one)
            reason = self._lacking(one) or MayNotGain(one.strategy)
            self._give(one, had)
        return Outcome(one, had, reason)

    def _lacking(self, one: DatedClaim) -> NotAsAsked | None:
        """The least that would have to come, and the first day on which it would be missed."""
        start, free = max(one.day, self._today).toordinal(), self._free
        if (lacking := one.quantity - free.available(start)) <= 0:
            return None
        days = [start, *(day for day, _ in free.changes() if day > start)]
        by = next(day for day in days if free.projected(day) < one.quantity)
        return NotAsAsked(one.day, lacking, date.fromordinal(by))

    def _kept(self, one: DatedClaim) -> list[Shipment]:
        """As many of its units as can be kept on their days."""
        kept = list[Shipment]()
        for was in one.confirmed:
            there = self._free.available(was.day.toordinal()) - sum(each.units for each in kept)
            if there > 0:
                kept.append(Shipment(was.day, min(was.units, there)))
        return kept

    def _early(self, one: DatedClaim, quantity: int, start: date) -> list[Shipment]:
        """*quantity* units as early as can be, from *start* on."""
        found, had = list[Shipment](), 0
        for ordinal, there in self._free.steps(max(start, self._today).toordinal()):
            day = date.fromordinal(ordinal)
            if (more := min(quantity, there) - had) > 0 and one.accepts(day):
                found.append(Shipment(day, more))
                had += more
        return found

    def _give(self, one: DatedClaim, shipments: Iterable[Shipment]) -> None:
        given = tuple(shipments)
        for each in given:
            self._free.change(each.day.toordinal(), -each.units)
        self._had[one.id] = _merged((*self._had[one.id], *given))

    def _take_back(self, one: DatedClaim) -> tuple[Shipment, ...]:
        """Free what a demand was given; what that was."""
        had, self._had[one.id] = self._had[one.id], ()
        for each in had:
            self._free.change(each.day.toordinal(), each.units)
        return had
