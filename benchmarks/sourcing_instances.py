"""The instances of the sourcing benchmark: a seeded network, and orders to source over it.

Nodes lie uniformly over 4,000 x 2,500 km, and so do destinations.  Distance makes seven zones.  A
parcel costs 400 + 100 x zone + U(0, 100) cents, a unit its node's handling of 30 to 150 cents and
its sku's weight of 0.2 to 5 kg at 20 + 12 x zone cents per kg.  A sku is at a node with a
probability of its own from U(0.3, 0.7), 1 + Exp(5) units deep.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import hypot
from random import Random
from typing import Literal

from attrs import evolve, frozen

from omscore.sourcing.problem import Arc, Need, Parcel, Problem, Room

WIDTH_KM, HEIGHT_KM = 4_000, 2_500
ZONES_KM = (240, 480, 970, 1_600, 2_250, 2_900)
SHORT = 1_000_000  # cents: far above whatever an order can cost
LINES = ((1, 55), (2, 20), (3, 10), (4, 6), (5, 4), *((n, 1) for n in range(6, 11)))
QUANTITIES = ((1, 70), (2, 18), (3, 8), (5, 4))


@frozen
class Place:
    """A node: where it is, in km, and what handling a unit costs there, in cents."""

    x: float
    y: float
    handling: int


@frozen
class Instance:
    """A problem whose arcs are in the order of nodes, and the distance of each node in km."""

    problem: Problem
    distances_km: tuple[float, ...]


def a_network(count: int, chance: Random) -> list[Place]:
    """*count* nodes anywhere."""
    return [
        Place(chance.uniform(0, WIDTH_KM), chance.uniform(0, HEIGHT_KM), chance.randint(30, 150))
        for _ in range(count)
    ]


def far(network: list[Place], chance: Random) -> list[tuple[float, int]]:
    """How far each node is from a place that is drawn, in km, and in which zone."""
    x, y = chance.uniform(0, WIDTH_KM), chance.uniform(0, HEIGHT_KM)
    distances = [hypot(node.x - x, node.y - y) for node in network]
    return [(distance, 1 + bisect_left(ZONES_KM, distance)) for distance in distances]


def an_order(
    network: list[Place], quantities: list[int], chance: Random, dearer: int = 0
) -> Instance:
    """One need for each of *quantities*; *dearer* on every parcel counts parcels first."""
    distances, zones = zip(*far(network, chance), strict=True)
    parcels = tuple(
        Parcel(node, 0, dearer + 400 + 100 * zone + round(chance.uniform(0, 100)))
        for node, zone in enumerate(zones)
    )
    needs, pools = list[Need](), list[tuple[tuple[int, int], ...]]()
    for quantity in quantities:
        weight, carried = chance.uniform(0.2, 5), chance.uniform(0.3, 0.7)
        arcs = []
        for node, (place, zone) in enumerate(zip(network, zones, strict=True)):
            if chance.random() < carried:
                depth = 1 + int(chance.expovariate(1 / 5))
                cost = place.handling + round(weight * (20 + 12 * zone))
                arcs.append(Arc(node, min(depth, quantity), cost, ((len(pools), 1),)))
                pools.append(((0, depth),))
        needs.append(Need(quantity, SHORT, tuple(arcs)))
    return Instance(Problem(tuple(needs), parcels, tuple(pools)), distances)


def orders(
    count: int, nodes: int, seed: int, lines: int | None = None, dearer: int = 0
) -> Iterator[Instance]:
    """*count* orders over one network, with the mix of lines or always so many of them."""
    network = a_network(nodes, Random(f"network/{nodes}/{seed}"))
    for number in range(count):
        chance = Random(f"order/{nodes}/{lines}/{seed}/{number}")
        many = lines or drawn(LINES, chance)
        yield an_order(network, [drawn(QUANTITIES, chance) for _ in range(many)], chance, dearer)


def drawn(table: tuple[tuple[int, int], ...], chance: Random) -> int:
    """A value, each with its weight."""
    values, weights = [value for value, _ in table], [weight for _, weight in table]
    return chance.choices(values, weights)[0]


def crowded(problem: Problem, chance: Random, of: Literal["units", "lines"]) -> Problem:
    """*problem* with little room at each node: 5 to 20 units, or 3 to 12 lines."""
    least, most = (5, 20) if of == "units" else (3, 12)
    rooms = [
        Room(frozenset({parcel}), of, chance.randint(least, most))
        for parcel in range(len(problem.parcels))
    ]
    return evolve(problem, rooms=tuple(rooms))
