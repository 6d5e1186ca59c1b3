"""A policy that is written in Python is refused with its place, as one in a file is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.sourcing.combinators import AllOf, AnyOf, Not, Soft, When
from omscore.sourcing.costs import Preference, Transport
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Problem, Solution
from omscore.sourcing.restrictions import OnlyKinds, OnlyMethods, OnlyNodes, OnlyRegions
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.stakes import Opportunity


class Nameless:
    """A plugin that raises as soon as somebody wants to know what it is."""

    def __call__(self, need: object, candidate: object, /) -> Reason | None:
        return None

    def __repr__(self) -> str:
        raise RuntimeError("no name")

    @property
    def name(self) -> str:
        """What it is not called."""
        raise RuntimeError("no name")

    def solve(self, problem: Problem, budget: int) -> Solution:
        """Nothing."""
        return Solution((), 0, 0, 0, "nameless")

    def of_parcel(self, offer: object, /) -> int:
        """Nothing."""
        return 0

    def of_unit(self, need: object, offer: object, earliest: object, /) -> int:
        """Nothing."""
        return 0


ANY: Any = Nameless()


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: Policy(name=""), "$.name"),
        (lambda: Policy(name=7), "$.name"),  # type: ignore[arg-type]
        (lambda: Policy(rules="active"), "$.rules"),  # type: ignore[arg-type]
        (lambda: Policy(rules=[OnlyKinds]), "$.rules[0]"),  # type: ignore[list-item]
        (lambda: Policy(rules=[OnlyKinds(["store"]), ANY]), "$.rules[1]"),
        (lambda: Policy(fallbacks=()), "$.fallbacks"),
        (lambda: Policy(fallbacks=[OnlyKinds(["store"])]), "$.fallbacks[0]"),  # type: ignore[list-item]
        (lambda: Policy(fallbacks=[[], ["active"]]), "$.fallbacks[1][0]"),  # type: ignore[list-item]
        (lambda: Policy(limits=("one parcel",)), "$.limits[0]"),  # type: ignore[arg-type]
        (lambda: Policy(tiers=()), "$.tiers"),
        (lambda: Policy(tiers=(Transport(),)), "$.tiers[0]"),  # type: ignore[arg-type]
        (lambda: Policy(tiers=((Transport(), Exact()),)), "$.tiers[0][1]"),  # type: ignore[arg-type]
        (lambda: Policy(tiers=((ANY,),)), "$.tiers[0][0]"),
        (lambda: Policy(solvers=()), "$.solvers"),
        (lambda: Policy(solvers=(Exact,)), "$.solvers[0]"),  # type: ignore[arg-type]
        (lambda: Policy(solvers=(Exact(), ANY)), "$.solvers[1]"),
        (lambda: Policy(budget=-1), "$.budget"),
        (lambda: Policy(budget=True), "$.budget"),
        (lambda: Policy(look_for_runner_up=-1), "$.look_for_runner_up"),
    ],
)
def test_what_a_policy_cannot_be_made_of_is_refused(make: Callable[[], Policy], path: str) -> None:
    """When it is made, and not when the first order comes."""
    with pytest.raises(Unreadable) as refused:
        make()
    assert refused.value.path == path


WRONG: Any = "two words"
UNEVEN: Any = {"berlin": {"mug": 3}}


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: OnlyNodes(["berlin", WRONG]), "$.nodes"),
        (lambda: OnlyNodes("berlin"), "$.nodes"),
        (lambda: OnlyKinds(["castle"]), "$.kinds"),
        (lambda: OnlyRegions([]), "$.regions"),
        (lambda: OnlyMethods([WRONG]), "$.methods"),
        (lambda: AllOf(WRONG), "$.rules"),
        (lambda: AnyOf([OnlyKinds(["store"]), WRONG]), "$.rules[1]"),
        (lambda: Not(WRONG), "$.rule"),
        (lambda: When(WRONG, OnlyKinds(["store"])), "$.condition"),
        (lambda: Soft(WRONG, unit=5), "$.rule"),
        (lambda: Preference(WRONG), "$.parcel"),
        (lambda: Preference({"two words": 3}), "$.parcel"),
        (lambda: Preference({"berlin": -3}), "$.parcel.berlin"),
        (lambda: Preference(UNEVEN), "$.parcel.berlin"),
        (lambda: Opportunity(WRONG), "$.unit"),
        (lambda: Opportunity({"berlin": WRONG}), "$.unit.berlin"),
        (lambda: Opportunity({"berlin": {"mug": -1}}), "$.unit.berlin.mug"),
    ],
)
def test_what_its_parts_cannot_be_made_of_is_refused(make: Callable[[], object], path: str) -> None:
    """As it is for the policy that they are in."""
    with pytest.raises(Unreadable) as refused:
        make()
    assert refused.value.path == path
