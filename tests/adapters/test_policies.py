"""A policy is read as it is meant, or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from attrs import field, frozen

from omscore.adapters.policies import BUILT_IN, installed, read_policy
from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import AnyOf, Not, Soft, When
from omscore.sourcing.costs import MILS, Handling, Offer, Preference, Transport, Waiting
from omscore.sourcing.limits import AtMostParcels, CompleteLines, UnsplitBelow
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.restrictions import OnlyKinds, OnlyMethods, TransitAtMost, WeightAtMost
from omscore.sourcing.rules import CoolingDown, active, in_time, rested, stocked
from omscore.sourcing.solvers.greedy import Greedy

Install = Callable[[str, str], None]
WHOLE = """
name = "few parcels"
currency = "EUR"
rules = [
    "active",
    "in_time",
    { type = "transit-at-most", days = "3 days" },
    { type = "when", condition = { type = "only-methods", methods = [
        "express",
    ] }, rule = { type = "not", rule = { type = "any-of", rules = [
        "stocked",
        { type = "weight-at-most", weight_g = "30 kg" },
    ] } } },
]
fallbacks = [[{ type = "only-kinds", kinds = ["warehouse"] }], []]
limits = [
    { type = "at-most-parcels", most = 3 },
    { type = "complete-lines" },
    { type = "unsplit-below", value = "20 EUR" },
]
solvers = ["exact"]
budget = 50
look_for_runner_up = 0

[[tiers]]
costs = [{ type = "transport" }, { type = "waiting", per_unit_day = "0.07 EUR" }]

[[tiers]]
costs = [
    { type = "handling", parcel = "0.02 EUR" },
    { type = "preference", parcel = { berlin = "0.30 EUR" } },
    { type = "soft", rule = "rested", unit = "5 EUR" },
]
"""


def test_a_file_says_what_python_can_say() -> None:
    """Equal policies have one digest, wherever they were written."""
    read = read_policy(WHOLE)
    written = Policy(
        name="few parcels",
        rules=(
            active,
            in_time,
            TransitAtMost(3),
            When(OnlyMethods(["express"]), Not(AnyOf([stocked, WeightAtMost(30_000)]))),
        ),
        fallbacks=((OnlyKinds(["warehouse"]),), ()),
        limits=(AtMostParcels(3), CompleteLines(), UnsplitBelow(2_000)),
        tiers=(
            (Transport(), Waiting(7)),
            (Handling(parcel=2), Preference({"berlin": 30}), Soft(rested, 500)),
        ),
        solvers=(BUILT_IN.solvers["exact"],),
        budget=50,
        look_for_runner_up=0,
    )

    assert read.digest == written.digest
    assert (read.name, read.budget, read.look_for_runner_up) == ("few parcels", 50, 0)


def test_what_is_not_given_is_the_default() -> None:
    """A policy can be one line."""
    assert read_policy('name = "plain"').digest == Policy(name="plain").digest


def waiting(price: str, currency: str = "EUR") -> str:
    """A policy in which waiting has a *price*."""
    known = f'currency = "{currency}"' if currency else ""
    cost = f'{{ type = "waiting", per_unit_day = "{price}" }}'
    return f'name = "a"\n{known}\n[[tiers]]\ncosts = [{cost}]'


def transit(days: str) -> str:
    """A policy in which a parcel is under way for so long at most."""
    return f'name = "a"\nrules = [{{ type = "transit-at-most", days = "{days}" }}]'


def only(node: str, rule: str = "only-nodes") -> str:
    """A rule about one node."""
    return f'{{ type = "{rule}", nodes = ["{node}"] }}'


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "$.name"),
        ("name = 3", "$.name"),
        ('name = "a"\nnmae = "b"', "$"),
        ('name = "a"\nrules = ["actve"]', "$.rules[0]"),
        ('name = "a"\nrules = ["active", 3]', "$.rules[1]"),
        ('name = "a"\nlimits = [{ type = "at-most-parcels" }]', "$.limits[0].most"),
        ('name = "a"\nlimits = [{ type = "at-most-parcels", most = 0 }]', "$.limits[0].most"),
        ('name = "a"\nlimits = [{ type = "at-most-parcels", most = 1.0 }]', "$.limits[0].most"),
        ('name = "a"\nlimits = [{ type = "at-most-parcels", most = true }]', "$.limits[0].most"),
        ('name = "a"\nlimits = [{ type = "at-most-trucks", most = 1 }]', "$.limits[0].type"),
        ('name = "a"\nlimits = [{ type = "transport" }]', "$.limits[0]"),
        ('name = "a"\n[[tiers]]\ncosts = []', "$.tiers"),
        ('name = "a"\n[[tiers]]\ncosts = [{ type = "complete-order" }]', "$.tiers[0].costs[0]"),
        (waiting("-1 EUR"), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("1"), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("1 GBP"), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("0.001 EUR"), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("1e9 EUR"), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("1 EUR", currency="XXX"), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("1 EUR", currency=""), "$.tiers[0].costs[0].per_unit_day"),
        (waiting("1 EUR").replace('"1 EUR"', "5"), "$.tiers[0].costs[0].per_unit_day"),
        (transit("3"), "$.rules[0].days"),
        (transit("3 weeks"), "$.rules[0].days"),
        (transit("3 kg"), "$.rules[0].days"),
        (transit("\N{ARABIC-INDIC DIGIT THREE} days"), "$.rules[0].days"),
        ('name = "a"\nrules = [{ type = "weight-at-most", weight_g = 5 }]', "$.rules[0].weight_g"),
        ('name = "a"\nrules = [{ type = "whole-line", most = 5 }]', "$.rules[0]"),
        ('name = "a"\nrules = ["whole-line"]', "$.rules[0]"),
        ('name = "a"\nrules = [{ type = "active" }]', "$.rules[0]"),
        ('name = "a"\nrules = [{ type = "not", rule = "actve" }]', "$.rules[0].rule"),
        ('name = "a"\nrules = [{ type = "all-of", rules = [] }]', "$.rules[0].rules"),
        ('name = "a"\nrules = [{ type = "only-nodes", nodes = [""] }]', "$.rules[0].nodes[0]"),
        ('name = "a"\nrules = [{ type = "only-kinds", kinds = ["barn"] }]', "$.rules[0].kinds"),
        # in vain
        ('name = "a"\nrules = ["active", "active"]', "$.rules[1]"),
        (f'name = "a"\nrules = [{only("a")}, {only("b")}]', "$.rules"),
        (f'name = "a"\nrules = [{only("a")}, {only("a", "except-nodes")}]', "$.rules"),
        ('name = "a"\nfallbacks = []', "$.fallbacks"),
        (f'name = "a"\nfallbacks = [[], [{only("a")}]]', "$.fallbacks[1]"),
        (
            'name = "a"\nlimits = [{ type = "complete-order" }, { type = "complete-lines" }]',
            "$.limits",
        ),
        (
            'name = "a"\n[[tiers]]\ncosts = [{ type = "transport" }]\n'
            '[[tiers]]\ncosts = [{ type = "transport" }]',
            "$.tiers",
        ),
        ('name = "a"\nsolvers = ["exact", "exact"]', "$.solvers[1]"),
        ('name = "a"\nsolvers = []', "$.solvers"),
        ('name = "a"\nsolvers = ["magic"]', "$.solvers[0]"),
        ('name = "a"\nbudget = 0', "$.budget"),
        ('name = "a', "$"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(text: str, path: str) -> None:
    """At load time, not when the first order is stuck."""
    with pytest.raises(Unreadable) as refused:
        read_policy(text)

    assert refused.value.path == path


@frozen
class Resting:
    """A rule with a parameter, as a plugin would write it."""

    node: str

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return CoolingDown() if candidate.node.id == self.node else None


def test_a_host_registers_rules_of_its_own() -> None:
    """By a name that nobody else has."""
    registry = BUILT_IN.with_rule("resting", Resting)
    policy = read_policy('name = "a"\nrules = [{ type = "resting", node = "berlin" }]', registry)

    assert policy.rules == (Resting("berlin"),)
    with pytest.raises(ValueError, match="registered already"):
        registry.with_rule("active", Resting)


# --- plugins ----------------------------------------------------------------------------------

RESTING = """
from attrs import field, frozen

from omscore.sourcing.rules import CoolingDown


@frozen
class Resting:
    node: str

    def __call__(self, need, candidate, /):
        return CoolingDown() if candidate.node.id == self.node else None


def extend(registry):
    return registry.with_rule(f"resting-after-{len(registry.rules)}", Resting)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package of one module, as pip would leave it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install_one(name: str, module: str) -> None:
        (tmp_path / f"{name}.py").write_text(module, encoding="utf-8")
        about = tmp_path / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[omscore.sourcing]\n{name} = {name}:extend\n")
        monkeypatch.delitem(sys.modules, name, raising=False)

    return install_one


def test_plugins_are_called_in_the_order_of_their_names(install: Install) -> None:
    """Whatever order they were installed in; and nobody is called who was not asked for."""
    install("house_b", RESTING)
    install("house_a", RESTING)
    registry, known = installed(), len(BUILT_IN.rules)

    assert list(registry.rules)[known:] == [
        f"resting-after-{known}",
        f"resting-after-{known + 1}",
    ]
    assert registry.rules[f"resting-after-{known}"].__module__ == "house_a"
    policy = read_policy(
        f'name = "a"\nrules = [{{ type = "resting-after-{known}", node = "berlin" }}]', registry
    )
    assert repr(policy.rules) == "(Resting(node='berlin'),)"


@pytest.mark.parametrize(
    "module", ["import no_such_module", "extend = 7", "def extend(registry): pass", "extend ="]
)
def test_a_plugin_that_does_not_work_is_named(install: Install, module: str) -> None:
    """A policy that lacks a rule silently would be another policy."""
    install("house_c", module)

    with pytest.raises(Unreadable) as refused:
        installed()

    assert refused.value.path == "$.plugins.house_c"


@frozen
class Toll:
    """A cost of a host: so many minor units for each parcel."""

    each: int
    name: str = field(default="toll", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        return MILS * self.each

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        return 0


def test_a_host_registers_costs_and_solvers_of_its_own() -> None:
    """A file names them as it names those in the box."""
    registry = BUILT_IN.with_cost("toll", Toll).with_solver("by-list", Greedy("by-list"))
    policy = read_policy(
        'name = "a"\nsolvers = ["by-list"]\n[[tiers]]\ncosts = [{ type = "toll", each = 3 }]',
        registry,
    )

    assert policy.tiers == ((Toll(3),),)
    assert [solver.name for solver in policy.solvers] == ["by-list"]
    with pytest.raises(ValueError, match="registered already"):
        registry.with_cost("toll", Toll)
