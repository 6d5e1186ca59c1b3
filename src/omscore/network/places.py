"""Where things are on the globe, and how far apart: the only place with floating point in it.

Degrees are kept as whole millionths, so that what is stored is exact.  Distances are rounded to
whole kilometers, so that the last bits of a sine decide nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from attrs import field, frozen

from omscore.kernel import ids
from omscore.kernel.errors import Unreadable

MILLION = 1_000_000
EARTH_RADIUS_KM = 6_371.0088
"""The mean radius of the Earth (H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74,
2000)."""

_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,15})?", re.ASCII)


def _latitude(value: int | float | str) -> int:
    return _millionths(value, 90, "$.latitude")


def _longitude(value: int | float | str) -> int:
    return _millionths(value, 180, "$.longitude")


def _millionths(value: object, most: int, path: str) -> int:
    """Degrees as millionths; `Unreadable` for what is no number, NaN and infinity among it."""
    text = str(value) if type(value) in (int, float, str) else ""
    if not _DEGREES.fullmatch(text) or abs(float(text)) > most:
        raise Unreadable(f"degrees from -{most} to {most}, with a point", path)
    return round(float(text) * MILLION)


@frozen
class Point:
    """A point on the globe, in millionths of a degree north and east; `point` takes degrees."""

    latitude_e6: int = field()
    longitude_e6: int = field()

    def __attrs_post_init__(self) -> None:
        _whole(self.latitude_e6, 90, "$.latitude_e6")
        _whole(self.longitude_e6, 180, "$.longitude_e6")


def _whole(value: object, most: int, path: str) -> None:
    if type(value) is not int or abs(value) > most * MILLION:
        raise Unreadable(f"a whole number of millionths of a degree, up to {most} degrees", path)


def point(latitude: int | float | str, longitude: int | float | str) -> Point:
    """The point at these degrees, such as `point(52.52, 13.405)`; kept to about 10 cm."""
    return Point(_latitude(latitude), _longitude(longitude))


def _within(value: str | None) -> ids.Region | None:
    return ids.optional_region(value, "within")


@frozen
class Destination:
    """Where a region is: the point that distances to it are measured to.

    It may lie *within* another, and is then reached by the lanes to that one.
    """

    region: ids.Region = field(converter=ids.region)
    at: Point | None = field(default=None)
    within: ids.Region | None = field(default=None, converter=_within, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.at is not None and not isinstance(self.at, Point):
            raise Unreadable("a point", "$.at")
        if self.within == self.region:
            raise Unreadable("another region than itself", "$.within")


@lru_cache(maxsize=65_536)
def distance_km(one: Point, other: Point) -> int:
    """The great-circle distance in whole kilometers, by the haversine formula.

    It is exact for a sphere, which the Earth is within 0.6 percent (R. W. Sinnott, "Virtues of the
    haversine", Sky and Telescope 68, 1984).
    """
    south, north = radians(one.latitude_e6 / MILLION), radians(other.latitude_e6 / MILLION)
    east = radians((other.longitude_e6 - one.longitude_e6) / MILLION)
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half))))
