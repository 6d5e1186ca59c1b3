"""The rule keeps the laws, says no where it should, and goes by its name into a policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from omscore_cold_chain import ColdChain, NotCold, TooLong, extend

from omscore import Candidate, Lane, Need, Node
from omscore.adapters.policies import BUILT_IN, read_policy
from omscore.kernel.ids import LineId, Method, Region, Sku
from omscore.testing.laws import check_rule

POLICY = Path(__file__).parents[1] / "policy.toml"
FISH = Need(LineId("1"), Sku("FISH"), 2, Region("DE"), Method("standard"), classes=("cold",))
TEA = Need(LineId("2"), Sku("TEA"), 2, Region("DE"), Method("standard"))


def a_candidate(*tags: str, transit_days: int = 1) -> Candidate:
    """A node in Bremen with these tags."""
    lane = Lane("bremen", "DE", transit_days=transit_days)
    return Candidate(Node("bremen", tags=tags), lane, rows=(), earliest=None, cooling=False)


def test_it_keeps_the_laws() -> None:
    """On generated questions; and on some of them it was against a node."""
    assert check_rule(ColdChain(2)).no > 0


@pytest.mark.parametrize(
    ("need", "candidate", "answer"),
    [
        (FISH, a_candidate("cold"), None),
        (FISH, a_candidate(), NotCold()),
        (FISH, a_candidate("cold", transit_days=2), None),
        (FISH, a_candidate("cold", transit_days=3), TooLong(3, 2)),
        (TEA, a_candidate(transit_days=9), None),
    ],
)
def test_it_is_against_what_would_melt(
    need: Need, candidate: Candidate, answer: NotCold | TooLong | None
) -> None:
    """At its very limit it is not."""
    assert ColdChain(2)(need, candidate) == answer


def test_a_policy_names_it() -> None:
    """With its parameter, and the unit of that."""
    policy = read_policy(POLICY.read_text(encoding="utf-8"), extend(BUILT_IN))
    assert policy.rules[-1] == ColdChain(2)
