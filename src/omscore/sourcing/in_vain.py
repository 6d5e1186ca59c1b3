"""What is said in vain: parts of a policy that contradict, repeat or outlive one another.

A policy can always be followed.  But whoever wrote such a part meant something by it, and would
wait in vain for it to happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import attrs

from omscore.kernel.errors import Unreadable
from omscore.sourcing import fitness, limits, restrictions
from omscore.sourcing.asked import CostFailed, name_of_cost
from omscore.sourcing.combinators import AllOf, AnyOf, Not, Soft, SoftLimit
from omscore.sourcing.costs import Cost
from omscore.sourcing.limits import Limit
from omscore.sourcing.policy import Policy
from omscore.sourcing.rules import DEFAULT_RULES, Rule
from omscore.sourcing.units import UNIT


def checked(policy: Policy) -> Policy:
    """*policy*; `Unreadable`, with a path as in a file, where a part of it is in vain."""
    _once("$.rules", policy.rules)
    _once("$.limits", [type(limit) for limit in policy.limits])
    _once("$.solvers", policy.solvers)
    _once("$.tiers", list(_names(policy)), "a cost stands once")
    for path, part in policy.parts():
        if why := _idle(part):
            raise Unreadable(f"it is in vain: {why}", path)
    _limits(policy.limits)
    _costs(policy)
    _possible(policy.rules, "$.rules")
    _fallbacks(policy)
    return policy


def _once(path: str, several: Sequence[object], whole: str | None = None) -> None:
    for n, one in enumerate(several):
        if one in several[:n]:
            raise Unreadable(whole or "each of them once", path if whole else f"{path}[{n}]")


def _names(policy: Policy) -> Iterator[str]:
    """Those of the costs; one that cannot tell its name is left out of the sum, and told then."""
    for cost in [cost for tier in policy.tiers for cost in tier]:
        with suppress(CostFailed):
            yield name_of_cost(cost)


def _idle(part: object) -> str | None:
    """Why *part* never does anything, whatever stands beside it; None if it might."""
    match part:
        case fitness.LoadAtMost(percent) if percent >= 100:
            return "no day has more than all of it taken"
        case limits.LeastSplit(units) if units <= 1:
            return "no parcel carries less than a unit"
        case Soft(rule) if rule in DEFAULT_RULES:
            return "it is a rule that every parcel keeps"
        case _:
            return None


# --- limits -----------------------------------------------------------------------------------


def _limits(several: Sequence[Limit]) -> None:
    for n, one in enumerate(several):
        for other in several:
            if one is not other and (why := _implied(one, other)):
                raise Unreadable(f"it is in vain: {why}", f"$.limits[{n}]")


def _implied(one: Limit, other: Limit) -> str | None:
    """Why every plan that keeps *other* keeps *one*; None if not every plan does."""
    match one, other:
        case (
            (limits.AtMostNodes(most), limits.AtMostNodes(least))
            | (limits.AtMostParcels(most), limits.AtMostParcels(least))
            | (limits.AtMostNodesPerLine(most), limits.AtMostNodesPerLine(least))
            | (limits.AtMostParcelsPerLine(most), limits.AtMostParcelsPerLine(least))
            | (limits.LeastSplit(least), limits.LeastSplit(most))
            | (limits.UnsplitBelow(least), limits.UnsplitBelow(most))
        ) if most >= least:
            return "a limit that no plan breaks is as strict"
        case limits.CompleteLines(), limits.CompleteOrder():
            return "a complete order has complete lines"
        case limits.AtMostNodes(nodes), limits.AtMostParcels(parcels) if nodes >= parcels:
            return f"{parcels} parcels come from no more nodes"
        case limits.AtMostNodesPerLine(nodes), limits.AtMostNodes(most) if nodes >= most:
            return f"an order from {most} nodes has no line from more"
        case limits.AtMostNodesPerLine(nodes), limits.AtMostParcels(parcels) if nodes >= parcels:
            return f"{parcels} parcels come from no more nodes"
        case limits.AtMostNodesPerLine(n), limits.AtMostParcelsPerLine(parcels) if n >= parcels:
            return f"{parcels} parcels come from no more nodes"
        case limits.AtMostParcelsPerLine(most), limits.AtMostParcels(parcels) if most >= parcels:
            return f"an order in {parcels} parcels has no line in more"
        case ((limits.GroupsTogether() | limits.UnsplitBelow()), limits.AtMostParcels(1)):
            return "one parcel is not split"
        case _:
            return None


def _kept(soft: Limit, hard: Sequence[Limit]) -> str | None:
    """Why no plan within the limits that are *hard* breaks a *soft* one; None if some might."""
    return next((why for other in hard if (why := _implied(soft, other))), None)


# --- costs ------------------------------------------------------------------------------------


def _costs(policy: Policy) -> None:
    for n, tier in enumerate(policy.tiers):
        for place, cost in enumerate(tier):
            at = f"$.tiers[{n}].costs[{place}]"
            if _free(cost):
                raise Unreadable("it costs nothing", at)
            if isinstance(cost, SoftLimit) and (why := _kept(cost.limit, policy.limits)):
                raise Unreadable(f"it is in vain: {why}", at)


def _free(cost: Cost) -> bool:
    """Whether *cost* has figures, all of which are nothing."""
    kind: type[object] = type(cost)
    fields = attrs.fields(kind) if attrs.has(kind) else ()
    priced = [getattr(cost, one.name) for one in fields if one.metadata.get(UNIT) == "minor"]
    return bool(priced) and not any(priced)


# --- rules ------------------------------------------------------------------------------------


def _fallbacks(policy: Policy) -> None:
    if not policy.fallbacks:
        raise Unreadable("at least one set of rules, which may be empty", "$.fallbacks")
    for n, further in enumerate(policy.fallbacks):
        _once(f"$.fallbacks[{n}]", further)
        _possible((*policy.rules, *further), f"$.fallbacks[{n}]")
        mine = (*policy.rules, *further)
        if any(_narrower(mine, before) for before in policy.fallbacks[:n]):
            raise Unreadable("it allows nothing that an earlier one does not", f"$.fallbacks[{n}]")


def _possible(several: Iterable[Rule], path: str) -> None:
    """`Unreadable` unless some node might pass all of them."""
    rules = list(_flat(several))
    if any(isinstance(rule, Not) and rule.rule in (*rules, *DEFAULT_RULES) for rule in rules):
        raise Unreadable("one of them is the contrary of another: they leave no node", path)
    for kind, words in _CHOICES.items():
        only = [set(getattr(rule, words)) for rule in rules if isinstance(rule, kind)]
        if only and not set.intersection(*only) - _excepted(rules, kind):
            raise Unreadable(f"together they leave no {words[:-1]}", path)
    for kind in _BOUNDS:
        if sum(isinstance(rule, kind) for rule in rules) > 1:
            raise Unreadable(f"only the strictest {kind.__name__} matters", path)


def _narrower(some: Sequence[Rule], others: Sequence[Rule]) -> bool:
    """Whether nothing passes all of *some* that does not pass all of *others*."""
    return all(any(_implies(one, other) for one in some) for other in others)


def _implies(one: Rule, other: Rule) -> bool:
    """Whether it is certain that whatever passes *one* passes *other*."""
    if one == other:
        return True
    match one, other:
        case AnyOf(rules), _:
            return all(_implies(each, other) for each in rules)
        case _, AllOf(rules):
            return all(_implies(one, each) for each in rules)
        case AllOf(rules), _:
            return any(_implies(each, other) for each in rules)
        case _, AnyOf(rules):
            return any(_implies(one, each) for each in rules)
        case Not(rule), Not(wider):
            return _implies(wider, rule)
        case restrictions.OnlyNodes(nodes), restrictions.ExceptNodes(excluded):
            return not set(nodes) & set(excluded)
        case restrictions.ExceptNodes(nodes), restrictions.ExceptNodes(excluded):
            return set(nodes) >= set(excluded)
        case _ if type(one) is type(other):
            return _as_strict(one, other)
        case _:
            return False


def _as_strict(one: Rule, other: Rule) -> bool:
    """Whether of two rules of a kind with one setting that of *one* allows no more."""
    kind = type(one)
    if (words := _WORDS.get(kind)) is not None:
        return set(getattr(one, words)) <= set(getattr(other, words))
    figure, upper = _BOUNDS.get(kind, ("", True))
    if not figure:
        return False
    low, high = (one, other) if upper else (other, one)
    return bool(getattr(low, figure) <= getattr(high, figure))


def _flat(several: Iterable[Rule]) -> Iterator[Rule]:
    """The rules that must hold, those in `AllOf` among them."""
    for rule in several:
        yield rule
        if isinstance(rule, AllOf):
            yield from _flat(rule.rules)


_CHOICES: Mapping[type[Rule], str] = {
    restrictions.OnlyNodes: "nodes",
    restrictions.OnlyKinds: "kinds",
    restrictions.OnlyMethods: "methods",
    restrictions.OnlyRegions: "regions",
    fitness.OnlyChannels: "channels",
}
_WORDS = {**_CHOICES, fitness.OnlyTags: "tags", fitness.OnlyClasses: "classes"}
_BOUNDS: Mapping[type[Rule], tuple[str, bool]] = {
    restrictions.TransitAtMost: ("days", True),
    restrictions.ParcelCostAtMost: ("cost", True),
    restrictions.WeightAtMost: ("weight_g", True),
    restrictions.KeepsStock: ("units", False),
    fitness.WithinKm: ("km", True),
    fitness.LoadAtMost: ("percent", True),
    fitness.RejectedAtMost: ("times", True),
    fitness.ShelfLife: ("days", False),
}
"""The figure of each, and whether it is an upper bound."""


def _excepted(rules: Iterable[Rule], kind: type[Rule]) -> set[str]:
    if kind is not restrictions.OnlyNodes:
        return set()
    return {
        node for rule in rules if isinstance(rule, restrictions.ExceptNodes) for node in rule.nodes
    }
