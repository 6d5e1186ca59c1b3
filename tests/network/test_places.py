"""Where things are, and how far apart: known distances, laws of a sphere, and what is refused."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import Region
from omscore.network.facts import Network
from omscore.network.places import MILLION, Destination, Point, distance_km, point
from omscore.testing.builders import a_node

points = st.builds(
    Point,
    st.integers(-90 * MILLION, 90 * MILLION),
    st.integers(-180 * MILLION, 180 * MILLION),
)
BERLIN, PARIS, SYDNEY = point(52.52, 13.405), point("48.8566", "2.3522"), point(-33.8688, 151.2093)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (BERLIN, PARIS, 877),
        (BERLIN, SYDNEY, 16_095),
        (point(0, 0), point(0, 180), 20_015),
        (point(90, 0), point(-90, 77), 20_015),
        (point(0, 179.5), point(0, -179.5), 111),
        (BERLIN, BERLIN, 0),
    ],
)
def test_known_distances(one: Point, other: Point, km: int) -> None:
    """Half a great circle is pi times the radius; across the date line is a short way."""
    assert distance_km(one, other) == km


@given(points, points, points)
def test_distances_are_those_of_a_sphere(one: Point, other: Point, third: Point) -> None:
    """The same both ways, nothing to itself, and never longer than by way of a third point."""
    assert distance_km(one, other) == distance_km(other, one)
    assert distance_km(one, one) == 0
    assert distance_km(one, other) <= distance_km(one, third) + distance_km(third, other) + 2


@pytest.mark.parametrize("value", [nan, inf, -inf, "nan", "1e1", "", " 1", "٣", True, None, 90.001])
def test_what_is_no_number_of_degrees_is_unreadable(value: object) -> None:
    """A NaN would compare as false with every limit, and so let every node pass."""
    with pytest.raises(Unreadable) as unreadable:
        point(value, 0)  # type: ignore[arg-type]

    assert unreadable.value.path == "$.latitude"


@pytest.mark.parametrize(
    ("latitude", "longitude", "path"),
    [
        (90 * MILLION + 1, 0, "$.latitude_e6"),
        (52.52, 0, "$.latitude_e6"),
        (0, nan, "$.longitude_e6"),
        (0, True, "$.longitude_e6"),
    ],
)
def test_a_point_that_is_read_back_is_checked_too(
    latitude: object, longitude: object, path: str
) -> None:
    """JSON gives the millionths themselves, and no fractions."""
    with pytest.raises(Unreadable) as unreadable:
        Point(latitude, longitude)  # type: ignore[arg-type]

    assert unreadable.value.path == path


def test_a_destination_is_where_it_was_said_to_be_or_where_the_node_of_its_name_is() -> None:
    """What is collected at a store goes to the store."""
    berlin = a_node(at=BERLIN)
    network = Network({berlin.id: berlin}, destinations={Region("FR"): Destination("FR", PARIS)})

    assert network.where(Region("FR")) == PARIS
    assert network.where(Region("berlin")) == BERLIN
    assert network.where(Region("IT")) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: a_node(at=(52, 13)),
        lambda: Destination("DE", "here"),  # type: ignore[arg-type]
    ],
)
def test_a_place_is_a_point(make: object) -> None:
    """Two numbers could be in either order."""
    with pytest.raises(Unreadable, match="point"):
        make()  # type: ignore[operator]
