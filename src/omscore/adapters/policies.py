"""Sourcing policies from TOML: rules, limits, costs and solvers by name, read strictly.

    name = "few parcels"
    currency = "EUR"
    rules = ["active", "reaches", "stocked", { type = "transit-at-most", days = "3 days" }]
    limits = [{ type = "at-most-parcels", most = 3 }]
    solvers = ["exact", "greedy"]

    [[tiers]]
    costs = [{ type = "transport" }, { type = "waiting", per_unit_day = "0.05 EUR" }]

What is not given is as in `Policy`.  What is measured is text with its unit: `"3 days"`, `"500 g"`,
`"30 kg"`, or an amount in the *currency* of the file.  Anything unknown, missing, of the wrong
type, or in vain is `Unreadable`, with a path, before the first order is sourced.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

import attrs
from attrs import evolve, frozen
from cattrs import Converter

from omscore.adapters.codec import door
from omscore.adapters.codec.shapes import Names
from omscore.kernel.errors import Unreadable
from omscore.kernel.money import exponent, money
from omscore.sourcing import combinators, costs, limits, restrictions, rules
from omscore.sourcing.costs import Cost
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Solver
from omscore.sourcing.rules import Rule, name_of
from omscore.sourcing.solvers.chosen import Automatic
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Covering, Greedy
from omscore.sourcing.solvers.highs import Highs
from omscore.sourcing.units import UNIT

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
    rules={
        **{rule.__name__: rule for rule in rules.BUILT_IN},
        "only-nodes": restrictions.OnlyNodes,
        "except-nodes": restrictions.ExceptNodes,
        "only-kinds": restrictions.OnlyKinds,
        "only-methods": restrictions.OnlyMethods,
        "only-regions": restrictions.OnlyRegions,
        "transit-at-most": restrictions.TransitAtMost,
        "parcel-cost-at-most": restrictions.ParcelCostAtMost,
        "weight-at-most": restrictions.WeightAtMost,
        "whole-line": restrictions.WholeLine,
        "keeps-stock": restrictions.KeepsStock,
        "all-of": combinators.AllOf,
        "any-of": combinators.AnyOf,
        "not": combinators.Not,
        "when": combinators.When,
    },
    limits={
        "at-most-parcels": limits.AtMostParcels,
        "at-most-nodes": limits.AtMostNodes,
        "at-most-parcels-per-line": limits.AtMostParcelsPerLine,
        "at-most-nodes-per-line": limits.AtMostNodesPerLine,
        "complete-order": limits.CompleteOrder,
        "complete-lines": limits.CompleteLines,
        "least-split": limits.LeastSplit,
        "groups-together": limits.GroupsTogether,
        "unsplit-below": limits.UnsplitBelow,
    },
    costs={
        "transport": costs.Transport,
        "waiting": costs.Waiting,
        "lateness": costs.Lateness,
        "handling": costs.Handling,
        "preference": costs.Preference,
        "soft": combinators.Soft,
    },
    solvers={one.name: one for one in (Exact(), Greedy(), Covering(), Highs(), Automatic())},
)

# --- plugins ----------------------------------------------------------------------------------


def installed(registry: Registry = BUILT_IN) -> Registry:
    """*registry*, with what installed packages offer under the entry point group.

    Each entry point names a function from a registry to a registry.  They are called in the order
    of their names, and only when a host asks for them by calling this.  `Unreadable` names one that
    cannot be loaded, or gives no registry.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        registry = _extended(registry, point)
    return registry


def _extended(registry: Registry, point: EntryPoint) -> Registry:
    at = f"$.plugins.{point.name}"
    try:
        extended = point.load()(registry)
    except Exception as fault:  # a plugin may raise anything
        raise Unreadable(f"it failed with {type(fault).__name__}", at) from fault
    if not isinstance(extended, Registry):
        raise Unreadable("a function from a registry to a registry", at)
    return extended


# --- the file ---------------------------------------------------------------------------------


@frozen
class _Tier:
    costs: tuple[object, ...]


@frozen
class _File:
    """A policy file as it stands."""

    name: str
    currency: str | None = None
    rules: tuple[Rule, ...] | None = None
    fallbacks: tuple[tuple[Rule, ...], ...] | None = None
    limits: tuple[object, ...] = ()
    tiers: tuple[_Tier, ...] | None = None
    solvers: tuple[str, ...] | None = None
    budget: int = _DEFAULT.budget
    look_for_runner_up: int = _DEFAULT.look_for_runner_up


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
    file = _converter(registry, table.get("currency")).structure(dict(table), _File)
    if file.budget < 1 or file.look_for_runner_up < 0:
        raise Unreadable("a positive number of search steps", "$.budget")
    tiers = [
        tuple(_known(registry.costs, tier.costs, f"$.tiers[{n}].costs"))
        for n, tier in enumerate(file.tiers or ())
    ]
    if any(not tier for tier in tiers) or file.tiers == ():
        raise Unreadable("at least one cost in each tier", "$.tiers")
    policy = Policy(
        name=file.name,
        rules=_DEFAULT.rules if file.rules is None else file.rules,
        fallbacks=_DEFAULT.fallbacks if file.fallbacks is None else file.fallbacks,
        limits=tuple(_known(registry.limits, file.limits, "$.limits")),  # type: ignore[arg-type]
        tiers=tuple(tiers) if tiers else _DEFAULT.tiers,  # type: ignore[arg-type]
        solvers=_DEFAULT.solvers if file.solvers is None else _solvers(registry, file.solvers),
        budget=file.budget,
        look_for_runner_up=file.look_for_runner_up,
    )
    _check(policy)
    return policy


def _known(
    classes: Mapping[str, type[object]], found: Iterable[object], path: str
) -> Iterable[object]:
    for n, one in enumerate(found):
        if type(one) not in classes.values():
            raise Unreadable(f"a table whose type is one of {', '.join(classes)}", f"{path}[{n}]")
        yield one


def _solvers(registry: Registry, named: tuple[str, ...]) -> tuple[Solver, ...]:
    for n, one in enumerate(named):
        if one not in registry.solvers:
            raise Unreadable(f"one of {', '.join(registry.solvers)}", f"$.solvers[{n}]")
    if not named:
        raise Unreadable("at least one solver", "$.solvers")
    return tuple(registry.solvers[one] for one in named)


# --- rules and units --------------------------------------------------------------------------


def _converter(registry: Registry, currency: object) -> Converter:
    """The strict door, with rules by name, and figures with their units."""
    classes: dict[str, type[Any]] = {
        **{name: rule for name, rule in registry.rules.items() if isinstance(rule, type)},
        **registry.limits,
        **registry.costs,
    }
    made = door.converter(Names(classes), {})
    made.register_structure_hook_func(lambda type_: type_ is Rule, partial(_rule, registry, made))
    for cls in classes.values():
        attributes = attrs.fields(cls) if attrs.has(cls) else ()
        if units := {one.name: one.metadata[UNIT] for one in attributes if UNIT in one.metadata}:
            read = made.get_structure_hook(cls)
            made.register_structure_hook(cls, partial(_measured, read, units, currency))
    return made


def _rule(registry: Registry, within: Converter, value: Any, _: Any) -> Rule:
    named = value.get("type") if isinstance(value, dict) else value
    rule = registry.rules.get(named) if isinstance(named, str) else None
    if isinstance(value, str) and rule is not None and not isinstance(rule, type):
        return rule
    if isinstance(value, dict) and isinstance(rule, type):
        rest = {key: one for key, one in value.items() if key != "type"}
        made: Rule = within.get_structure_hook(rule)(rest, rule)
        return made
    plain = [name for name, one in registry.rules.items() if not isinstance(one, type)]
    tables = [name for name, one in registry.rules.items() if isinstance(one, type)]
    raise Unreadable(f"one of {', '.join(plain)}, or a table of type {', '.join(tables)}")


def _measured(
    read: Callable[[Any, Any], Any],
    units: Mapping[str, str],
    currency: object,
    value: Any,
    type_: Any,
) -> Any:
    """What *read* makes of *value*, whose measured fields are text with a unit."""
    if not isinstance(value, dict):
        return read(value, type_)
    plain = {
        name: _plain(one, units[name], currency, f"$.{name}") if name in units else one
        for name, one in value.items()
    }
    return read(plain, type_)


def _plain(value: object, unit: str, currency: object, path: str) -> object:
    if isinstance(value, dict):
        return {key: _plain(one, unit, currency, f"{path}.{key}") for key, one in value.items()}
    try:
        return _MEASURES[unit](value if isinstance(value, str) else "", currency)
    except Unreadable as problem:
        raise Unreadable(problem.problem, path) from None


_SIZE = re.compile(r"([0-9]{1,9}) (days?|g|kg)", re.ASCII)
_AMOUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,3})?) ([A-Z]{3})", re.ASCII)


def _days(text: str, _: object) -> int:
    found = _SIZE.fullmatch(text)
    if found is None or not found[2].startswith("day"):
        raise Unreadable('text like "3 days"')
    return int(found[1])


def _grams(text: str, _: object) -> int:
    found = _SIZE.fullmatch(text)
    if found is None or found[2] not in ("g", "kg"):
        raise Unreadable('text like "500 g" or "30 kg"')
    return int(found[1]) * (1_000 if found[2] == "kg" else 1)


def _minor(text: str, currency: object) -> int:
    if not isinstance(currency, str):
        raise Unreadable("an amount, which needs a currency of the whole file")
    exponent(currency)
    found = _AMOUNT.fullmatch(text)
    if found is None or found[2] != currency:
        raise Unreadable(f'text like "4 {currency}", in the currency of the file')
    return money(found[1], currency).minor


_MEASURES: Mapping[str, Callable[[str, object], int]] = {
    "days": _days,
    "grams": _grams,
    "minor": _minor,
}

# --- what is said in vain ---------------------------------------------------------------------


def _check(policy: Policy) -> None:
    """`Unreadable` where one part of a policy makes another one pointless."""
    _once("$.rules", [name_of(rule) for rule in policy.rules])
    _once("$.limits", [type(limit).__name__ for limit in policy.limits])
    _once("$.solvers", [solver.name for solver in policy.solvers])
    _once("$.tiers", [cost.name for tier in policy.tiers for cost in tier], "a cost stands once")
    if {limits.CompleteOrder, limits.CompleteLines} <= {type(one) for one in policy.limits}:
        raise Unreadable("a complete order has complete lines", "$.limits")
    _some_nodes(policy.rules, "$.rules")
    named = [[name_of(rule) for rule in further] for further in policy.fallbacks]
    for n, further in enumerate(policy.fallbacks):
        _once(f"$.fallbacks[{n}]", named[n])
        _some_nodes((*policy.rules, *further), f"$.fallbacks[{n}]")
        if any(set(before) <= set(named[n]) for before in named[:n]):
            raise Unreadable("it allows nothing that an earlier one does not", f"$.fallbacks[{n}]")
    if not policy.fallbacks:
        raise Unreadable("at least one set of rules, which may be empty", "$.fallbacks")


def _once(path: str, names: Sequence[str], whole: str | None = None) -> None:
    for n, name in enumerate(names):
        if name in names[:n]:
            raise Unreadable(whole or "each of them once", path if whole else f"{path}[{n}]")


def _some_nodes(several: Iterable[Rule], path: str) -> None:
    only: set[str] | None = None
    for rule in several:
        if isinstance(rule, restrictions.OnlyNodes):
            only = set(rule.nodes) if only is None else only & set(rule.nodes)
    for rule in several:
        if only is not None and isinstance(rule, restrictions.ExceptNodes):
            only -= set(rule.nodes)
    if only == set():
        raise Unreadable("together they leave no node", path)
