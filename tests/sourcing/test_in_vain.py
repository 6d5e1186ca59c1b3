"""Parts of a policy that can never do anything are refused with their place, and no others are."""

from __future__ import annotations

import pytest

from omscore.adapters.policies import read_policy
from omscore.kernel.errors import Unreadable
from omscore.sourcing.combinators import AllOf, AnyOf, Not, Soft, SoftLimit, When
from omscore.sourcing.costs import Cost, Transport
from omscore.sourcing.fitness import LoadAtMost, OnlyTags, ShelfLife, WithinKm
from omscore.sourcing.in_vain import checked
from omscore.sourcing.limits import (
    AtMostNodes,
    AtMostParcels,
    CompleteLines,
    LeastSplit,
    Limit,
    UnsplitBelow,
)
from omscore.sourcing.policy import Policy
from omscore.sourcing.restrictions import (
    ExceptNodes,
    KeepsStock,
    OnlyKinds,
    OnlyNodes,
    TransitAtMost,
)
from omscore.sourcing.rules import active, in_time, reaches, rested, roomy, stocked

STORES, SOME = OnlyKinds(["store"]), OnlyKinds(["store", "vendor"])
NEAR, FAR = TransitAtMost(3), TransitAtMost(5)
FULL = LoadAtMost(100)


def priced(cost: Cost, *limits: Limit) -> Policy:
    """A policy with one more cost."""
    return Policy(tiers=((Transport(), cost),), limits=limits)


def soft(limit: Limit, *limits: Limit) -> Policy:
    """A policy with a soft limit beside hard ones."""
    return priced(SoftLimit(limit, 9), *limits)


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        # what every plan keeps anyhow
        (Policy(rules=(reaches, Not(active))), "$.rules"),
        (Policy(rules=(Not(stocked),)), "$.rules"),
        (Policy(rules=(AllOf([Not(reaches), STORES]),)), "$.rules"),
        (Policy(fallbacks=((Not(rested),), ())), "$.fallbacks[0]"),
        *[
            (priced(Soft(rule, 9)), "$.tiers[0].costs[1]")
            for rule in (active, reaches, stocked, roomy, rested)
        ],
        # figures that nothing reaches
        (Policy(rules=(reaches, FULL)), "$.rules[1]"),
        (Policy(rules=(AllOf([reaches, FULL]),)), "$.rules[0].rules[1]"),
        (Policy(rules=(When(STORES, LoadAtMost(120)),)), "$.rules[0].rule"),
        (Policy(fallbacks=((STORES, FULL), ())), "$.fallbacks[0][1]"),
        (priced(Soft(FULL, 9)), "$.tiers[0].costs[1].rule"),
        (Policy(limits=(CompleteLines(), LeastSplit(1))), "$.limits[1]"),
        (soft(LeastSplit(1)), "$.tiers[0].costs[1].limit"),
        # soft limits that a hard one keeps
        (soft(AtMostNodes(3), AtMostNodes(2)), "$.tiers[0].costs[1]"),
        (soft(AtMostNodes(2), AtMostNodes(2)), "$.tiers[0].costs[1]"),
        (soft(AtMostNodes(3), AtMostParcels(2)), "$.tiers[0].costs[1]"),
        (soft(LeastSplit(2), LeastSplit(3)), "$.tiers[0].costs[1]"),
        (soft(UnsplitBelow(500), UnsplitBelow(900)), "$.tiers[0].costs[1]"),
        # fallbacks that nobody reaches
        (Policy(fallbacks=((SOME,), (STORES,))), "$.fallbacks[1]"),
        (Policy(fallbacks=((FAR,), (NEAR,), ())), "$.fallbacks[1]"),
        (Policy(fallbacks=((WithinKm(90),), (AllOf([WithinKm(50), SOME]),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((KeepsStock(2),), (KeepsStock(3),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((ShelfLife(2),), (ShelfLife(3),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((ExceptNodes(["a"]),), (OnlyNodes(["b"]),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((ExceptNodes(["a"]),), (ExceptNodes(["a", "b"]),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((AnyOf([STORES, FAR]),), (NEAR,))), "$.fallbacks[1]"),
        (Policy(fallbacks=((SOME,), (AnyOf([STORES, OnlyKinds(["vendor"])]),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((Not(STORES),), (Not(SOME),))), "$.fallbacks[1]"),
        (Policy(fallbacks=((OnlyTags(["x", "y"]),), (OnlyTags(["x"]), NEAR))), "$.fallbacks[1]"),
        (Policy(fallbacks=((STORES,), (FAR,), (STORES, NEAR))), "$.fallbacks[2]"),
    ],
)
def test_what_can_never_do_anything_is_refused(policy: Policy, path: str) -> None:
    """Whoever wrote it meant something by it."""
    with pytest.raises(Unreadable) as refused:
        checked(policy)
    assert refused.value.path == path


@pytest.mark.parametrize(
    "policy",
    [
        Policy(rules=(Not(in_time), LoadAtMost(99))),
        Policy(rules=(When(STORES, Not(active)), in_time)),
        priced(Soft(in_time, 9)),
        soft(AtMostNodes(2), AtMostNodes(3)),
        soft(LeastSplit(3), LeastSplit(2)),
        soft(AtMostParcels(3), AtMostNodes(2)),
        Policy(limits=(LeastSplit(2),)),
        Policy(fallbacks=((STORES,), (SOME,), ())),
        Policy(fallbacks=((NEAR,), (FAR,), (STORES,), ())),
        Policy(fallbacks=((STORES, NEAR), (STORES,), (NEAR,))),
        Policy(fallbacks=((KeepsStock(3),), (KeepsStock(2),))),
        Policy(fallbacks=((Not(SOME),), (Not(STORES),))),
        Policy(fallbacks=((OnlyNodes(["b"]),), (ExceptNodes(["a"]),))),
        Policy(fallbacks=((NEAR,), (AnyOf([STORES, NEAR]),))),
    ],
)
def test_what_may_do_something_is_taken(policy: Policy) -> None:
    """Even if it seldom does."""
    assert checked(policy) is policy


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    """Of limits for a limit, of costs for a cost; unless one of them is near."""
    soft = '{ type = "soft-limit", limit = { type = "fair" }, price = "1 EUR" }'
    for text, path, said in (
        ('limits = [{ type = "fair" }]', "$.limits[0].type", "one of at-most-parcels, at-most"),
        ('limits = [{ type = "transport" }]', "$.limits[0]", "one of at-most-parcels"),
        ('limits = [{ type = "at-most-node" }]', "$.limits[0].type", "perhaps at-most-nodes"),
        ("limits = [{ most = 3 }]", "$.limits[0].type", "one of at-most-parcels"),
        (
            'tiers = [{ costs = [{ type = "fame" }] }]',
            "$.tiers[0].costs[0].type",
            "one of transport, waiting",
        ),
        (
            f"tiers = [{{ costs = [{soft}] }}]",
            "$.tiers[0].costs[0].limit.type",
            "one of at-most-parcels",
        ),
    ):
        with pytest.raises(Unreadable, match=said) as refused:
            read_policy(f'name = "a"\ncurrency = "EUR"\n{text}')
        assert refused.value.path == path
