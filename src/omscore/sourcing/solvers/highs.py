"""HiGHS, an open mixed-integer solver in C++: for what exceeds the own search's budget.

The model is the strong one: an arc carries nothing unless its parcel is paid, arc by arc.  HiGHS
computes in floating point; its units are rounded and priced again in whole numbers, and its bound
is lowered by one part in a million before it is rounded up, so that it is safe to state.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from omscore.kernel.errors import Unavailable
from omscore.sourcing.problem import Problem, Solution, cost_of
from omscore.sourcing.solvers.coupling import (
    Constraint,
    Count,
    Due,
    Multiple,
    Part,
    Sum,
    Whole,
    constraints,
)
from omscore.sourcing.solvers.filling import Units
from omscore.sourcing.solvers.greedy import Greedy

if TYPE_CHECKING:
    import highspy

MEND = "HiGHS is not installed: pip install 'omscore[solver]'"


@frozen
class Highs:
    """Solves by mixed-integer programming; *budget* counts nodes of its tree.

    Raises `Unavailable` where the extra `solver` is not installed.
    """

    name: str = "highs"

    def solve(self, problem: Problem, budget: int = 100_000) -> Solution:
        """The cheapest solution up to floating point, or the best found and HiGHS's own bound."""
        fallback = Greedy().solve(problem)
        solver = quiet_solver(budget)
        solver.passModel(model_of(problem).as_lp())
        solver.run()
        info = solver.getInfo()
        units = _units(problem, list(solver.getSolution().col_value))
        if not units and fallback.units and not math.isfinite(info.objective_function_value):
            units = fallback.units
        cost = cost_of(problem, units)
        bound = min(cost, max(fallback.bound, _safe(info.mip_dual_bound)))
        return Solution(units, cost, bound, max(1, int(info.mip_node_count)), self.name)


def quiet_solver(budget: int) -> highspy.Highs:
    """HiGHS on one thread, without a word, after the optimum; `Unavailable` if it is missing."""
    try:
        import highspy
    except ImportError as missing:
        raise Unavailable(MEND) from missing

    class Quiet(highspy.Highs):
        """Without a banner on standard output, which the first callback would print."""

        def enableCallbacks(self) -> None:  # noqa: N802  # their name
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.5)  # costs are whole numbers
    solver.setOptionValue("mip_max_nodes", budget)
    return solver


def _safe(bound: float) -> int:
    if not math.isfinite(bound):
        return -(10**30)
    return math.ceil(bound - 1e-6 * max(1.0, abs(bound)))


def _units(problem: Problem, values: list[float]) -> Units:
    places = [(i, k) for i, need in enumerate(problem.needs) for k in range(len(need.arcs))]
    rounded = zip(places, values, strict=False)
    return tuple((i, k, round(value)) for (i, k), value in rounded if round(value) > 0)


@define
class Model:
    """Columns with a cost and an upper bound; rows with two bounds, kept as triples by row."""

    costs: list[float] = field(factory=list)
    highs: list[float] = field(factory=list)
    row_low: list[float] = field(factory=list)
    row_high: list[float] = field(factory=list)
    starts: list[int] = field(factory=lambda: [0])
    indices: list[int] = field(factory=list)
    weights: list[float] = field(factory=list)

    def column(self, high: float, cost: float = 0) -> int:
        """One more column, a whole number from 0 to *high*; its place."""
        self.costs.append(cost)
        self.highs.append(high)
        return len(self.costs) - 1

    def row(self, low: float, high: float, *terms: tuple[int, float]) -> None:
        """One more row: the sum of weight x column is between *low* and *high*."""
        self.row_low.append(low)
        self.row_high.append(high)
        self.indices += [column for column, _ in terms]
        self.weights += [weight for _, weight in terms]
        self.starts.append(len(self.indices))

    def as_lp(self) -> highspy.HighsLp:
        """What HiGHS reads."""
        import highspy

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.costs), len(self.row_low)
        lp.col_cost_, lp.col_upper_ = self.costs, self.highs
        lp.col_lower_ = [0.0] * len(self.costs)
        lp.row_lower_, lp.row_upper_ = self.row_low, self.row_high
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = self.starts, self.indices
        lp.a_matrix_.value_ = self.weights
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.costs)
        return lp


def model_of(problem: Problem) -> Model:
    """Arcs first, in the order of needs, then parcels, then units short, then bins."""
    model, first = Model(), list[int]()
    for need in problem.needs:
        first.append(len(model.costs))
        for arc in need.arcs:
            model.column(min(arc.most, need.quantity), arc.cost)
    paid = [model.column(1, parcel.cost) for parcel in problem.parcels]
    for number, need in enumerate(problem.needs):
        mine = [(first[number] + k, 1.0) for k in range(len(need.arcs))]
        short = model.column(need.quantity, need.short_cost)
        model.row(need.quantity, need.quantity, *mine, (short, 1.0))
        for k, arc in enumerate(need.arcs):
            at = first[number] + k
            model.row(-math.inf, 0, (at, 1.0), (paid[arc.parcel], -model.highs[at]))
    for one in constraints(problem, first):
        _couple(model, one, problem, first)
    return model


def _couple(model: Model, one: Constraint, problem: Problem, first: list[int]) -> None:
    match one:
        case Sum(most, terms):
            if sum(model.highs[arc] * each for arc, each in terms) > most:
                model.row(-math.inf, most, *terms)
        case Count(most, bins):
            used = [_used(model, arcs) for arcs in bins]
            model.row(-math.inf, most, *((column, 1.0) for column in used))
        case Part(least, arcs):
            used_ = _used(model, arcs)
            model.row(0, math.inf, *((arc, 1.0) for arc in arcs), (used_, -least))
        case Whole(needs):
            all_ = model.column(1)
            for number, quantity in needs:
                mine = [(first[number] + k, 1.0) for k in range(len(problem.needs[number].arcs))]
                model.row(0, 0, *mine, (all_, -quantity))
        case Multiple(parts):
            sets = model.column(max([problem.needs[number].quantity for number, _, _ in parts]))
            for _, units, arcs in parts:
                model.row(0, 0, *((arc, 1.0) for arc in arcs), (sets, -units))
        case Due(cost, arcs):
            _used(model, arcs, cost)


def _used(model: Model, arcs: tuple[int, ...], cost: float = 0) -> int:
    """A column that is 1, at this cost, if any of *arcs* carries anything."""
    used = model.column(1, cost)
    for arc in arcs:
        model.row(-math.inf, 0, (arc, 1.0), (used, -model.highs[arc]))
    return used
