"""Entries: what brings units to a place, and what takes them.

A supply can be used from its day to its last useful day; a demand takes units on its day.  How they
count on a given day is another matter: see `omscore.atp.counting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import get_args

from attrs import Attribute, field, frozen

from omscore.atp.lots import PLAIN, UNLIMITED, Part, SupplyKind
from omscore.atp.movements import DemandKind
from omscore.atp.position import Position, wants_of
from omscore.kernel import moments
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import checked, optional_lot
from omscore.kernel.quantities import MOST_UNITS, no_or_some_units, units
from omscore.kernel.several import each
from omscore.kernel.truth import some_truth

SUPPLY_KINDS: tuple[SupplyKind, ...] = get_args(SupplyKind)
DEMAND_KINDS: tuple[DemandKind, ...] = get_args(DemandKind)
FARTHEST_DAYS = 3_660
"""Ten years: nothing is due later."""


# --- what is written down ---------------------------------------------------------------------


def _id(value: str) -> str:
    return checked(value, "id")


def _supply_kind(_: object, attribute: Attribute[SupplyKind], value: SupplyKind) -> None:
    _one_of(SUPPLY_KINDS, value, attribute.name)


def demand_kind(_: object, attribute: Attribute[DemandKind], value: DemandKind) -> None:
    """A validator: a kind of demand."""
    _one_of(DEMAND_KINDS, value, attribute.name)


def _one_of(words: tuple[str, ...], value: object, name: str) -> None:
    if value not in words:
        raise Unreadable(f"one of {', '.join(words)}", f"$.{name}")


def percent(_: object, attribute: Attribute[int], value: int) -> None:
    """A validator: a whole number of percent."""
    if type(value) is not int or not 0 <= value <= 100:
        raise Unreadable("a whole number from 0 to 100", f"$.{attribute.name}")


def some_days(_: object, attribute: Attribute[int], value: object) -> None:
    """A validator: a number of days, up to ten years."""
    if type(value) is not int or not 0 <= value <= FARTHEST_DAYS:
        raise Unreadable(f"a whole number of days from 0 to {FARTHEST_DAYS}", f"$.{attribute.name}")


@frozen
class Entry:
    """What supplies and demands have in common: so many units, on a day, under an id of its own."""

    id: str = field(converter=_id)
    quantity: int = field(validator=no_or_some_units)
    day: date = field(validator=moments.some_day)


@frozen
class SupplyEntry(Entry):
    """Units that are there, or should come on *day*.

    They can be used until *use_by*, that day included; None is for ever.  What is not *firm* counts
    as planned.  *reliability* is the percentage of such receipts that came as they were announced.
    An `unlimited` supply brings whatever is asked from its day on, and states no quantity.
    """

    kind: SupplyKind = field(default="purchase", validator=_supply_kind)
    use_by: date | None = field(default=None, kw_only=True)
    lot: str | None = field(default=None, converter=optional_lot, kw_only=True)
    firm: bool = field(default=True, validator=some_truth, kw_only=True)
    reliability: int = field(default=100, validator=percent, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.use_by is not None and moments.day(self.use_by, "use_by") < self.day:
            raise Unreadable("not before the day on which it is due", "$.use_by")
        if self.kind == "unlimited" and (self.quantity or self.use_by):
            raise Unreadable("unlimited supply has no quantity and no end", "$.quantity")

    @property
    def units(self) -> int:
        """How many units it brings."""
        return UNLIMITED if self.kind == "unlimited" else self.quantity

    @property
    def counts_as(self) -> SupplyKind:
        """Its kind for the type matrix: whatever is not firm is planned."""
        return self.kind if self.firm else "planned"


@frozen
class DemandEntry(Entry):
    """Units that somebody takes on *day*.

    A demand may ask for a *lot*, and for units that stay useful *fresh_days* after its day.
    """

    kind: DemandKind = field(default="committed", validator=demand_kind)
    lot: str | None = field(default=None, converter=optional_lot, kw_only=True)
    fresh_days: int = field(default=0, validator=some_days, kw_only=True)

    def __attrs_post_init__(self) -> None:
        units(self.quantity)


def on_hand(
    quantity: int, id: str = "on-hand", *, use_by: date | None = None, lot: str | None = None
) -> SupplyEntry:
    """Units that are there, whatever day it is."""
    return SupplyEntry(id, quantity, date.min, "on-hand", use_by=use_by, lot=lot)


def unlimited(day: date, id: str = "unlimited") -> SupplyEntry:
    """From *day* on, as many as anybody asks for: made to order, or not counted at all."""
    return SupplyEntry(id, 0, day, "unlimited")


def _read_matrix(
    value: Mapping[SupplyKind, Iterable[DemandKind]],
) -> Mapping[SupplyKind, frozenset[DemandKind]]:
    if not isinstance(value, Mapping):
        raise Unreadable("a mapping from kinds of supply to kinds of demand", "$.serves")
    for supply, demands in value.items():
        _one_of(SUPPLY_KINDS, supply, "serves")
        for demand in each(demands, f"serves.{supply}"):
            _one_of(DEMAND_KINDS, demand, f"serves.{supply}")
    return {kind: frozenset(value.get(kind, DEMAND_KINDS)) for kind in SUPPLY_KINDS}


@frozen
class TypeMatrix:
    """Which demands each kind of supply may serve; a kind that is not named serves all."""

    serves: Mapping[SupplyKind, frozenset[DemandKind]] = field(
        factory=dict, converter=_read_matrix, hash=False
    )

    def allows(self, supply: SupplyEntry, demand: DemandKind) -> bool:
        """Whether *supply* may serve a demand of this kind."""
        return demand in self.serves[supply.counts_as]


EVERYTHING = TypeMatrix()
"""Every supply serves every demand."""

# --- what the library keeps ---------------------------------------------------------------------


def of_position(position: Position, today: date, now: datetime) -> list[Entry]:
    """What *position* keeps, as entries: foreign demand by its kind, holds until they expire.

    Counted plainly, look-ahead on them answers what `Position.available` answers, from *today* on,
    and where units expire `omscore.atp.windows` does.  Late supply of which the last useful day
    comes before it does is none.
    """
    entries: list[Entry] = [*_supplies(position)]
    if position.endless is not None:
        entries.append(unlimited(position.endless.asked(today)))
    for one in position.buckets:
        for id, part in _pieces(f"committed:{one.day}", one.committed):
            entries.append(DemandEntry(id, part, one.day))
    for want in wants_of(position):
        for id, part in _pieces(foreign(want.day, want.kind), want.units):
            entries.append(DemandEntry(id, part, want.day, want.kind))
    for place, held in enumerate(position.held):
        if held.expires_at > now:
            for id, part in _pieces(f"held:{held.day}:{place}", held.units):
                entries.append(DemandEntry(id, part, held.day))
    return entries


def foreign(day: date, kind: DemandKind) -> str:
    """What foreign demand of a *day* goes by, unless a document is known."""
    return f"foreign:{day}" if kind == "planned" else f"{kind}:foreign:{day}"


def _supplies(position: Position) -> Iterator[SupplyEntry]:
    """Plain units, and each lot."""
    plain: dict[date | None, int] = {None: position.on_hand}
    plain |= {one.day: one.supply for one in position.buckets}
    for one in position.lots:
        plain[one.day] -= one.units
    parts = [(day, PLAIN, count) for day, count in plain.items()]
    parts += [(one.day, one.lot, one.units) for one in position.lots if not _spent(one)]
    for place, (day, lot, count) in enumerate(parts):
        name = "on-hand" if day is None else f"due:{day}"
        id_ = name if lot == PLAIN else f"{name}:{lot.name or ''}:{place}"
        for id, part in _pieces(id_, count):
            yield SupplyEntry(
                id,
                part,
                day or date.min,
                "on-hand" if day is None else lot.kind,
                use_by=lot.use_by,
                lot=lot.name,
                firm=lot.firm,
                reliability=lot.reliability,
            )


def _spent(part: Part) -> bool:
    return part.day is not None and part.lot.use_by is not None and part.lot.use_by < part.day


def _pieces(id: str, total: int) -> Iterator[tuple[str, int]]:
    """*total* units under an id; a sum that is more than one entry may state is several."""
    for place, start in enumerate(range(0, total, MOST_UNITS)):
        yield (f"{id}:{place}" if place else id), min(MOST_UNITS, total - start)
