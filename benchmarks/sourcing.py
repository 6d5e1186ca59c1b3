"""How fast and how good sourcing solvers are, each against others on the same orders.

    python benchmarks/sourcing.py [--quick] [--json]

The instances are those of `sourcing_instances`, which says what they are made of.  The exact solver
and HiGHS are timed from the same `Problem` to the `Solution`; next to that stands HiGHS alone, with
a model that is built already.  It runs on one thread, and its tolerances are those of whole cents.
Percentiles are over orders, each with the least of three times (of one for HiGHS on ten lines and
for 200 lines), with garbage collection off.  Every solution of the exact solver is checked by
code that knows no solver.
"""

from __future__ import annotations

import gc
import math
import statistics
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from random import Random

import attrs
from attrs import frozen
from figures import Row, asked, at_least, at_most, percentile, report, timed
from sourcing_instances import SHORT, Instance, a_network, an_order, crowded, orders

from omscore.sourcing.feasible import faults
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution, Solver
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Covering, Greedy
from omscore.sourcing.solvers.highs import Highs, model_of, quiet_solver

BARE = "HiGHS alone, its model built before"
BUDGET = 10_000
ONE_PARCEL_MORE = 100_000  # cents: above whatever units can cost


@frozen
class Timed:
    """One order: what the exact solver found, and the microseconds of both solvers.

    *bare_us* are those of HiGHS on a model that is built already.
    """

    solution: Solution
    exact_us: float
    highs_us: float
    bare_us: float


# --- timing -------------------------------------------------------------------------------------


def exact(problem: Problem, repeats: int = 3, budget: int = BUDGET) -> tuple[float, Solution]:
    """What the exact solver finds, checked, and how long it takes."""
    taken, solution = timed(partial(Exact().solve, problem, budget), repeats)
    if wrong := faults(problem, solution):
        raise SystemExit(f"a solution does not hold: {wrong}")
    return taken, solution


def bare(problem: Problem, repeats: int = 3) -> float:
    """How long HiGHS takes once its model is built."""
    lp = model_of(problem).as_lp()

    def run() -> None:
        solver = quiet_solver(100_000)
        solver.passModel(lp)
        solver.run()

    return timed(run, repeats)[0]


def both(instances: Iterable[Instance], repeats: int = 3) -> list[Timed]:
    """Each order by both solvers; stops if they differ where the exact one has a proof."""
    problems = [one.problem for one in instances]
    ours = [exact(problem) for problem in problems]  # first: HiGHS leaves no cache as it was
    rows = []
    for problem, (taken, solution) in zip(problems, ours, strict=True):
        highs, other = timed(partial(Highs().solve, problem), repeats)
        if other.cost < solution.bound:
            raise SystemExit(f"HiGHS found {other.cost}, proved was {solution.bound}")
        rows.append(Timed(solution, taken, highs, bare(problem, repeats)))
    return rows


def median(values: Iterable[float]) -> float:
    """The one in the middle."""
    return statistics.median(values)


def gaps(name: str, solutions: Sequence[Solution]) -> Row:
    """How many orders were left without a proof, and within what."""
    open_ = [one for one in solutions if one.bound < one.cost]
    worst = max([(one.cost - one.bound) / one.cost for one in open_], default=0.0)
    met = len(open_) <= 0.01 * len(solutions) or worst <= 0.01
    target = "proved on 99 % of orders, or within 1 %"
    return Row(f"{name}: orders not proved", len(open_), f"of {len(solutions)}", "", target, met)


# --- figures --------------------------------------------------------------------------------------


def mix(count: int, nodes: int, least: Sequence[float]) -> list[Row]:
    """The mix of orders: median and, with 50 nodes, percentile and throughput against HiGHS."""
    rows, name = both(orders(count, nodes, 1)), f"mix, {nodes} nodes"
    ours, theirs = [row.exact_us for row in rows], [row.highs_us for row in rows]
    alone = median(row.bare_us for row in rows) / median(ours)
    ratios = [
        ("median", median(theirs) / median(ours)),
        ("99th percentile", percentile(theirs, 0.99) / percentile(ours, 0.99)),
        ("orders per second", sum(theirs) / sum(ours)),
    ]
    return [
        Row(f"{name}: median", round(median(ours), 1), "us", ""),
        Row(f"{name}: 99th percentile", round(percentile(ours, 0.99)), "us", ""),
        Row(f"{name}: mean", round(statistics.mean(ours)), "us", ""),
        *[
            at_least(f"{name}: {what}", round(ratio), target, "times faster", "HiGHS")
            for (what, ratio), target in zip(ratios, least, strict=False)
        ],
        Row(f"{name}: median", round(alone), "times faster", BARE),
        gaps(name, [row.solution for row in rows]),
    ]


def ten_lines(count: int, nodes: int, least: float, repeats: int) -> list[Row]:
    """Orders of ten lines against HiGHS."""
    rows, name = both(orders(count, nodes, 2, lines=10), repeats), f"10 lines, {nodes} nodes"
    ours, theirs = median(row.exact_us for row in rows), median(row.highs_us for row in rows)
    alone = median(row.bare_us for row in rows) / ours
    return [
        Row(f"{name}: median", round(ours), "us", ""),
        at_least(f"{name}: median", round(theirs / ours), least, "times faster", "HiGHS"),
        Row(f"{name}: median", round(alone), "times faster", BARE),
        gaps(name, [row.solution for row in rows]),
    ]


def fewest_parcels(count: int) -> list[Row]:
    """Ten lines, where one parcel more costs more than everything else."""
    some = [exact(one.problem) for one in orders(count, 50, 3, lines=10, dearer=ONE_PARCEL_MORE)]
    name, slow = "fewest parcels first, 10 lines, 50 nodes", percentile([t for t, _ in some], 0.99)
    return [
        Row(f"{name}: median", round(median(t for t, _ in some) / 1e3, 2), "ms", ""),
        at_most(f"{name}: 99th percentile", round(slow / 1e3, 2), 10, "ms", ""),
        gaps(name, [solution for _, solution in some]),
    ]


def growth(count: int) -> list[Row]:
    """How time grows with nodes, and with lines."""

    def middle(nodes: int, lines: int) -> float:
        return median(exact(one.problem)[0] for one in orders(count, nodes, 4, lines=lines))

    nodes = [5, 10, 20, 50, 100, 200, 500]
    by_nodes = [math.log(middle(n, 5)) for n in nodes]
    slope = statistics.linear_regression([math.log(n) for n in nodes], by_nodes).slope
    lines = list(range(1, 11))
    per_line = math.exp(
        statistics.linear_regression(lines, [math.log(middle(50, n)) for n in lines]).slope
    )
    return [
        at_most(
            "growth with nodes, 5 lines", round(slope, 2), 0.7, "log-log slope", "5 to 500 nodes"
        ),
        at_most(
            "growth with lines, 50 nodes", round(per_line, 2), 1.8, "times per line", "1 to 10"
        ),
    ]


def policies(count: int) -> list[Row]:
    """What rules of thumb cost on the mix: a priority list, the nearest node, set cover."""
    totals = dict.fromkeys(("exact", "a priority list", "the nearest node", "set cover"), 0)
    for one in orders(count, 50, 1):
        problem = one.problem
        near = attrs.evolve(
            problem,
            needs=tuple(
                attrs.evolve(
                    need,
                    arcs=tuple(sorted(need.arcs, key=lambda a: one.distances_km[a.parcel])),
                )
                for need in problem.needs
            ),
        )
        ways: list[tuple[Solver, Problem]] = [
            (Exact(), problem),
            (Greedy(), problem),
            (Greedy(), near),
            (Covering(), problem),
        ]
        costs = [solver.solve(what, BUDGET).cost for solver, what in ways]
        if max(costs) < SHORT:  # otherwise all are as short as the stock is
            for name, cost in zip(totals, costs, strict=True):
                totals[name] += cost
    best, rows = totals.pop("exact"), []
    for (name, total), least in zip(totals.items(), (35, 15, 2), strict=True):
        lower = 100 * (1 - best / total)
        rows.append(at_least("cost on the mix, 50 nodes", round(lower, 1), least, "% lower", name))
        more = round(100 * (total / best - 1), 1)
        rows.append(Row(f"mix, 50 nodes: {name} costs", more, "% more", "the cheapest plan"))
    return rows


def many_units(count: int) -> list[Row]:
    """A line of 1,000 units over 400 nodes, against one of a single unit."""
    network = a_network(400, Random("units"))

    def some(quantity: int) -> list[tuple[float, Solution]]:
        chances = [Random(f"units/{n}") for n in range(count)]
        return [exact(an_order(network, [quantity], chance).problem) for chance in chances]

    one, many = median(t for t, _ in some(1)), some(1_000)
    times, name = median(t for t, _ in many), "a line of 1,000 units, 400 nodes"
    return [
        Row(f"{name}: median", round(times / 1e3, 2), "ms", ""),
        at_most(f"{name}: median", round(times / one, 1), 10, "times", "a line of one unit"),
        gaps(name, [solution for _, solution in many]),
    ]


def many_lines(count: int) -> list[Row]:
    """An order of 200 lines over 50 nodes."""
    some = [exact(one.problem, repeats=1) for one in orders(count, 50, 5, lines=200)]
    name = "an order of 200 lines, 50 nodes"
    return [
        at_most(f"{name}: slowest", round(max(t for t, _ in some) / 1e6, 2), 1, "s", ""),
        gaps(name, [solution for _, solution in some]),
    ]


def crowded_nodes(count: int) -> list[Row]:
    """The same order where every node has little room, in the steps that a policy gives it."""
    rows = []
    for of in ("units", "lines"):
        some = [crowded(one.problem, Random(of), of) for one in orders(count, 50, 5, lines=200)]
        ours = [exact(problem, repeats=1, budget=Policy().budget) for problem in some]
        theirs = [timed(partial(Highs().solve, problem, 1), 1) for problem in some]
        name = f"200 lines, 50 nodes with few {of}"
        gap, other = (
            max((one.cost - one.bound) / one.cost for _, one in found) for found in (ours, theirs)
        )
        rows += [
            at_most(f"{name}: slowest", round(max(t for t, _ in ours) / 1e6, 2), 1, "s", ""),
            Row(f"{name}: largest gap", round(100 * gap, 1), "%", ""),
            Row(
                f"{name}: slowest HiGHS",
                round(max(t for t, _ in theirs) / 1e6, 1),
                "s",
                "its tree left at the root",
            ),
            Row(
                f"{name}: largest gap of HiGHS",
                round(100 * other, 1),
                "%",
                "its tree left at the root",
            ),
        ]
    return rows


def main() -> int:
    """Print the figures; exit status 1 if one that has a target misses it."""
    options = asked(__doc__).parse_args()
    size = 1 if options.quick else 5
    gc.disable()
    rows = [
        *mix(60 * size, 50, (120, 15, 30)),
        *mix(500, 10, (250,)),
        *mix(20 * size, 200, (60,)),
        *ten_lines(8 * size, 50, 10, 1),
        *ten_lines(2 * size, 500, 30, 1),
        *fewest_parcels(40 * size),
        *growth(6 * size),
        *policies(200 * size),
        *many_units(2 * size),
        *many_lines(2 * size),
        *crowded_nodes(1 if options.quick else 3),
    ]
    return report(rows, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
