"""The recipe: needs, candidates, rules, costs, solver, verification, record.

`source` is the one way from a question to a decision, for orders, quotes and promises alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrs import frozen

from omscore.kernel.ids import LineId, NodeId
from omscore.kernel.reason import Noted, Reason
from omscore.network.plan import Decision, Leg, PassedOver
from omscore.sourcing.candidate import Candidate, Question, candidates
from omscore.sourcing.costs import in_minor
from omscore.sourcing.drawing import Drawing, draw
from omscore.sourcing.feasible import faults
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Solution, Solver
from omscore.sourcing.rules import judge
from omscore.sourcing.verification import verify


@frozen
class SolverFailed(Reason):
    """A solver raised, or what it gave may not be followed; the next one was asked."""

    code: ClassVar[str] = "sourcing.solver-failed"
    solver: str
    fault: str

    def __str__(self) -> str:
        return f"the solver {self.solver} failed with {self.fault}"


def source(question: Question, policy: Policy) -> Decision:
    """The plan that *policy* chooses, with the record of how."""
    kept, passed_over = sift(question, policy)
    drawing = draw(question, policy, kept)
    found: list[Noted] = []
    for solver in policy.solvers:
        answer = _verified(drawing, solver)
        if isinstance(answer, Solution):
            return _decision(drawing, answer, solver, passed_over, found)
        found.append(answer.noted())
    nothing = Solution((), 0, 0, 0, "none")
    return _decision(drawing, nothing, None, passed_over, found)


def sift(
    question: Question, policy: Policy
) -> tuple[list[list[Candidate]], tuple[PassedOver, ...]]:
    """For each need the candidates that every rule lets pass, and every reason of all others."""
    kept, reasons = list[list[Candidate]](), dict[tuple[NodeId, tuple[Reason, ...]], list[LineId]]()
    for need, some in zip(question.needs, candidates(question), strict=True):
        passed = list[Candidate]()
        for one in some:
            if no := judge(policy.rules, need, one):
                reasons.setdefault((one.node.id, no), []).append(need.line)
            else:
                passed.append(one)
        kept.append(passed)
    return kept, tuple(
        PassedOver(node, tuple(lines), tuple(reason.noted() for reason in no))
        for (node, no), lines in reasons.items()
    )


def _verified(drawing: Drawing, solver: Solver) -> Solution | SolverFailed:
    """What *solver* finds, if it may be followed."""
    question, policy = drawing.question, drawing.policy
    try:
        solution = solver.solve(drawing.problem, policy.budget)
        if wrong := faults(drawing.problem, solution):
            return SolverFailed(solver.name, wrong[0])
        legs = drawing.legs(solution.units)
    except Exception as fault:  # a plugin may raise anything, and must not stop an order
        return SolverFailed(solver.name, type(fault).__name__)
    if no := verify(question, policy.limits, legs, _short(question, legs)):
        return SolverFailed(solver.name, no[0].code)
    return solution


def _short(question: Question, legs: Sequence[Leg]) -> dict[LineId, int]:
    left = {need.line: need.quantity for need in question.needs}
    for leg in legs:
        left[leg.line] -= leg.quantity
    return {line: units for line, units in left.items() if units}


def _decision(
    drawing: Drawing,
    solution: Solution,
    solver: Solver | None,
    passed_over: tuple[PassedOver, ...],
    found: Sequence[Noted],
) -> Decision:
    legs, parts = drawing.legs(solution.units), drawing.parts(solution.units)
    cost = sum(parts.values())
    return Decision(
        legs,
        _short(drawing.question, legs),
        cost,
        drawing.bound(solution, cost),
        None if solver is None else _runner_up(drawing, solution, solver, legs),
        solution.work,
        drawing.policy.name,
        drawing.policy.digest,
        solution.solver,
        parts,
        passed_over,
        tuple(found),
    )


def _runner_up(
    drawing: Drawing, solution: Solution, solver: Solver, legs: Sequence[Leg]
) -> int | None:
    """What the best plan without one of the chosen nodes costs, if it is as complete."""
    budget = drawing.policy.look_for_runner_up
    more = [
        other - solution.cost
        for node in dict.fromkeys(leg.node for leg in legs)
        if budget and (other := _cost_without(drawing, node, solver, budget)) is not None
    ]
    least = min(more, default=drawing.late)
    if least >= drawing.late or len(drawing.policy.tiers) > 1:
        return None
    return sum(drawing.parts(solution.units).values()) + in_minor(least)


def _cost_without(drawing: Drawing, node: NodeId, solver: Solver, budget: int) -> int | None:
    """What the solver makes of it without *node*; None if it fails, which harms no order."""
    problem = drawing.without(node)
    try:
        solution = solver.solve(problem, budget)
        return None if faults(problem, solution) else solution.cost
    except Exception:  # a plugin may raise anything
        return None
