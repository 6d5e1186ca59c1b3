"""What a parcel costs on its way: by distance, by a tariff of zones and weights, by its emissions.

Where it is not known how far it is, each of them says what it takes for granted: a node whose place
nobody has told must not be the cheapest for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import field, frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.several import at_least_one, several_of
from omscore.sourcing.costs import MILS, Offer
from omscore.sourcing.need import Need
from omscore.sourcing.units import GRAMS, KM, MINOR

GRAMS_IN_TONNE = 1_000_000


@frozen
class Distance:
    """What the way costs: for each 100 km of a parcel, and for each kilometer of a tonne.

    Where the distance is not known, it is *unknown_km*.
    """

    unknown_km: int = field(validator=no_or_some_units, metadata=KM)
    parcel_100km: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    tonne_km: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    name: str = field(default="distance", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """For the kilometers."""
        return MILS * self.parcel_100km * _km(offer, self.unknown_km) // 100

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """For the kilometers of its weight, half up."""
        gram_km = need.weight_g * _km(offer, self.unknown_km)
        return _rounded(MILS * gram_km * self.tonne_km, GRAMS_IN_TONNE)


@frozen
class Step:
    """Units of at most *up_to_g* cost *unit* each."""

    up_to_g: int = field(validator=some_units, metadata=GRAMS)
    unit: int = field(validator=no_or_some_units, metadata=MINOR)


def _steps(value: Iterable[Step]) -> tuple[Step, ...]:
    return several_of(Step, value, "steps")


@frozen
class Zone:
    """Up to *up_to_km* a parcel costs *parcel*, its weight *kg*, and each unit by its *steps*."""

    up_to_km: int = field(validator=no_or_some_units, metadata=KM)
    parcel: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    kg: int = field(default=0, validator=no_or_some_units, metadata=MINOR)
    steps: tuple[Step, ...] = field(default=(), converter=_steps)

    def __attrs_post_init__(self) -> None:
        _rise([step.up_to_g for step in self.steps], "$.steps")


def _zones(value: Iterable[Zone]) -> tuple[Zone, ...]:
    return several_of(Zone, value, "zones")


@frozen
class Tariff:
    """A table of a carrier: *zones* by distance, each with a price for parcels and for weight.

    What is farther than the last zone, and what is heavier than the last step, costs as much as
    that; so does what nobody knows the distance of.
    """

    zones: tuple[Zone, ...] = field(converter=_zones, validator=at_least_one)
    name: str = field(default="tariff", init=False)

    def __attrs_post_init__(self) -> None:
        _rise([zone.up_to_km for zone in self.zones], "$.zones")

    def of_parcel(self, offer: Offer, /) -> int:
        """The price of the zone."""
        return MILS * self._zone(offer).parcel

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """The price of its weight, and of its step: minor units a kilogram are mils a gram."""
        zone = self._zone(offer)
        step = next((one for one in zone.steps if need.weight_g <= one.up_to_g), None)
        if step is None and zone.steps:
            step = zone.steps[-1]
        return zone.kg * need.weight_g + (0 if step is None else MILS * step.unit)

    def _zone(self, offer: Offer) -> Zone:
        far = _km(offer, self.zones[-1].up_to_km)
        return next((zone for zone in self.zones if far <= zone.up_to_km), self.zones[-1])


@frozen
class Emissions:
    """What is put on greenhouse gases: *tonne* for each tonne of CO2 equivalent.

    A tonne of goods emits *tonne_km_g* on each kilometer; a parcel weighs *parcel_g* besides what
    is in it.  The European Environment Agency publishes averages of the modes of transport ("Rail
    and waterborne: best for low-carbon motorised transport", briefing, 2021); ISO 14083 says how a
    carrier counts its own.  Where the distance is not known, it is *unknown_km*.
    """

    tonne: int = field(validator=no_or_some_units, metadata=MINOR)
    tonne_km_g: int = field(validator=no_or_some_units, metadata=GRAMS)
    unknown_km: int = field(validator=no_or_some_units, metadata=KM)
    parcel_g: int = field(default=0, validator=no_or_some_units, metadata=GRAMS)
    name: str = field(default="emissions", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        """What carrying the packaging emits."""
        return self._of(self.parcel_g, offer)

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        """What carrying its weight emits."""
        return self._of(need.weight_g, offer)

    def _of(self, weight_g: int, offer: Offer) -> int:
        emitted = weight_g * _km(offer, self.unknown_km) * self.tonne_km_g  # g times tonnes
        return _rounded(MILS * self.tonne * emitted, GRAMS_IN_TONNE * GRAMS_IN_TONNE)


def _km(offer: Offer, unknown_km: int) -> int:
    return unknown_km if offer.distance_km is None else offer.distance_km


def _rounded(dividend: int, divisor: int) -> int:
    """The quotient, half up."""
    return (2 * dividend + divisor) // (2 * divisor)


def _rise(figures: list[int], path: str) -> None:
    if sorted(set(figures)) != figures:
        raise Unreadable("each of them farther or heavier than the one before", path)
