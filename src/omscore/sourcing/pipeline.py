"""The recipe: needs, candidates, rules, costs, solver, verification, record.

`source` is the one way from a question to a decision, for orders, quotes and promises alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

import attrs
from attrs import define, field, frozen

from omscore.kernel.ids import LineId, NodeId, Sku
from omscore.kernel.reason import Noted, Reason
from omscore.network.plan import Decision, Leg, PassedOver, main_node
from omscore.sourcing import concessions, limits
from omscore.sourcing.apart import class_of, guarded, hosts
from omscore.sourcing.asked import CostFailed, name_of_cost
from omscore.sourcing.candidate import Candidate, candidates, most_of
from omscore.sourcing.costs import Cost
from omscore.sourcing.drawing import Drawing, draw
from omscore.sourcing.feasible import faults
from omscore.sourcing.naming import unknown
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Solution, Solver
from omscore.sourcing.question import Question
from omscore.sourcing.rules import STANDING, Rule, judge, noted
from omscore.sourcing.verification import verify


@frozen
class SolverFailed(Reason):
    """A solver raised, or what it gave may not be followed; the next one was asked."""

    code: ClassVar[str] = "sourcing.solver-failed"
    solver: str
    fault: str

    def __str__(self) -> str:
        return f"the solver {self.solver} failed with {self.fault}"


@frozen
class CostIgnored(Reason):
    """A cost raised, changed its input or answered no amount; it was left out."""

    code: ClassVar[str] = "sourcing.cost-ignored"
    cost: str
    fault: str

    def __str__(self) -> str:
        return f"the cost {self.cost} failed with {self.fault}"


@frozen
class Answer:
    """A decision, and what it rests on: the *rules* that its plan keeps, fallbacks among them.

    *proved* says that no plan within the rules and limits leaves fewer units short or late, nor as
    few at less cost.
    """

    decision: Decision
    rules: Sequence[Rule]
    proved: bool


def source(question: Question, policy: Policy) -> Decision:
    """The plan that *policy* chooses, with the record of how."""
    return answer(question, policy).decision


def answer(question: Question, policy: Policy, *, held: bool = False) -> Answer:
    """The same, with what it rests on; *held*, units may wait to leave with others at once.

    Needs are put in the order of their lines first, the shorter ids before the longer ones, so
    that the plan is the same in whatever order things were told.
    """
    needs = sorted(question.needs, key=lambda need: (len(need.line), need.line))
    sourcing = _Sourcing(attrs.evolve(question, needs=tuple(needs)), guarded(policy), held)
    attempts = list(sourcing.attempts())
    best = min(attempts, key=lambda attempt: attempt.lacking)  # of equals, the first
    proved = all(one.solution.bound == one.solution.cost for one in attempts)
    unheard = [one.noted() for one in unknown(policy, question.network)]
    return Answer(
        sourcing.decision(best, unheard), hosts(best.rules), proved and not sourcing.found
    )


def sift(
    question: Question, rules: Sequence[Rule]
) -> tuple[list[list[Candidate]], tuple[PassedOver, ...]]:
    """For each need the candidates that every rule lets pass, and every reason of all others."""
    kept, reasons = list[list[Candidate]](), dict[_Passed, dict[LineId, None]]()
    for need, some in zip(question.needs, candidates(question), strict=True):
        passed = list[Candidate]()
        for one in some:
            served = need if one.instead is None else need.served_by(one.instead)
            if no := judge(rules, served, one):
                via = None if one.link is None else one.link.to
                sku = None if one.instead is None else one.instead.sku
                reasons.setdefault((one.node.id, no, via, sku), {})[need.line] = None
            else:
                passed.append(one)
        kept.append(passed)
    return kept, tuple(
        [
            PassedOver(node, tuple(lines), tuple([noted(reason) for reason in no]), via, sku)
            for (node, no, via, sku), lines in reasons.items()
        ]
    )


_Passed = tuple[NodeId, tuple[Reason, ...], NodeId | None, Sku | None]


@frozen
class _Attempt:
    """A plan that stands up to verification; *lacking* weighs the units that it leaves short."""

    rules: Sequence[Rule]
    drawing: Drawing
    solution: Solution
    solver: Solver | None
    legs: tuple[Leg, ...]
    short: Mapping[LineId, int]
    passed_over: tuple[PassedOver, ...]
    lacking: int


@define
class _Sourcing:
    question: Question
    policy: Policy
    held: bool = False
    found: dict[Noted, None] = field(factory=dict)
    work: int = 0

    def attempts(self) -> Iterator[_Attempt]:
        """Plans by one set of fallback rules after the other, until nothing is short."""
        for further in self.policy.fallbacks or ((),):
            named = (*self.policy.rules, *further)
            rules = (*[rule for rule in STANDING if rule not in named], *named)
            sifted = sift(self.question, rules)
            attempt = self._attempt(rules, *sifted, held=self.held)
            yield attempt
            if attempt.lacking and not self.held and self._may_wait(sifted[0], attempt):
                attempt = self._attempt(rules, *sifted, held=True)
                yield attempt
            if not attempt.lacking:
                break

    def _may_wait(self, kept: Sequence[Sequence[Candidate]], attempt: _Attempt) -> bool:
        """Whether more could be sent, if units waited for others to share a parcel with."""
        needs = self.question.needs
        if not limits.counts_parcels(self.policy.limits) and all([need.split for need in needs]):
            return False
        return any(
            need.quantity - attempt.short.get(need.line, 0)
            < min(need.quantity, sum([most_of(one) for one in some]))
            for need, some in zip(needs, kept, strict=True)
        )

    def _attempt(
        self,
        rules: Sequence[Rule],
        kept: Sequence[Sequence[Candidate]],
        passed_over: tuple[PassedOver, ...],
        *,
        held: bool = False,
    ) -> _Attempt:
        drawing = self._drawn(kept, held)
        for solver in self.policy.solvers:
            answer = self._verified(drawing, rules, solver)
            if not isinstance(answer, SolverFailed):
                solution, legs, short = answer
                return self._tried(rules, drawing, solution, solver, legs, short, passed_over)
            self.found[answer.noted()] = None
        nothing = Solution((), 0, 0, 0, "none")
        return self._tried(
            rules, drawing, nothing, None, (), _short(self.question, ()), passed_over
        )

    def _tried(
        self,
        rules: Sequence[Rule],
        drawing: Drawing,
        solution: Solution,
        solver: Solver | None,
        legs: tuple[Leg, ...],
        short: Mapping[LineId, int],
        passed_over: tuple[PassedOver, ...],
    ) -> _Attempt:
        self.work += solution.work
        lacking = sum([need.priority * short.get(need.line, 0) for need in self.question.needs])
        return _Attempt(rules, drawing, solution, solver, legs, short, passed_over, lacking)

    def _drawn(self, kept: Sequence[Sequence[Candidate]], held: bool) -> Drawing:
        """The question in numbers, without the costs that fail."""
        policy = self.policy
        while True:
            try:
                for cost in [cost for tier in policy.tiers for cost in tier]:
                    name_of_cost(cost)
                return draw(self.question, policy, kept, held=held)
            except CostFailed as failed:
                ignored = CostIgnored(_name(failed.cost), failed.fault)
                self.found[ignored.noted()] = None
                policy = _without(policy, failed.cost)

    def _verified(
        self, drawing: Drawing, rules: Sequence[Rule], solver: Solver
    ) -> tuple[Solution, tuple[Leg, ...], Mapping[LineId, int]] | SolverFailed:
        """What *solver* finds, if it may be followed."""
        name = _called(solver)
        try:
            solution = concessions.solve(solver, drawing.problem, self.policy.budget)
            if wrong := faults(drawing.problem, solution):
                return SolverFailed(name, wrong[0])
            if {type(solution.work), type(solution.bound)} != {int} or type(
                solution.solver
            ) is not str:
                return SolverFailed(name, "figures that are none")
            legs = drawing.legs(solution.units)
        except Exception as fault:  # a plugin may raise anything, and must not stop an order
            return SolverFailed(name, type(fault).__name__)
        short = _short(self.question, legs)
        if no := verify(self.question, self.policy.limits, legs, short, rules=rules):
            return SolverFailed(name, no[0].code)
        return solution, legs, short

    # --- the record ---------------------------------------------------------------------------

    def decision(self, best: _Attempt, unknown: Iterable[Noted]) -> Decision:
        """*best*, and how it was chosen; *unknown* is what the policy names in vain."""
        drawing, solution = best.drawing, best.solution
        parts = drawing.parts(solution.units)
        cost = sum(parts.values())
        return Decision(
            best.legs,
            best.short,
            cost,
            drawing.bound(solution, cost),
            self._runner_up(best),
            self.work,
            self.policy.name,
            self.policy.digest,
            solution.solver,
            parts,
            best.passed_over,
            (*unknown, *self.found),
        )

    def _runner_up(self, best: _Attempt) -> int | None:
        """What the best plan without the node that sends most costs, if it is as complete."""
        budget, drawing = self.policy.look_for_runner_up, best.drawing
        if best.solver is None or not best.legs or not budget:
            return None
        without = drawing.without(main_node(best.legs))
        other = _solved(without, best.solver, budget)
        if other is None or other.cost - best.solution.cost >= drawing.late:
            return None
        return sum(without.parts(other.units).values())


def _name(cost: Cost) -> str:
    try:
        return name_of_cost(cost)
    except CostFailed:
        return class_of(cost)


def _called(solver: Solver) -> str:
    try:
        return str(solver.name)
    except Exception:  # it told its name when the policy was made
        return class_of(solver)


def _without(policy: Policy, failed: Cost) -> Policy:
    tiers = [tuple(cost for cost in tier if cost is not failed) for tier in policy.tiers]
    return attrs.evolve(policy, tiers=tuple(tier for tier in tiers if tier) or ((),))


def _short(question: Question, legs: Sequence[Leg]) -> dict[LineId, int]:
    left = {need.line: need.quantity for need in question.needs}
    for leg in legs:
        left[leg.line] -= leg.quantity
    return {line: units for line, units in left.items() if units}


def _solved(drawing: Drawing, solver: Solver, budget: int) -> Solution | None:
    """What the solver makes of it; None if it fails, which harms no order."""
    try:
        solution = concessions.solve(solver, drawing.problem, budget)
        return None if faults(drawing.problem, solution) else solution
    except Exception:  # a plugin may raise anything
        return None
