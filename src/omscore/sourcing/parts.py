"""What a policy may be made of: validators that refuse anything else, with its place.

Rules, costs and solvers may be code of a plugin.  Whether they answer well is seen when they are
asked; that they can be asked at all, and called by a name, is seen when the policy is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any

import attrs
from attrs import Attribute

from omscore.kernel.errors import Unreadable
from omscore.kernel.money import exponent
from omscore.sourcing.limits import Limit
from omscore.sourcing.rules import name_of

Fits = Callable[[object], bool]


def a_name(_: object, attribute: Attribute[str], value: object) -> None:
    """Text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise Unreadable("a name", f"$.{attribute.name}")


def rule(_: object, attribute: Attribute[Any], value: object) -> None:
    """One rule, which can be asked and named."""
    if not _is_rule(value):
        raise Unreadable("a rule that can be asked and named", f"$.{attribute.name}")


def rules(_: object, attribute: Attribute[Any], value: object) -> None:
    """Rules, which can be asked and named."""
    each_a_rule(value, f"$.{attribute.name}")


def each_a_rule(value: object, path: str) -> None:
    """`Unreadable` at *path*, unless each of *value* is a rule."""
    _each(value, _is_rule, "rules that can be asked and named", path)


def sets_of_rules(_: object, attribute: Attribute[Any], value: object) -> None:
    """At least one set of rules."""
    path = f"$.{attribute.name}"
    several = _each(value, _is_row, "sets of rules", path)
    for n, further in enumerate(several or _nothing("set of rules, which may be empty", path)):
        each_a_rule(further, f"{path}[{n}]")


def limits(_: object, __: object, value: object) -> None:
    """Limits of the closed set."""
    _each(value, lambda one: isinstance(one, Limit), "limits", "$.limits")


def tiers(_: object, __: object, value: object) -> None:
    """At least one tier of costs."""
    several = _each(value, _is_row, "tiers, each a row of costs", "$.tiers")
    for n, tier in enumerate(several or _nothing("tier", "$.tiers")):
        _each(tier, _is_cost, "costs of parcels and of units", f"$.tiers[{n}]")


def solvers(_: object, __: object, value: object) -> None:
    """At least one solver with a name."""
    if not _each(value, _is_solver, "solvers with a name", "$.solvers"):
        _nothing("solver", "$.solvers")


def _each(value: object, fits: Fits, what: str, path: str) -> Sequence[object]:
    """*value*, if it is a row of what *fits*."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Unreadable(f"a row of {what}", path)
    for n, one in enumerate(value):
        if not fits(one):
            raise Unreadable(what, f"{path}[{n}]")
    return value


def _nothing(what: str, path: str) -> Sequence[object]:
    raise Unreadable(f"at least one {what}", path)


def _is_row(one: object) -> bool:
    return isinstance(one, Sequence) and not isinstance(one, str)


def _is_rule(one: object) -> bool:
    return callable(one) and not isinstance(one, type) and _tells(name_of, one)


def _is_cost(one: object) -> bool:
    return does(one, "of_parcel") and does(one, "of_unit") and _tells(repr, one)


def _is_solver(one: object) -> bool:
    return does(one, "solve") and _tells(lambda solver: solver.name, one)


def does(one: object, method: str) -> bool:
    """Whether *one* is a value with such a *method*; no, if it cannot even say so."""
    try:
        return not isinstance(one, type) and callable(getattr(one, method, None))
    except Exception:  # a plugin may raise anything
        return False


def within(part: object, path: str = "$") -> Iterator[tuple[str, object]]:
    """*part*, and the rules, costs, limits and solvers that it asks, each with its place."""
    yield path, part
    kind: type[Any] = type(part)
    for one in attrs.fields(kind) if attrs.has(kind) else ():
        held, at = getattr(part, one.name, None), f"{path}.{one.name}"
        if isinstance(held, tuple):
            for n, each in enumerate(held):
                if _is_part(each):
                    yield from within(each, f"{at}[{n}]")
        elif _is_part(held):
            yield from within(held, at)


def _is_part(one: object) -> bool:
    return callable(one) or isinstance(one, Limit) or does(one, "of_unit") or does(one, "solve")


def ours(part: object) -> bool:
    """Whether *part* is in the box, and so is whatever it asks."""
    return all(in_the_box(one) for _, one in within(part))


def in_the_box(part: object) -> bool:
    """Whether *part* itself is, whatever it asks."""
    of = part if isinstance(part, FunctionType) else type(part)
    return str(of.__module__).startswith("omscore.")


def weighs_prices(part: object) -> bool:
    """Whether *part* compares its figures with what units sell for."""
    return bool(getattr(type(part), "weighs_prices", False))


def a_currency(_: object, __: object, value: str | None) -> None:
    """One of ISO 4217, or none."""
    if value is not None:
        exponent(str(value))


def _tells(name: Callable[..., object], one: object) -> bool:
    try:
        return isinstance(name(one), str)
    except Exception:  # as above
        return False
