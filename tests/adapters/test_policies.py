"""A policy is read as it is meant, or not at all."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from attrs import field, frozen
from jsonschema import Draft202012Validator

from omscore.adapters.policies import BUILT_IN, Registry, policy_of, read_policy, schema
from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.kernel.several import at_least_one
from omscore.network.facts import NodeKind
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import AnyOf, Not, Soft, When
from omscore.sourcing.costs import MILS, Handling, Offer, Preference, Transport, Waiting
from omscore.sourcing.limits import AtMostParcels, CompleteLines, UnsplitBelow
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.restrictions import OnlyKinds, OnlyMethods, TransitAtMost, WeightAtMost
from omscore.sourcing.rules import CoolingDown, active, in_time, stocked
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.units import DAYS, KM, PERCENT, SECONDS

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
confidence = 90
least_shipments = 50

[[tiers]]
costs = [{ type = "transport" }, { type = "waiting", per_unit_day = "0.07 EUR" }]

[[tiers]]
costs = [
    { type = "handling", parcel = "0.02 EUR" },
    { type = "preference", parcel = { berlin = "0.30 EUR" } },
    { type = "soft", rule = "in_time", unit = "5 EUR" },
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
            (Handling(parcel=2), Preference({"berlin": 30}), Soft(in_time, 500)),
        ),
        solvers=(BUILT_IN.solvers["exact"],),
        budget=50,
        look_for_runner_up=0,
        confidence=90,
        least_shipments=50,
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


MALFORMED = [
    ("", "$.name"),
    ("name = 3", "$.name"),
    ('name = "a"\nnmae = "b"', "$"),
    ('name = "a"\nrules = ["actve"]', "$.rules[0]"),
    ('name = "a"\nrules = ["active", 3]', "$.rules[1]"),
    ('name = "a"\nlimits = [{ type = "at-most-parcels" }]', "$.limits[0].most"),
    ('name = "a"\nlimits = [{ type = "at-most-parcels", most = 0 }]', "$.limits[0].most"),
    ('name = "a"\nlimits = [{ type = "at-most-parcels", most = true }]', "$.limits[0].most"),
    ('name = "a"\nlimits = [{ type = "at-most-trucks", most = 1 }]', "$.limits[0].type"),
    ('name = "a"\nlimits = [{ type = "transport" }]', "$.limits[0]"),
    ('name = "a"\n[[tiers]]\ncosts = []', "$.tiers[0].costs"),
    ('name = "a"\ntiers = []', "$.tiers"),
    ('name = "a"\nsolvers = []', "$.solvers"),
    ('name = "a"\nfallbacks = []', "$.fallbacks"),
    ('name = "a"\n[[tiers]]\ncosts = [{ type = "complete-order" }]', "$.tiers[0].costs[0]"),
    ('name = "a"\nsolvers = ["magic"]', "$.solvers[0]"),
    ('name = "a"\nbudget = 0', "$.budget"),
    ('name = "a"\nlook_for_runner_up = -1', "$.look_for_runner_up"),
    ('name = "a"\nconfidence = 100', "$.confidence"),
    ('name = "a"\nconfidence = 0.9', "$.confidence"),
    ('name = "a"\nconfidence = 90\nleast_shipments = 0', "$.least_shipments"),
    (waiting("-1 EUR"), "$.tiers[0].costs[0].per_unit_day"),
    (waiting("1"), "$.tiers[0].costs[0].per_unit_day"),
    (waiting("1e9 EUR"), "$.tiers[0].costs[0].per_unit_day"),
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
    ('name = "a"\nrules = [{ type = "only-kinds", kinds = ["barn"] }]', "$.rules[0].kinds[0]"),
]

NOT_FOR_SCHEMAS = [
    ('name = "a"\nlimits = [{ type = "at-most-parcels", most = 1.0 }]', "$.limits[0].most"),
    (waiting("1 GBP"), "$.tiers[0].costs[0].per_unit_day"),
    (waiting("0.001 EUR"), "$.tiers[0].costs[0].per_unit_day"),
    (waiting("1 EUR", currency="XXX"), "$.tiers[0].costs[0].per_unit_day"),
    (waiting("1 EUR", currency=""), "$.tiers[0].costs[0].per_unit_day"),
]
"""Amounts that do not fit the currency of the file; and `1.0`, which is whole for JSON Schema."""


@pytest.mark.parametrize(("text", "path"), [*MALFORMED, *NOT_FOR_SCHEMAS])
def test_what_cannot_be_meant_is_told_with_its_place(text: str, path: str) -> None:
    """At load time, not when the first order is stuck."""
    with pytest.raises(Unreadable) as refused:
        read_policy(text)

    assert refused.value.path == path


# --- the schema -------------------------------------------------------------------------------


@frozen
class Iced:
    """As the example plugin has it."""

    ice_days: int = field(metadata=DAYS)

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None


EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/**/policy*.toml"))


def keeps_schema(text: str, registry: Registry = BUILT_IN) -> bool:
    """Whether a validator by somebody else takes *text*, which is TOML."""
    known = schema(registry)
    Draft202012Validator.check_schema(known)
    return bool(Draft202012Validator(known).is_valid(tomllib.loads(text)))


def test_the_schema_takes_what_is_taken() -> None:
    """Editors must not underline what works; the examples are among it."""
    registry = BUILT_IN.with_rule("cold-chain", Iced)

    assert EXAMPLES
    for text in (WHOLE, 'name = "plain"', *(file.read_text() for file in EXAMPLES)):
        read_policy(text, registry)
        assert keeps_schema(text, registry)


@pytest.mark.parametrize(("text", "path"), MALFORMED)
def test_the_schema_does_not_take_what_is_malformed(text: str, path: str) -> None:
    """So an editor tells it while it is being written."""
    assert path
    assert not keeps_schema(text)


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    """So that nobody has to leaf through a list."""
    with pytest.raises(Unreadable, match="perhaps at-most-parcels") as refused:
        read_policy('name = "a"\nlimits = [{ type = "at-most-parcel", most = 1 }]')
    assert refused.value.path == "$.limits[0].type"


@pytest.mark.parametrize("text", ['name = "a', "[" * 5_000, "a" * (2**20 + 1)])
def test_what_is_no_toml_is_told(text: str) -> None:
    """Nor is anything read that is too long, or too deep."""
    with pytest.raises(Unreadable) as refused:
        read_policy(text)
    assert refused.value.path == "$"


@frozen
class Bounded:
    """A rule of a host with everything that a parameter may be."""

    km: int = field(metadata=KM)
    bands: tuple[Band, ...] = field(validator=at_least_one)
    percent: Mapping[str, int] = field(metadata=PERCENT)
    seconds: int = field(default=60, metadata=SECONDS)
    kind: NodeKind = "store"
    strict: bool = False

    def __call__(self, need: Need, candidate: Candidate, /) -> Reason | None:
        return None


@frozen
class Band:
    """A part of a parameter, with a unit of its own."""

    days: int = field(metadata=DAYS)


BOUNDED = """
name = "a"
[[rules]]
type = "bounded"
km = "620 km"
bands = [{ days = "1 day" }, { days = "9 days" }]
percent = { berlin = "80 %" }
seconds = "5 min"
kind = "vendor"
strict = true
"""


def test_parameters_are_read_with_their_units_however_deep() -> None:
    """What a host registers is read, and described, as what comes in the box."""
    registry = BUILT_IN.with_rule("bounded", Bounded)
    [rule] = read_policy(BOUNDED, registry).rules

    bands = (Band(1), Band(9))
    assert rule == Bounded(620, bands, {"berlin": 80}, seconds=300, kind="vendor", strict=True)
    assert keeps_schema(BOUNDED, registry)


@pytest.mark.parametrize(
    ("this", "that", "path"),
    [
        ('"620 km"', "620", "$.rules[0].km"),
        ('"620 km"', '"620 mi"', "$.rules[0].km"),
        ('"1 day"', "1", "$.rules[0].bands[0].days"),
        ('[{ days = "1 day" }, { days = "9 days" }]', "[]", "$.rules[0].bands"),
        ('"80 %"', '"80"', "$.rules[0].percent.berlin"),
        ('"5 min"', '"5 m"', "$.rules[0].seconds"),
        ('"vendor"', '"barn"', "$.rules[0].kind"),
        ("strict = true", 'strict = "true"', "$.rules[0].strict"),
    ],
)
def test_a_unit_that_is_missing_or_another_is_told(this: str, that: str, path: str) -> None:
    """By who reads it, and by the schema."""
    registry, text = BUILT_IN.with_rule("bounded", Bounded), BOUNDED.replace(this, that)

    with pytest.raises(Unreadable) as refused:
        read_policy(text, registry)

    assert refused.value.path == path
    assert not keeps_schema(text, registry)


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


@frozen
class Toll:
    """A cost of a host: so many minor units for each parcel."""

    each: int
    name: str = field(default="toll", init=False)

    def of_parcel(self, offer: Offer, /) -> int:
        return MILS * self.each

    def of_unit(self, need: Need, offer: Offer, earliest: date, /) -> int:
        return 0


def test_a_file_tells_its_currency_where_a_part_weighs_prices() -> None:
    """And one that nobody knows is refused, whether there is an amount or not."""
    assert read_policy(WHOLE).prices_in == "EUR"
    assert read_policy('name = "a"\ncurrency = "EUR"').prices_in is None
    with pytest.raises(Unreadable) as refused:
        read_policy('name = "a"\ncurrency = "EURO"')
    assert refused.value.path == "$.currency"


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


@pytest.mark.parametrize("deep", [150, 250, 400, 5_000])
def test_rules_as_deep_as_nobody_writes_them_are_refused_or_read(deep: int) -> None:
    """Never a fault of the interpreter."""
    rule = '{ type = "not", rule = ' * deep + '"rested"' + " }" * deep
    with suppress(Unreadable):
        read_policy(f'name = "a"\nrules = [{rule}]')


def test_a_table_of_a_larger_file_is_no_deeper() -> None:
    """Whoever parsed it may allow more than we follow."""
    rule: object = "rested"
    for _ in range(20_000):
        rule = {"type": "not", "rule": rule}
    with pytest.raises(Unreadable, match="not as deep"):
        policy_of({"name": "a", "rules": [rule]})
