"""Whether a node fits: what an item asks of it, how far it is, how it fares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import LineId, Method, Region, Sku
from omscore.network.facts import Lane, Node
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.combinators import When
from omscore.sourcing.fitness import (
    Carries,
    LoadAtMost,
    OnlyChannels,
    OnlyClasses,
    OnlyTags,
    RejectedAtMost,
    ShelfLife,
    WithinKm,
)
from omscore.sourcing.need import Need
from omscore.sourcing.rules import Rule, judge
from omscore.testing.laws import check_rule

DAY = date(2026, 3, 2)
NEED = Need(
    LineId("1"),
    Sku("S"),
    3,
    Region("DE"),
    Method("standard"),
    classes=("brand:acme", "hazardous"),
    channel="web",
)
LYON = Candidate(
    Node("lyon", tags=["brand:acme", "first"]),
    Lane("lyon", "DE"),
    ((DAY, 9),),
    DAY,
    cooling=False,
    load_percent=80,
    distance_km=620,
    rejections=2,
    use_by=((DAY + timedelta(days=4), 5), (DAY + timedelta(days=9), 6)),
)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (OnlyTags(["second", "third"]), "the node is in none of the groups"),
        (OnlyClasses(["cold"]), "an item of none of the classes"),
        (OnlyChannels(["store"]), "not through web"),
        (Carries(["hazardous"]), "the node does not carry hazardous"),
        (Carries(prefixes=["haz"]), "the node does not carry hazardous"),
        (WithinKm(619), "620 km away, where 619 km are allowed"),
        (LoadAtMost(79), "80 % of its day is taken, where 79 % are allowed"),
        (RejectedAtMost(1), "rejected this order before: 2 times"),
        (ShelfLife(10), "3 of 3 units last until 2026-03-12"),
    ],
)
def test_a_rule_says_why_not(rule: Rule, sentence: str) -> None:
    """In one sentence, with the figures that it rests on."""
    need = attrs.evolve(NEED, quantity=4) if isinstance(rule, ShelfLife) else NEED
    expected = sentence.replace("3 of 3", "3 of 4")
    assert [str(no) for no in judge([rule], need, LYON)] == [expected]


@pytest.mark.parametrize(
    "rule",
    [
        OnlyTags(["first", "second"]),
        OnlyClasses(["hazardous", "cold"]),
        OnlyChannels(["web"]),
        Carries(["brand:acme", "cold"]),
        Carries(prefixes=["brand:"]),
        WithinKm(620),
        LoadAtMost(80),
        RejectedAtMost(2),
        ShelfLife(10),
        ShelfLife(4),
    ],
)
def test_a_rule_says_nothing_where_it_is_kept(rule: Rule) -> None:
    """At its very limit, too."""
    assert judge([rule], NEED, LYON) == ()


@pytest.mark.parametrize(
    ("rule", "unknown"),
    [
        (WithinKm(0), attrs.evolve(LYON, distance_km=None)),
        (LoadAtMost(0), attrs.evolve(LYON, load_percent=None)),
        (ShelfLife(99), attrs.evolve(LYON, use_by=())),
        (ShelfLife(99), attrs.evolve(LYON, earliest=None)),
        (ShelfLife(99), attrs.evolve(LYON, rows=())),
    ],
)
def test_a_rule_abstains_where_nothing_is_known(rule: Rule, unknown: Candidate) -> None:
    """A rule that guesses would rule out nodes for what nobody has told."""
    assert judge([rule], NEED, unknown) == ()


def test_units_that_end_soon_do_not_count_for_shelf_life() -> None:
    """Five of nine end within five days, six within ten."""

    def most(days: int) -> int:
        asked = [attrs.evolve(NEED, quantity=n) for n in range(1, 12)]
        return sum(ShelfLife(days)(one, LYON) is None for one in asked)

    assert [most(4), most(5), most(9), most(10)] == [9, 4, 4, 3]


@pytest.mark.parametrize(
    "make",
    [
        lambda: OnlyTags([]),
        lambda: OnlyTags("first"),
        lambda: OnlyClasses(["no word!"]),
        lambda: OnlyChannels([]),
        Carries,
        lambda: WithinKm(-1),
        lambda: WithinKm(1.5),  # type: ignore[arg-type]
        lambda: WithinKm(float("nan")),  # type: ignore[arg-type]
        lambda: ShelfLife(0),
    ],
)
def test_a_rule_without_sense_cannot_be_made(make: Callable[[], object]) -> None:
    """A policy is wrong when it is written, not when an order comes."""
    with pytest.raises(Unreadable):
        make()


@pytest.mark.parametrize(
    "rule",
    [
        OnlyTags(["cold"]),
        OnlyClasses(["cold"]),
        OnlyChannels(["web"]),
        Carries(["hazardous"], ["brand:"]),
        WithinKm(500),
        LoadAtMost(50),
        RejectedAtMost(1),
        ShelfLife(9),
        When(OnlyClasses(["cold"]), OnlyTags(["cold"])),
    ],
)
def test_every_rule_keeps_the_laws_of_rules(rule: Rule) -> None:
    """And each of them was against something."""
    assert check_rule(rule).no > 0


WORDS = st.lists(st.sampled_from(["cold", "hazardous", "brand:a", "brand:b"]), unique=True)


@given(WORDS, WORDS, WORDS)
def test_a_node_carries_all_that_is_asked_or_says_the_first_that_it_does_not(
    of_item: Sequence[str], of_node: Sequence[str], asked: Sequence[str]
) -> None:
    """As sets would have it; and two rules for one class each are one rule for both."""
    need = attrs.evolve(NEED, classes=tuple(of_item))
    node = attrs.evolve(LYON, node=Node("lyon", tags=of_node))
    missing = set(of_item) & set(asked) - set(of_node)

    if asked:
        assert (Carries(asked)(need, node) is None) == (not missing)
        parts = [Carries([one])(need, node) is None for one in asked]
        assert all(parts) == (not missing)


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_a_limit_that_is_loosened_as_far_as_needed_is_kept(limit: int, found: int) -> None:
    """And by no more than that."""
    for rule, candidate in (
        (WithinKm(limit), attrs.evolve(LYON, distance_km=found)),
        (LoadAtMost(limit), attrs.evolve(LYON, load_percent=found)),
        (RejectedAtMost(limit), attrs.evolve(LYON, rejections=found)),
    ):
        if (no := rule(NEED, candidate)) is not None:
            looser = rule.loosened(no)
            assert looser == type(rule)(found)
            assert looser is not None
            assert looser(NEED, candidate) is None
