"""Sharing too few units: five rules, each against an oracle that hands out unit by unit."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.lots import UNLIMITED
from omscore.atp.sharing import SHARINGS, Claim, Share, Sharing, share
from omscore.kernel.errors import Unreadable

MONOTONE = [one for one in SHARINGS if one != "all-or-nothing"]
totals = st.integers(0, 40)


@st.composite
def claims(draw: st.DrawFn, *, least: int = 0, weighted: bool = True) -> list[Claim]:
    """Up to six claims; some ask for nothing, some are of the same rank."""
    return [
        Claim(
            f"o-{name}",
            draw(st.integers(0, 12)),
            draw(st.integers(0, 2)),
            weight=draw(st.integers(1, 4)) if weighted else 1,
        )
        for name in draw(st.lists(st.integers(1, 9), min_size=least, max_size=6, unique=True))
    ]


def in_order(several: Sequence[Claim]) -> list[Claim]:
    """By rank, then by id."""
    return sorted(several, key=lambda one: (one.rank, one.id))


# --- what holds for each of them --------------------------------------------------------------


@given(totals, claims(), st.sampled_from(SHARINGS))
def test_nothing_is_made_up_and_nobody_gets_more_than_asked(
    total: int, several: list[Claim], sharing: Sharing
) -> None:
    """Shares and what is left make the total, to the unit."""
    shared = share(total, several, sharing)

    assert sum(one.units for one in shared.shares) + shared.left == total
    assert shared.left >= 0
    assert [one.id for one in shared.shares] == [one.id for one in in_order(several)]
    for one in shared.shares:
        assert 0 <= one.units <= one.asked


@given(totals, claims(), st.sampled_from(["proportional", "priority", "max-min"]))
def test_nothing_is_left_while_somebody_lacks(
    total: int, several: list[Claim], sharing: Sharing
) -> None:
    """Three of the rules hand out all that is asked for, if it is there."""
    shared = share(total, several, sharing)

    assert total - shared.left == min(total, sum(one.quantity for one in several))


@given(totals, claims(), st.sampled_from(MONOTONE))
def test_more_to_share_never_lowers_a_share(
    total: int, several: list[Claim], sharing: Sharing
) -> None:
    """Who was told of five units must not hear of four because more came."""
    before, after = share(total, several, sharing), share(total + 1, several, sharing)

    for one, then in zip(before.shares, after.shares, strict=True):
        assert one.units <= then.units


@given(totals, claims())
def test_more_never_serves_fewer_in_all_or_nothing(total: int, several: list[Claim]) -> None:
    """A single claim may lose, for a larger one that now fits; the sum never falls."""
    before = share(total, several, "all-or-nothing")
    after = share(total + 1, several, "all-or-nothing")

    assert total - before.left <= total + 1 - after.left


@given(totals, claims(), st.sampled_from(SHARINGS), st.data())
def test_the_order_of_asking_does_not_matter(
    total: int, several: list[Claim], sharing: Sharing, data: st.DataObject
) -> None:
    """Ranks and ids decide, never the place in a list."""
    shuffled = data.draw(st.permutations(several))

    assert share(total, shuffled, sharing) == share(total, several, sharing)


@given(totals, claims(least=1), st.sampled_from(["equal", "proportional", "max-min"]))
def test_equals_are_treated_as_equals(total: int, several: list[Claim], sharing: Sharing) -> None:
    """Two claims of the same size differ by the one unit that cannot be halved."""
    twin = attrs.evolve(several[0], id="o-0")
    units = share(total, [*several, twin], sharing).units

    assert abs(units[twin.id] - units[several[0].id]) <= 1


# --- what each of them is ---------------------------------------------------------------------


@given(totals, claims())
def test_all_or_nothing_serves_whole_claims_in_their_order(
    total: int, several: list[Claim]
) -> None:
    """Of all ways to serve whole claims it is the one that an earlier claim likes best."""
    standing = in_order(several)
    ways = product(*([0, one.quantity] if one.quantity else [0] for one in standing))
    best = max(way for way in ways if sum(way) <= total)

    shared = share(total, several, "all-or-nothing")
    assert tuple(one.units for one in shared.shares) == best


@given(totals, claims())
def test_priority_serves_each_before_the_next(total: int, several: list[Claim]) -> None:
    """Whoever gets a unit has nobody before it who lacks one."""
    shared = share(total, several, "priority")

    served = [one.units == one.asked for one in shared.shares]
    for place, one in enumerate(shared.shares):
        assert not one.units or all(served[:place])


@given(totals, claims())
def test_equal_shares_are_one_unit_in_turn_whether_needed_or_not(
    total: int, several: list[Claim]
) -> None:
    """Dealt like cards: who has enough lays them aside, and nobody takes them up."""
    standing = in_order(several)
    dealt = [0] * len(standing)
    for card in range(total if standing else 0):
        dealt[card % len(standing)] += 1

    shared = share(total, several, "equal")
    assert [one.units for one in shared.shares] == [
        min(one.quantity, cards) for one, cards in zip(standing, dealt, strict=True)
    ]


@given(totals, claims(least=1, weighted=False))
def test_a_max_min_share_is_given_to_who_has_least(total: int, several: list[Claim]) -> None:
    """Unit by unit, to whoever has least of those who still lack: the slow way."""
    standing = in_order(several)
    had = [0] * len(standing)
    for _ in range(total):
        lacking = [at for at, one in enumerate(standing) if had[at] < one.quantity]
        if lacking:
            had[min(lacking, key=lambda at: (had[at], at))] += 1

    assert [one.units for one in share(total, several, "max-min").shares] == had


@given(totals, claims(least=1))
def test_weighted_max_min_shares_are_handed_out_in_turn(total: int, several: list[Claim]) -> None:
    """A claim of weight two has its turns twice as often, while it lacks anything."""
    standing = in_order(several)
    had = [0] * len(standing)
    for _ in range(total):
        lacking = [at for at, one in enumerate(standing) if had[at] < one.quantity]
        if lacking:
            turn = max(lacking, key=lambda at: (_turn(standing[at], had[at]), -at))
            had[turn] += 1

    assert [one.units for one in share(total, several, "max-min").shares] == had


def _turn(one: Claim, had: int) -> Fraction:
    return Fraction(one.weight, 2 * had + 1)


@given(totals, claims(least=1, weighted=False))
def test_no_max_min_share_could_grow_but_from_a_smaller_one(
    total: int, several: list[Claim]
) -> None:
    """That is what max-min fair means; here to the unit that cannot be halved."""
    shared = share(total, several, "max-min").shares

    for poor in shared:
        for rich in shared:
            assert poor.units == poor.asked or poor.units + 1 >= rich.units


@given(st.integers(1, 9), st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_proportional_shares_are_exact_where_they_are_whole(times: int, asked: list[int]) -> None:
    """A third of everything is a third of each."""
    several = [Claim(f"o-{at}", times * units) for at, units in enumerate(asked)]

    assert list(share(sum(asked), several, "proportional").units.values()) == asked


# --- examples ---------------------------------------------------------------------------------

WAITING = (Claim("o-1", 2, 1), Claim("o-2", 6, 2), Claim("o-3", 4, 3))


@pytest.mark.parametrize(
    ("sharing", "units", "left"),
    [
        ("all-or-nothing", (2, 0, 4), 1),
        ("priority", (2, 5, 0), 0),
        ("equal", (2, 2, 2), 1),
        ("max-min", (2, 3, 2), 0),
        ("proportional", (1, 4, 2), 0),
    ],
)
def test_seven_units_for_twelve(sharing: Sharing, units: tuple[int, ...], left: int) -> None:
    """The table of the documentation."""
    shared = share(7, WAITING, sharing)

    assert (tuple(shared.units.values()), shared.left) == (units, left)


def test_a_sharing_is_told_in_words() -> None:
    """For whoever has to answer the telephone."""
    shared = share(7, WAITING, "priority")

    assert shared.shares[1] == Share("o-2", 6, 5)
    assert str(shared) == "7 units, priority\n  o-1: 2 of 2\n  o-2: 5 of 6\n  o-3: 0 of 4"


def test_without_limit_everybody_gets_everything() -> None:
    """An unlimited supply is a number like any other."""
    for sharing in SHARINGS:
        assert list(share(UNLIMITED, WAITING, sharing).units.values()) == [2, 6, 4]
    assert share(3, []).left == 3


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (lambda: share(-1, []), "$.total"),
        (lambda: share(True, []), "$.total"),
        (lambda: share(1, [], "fair"), "$.sharing"),  # type: ignore[arg-type]
        (lambda: share(1, [Claim("a", 1), Claim("a", 2)]), "$.claims"),
        (lambda: Claim("", 1), "$.id"),
        (lambda: Claim("a", -1), "$.quantity"),
        (lambda: Claim("a", 1, 1.5), "$.rank"),  # type: ignore[arg-type]
        (lambda: Claim("a", 1, weight=0), "$.weight"),
    ],
)
def test_bad_input_is_refused_by_name(made: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        made()
    assert refused.value.path == path
