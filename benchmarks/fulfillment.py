"""What a sequence of orders costs to fulfill from stock that runs out, by policy.

    python benchmarks/fulfillment.py [FOLDER] [--quick] [--json]

*FOLDER* holds instances with the published parameters of Jasin and Sinha ("An LP-based correlated
rounding scheme for multi-item ecommerce order fulfillment", Operations Research 63, 2015):
`small/*.json.gz`, and `reference_small.json` with what other policies cost on the same arrivals.
Without a folder, one tiny instance of the same kind is drawn.

Orders come one by one and are decided one by one; what no fulfillment center sends costs twice the
dearest way.  The bound is the linear program over *expected* demand; policies are compared by the
mean of cost over bound.  *Exact with opportunity costs* adds a price to each unit of an item at a
center: the dual of its stock in that program, solved again with what is left of stock and time at
regular intervals.  Every decision is checked by code that knows no solver.
"""

from __future__ import annotations

import gzip
import json
import math
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random

from attrs import frozen
from figures import Row, asked, at_most, report

from omscore.sourcing.feasible import faults
from omscore.sourcing.problem import Arc, Need, Parcel, Problem, Solver
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.solvers.highs import Model, quiet_solver

MICRO = 1_000_000  # costs are kept in millionths, as the instances give them
SHORT = 10**12
Arrival = tuple[int, int]  # the kind of the order, and its region
Prices = Mapping[tuple[int, int], int]  # by item and center


@frozen
class Instance:
    """Kinds of orders as items, with how likely each is, by region; centers; what arrives.

    The last center stands for none: it is never out of stock.
    """

    name: int
    kinds: list[list[int]]
    likely: list[float]
    regions: list[float]
    fixed: list[int]
    unit: list[list[int]]
    stock: list[list[int]]
    arrivals: list[Arrival]

    @property
    def centers(self) -> int:
        """How many there are, without the last."""
        return len(self.fixed) - 1


# --- instances ------------------------------------------------------------------------------------


def read(path: Path) -> Instance:
    """An instance of the folder, with the arrivals that its references were measured on."""
    import numpy as np

    found = json.loads(gzip.decompress(path.read_bytes()))
    likely = np.outer(found["pq"], found["pop"]).ravel()
    chance = np.random.default_rng(10_001)
    drawn = chance.choice(len(likely), size=found["T"], p=likely / likely.sum())
    return Instance(
        found["seed"],
        found["Q"],
        found["pq"],
        found["pop"],
        [round(MICRO * cost) for cost in found["fixed"]],
        [[round(MICRO * cost) for cost in row] for row in found["unit"]],
        found["inventory"],
        [divmod(int(one), found["J"]) for one in drawn],
    )


def tiny(chance: Random, items: int = 4, centers: int = 3, count: int = 400) -> Instance:
    """Stock at the centers by chance, of most items less than will be asked for."""
    kinds = [[], *([n] for n in range(items)), *([n, (n + 1) % items] for n in range(items))]
    kinds = [sorted(kind) for kind in kinds]
    likely = [1 / len(kinds)] * len(kinds)
    unit = [[chance.randint(400_000, 1_600_000) for _ in range(2)] for _ in range(centers)]
    dear = [2 * max(row[region] for row in unit) for region in range(2)]
    asked_for = count * 3 / len(kinds)
    stock = [
        [round(asked_for * chance.choice((0, 0.3, 0.5))) for _ in range(items)]
        for _ in range(centers)
    ]
    arrivals = [(chance.randrange(len(kinds)), chance.randrange(2)) for _ in range(count)]
    fixed = [8_759_000] * centers + [2 * 8_759_000]
    return Instance(0, kinds, likely, [0.5, 0.5], fixed, [*unit, dear], stock, arrivals)


# --- the linear program ---------------------------------------------------------------------------


class Expected:
    """The cheapest way to fulfill expected demand, for one arrival, from some stock per arrival."""

    def __init__(self, instance: Instance) -> None:
        model, self._rows = Model(), dict[tuple[int, int], int]()
        taken: dict[tuple[int, int], list[tuple[int, float]]] = {}
        regions = range(len(instance.regions))
        for (kind, items), region in product(enumerate(instance.kinds), regions):
            share = instance.likely[kind] * instance.regions[region]
            opened = [model.column(1, share * cost) for cost in instance.fixed]
            for item in items:
                sent = [model.column(1, share * row[region]) for row in instance.unit]
                model.row(1, 1, *((column, 1) for column in sent))
                for column, parcel in zip(sent, opened, strict=True):
                    model.row(-math.inf, 0, (column, 1), (parcel, -1))
                for center, column in enumerate(sent[:-1]):
                    taken.setdefault((item, center), []).append((column, share))
        for at, terms in taken.items():
            self._rows[at] = len(model.row_low)
            model.row(-math.inf, 0, *terms)
        lp = model.as_lp()
        lp.integrality_ = []
        self._solver = quiet_solver(0)
        self._solver.passModel(lp)

    def solve(self, stock: Sequence[Sequence[int]], arrivals: int) -> tuple[float, Prices]:
        """What so many arrivals cost at least, and what a unit of stock is worth."""
        for (item, center), row in self._rows.items():
            self._solver.changeRowBounds(row, -math.inf, stock[center][item] / arrivals)
        self._solver.run()
        duals = self._solver.getSolution().row_dual
        worth = {at: max(0, round(-duals[row])) for at, row in self._rows.items()}
        return arrivals * self._solver.getInfo().objective_function_value, worth


# --- policies ---------------------------------------------------------------------------------


def drawn(
    instance: Instance, arrival: Arrival, stock: list[list[int]], prices: Prices
) -> tuple[Problem, list[list[int]]]:
    """The order as a problem, nearest center first, and which center each arc stands for."""
    kind, region = arrival
    near = sorted(range(len(instance.fixed)), key=lambda center: instance.unit[center][region])
    needs, centers = list[Need](), list[list[int]]()
    for item in instance.kinds[kind]:
        have = [one for one in near if one == instance.centers or stock[one][item]]
        centers.append(have)
        arcs = [
            Arc(one, 1, instance.unit[one][region] + prices.get((item, one), 0), ()) for one in have
        ]
        needs.append(Need(1, SHORT, tuple(arcs)))
    parcels = tuple(Parcel(center, 0, cost) for center, cost in enumerate(instance.fixed))
    return Problem(tuple(needs), parcels, ()), centers


def fulfilled(
    instance: Instance, solver: Solver, priced: Callable[[list[list[int]], int], Prices]
) -> tuple[int, int]:
    """What all arrivals cost, and how many items no center sent."""
    stock = [row[:] for row in instance.stock]
    cost = unfilled = 0
    for place, arrival in enumerate(instance.arrivals):
        items = instance.kinds[arrival[0]]
        if not items:
            continue
        prices = priced(stock, place)
        problem, centers = drawn(instance, arrival, stock, prices)
        solution = solver.solve(problem, 1_000)
        if wrong := faults(problem, solution):
            raise SystemExit(f"a decision does not hold: {wrong}")
        sent = [centers[need][at] for need, at, _ in solution.units]
        cost += sum(instance.fixed[center] for center in set(sent))
        for item, center in zip(items, sent, strict=True):
            cost += instance.unit[center][arrival[1]]
            if center == instance.centers:
                unfilled += 1
            else:
                stock[center][item] -= 1
    return cost, unfilled


def without(stock: list[list[int]], place: int) -> Prices:
    """No opportunity costs."""
    return {}


class Opportunity:
    """Prices from the program over what is left of stock and time, found so many times."""

    def __init__(self, expected: Expected, count: int, times: int) -> None:
        self._expected, self._count, self._every = expected, count, max(1, count // times)
        self._prices: Prices = {}
        self._next = 0

    def __call__(self, stock: list[list[int]], place: int) -> Prices:
        if place >= self._next:
            _, self._prices = self._expected.solve(stock, self._count - place)
            self._next = place + self._every
        return self._prices


# --- figures --------------------------------------------------------------------------------------


@frozen
class Outcome:
    """What one policy made of one instance: cost over the bound, and items that no center sent."""

    instance: int
    policy: str
    ratio: float
    unfilled: int


NEAREST = "greedy, nearest first"
EXACT = "exact"
PRICED = "exact with opportunity costs"
OFTEN = "exact with opportunity costs, 100 times"
REFERENCES = {
    "exact": "exact per order",
    "exact_dual": "exact with duals",
    "dilate": "dilated LP rounding",
    "indep": "independent LP rounding",
    "greedy_nearest": "greedy nearest",
    "static_nearest": "static nearest",
}


def outcomes(instance: Instance) -> Iterator[Outcome]:
    """Every policy on the same arrivals."""
    expected, count = Expected(instance), len(instance.arrivals)
    bound, _ = expected.solve(instance.stock, count)
    policies: list[tuple[str, Solver, Callable[[list[list[int]], int], Prices]]] = [
        (NEAREST, Greedy(), without),
        (EXACT, Exact(), without),
        (PRICED, Exact(), Opportunity(expected, count, 1)),
        (OFTEN, Exact(), Opportunity(expected, count, 100)),
    ]
    for name, solver, priced in policies:
        cost, unfilled = fulfilled(instance, solver, priced)
        yield Outcome(instance.name, name, cost / bound, unfilled)


def figures(
    instances: Sequence[Instance], references: Mapping[int, Mapping[str, float]]
) -> Iterator[Row]:
    """The mean of each policy, here and in the references, and what it leaves unfilled."""
    found = [one for instance in instances for one in outcomes(instance)]
    known = [instance.name for instance in instances if instance.name in references]
    for policy in dict.fromkeys(one.policy for one in found):
        mine = [one for one in found if one.policy == policy]
        ratio = statistics.mean(one.ratio for one in mine)
        against = f"the LP bound, {len(mine)} instances"
        yield Row(policy, round(ratio, 4), "times", against)
        unfilled = statistics.mean(one.unfilled for one in mine)
        yield Row(f"{policy}: items unfilled", round(unfilled, 1), "of an instance", "")
    ours = {
        policy: statistics.mean(
            one.ratio for one in found if one.policy == policy and one.instance in known
        )
        for policy in (EXACT, OFTEN)
        if known
    }
    for key, name in REFERENCES.items() if known else ():
        theirs = statistics.mean(references[n][key] / references[n]["dlp"] for n in known)
        against = f"the LP bound, {len(known)} instances"
        yield Row(f"reference: {name}", round(theirs, 4), "times", against)
        if key in ("exact", "exact_dual"):
            policy = EXACT if key == "exact" else OFTEN
            more = round(ours[policy] / theirs, 4)
            yield at_most(f"{policy}", more, 1.0, "times", f"reference: {name}")


def main() -> int:
    """Print the figures; exit status 1 if one that has a target misses it."""
    parser = asked(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the instances are")
    options = parser.parse_args()
    if options.folder is None:
        rows = list(figures([tiny(Random("tiny"))], {}))
    else:
        paths = sorted((options.folder / "small").glob("*.json.gz"))
        instances = [read(path) for path in paths[: 3 if options.quick else None]]
        text = (options.folder / "reference_small.json").read_text(encoding="utf-8")
        rows = list(figures(instances, {one["seed"]: one for one in json.loads(text)}))
    return report(rows, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
