"""Sourcing policies from TOML: rules, limits, costs and solvers by name, read strictly.

    name = "few parcels"
    currency = "EUR"
    rules = ["reaches", "stocked", "rested", { type = "transit-at-most", days = "3 days" }]
    limits = [{ type = "at-most-parcels", most = 3 }]
    solvers = ["exact", "greedy"]

    [[tiers]]
    costs = [{ type = "transport" }, { type = "waiting", per_unit_day = "0.05 EUR" }]

What is not given is as in `Policy`.  What is measured is text with its unit: `"3 days"`, `"500 g"`,
`"30 kg"`, or an amount in the *currency* of the file.  Anything unknown, missing, of the wrong
type, or in vain is `Unreadable`, with a path, before the first order is sourced.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, get_args

import attrs
from attrs import field, frozen
from cattrs import Converter

from omscore.adapters.codec import door, shapes
from omscore.adapters.codec.shapes import Names
from omscore.adapters.policies.measures import measured
from omscore.adapters.policies.registry import BUILT_IN, Registry
from omscore.kernel.errors import Unreadable
from omscore.kernel.quantities import no_or_some_units, some_units
from omscore.kernel.several import at_least_one
from omscore.network.transit import confidence
from omscore.sourcing.in_vain import checked
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Solver
from omscore.sourcing.rules import Rule
from omscore.sourcing.units import UNIT, Unit

MOST_BYTES = 2**20
_DEFAULT = Policy()

# What stands for one of several registered names says so, for the schema.
LIMIT, COST, SOLVER = {"refers": "limit"}, {"refers": "cost"}, {"refers": "solver"}

# --- the file ---------------------------------------------------------------------------------


@frozen
class Tier:
    """Costs that are added up; the next tier decides only where this one is equal."""

    costs: tuple[object, ...] = field(validator=at_least_one, metadata=COST)


@frozen
class File:
    """Which node sends what: rules, limits, costs in tiers, solvers and budgets, by name."""

    name: str
    currency: str | None = None
    rules: tuple[Rule, ...] | None = None
    fallbacks: tuple[tuple[Rule, ...], ...] | None = field(default=None, validator=at_least_one)
    limits: tuple[object, ...] = field(default=(), metadata=LIMIT)
    tiers: tuple[Tier, ...] | None = field(default=None, validator=at_least_one)
    solvers: tuple[str, ...] | None = field(default=None, validator=at_least_one, metadata=SOLVER)
    budget: int = field(default=_DEFAULT.budget, validator=some_units)
    look_for_runner_up: int = field(default=_DEFAULT.look_for_runner_up, validator=no_or_some_units)
    confidence: int | None = field(default=None, validator=confidence)
    least_shipments: int = field(default=_DEFAULT.least_shipments, validator=some_units)


def read_policy(text: str, registry: Registry = BUILT_IN) -> Policy:
    """The policy that TOML *text* describes; `Unreadable`, with a path, if it describes none."""
    return policy_of(table_of(text), registry)


def table_of(text: str) -> dict[str, Any]:
    """What TOML *text* says; `Unreadable` if it is none, or too much."""
    if len(text) > MOST_BYTES:
        raise Unreadable(f"at most {MOST_BYTES} characters")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable("TOML") from None


def policy_of(table: Mapping[str, Any], registry: Registry = BUILT_IN) -> Policy:
    """The policy that a *table* of a larger file describes; `Unreadable` as above."""
    if not isinstance(table, Mapping):
        raise Unreadable("a table")
    try:
        return _policy_of(table, registry)
    except RecursionError:
        raise Unreadable("rules that are not as deep in one another") from None


def _policy_of(table: Mapping[str, Any], registry: Registry) -> Policy:
    taken = {*registry.rules, *registry.limits, *registry.costs}
    _typed(registry.limits, taken, table.get("limits"), "$.limits")
    for n, tier in enumerate(_rows(table.get("tiers"))):
        _typed(registry.costs, taken, tier.get("costs"), f"$.tiers[{n}].costs")
    file = _converter(registry, table.get("currency")).structure(dict(table), File)
    tiers = [
        tuple(_known(registry.costs, tier.costs, f"$.tiers[{n}].costs"))
        for n, tier in enumerate(file.tiers or ())
    ]
    return checked(
        Policy(
            name=file.name,
            rules=_DEFAULT.rules if file.rules is None else file.rules,
            fallbacks=_DEFAULT.fallbacks if file.fallbacks is None else file.fallbacks,
            limits=tuple(_known(registry.limits, file.limits, "$.limits")),  # type: ignore[arg-type]
            tiers=tuple(tiers) if tiers else _DEFAULT.tiers,  # type: ignore[arg-type]
            solvers=_DEFAULT.solvers if file.solvers is None else _solvers(registry, file.solvers),
            budget=file.budget,
            look_for_runner_up=file.look_for_runner_up,
            confidence=file.confidence,
            least_shipments=file.least_shipments,
            currency=file.currency,
        )
    )


def _typed(names: Iterable[str], taken: Collection[object], value: object, path: str) -> None:
    """`Unreadable` with those of *names* that are near, or all, where a type is none at all."""
    for n, one in enumerate(_rows(value)):
        if not isinstance(name := one.get("type"), str) or name not in taken:
            raise Unreadable(shapes.known(names, name), f"{path}[{n}].type")


def _rows(value: object) -> list[dict[str, Any]]:
    """*value*, if it is a list of tables; whatever else it may be is told when it is read."""
    several = value if isinstance(value, list) else []
    return several if all(isinstance(one, dict) for one in several) else []


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
    for cls in _made_of(classes.values()):
        _measure(cls, made, currency)
    return made


def _made_of(classes: Iterable[type[Any]]) -> dict[type[Any], None]:
    """*classes* and all that they are made of, each once, parts first."""
    found: dict[type[Any], None] = {}
    for cls in classes:
        fields = shapes.fields(cls) if attrs.has(cls) else ()
        found |= _made_of(part for one in fields for part in _parts(one.type))
        found[cls] = None
    return found


def _measure(cls: type[Any], within: Converter, currency: object) -> None:
    """Reads the measured fields of *cls* as text with a unit."""
    fields = shapes.fields(cls) if attrs.has(cls) else ()
    if units := {one.name: one.metadata[UNIT] for one in fields if UNIT in one.metadata}:
        read = within.get_structure_hook(cls)
        within.register_structure_hook(cls, partial(_measured, read, units, currency))


def _parts(type_: Any) -> Iterable[type[Any]]:
    """The classes that *type_* is made of."""
    if shapes.is_class(type_):
        yield type_
    for one in get_args(type_):
        yield from _parts(one)


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
    units: Mapping[str, Unit],
    currency: object,
    value: Any,
    type_: Any,
) -> Any:
    """What *read* makes of *value*, whose measured fields are text with a unit."""
    if not isinstance(value, dict):
        return read(value, type_)
    plain = {
        name: measured(one, units[name], currency, f"$.{name}") if name in units else one
        for name, one in value.items()
    }
    return read(plain, type_)
