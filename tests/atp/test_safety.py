"""Shares and safety stock: what is held back, where, to the last unit."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.entries import on_hand
from omscore.atp.methods import Options
from omscore.atp.projected import LookAhead
from omscore.atp.safety import (
    Case,
    Kept,
    SafetyRule,
    SafetyStock,
    Withheld,
    network_safety,
    withhold,
)
from omscore.atp.shares import shares
from omscore.kernel.errors import Unreadable
from omscore.kernel.ids import NodeId
from omscore.testing.builders import TODAY

BERLIN, PARIS = NodeId("berlin"), NodeId("paris")
some_weights = st.lists(st.integers(0, 30), min_size=1, max_size=6)


# --- shares -----------------------------------------------------------------------------------


def turn_by_turn(total: int, weights: list[int]) -> list[int]:
    """Sainte-Laguë as it is told: one unit after another."""
    had = [0] * len(weights)
    for _ in range(total if any(weights) else 0):
        best = max(
            range(len(weights)), key=lambda at: (_Priority(weights[at], 2 * had[at] + 1), -at)
        )
        had[best] += 1
    return had


class _Priority:
    """A fraction, compared exactly."""

    def __init__(self, weight: int, per: int) -> None:
        self.weight, self.per = weight, per

    def __lt__(self, other: "_Priority") -> bool:
        return self.weight * other.per < other.weight * self.per

    def __gt__(self, other: "_Priority") -> bool:
        return other < self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Priority) and not self < other and not other < self

    def __hash__(self) -> int:
        return 0


@given(st.integers(0, 120), some_weights)
def test_shares_are_those_of_handing_out_unit_by_unit(total: int, weights: list[int]) -> None:
    """The shortcut by rounding must not be seen."""
    assert shares(total, weights) == turn_by_turn(total, weights)


@given(st.integers(0, 10**15), some_weights.filter(any))
def test_shares_add_up_and_never_fall_when_there_is_more(total: int, weights: list[int]) -> None:
    """A method of largest remainders would lose a unit here and there (the Alabama paradox)."""
    was, is_ = shares(total, weights), shares(total + 1, weights)

    assert sum(was) == total
    assert all(before <= after for before, after in zip(was, is_, strict=True))


@given(st.integers(0, 1000), some_weights.filter(any))
def test_shares_are_exact_where_proportions_are_whole(times: int, weights: list[int]) -> None:
    """Nothing to round, nothing to lose."""
    assert shares(times * sum(weights), weights) == [times * one for one in weights]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [1, -1])])
def test_nothing_negative_is_shared(total: int, weights: list[int]) -> None:
    """A debt is no share."""
    with pytest.raises(ValueError, match="negative"):
        shares(total, weights)
    assert shares(7, [0, 0]) == [0, 0]
    assert shares(0, []) == []


# --- safety stock -----------------------------------------------------------------------------


@given(st.integers(-20, 50), st.integers(0, 30))
def test_safety_stock_never_makes_a_number_negative(there: int, safety: int) -> None:
    """What is withheld and what is short of it make the safety stock; a shortage stays as it is."""
    withheld, short, available = withhold(there, safety)

    assert withheld + short == safety
    assert withheld + available == there
    assert available >= min(0, there)
    assert short == 0 or available <= 0


RULES = SafetyStock(
    (
        SafetyRule(units=1, classes=["category:tea"]),
        SafetyRule(units=2, classes=["category:tea", "origin:assam"]),
        SafetyRule(units=3, node="berlin"),
        SafetyRule(units=4, sku="TEA"),
        SafetyRule(units=5, sku="TEA", node="berlin"),
        SafetyRule(units=6, sku="TEA", node="berlin", method="express"),
        SafetyRule(units=7, sku="TEA", method="express"),
    )
)
TEAS = ["category:tea", "origin:assam"]


@pytest.mark.parametrize(
    ("case", "units", "rule"),
    [
        (Case("TEA", "berlin", "express"), 6, 5),
        (Case("TEA", "berlin", "standard"), 5, 4),
        (Case("TEA", "berlin"), 5, 4),
        (Case("TEA", "paris", "express"), 7, 6),
        (Case("TEA", "paris"), 4, 3),
        (Case("POT", "berlin", classes=["category:tea"]), 3, 2),
        (Case("POT", "paris", classes=TEAS), 2, 1),
        (Case("POT", "paris", classes=["category:tea", "origin:java"]), 1, 0),
        (Case("POT", "paris"), 0, None),
    ],
)
def test_the_most_particular_rule_decides(case: Case, units: int, rule: int | None) -> None:
    """Item at node by method, item at node, item; then node; then categories and attributes."""
    assert RULES.of(case) == Kept(units, rule)


def test_among_equally_particular_rules_the_first_decides() -> None:
    """The order in which a planner wrote them."""
    rules = SafetyStock(
        (SafetyRule(units=1, classes=["color:red"]), SafetyRule(units=2, classes=["size:xl"]))
    )

    assert rules.of(Case("TEE", "paris", classes=["color:red", "size:xl"])) == Kept(1, 0)


@given(
    st.integers(0, 100),
    st.dictionaries(st.sampled_from(["a", "b", "c", "d"]).map(NodeId), st.integers(-3, 40)),
)
def test_a_percentage_of_the_network_is_shared_over_its_nodes(
    percent: int, stock: dict[NodeId, int]
) -> None:
    """The parts are the whole, rounded up once, and no node is asked for more than it has."""
    kept = network_safety(percent, stock)
    there = sum(max(0, units) for units in stock.values())

    assert sum(kept.values()) == -(-there * percent // 100)
    assert all(0 <= kept[node] <= max(0, stock[node]) for node in stock)


def test_a_rule_may_hold_back_a_part_of_the_network() -> None:
    """Ten percent of 37 units are four: three of them where most is."""
    rules = SafetyStock((SafetyRule(percent=10, sku="TEA"),))
    network = {BERLIN: 28, PARIS: 9}

    assert rules.of(Case("TEA", "berlin"), network) == Kept(3, 0)
    assert rules.of(Case("TEA", "paris"), network) == Kept(1, 0)
    with pytest.raises(Unreadable) as refused:
        rules.of(Case("TEA", "rome"), network)
    assert refused.value.path == "$.network"


def test_withheld_and_short_are_told_apart() -> None:
    """Three are there and five should stay: three are withheld, two are short, none is left."""
    assert withhold(3, 5) == Withheld(3, 2, 0)
    [row] = LookAhead().curve([on_hand(3)], TODAY, Options(horizon_days=1, safety=5))
    assert (row.withheld, row.safety_short, row.available) == (3, 2, 0)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (lambda: SafetyRule(units=-1), "$.units"),
        (lambda: SafetyRule(percent=101), "$.percent"),
        (lambda: SafetyRule(units=1, percent=1), "$.percent"),
        (lambda: SafetyRule(units=1, node="a b"), "$.node"),
        (lambda: SafetyRule(units=1, classes=["a b"]), "$.classes"),
        (lambda: SafetyStock((SafetyRule(units=1), SafetyRule(units=2))), "$.rules[1]"),
    ],
)
def test_bad_input_is_refused_by_name(made: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        made()
    assert refused.value.path == path
