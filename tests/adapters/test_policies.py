"""A policy is read as it is meant, or not at all."""

from __future__ import annotations

import pytest
from attrs import frozen

from omscore.adapters.policies import BUILT_IN, read_policy
from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.costs import Handling, Preference, Transport, Waiting
from omscore.sourcing.limits import AtMostParcels, CompleteLines
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.rules import CoolingDown, active, in_time

WHOLE = """
name = "few parcels"
rules = ["active", "in_time"]
limits = [{ type = "at-most-parcels", most = 3 }, { type = "complete-lines" }]
solvers = ["exact"]
budget = 50
look_for_runner_up = 0

[[tiers]]
costs = [{ type = "transport" }, { type = "waiting", per_unit_day = 7 }]

[[tiers]]
costs = [{ type = "handling", parcel = 2 }, { type = "preference", parcel = { berlin = 30 } }]
"""


def test_a_file_says_what_python_can_say() -> None:
    """Equal policies have one digest, wherever they were written."""
    read = read_policy(WHOLE)
    written = Policy(
        name="few parcels",
        rules=(active, in_time),
        limits=(AtMostParcels(3), CompleteLines()),
        tiers=((Transport(), Waiting(7)), (Handling(parcel=2), Preference({"berlin": 30}))),
        solvers=(BUILT_IN.solvers["exact"],),
        budget=50,
        look_for_runner_up=0,
    )

    assert read.digest == written.digest
    assert (read.name, read.budget, read.look_for_runner_up) == ("few parcels", 50, 0)


def test_what_is_not_given_is_the_default() -> None:
    """A policy can be one line."""
    assert read_policy('name = "plain"').digest == Policy(name="plain").digest


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
        (
            'name = "a"\n[[tiers]]\ncosts = [{ type = "waiting", per_unit_day = -1 }]',
            "$.tiers[0].costs[0].per_unit_day",
        ),
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
