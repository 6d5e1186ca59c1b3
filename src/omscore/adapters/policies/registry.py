"""What a policy may name: rules, limits, costs and solvers, in the box or of a host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from attrs import evolve, frozen

from omscore.sourcing import (
    combinators,
    costs,
    fitness,
    freight,
    limits,
    nodes,
    restrictions,
    rules,
    stakes,
)
from omscore.sourcing.costs import Cost
from omscore.sourcing.problem import Solver
from omscore.sourcing.rules import Rule
from omscore.sourcing.solvers.chosen import Automatic
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import CheapestFirst, Covering, Greedy
from omscore.sourcing.solvers.highs import Highs

T = TypeVar("T")


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
        "within-km": fitness.WithinKm,
        "only-tags": fitness.OnlyTags,
        "only-classes": fitness.OnlyClasses,
        "only-channels": fitness.OnlyChannels,
        "carries": fitness.Carries,
        "load-at-most": fitness.LoadAtMost,
        "rejected-at-most": fitness.RejectedAtMost,
        "shelf-life": fitness.ShelfLife,
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
        "distance": freight.Distance,
        "tariff": freight.Tariff,
        "emissions": freight.Emissions,
        "priority": nodes.NodePriority,
        "split": nodes.Split,
        "labor": nodes.Labor,
        "balance": nodes.Balance,
        "performance": nodes.Performance,
        "opportunity": stakes.Opportunity,
        "stock-out-risk": stakes.StockOutRisk,
        "markdown": stakes.Markdown,
        "soft": combinators.Soft,
        "soft-limit": combinators.SoftLimit,
    },
    solvers={
        one.name: one
        for one in (Exact(), Greedy(), CheapestFirst(), Covering(), Highs(), Automatic())
    },
)
