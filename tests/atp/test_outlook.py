"""What more units would change: tried one by one, whatever is withheld."""

from __future__ import annotations

from datetime import date

import attrs
from hypothesis import given
from hypothesis import strategies as st

from omscore.atp.availability import Answering, Availability, Protecting
from omscore.atp.buckets import Bucket, Held
from omscore.atp.counting import Counting
from omscore.atp.lacking import lacking_of
from omscore.atp.lots import Lot, Part
from omscore.atp.methods import Options
from omscore.atp.movements import StockEntered, SupplyScheduled
from omscore.atp.outlook import NothingWouldDo, Outlook
from omscore.atp.position import Position, evolve
from omscore.atp.projected import Lacks
from omscore.atp.protection import Protection, Segment
from omscore.atp.safety import Case, SafetyRule, SafetyStock
from omscore.kernel.ids import DocumentId, NodeId
from omscore.kernel.quantities import MOST_UNITS
from omscore.testing import strategies
from omscore.testing.builders import DAY, HOUR, MONDAY, TODAY, day

D_1, BERLIN, PARIS = DocumentId("d-1"), NodeId("berlin"), NodeId("paris")
SHOPS = (Segment("web", 40, "percent"), Segment("shop", 30, "percent"))
ALL = (Segment("web", 100, "percent"),)

few = st.integers(1, 9)
rules = st.builds(SafetyRule, units=st.integers(0, 5)) | st.builds(
    SafetyRule, percent=st.sampled_from((10, 50, 90, 100))
)
protections = st.builds(
    Protection, st.sampled_from((SHOPS, ALL)), unassigned=st.booleans()
) | st.builds(Protection, st.just(SHOPS), base=st.just("remaining"))
policies = st.builds(
    Availability,
    safety=st.lists(rules, max_size=1).map(SafetyStock),
    protecting=st.lists(st.builds(Protecting, protection=protections), max_size=1),
)


@st.composite
def outlooks(draw: st.DrawFn, counting: Counting | None = None) -> Outlook:
    """Stock that may be negative before it is withheld, for who sells through some channel."""
    position = draw(strategies.positions(expiries=(MONDAY + HOUR,)))
    if draw(st.booleans()):
        lot = Lot(use_by=day(draw(st.integers(0, 9))))
        position = evolve(position, StockEntered("received", draw(few), D_1, lot))
    policy, elsewhere = draw(policies), draw(st.integers(0, 9))
    if counting is not None:
        answering = Answering(options=Options(counting=counting))
        policy = attrs.evolve(policy, answering=[answering])
    return outlook(position, policy, elsewhere, draw(st.sampled_from(("web", "shop", None))))


def outlook(
    position: Position, policy: Availability, elsewhere: int, channel: str | None
) -> Outlook:
    """Berlin has *position*, Paris so many units *elsewhere*."""
    return Outlook(
        position,
        lambda more: policy.terms(
            Case("TEA", "berlin"), channel, {BERLIN: position.on_hand + more, PARIS: elsewhere}
        ),
        TODAY,
        MONDAY,
    )


def with_more(was: Outlook, units: int, by: date, inbound_days: int = 0) -> Outlook:
    """After a receipt today, or with supply that is due in time to be put away by then."""
    if by == TODAY:
        position = evolve(was.position, StockEntered("received", units, D_1))
        return attrs.evolve(was, position=position, terms_with=lambda _: was.terms_with(units))
    comes = SupplyScheduled(by - inbound_days * DAY, units, D_1)
    return attrs.evolve(was, position=evolve(was.position, comes))


@given(outlooks(), few, strategies.days(12))
def test_with_what_lacks_it_is_there_and_with_less_or_later_it_is_not(
    was: Outlook, quantity: int, on: date
) -> None:
    """Under safety stock that grows with what comes, shares, and shortage too."""
    lacks = was.lacks(quantity, on)

    assert (lacks is None) == (was.available(on) >= quantity)
    if isinstance(lacks, NothingWouldDo):
        for by in (TODAY, TODAY + DAY):
            assert with_more(was, MOST_UNITS, by).available(on) < quantity
    if isinstance(lacks, Lacks):
        units, by = lacks.units, lacks.by
        assert with_more(was, units, by).available(on) >= quantity
        assert with_more(was, units - 1, by).available(on) < quantity
        assert with_more(was, units, by + DAY).available(on) < quantity


@given(outlooks(Counting(inbound_days=1)), few, strategies.days(12))
def test_units_that_must_be_put_away_come_before_they_are_needed(
    was: Outlook, quantity: int, on: date
) -> None:
    """The day is that from which they can be used."""
    lacks = was.lacks(quantity, on)
    if isinstance(lacks, Lacks):
        for units, enough in ((lacks.units, True), (lacks.units - 1, False)):
            more = with_more(was, units, lacks.by, inbound_days=1)
            assert (more.available(on) >= quantity) == enough


@given(
    st.dictionaries(st.sampled_from("abc"), outlooks(), min_size=2),
    st.lists(st.tuples(st.sampled_from("ab"), few), min_size=1, max_size=3),
    st.none() | strategies.days(9),
)
def test_several_lack_the_fewest_units_of_any_day(
    each: dict[str, Outlook], wanted: list[tuple[str, int]], latest: date | None
) -> None:
    """Day by day, the slow way; what lacks makes all of them available on one of those days."""
    each.setdefault("a", each[min(each)])
    each.setdefault("b", each[min(each)])
    need = {name: sum(n for one, n in wanted if one == name) for name, _ in wanted}
    lacks = lacking_of(each, wanted, latest)
    last = latest or max(each[name].curve()[-1][0] for name in need)
    days = [day(n) for n in range((last - TODAY).days + 1)]

    def short(on: date) -> float:
        found = [each[name].lacks(some, on) for name, some in need.items()]
        return sum(_units(one) for one in found)

    assert sum(_units(one) for one in lacks.values()) == min(map(short, days))
    enough = {
        name: with_more(each[name], one.units, one.by)
        for name, one in lacks.items()
        if isinstance(one, Lacks)
    }
    if len(enough) == len(lacks):
        assert any(
            all((enough.get(one) or each[one]).available(on) >= n for one, n in need.items())
            for on in days
        )


def _units(lacks: Lacks | NothingWouldDo | None) -> float:
    if isinstance(lacks, NothingWouldDo):
        return float("inf")
    return 0 if lacks is None else lacks.units


# --- examples ---------------------------------------------------------------------------------


def test_safety_stock_grows_with_what_comes() -> None:
    """Half of what is in hand is withheld: of six more, three."""
    policy = Availability(safety=SafetyStock([SafetyRule(percent=50)]))
    was = outlook(Position(4), policy, 0, None)

    assert was.available(TODAY) == 2
    assert was.lacks(5, TODAY) == Lacks(6, TODAY)
    assert was.lacks(5, day(3)) == Lacks(3, day(3))


def test_what_is_short_lacks_first() -> None:
    """Three are promised that are not there."""
    was = outlook(Position(2, (Bucket(day(1), committed=5),)), Availability(), 0, None)

    assert was.lacks(1, TODAY) == Lacks(4, day(1))


def test_where_all_is_kept_for_others_nothing_would_do() -> None:
    """It is told as such, and not as a number of units that changes nothing."""
    closed = Protection(ALL, unassigned=False)
    was = outlook(Position(9), Availability(protecting=[Protecting(protection=closed)]), 0, None)

    assert was.lacks(1, TODAY) == NothingWouldDo(1)
    assert str(was.lacks(1, TODAY)) == "no supply would make 1 units available"
    assert was.lacks(1, TODAY - DAY) == NothingWouldDo(1)


def test_fewest_may_lack_on_a_day_on_which_nothing_is_told_to_change() -> None:
    """Nothing is free on either day, but tomorrow what is held cannot be kept either."""
    lot = Lot(use_by=TODAY)
    held = Position(1, held=(Held(MONDAY + HOUR, day(1), 1),), lots=(Part(None, lot, 1),))
    safe = Availability(safety=SafetyStock([SafetyRule(units=1)]))
    was = outlook(held, safe, 0, None)
    assert was.curve() == [(TODAY, 0)]

    asked = {"b": was}
    assert [was.lacks(1, on) for on in (TODAY, day(1))] == [Lacks(2, TODAY), Lacks(3, day(1))]
    assert lacking_of(asked, [("b", 1)], day(1)) == {"b": Lacks(2, TODAY)}
