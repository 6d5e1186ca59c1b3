"""Sourcing policies from TOML: rules, limits, costs and solvers by name, read strictly.

    name = "few parcels"
    rules = ["active", "reaches", "stocked", "rested"]
    limits = [{ type = "at-most-parcels", most = 3 }]
    solvers = ["exact", "greedy"]

    [[tiers]]
    costs = [{ type = "transport" }, { type = "waiting", per_unit_day = 5 }]

What is not given is as in `Policy`.  Anything unknown, missing or of the wrong type is
`Unreadable`, with a path, before the first order is sourced.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from omscore.adapters.codec import door
from omscore.adapters.codec.shapes import Names
from omscore.kernel.errors import Unreadable
from omscore.sourcing import costs, limits, rules
from omscore.sourcing.costs import Cost
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Solver
from omscore.sourcing.rules import Rule
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy

T = TypeVar("T")
MOST_BYTES = 2**20
GROUP = "omscore.sourcing"
_DEFAULT = Policy()


@frozen
class Registry:
    """What a policy may name.

    *rules* are functions by name, or classes whose values are rules; *limits* and *costs* are
    classes, whose fields are the parameters; *solvers* are values.
    """

    rules: Mapping[str, Rule | type[Rule]]
    limits: Mapping[str, type[object]]
    costs: Mapping[str, type[Cost]]
    solvers: Mapping[str, Solver]

    def with_rule(self, name: str, rule: Rule | type[Rule]) -> Registry:
        """This registry and one more rule; ValueError if the name is taken."""
        return evolve(self, rules=_more(self.rules, name, rule))

    def with_cost(self, name: str, cost: type[Cost]) -> Registry:
        """This registry and one more cost; ValueError if the name is taken."""
        return evolve(self, costs=_more(self.costs, name, cost))

    def with_solver(self, name: str, solver: Solver) -> Registry:
        """This registry and one more solver; ValueError if the name is taken."""
        return evolve(self, solvers=_more(self.solvers, name, solver))


def _more(known: Mapping[str, T], name: str, one: T) -> Mapping[str, T]:
    if name in known:
        raise ValueError(f"{name!r} is registered already")
    return {**known, name: one}


BUILT_IN = Registry(
    rules={rule.__name__: rule for rule in rules.BUILT_IN},
    limits={
        "at-most-parcels": limits.AtMostParcels,
        "at-most-nodes": limits.AtMostNodes,
        "complete-order": limits.CompleteOrder,
        "complete-lines": limits.CompleteLines,
        "least-split": limits.LeastSplit,
        "groups-together": limits.GroupsTogether,
    },
    costs={
        "transport": costs.Transport,
        "waiting": costs.Waiting,
        "handling": costs.Handling,
        "preference": costs.Preference,
    },
    solvers={"exact": Exact(), "greedy": Greedy()},
)


def installed(registry: Registry = BUILT_IN) -> Registry:
    """*registry*, with what installed packages offer under the entry point group.

    Each entry point names a function from a registry to a registry.  They are called by name, and
    only when a host asks for them by calling this.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        extend: Callable[[Registry], Registry] = point.load()
        registry = extend(registry)
    return registry


@frozen
class _Tier:
    costs: tuple[object, ...]


@frozen
class _File:
    """A policy file as it stands."""

    name: str
    rules: tuple[object, ...] | None = None
    limits: tuple[object, ...] = ()
    tiers: tuple[_Tier, ...] | None = None
    solvers: tuple[str, ...] | None = None
    budget: int = _DEFAULT.budget
    look_for_runner_up: int = field(default=_DEFAULT.look_for_runner_up)


def read_policy(text: str, registry: Registry = BUILT_IN) -> Policy:
    """The policy that TOML *text* describes; `Unreadable`, with a path, if it describes none."""
    if len(text) > MOST_BYTES:
        raise Unreadable(f"at most {MOST_BYTES} characters")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable("TOML") from None
    return policy_of(table, registry)


def policy_of(table: Mapping[str, Any], registry: Registry = BUILT_IN) -> Policy:
    """The policy that a *table* of a larger file describes."""
    classes = {
        **{name: rule for name, rule in registry.rules.items() if isinstance(rule, type)},
        **registry.limits,
        **registry.costs,
    }
    file = door.converter(Names(classes), {}).structure(dict(table), _File)
    if file.budget < 1 or file.look_for_runner_up < 0:
        raise Unreadable("a positive number of search steps", "$.budget")
    costs_ = [
        tuple(_known(registry.costs, tier.costs, f"$.tiers[{n}].costs"))
        for n, tier in enumerate(file.tiers or ())
    ]
    if any(not tier for tier in costs_) or file.tiers == ():
        raise Unreadable("at least one cost in each tier", "$.tiers")
    return Policy(
        name=file.name,
        rules=_DEFAULT.rules if file.rules is None else tuple(_rules(registry, file.rules)),
        limits=tuple(_known(registry.limits, file.limits, "$.limits")),  # type: ignore[arg-type]
        tiers=tuple(costs_) if costs_ else _DEFAULT.tiers,  # type: ignore[arg-type]
        solvers=_DEFAULT.solvers if file.solvers is None else _solvers(registry, file.solvers),
        budget=file.budget,
        look_for_runner_up=file.look_for_runner_up,
    )


def _known(
    classes: Mapping[str, type[object]], found: Iterable[object], path: str
) -> Iterable[object]:
    for n, one in enumerate(found):
        if type(one) not in classes.values():
            raise Unreadable(f"a table whose type is one of {', '.join(classes)}", f"{path}[{n}]")
        yield one


def _rules(registry: Registry, named: Iterable[object]) -> Iterable[Rule]:
    for n, one in enumerate(named):
        rule = registry.rules.get(one) if isinstance(one, str) else one
        if rule is None or isinstance(rule, type) or not callable(rule):
            raise Unreadable(f"one of {', '.join(registry.rules)}", f"$.rules[{n}]")
        yield rule


def _solvers(registry: Registry, named: tuple[str, ...]) -> tuple[Solver, ...]:
    for n, one in enumerate(named):
        if one not in registry.solvers:
            raise Unreadable(f"one of {', '.join(registry.solvers)}", f"$.solvers[{n}]")
    if not named:
        raise Unreadable("at least one solver", "$.solvers")
    return tuple(registry.solvers[one] for one in named)
