"""Protection: supply shared out over a tree of segments, to the last unit."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.entries import DemandEntry, on_hand
from omscore.atp.methods import Options
from omscore.atp.projected import LookAhead
from omscore.atp.protection import (
    UNASSIGNED,
    BeyondShare,
    Measure,
    Protection,
    Segment,
    Taken,
    Use,
)
from omscore.kernel.errors import Unreadable
from omscore.testing.builders import TODAY, day

# --- protection -------------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn) -> tuple[Segment, ...]:
    """Up to six segments below one another, percentages within bounds."""
    segments, left = list[Segment](), dict[str | None, int]()
    for place in range(draw(st.integers(1, 6))):
        parent = draw(st.sampled_from([None, *(one.name for one in segments)]))
        measure: Measure = draw(st.sampled_from(("units", "percent", "ratio")))
        if measure == "percent" and left.get(parent, 100) < 1:
            measure = "ratio"
        amount = draw(st.integers(1, left.get(parent, 100) if measure == "percent" else 12))
        if measure == "percent":
            left[parent] = left.get(parent, 100) - amount
        rank = draw(st.integers(0, 2))
        segments.append(Segment(f"s{place}", amount, measure, parent=parent, rank=rank))
    return tuple(segments)


protections = st.builds(
    Protection,
    trees(),
    base=st.sampled_from(("original", "remaining")),
    siblings=st.booleans(),
    unassigned=st.booleans(),
)


@st.composite
def uses(draw: st.DrawFn, protection: Protection) -> list[Use]:
    """What some of the segments took before."""
    names = st.sampled_from([one.name for one in protection.segments])
    return draw(st.lists(st.builds(Use, names, st.integers(1, 9)), max_size=4))


@given(protections, st.integers(0, 200))
def test_shares_of_a_tree_add_up_and_never_fall(protection: Protection, supply: int) -> None:
    """Not a unit is lost between channels, and nobody loses by a receipt."""
    was, is_ = protection.shares(supply), protection.shares(supply + 1)

    assert sum(was.values()) == supply
    assert min(was.values()) >= 0
    assert all(is_[name] >= units for name, units in was.items())


@given(st.data(), protections, st.integers(0, 60))
def test_what_is_left_adds_up_and_never_falls(
    data: st.DataObject, protection: Protection, supply: int
) -> None:
    """With units taken before, too; and when supply was lost that somebody had taken."""
    used = data.draw(uses(protection))
    was, is_ = protection.left(supply, used), protection.left(supply + 1, used)

    assert sum(was.values()) == supply
    assert min(was.values()) >= 0
    for one in protection.segments:
        there = protection.available(one.name, supply, used)
        assert 0 <= there <= supply
        assert protection.available(one.name, supply + 1, used) >= there
    assert all(is_[name] >= units for name, units in was.items())


def below(segments: Sequence[Segment], parent: str | None) -> list[str]:
    """Everybody below *parent*, the first by rank and name first, each followed by its own."""
    children = sorted((one.rank, one.name) for one in segments if one.parent == parent)
    return [each for _, name in children for each in (name, *below(segments, name))]


def reached(protection: Protection, name: str) -> list[str]:
    """Whose shares a segment may take from: its own, parents', lower siblings', nobody's."""
    segments = {one.name: one for one in protection.segments}
    own, above = segments[name], list[str]()
    while (parent := segments[[name, *above][-1]].parent) is not None:
        above.append(parent)
    lower = [one for one in segments.values() if one.parent == own.parent and one.rank > own.rank]
    aside = [
        each
        for one in sorted(lower, key=lambda one: (one.rank, one.name), reverse=True)
        for each in (one.name, *below(protection.segments, one.name))
    ]
    nobodys = [UNASSIGNED] if protection.unassigned else []
    return [name, *above, *(aside if protection.siblings else []), *nobodys]


@given(st.data(), protections, st.integers(0, 60))
def test_what_is_left_is_what_taking_unit_by_unit_leaves(
    data: st.DataObject, protection: Protection, supply: int
) -> None:
    """One unit after the other comes from the first in reach that has one, else from the last."""
    used = data.draw(uses(protection))
    if protection.base == "remaining":
        assert protection.left(supply, used) == protection.shares(supply)
        return
    left, lost = protection.shares(supply + sum(one.units for one in used)), 0
    for name in [one.segment for one in used for _ in range(one.units)]:
        source = next((one for one in reached(protection, name) if left[one]), None)
        if source is None:
            lost += 1
        else:
            left[source] -= 1
    for _ in range(lost):
        last = [UNASSIGNED, *reversed(below(protection.segments, None))]
        left[next(one for one in last if left[one])] -= 1

    assert protection.left(supply, used) == left


@given(st.data(), protections, st.integers(0, 60), st.integers(1, 30))
def test_a_demand_takes_what_it_may_and_from_nobody_else(
    data: st.DataObject, protection: Protection, supply: int, quantity: int
) -> None:
    """Taken in full and from the shares it was told, or refused with what is in reach."""
    used, segment = data.draw(uses(protection)), protection.segments[0].name
    left, there = (
        protection.left(supply, used),
        protection.available(segment, supply, used),
    )

    taken = protection.take(segment, quantity, supply, used)

    if isinstance(taken, BeyondShare):
        assert taken == BeyondShare(segment, quantity, there)
        assert there < quantity
        assert str(taken) == f"{segment}: {quantity} units asked, {there} in reach"
        return
    assert sum(one.units for one in taken) == quantity
    assert all(0 < one.units <= left[one.source] for one in taken)
    assert all(left[one.source] == one.units for one in taken[:-1])


@given(protections, st.integers(0, 60), st.integers(1, 30))
def test_with_original_shares_a_take_leaves_the_rest_to_others(
    protection: Protection, supply: int, quantity: int
) -> None:
    """What a segment took comes off the shares that it took from, and off no other."""
    segment = protection.segments[-1].name
    taken = protection.take(segment, quantity, supply)
    if isinstance(taken, BeyondShare) or protection.base == "remaining":
        return
    before = protection.left(supply)
    for one in taken:
        before[one.source] -= one.units

    assert protection.left(supply - quantity, [Use(segment, quantity)]) == before


SHOPS = (
    Segment("web", 40, "percent", rank=1),
    Segment("stores", 20, "units", rank=2),
    Segment("market", 3, "ratio", rank=3),
    Segment("outlet", 1, "ratio", rank=4),
    Segment("vip", 50, "percent", parent="web"),
)


@pytest.mark.parametrize(
    ("supply", "vip", "web", "stores", "market", "outlet"),
    [
        (100, 20, 20, 20, 30, 10),
        (40, 8, 8, 20, 3, 1),
        (20, 4, 4, 12, 0, 0),
        (0, 0, 0, 0, 0, 0),
    ],
)
def test_percentages_then_units_then_ratios(
    supply: int, vip: int, web: int, stores: int, market: int, outlet: int
) -> None:
    """Forty percent to the web, half of that to its best customers; the stores before ratios."""
    assert Protection(SHOPS).shares(supply) == {
        "vip": vip,
        "web": web,
        "stores": stores,
        "market": market,
        "outlet": outlet,
        UNASSIGNED: 0,
    }


def test_short_supply_scales_shares_in_proportion() -> None:
    """Thirty and ten are wanted and twenty are there: fifteen and five."""
    tree = Protection((Segment("web", 30), Segment("stores", 10)))

    assert tree.shares(20) == {"web": 15, "stores": 5, UNASSIGNED: 0}
    assert tree.shares(50) == {"web": 30, "stores": 10, UNASSIGNED: 10}
    assert tree.shares(-5) == {"web": 0, "stores": 0, UNASSIGNED: 0}


def test_a_demand_takes_its_own_then_its_parents_then_lower_siblings_then_the_rest() -> None:
    """The outlet, which ranks last, gives before the market; the web ranks higher and gives not."""
    tree = Protection(
        (
            Segment("web", 10, rank=1),
            Segment("stores", 10, rank=2),
            Segment("market", 10, rank=3),
            Segment("outlet", 10, rank=4),
            Segment("flagship", 4, parent="stores"),
            Segment("corner", 4, parent="stores", rank=1),
            Segment("pier", 3, parent="outlet"),
        ),
        siblings=True,
    )

    assert tree.take("flagship", 11, 50) == (
        Taken("flagship", 4),
        Taken("stores", 2),
        Taken("corner", 4),
        Taken(UNASSIGNED, 1),
    )
    assert tree.take("stores", 25, 50) == (
        Taken("stores", 2),
        Taken("outlet", 7),
        Taken("pier", 3),
        Taken("market", 10),
        Taken(UNASSIGNED, 3),
    )
    assert Protection(tree.segments, unassigned=False).available("flagship", 50) == 6


def test_percentages_are_of_the_original_or_of_the_remaining_supply() -> None:
    """Of 100 the web took 30 of its 40: ten are left to it, or 40 percent of what is left."""
    segments = (Segment("web", 40, "percent"), Segment("stores", 60, "percent"))
    used = [Use("web", 30)]

    assert Protection(segments).available("web", 70, used) == 10
    assert Protection(segments, base="remaining").available("web", 70, used) == 28


def test_units_lost_after_they_were_taken_come_off_the_lowest_rank() -> None:
    """The web took 40 when 50 are all there ever were: its 20, the market's 15, five of stores."""
    tree = Protection(
        (
            Segment("web", 40, "percent", rank=1),
            Segment("stores", 30, "percent", rank=2),
            Segment("market", 30, "percent", rank=3),
        ),
        unassigned=False,
    )

    assert tree.left(10, [Use("web", 40)]) == {"web": 0, "stores": 10, "market": 0, UNASSIGNED: 0}


def test_a_curve_shows_what_a_segment_may_have() -> None:
    """Half of what is available on each day; a shortage is everybody's."""
    tree = Protection((Segment("web", 50, "percent"),), unassigned=False)
    entries = [on_hand(8), DemandEntry("so", 9, day(2))]

    rows = LookAhead().curve([on_hand(8)], TODAY, Options(horizon_days=2))
    assert [one.available for one in tree.curve("web", rows)] == [4, 4]
    short = LookAhead().curve(entries, TODAY, Options(horizon_days=1))
    assert [one.available for one in tree.curve("web", short)] == [-1]


# --- bad input --------------------------------------------------------------------------------


def tree(*segments: Segment) -> Callable[[], Protection]:
    """A tree to be built."""
    return lambda: Protection(segments)


@pytest.mark.parametrize(
    ("made", "path"),
    [
        (tree(Segment("a", 60, "percent"), Segment("b", 50, "percent")), "$.segments[0].amount"),
        (tree(Segment("a", 1, parent="b"), Segment("b", 1, parent="a")), "$.segments[0].parent"),
        (tree(Segment("a", 1, parent="a")), "$.segments[0].parent"),
        (tree(Segment("a", 1), Segment("a", 2)), "$.segments[0].name"),
        (tree(Segment("a", 1, parent="z")), "$.segments[0].parent"),
        (lambda: Segment("a", 101, "percent"), "$.amount"),
        (lambda: Segment("a", 0), "$.amount"),
        (lambda: Segment("a", True), "$.amount"),
        (lambda: Segment("a", 1, "share"), "$.measure"),  # type: ignore[arg-type]
        (lambda: Segment("", 1), "$.name"),
        (lambda: Segment("a", 1, rank=1.5), "$.rank"),  # type: ignore[arg-type]
        (lambda: Protection(base="first"), "$.base"),  # type: ignore[arg-type]
        (lambda: Protection().available("web", 1), "$.segment"),
        (lambda: Protection((Segment("a", 1),)).left(1, [Use("b", 1)]), "$.used[0].segment"),
        (lambda: Protection((Segment("a", 1),)).take("a", 0, 1), "$.quantity"),
        (lambda: Use("a", -1), "$.units"),
    ],
)
def test_bad_input_is_refused_by_name(made: Callable[[], object], path: str) -> None:
    """The path says which field to mend."""
    with pytest.raises(Unreadable) as refused:
        made()
    assert refused.value.path == path
