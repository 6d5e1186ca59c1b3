"""Whatever method is chosen for an item answers every question, and every question alike."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.availability import Answering, Availability, Protecting
from omscore.atp.counting import Counting
from omscore.atp.entries import DEMAND_KINDS, TypeMatrix
from omscore.atp.lots import UNLIMITED
from omscore.atp.messages import ExpectDemand, ExpectSupply, ReceiveStock
from omscore.atp.methods import AtpMethod, Options
from omscore.atp.periods import Cumulative, Discrete, Period
from omscore.atp.projected import AtReceipts, Lacks, LookAhead, Untracked
from omscore.atp.protection import Protection, Segment
from omscore.atp.questions import Level, NotBy
from omscore.atp.requests import Wanted
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.atp.windows import Windows
from omscore.catalog.item import Component, Item
from omscore.runtime.configuration import Configuration
from omscore.testing.builders import TODAY, a_node, a_request, a_shop, day, received
from omscore.testing.story import Shop

METHODS: list[AtpMethod] = [
    LookAhead(),
    AtReceipts(),
    Period(),
    Period(accumulate=True),
    Period(backward=False, forward=True),
    Discrete(),
    Cumulative(),
    Windows(),
    Windows(settled=True, fresh_days=1),
    Untracked(3),
]
WEB = [Segment("web", 50, "percent"), Segment("stores", 3, "units")]
BOX = Item("BOX", kind="bundle", components=[Component("TEA", 2)])
AT: Any = {"node": "berlin", "sku": "TEA"}
DAYS = 14

units, ahead = st.integers(1, 9), st.integers(0, 9)
dated = st.lists(st.tuples(units, ahead), max_size=3)
options = st.builds(
    Options,
    bucket=st.sampled_from(["day", "week", "supply"]),
    horizon_days=st.just(DAYS),
    safety=st.sampled_from([0, 0, 4]),
    counting=st.builds(
        Counting,
        serves=st.sampled_from([TypeMatrix(), TypeMatrix({"planned": ["planned"]})]),
        inbound_days=st.integers(0, 2),
        lead_days=st.integers(0, 3),
    ),
)
policies = st.builds(
    lambda how, safety, shared: Availability(
        answering=[Answering(sku="TEA", options=how)],
        safety=SafetyStock([SafetyRule(units=safety)]),
        protecting=[Protecting(protection=Protection(WEB))] if shared else [],
    ),
    options,
    st.integers(0, 3),
    st.booleans(),
)


@st.composite
def shops(draw: st.DrawFn, method: AtpMethod) -> Shop:
    """Tea in Berlin and none in Paris: lots, supplies, reservations, and what others will take."""
    policy = draw(policies)
    chosen = [attrs.evolve(one, method=method) for one in policy.answering]
    configuration = Configuration(availability=attrs.evolve(policy, answering=chosen))
    shop = a_shop({}, nodes=(a_node("berlin"), a_node("paris")), configuration=configuration)
    shop.oms.know(BOX)
    for n, (some, on) in enumerate(draw(dated)):
        use_by = None if n else day(on)
        shop.given(ReceiveStock(**AT, quantity=some, document=f"r-{n}", use_by=use_by))
    for n, (some, on) in enumerate(draw(dated)):
        firm = draw(st.booleans())
        shop.given(ExpectSupply(**AT, quantity=some, day=day(on), document=f"po-{n}", firm=firm))
    if draw(st.booleans()):
        wanted = Wanted("TEA", draw(units), within_days=9)
        shop.oms.reserve(a_request(wanted, partial=True, ttl=None))
    for n, (some, on) in enumerate(draw(dated)):
        kind = draw(st.sampled_from(DEMAND_KINDS))
        shop.given(ExpectDemand(**AT, quantity=some, day=day(on), document=f"d-{n}", kind=kind))
    return shop


chosen = pytest.mark.parametrize("method", METHODS, ids=repr)


def told(shop: Shop, channel: str | None) -> Sequence[tuple[date, int]]:
    """What may be promised day by day, asked one at a time."""
    ask = partial(shop.oms.available, "TEA", "berlin", channel=channel)
    return [(on, ask(day=on)) for on in map(day, range(2 * DAYS))]


@chosen
@settings(max_examples=40)
@given(st.data(), st.sampled_from([None, "web"]))
def test_a_day_is_answered_as_its_row(
    method: AtpMethod, data: st.DataObject, channel: str | None
) -> None:
    """The rows of a planner, and the number for one day of them."""
    shop = data.draw(shops(method))

    for row in shop.oms.availability("TEA", "berlin", channel=channel):
        ask = partial(shop.oms.explain_availability, "TEA", "berlin", channel=channel)
        assert dict(told(shop, channel))[row.day] == max(0, row.available)
        assert ask(day=row.day).available == max(0, row.available)


@chosen
@settings(max_examples=40)
@given(st.data(), st.sampled_from([None, "web"]), units)
def test_every_question_goes_by_the_numbers_of_the_days(
    method: AtpMethod, data: st.DataObject, channel: str | None, quantity: int
) -> None:
    """When, in parts, with others, over nodes, in bundles, for many at once."""
    shop = data.draw(shops(method))
    ask, days = shop.oms, told(shop, channel)
    first = next((on for on, there in days if there >= quantity), None)
    of: Any = {"channel": channel}

    assert ask.earliest("TEA", "berlin", quantity, **of) == first
    together = ask.together("berlin", [("TEA", quantity)], **of)
    assert (together if isinstance(together, date) else None) == first
    assert ask.availabilities([("TEA", "berlin")], day=day(4), **of)["TEA", "berlin"] == days[4][1]
    parts = ask.shipments("TEA", "berlin", quantity, **of)
    lasting = min(there for _, there in days)
    assert isinstance(parts, NotBy) or sum(one.units for one in parts) == quantity
    assert lasting < quantity or not isinstance(parts, NotBy)
    for level in ask.over_nodes("TEA", **of):
        assert level == Level(level.day, dict(days)[level.day])
    for row in ask.bundles("BOX", **of):
        there = dict(days)[row.day]
        assert row.available == (there if there == UNLIMITED else there // 2)


@chosen
@settings(max_examples=40)
@given(st.data(), units, ahead)
def test_what_lacks_would_do(
    method: AtpMethod, data: st.DataObject, quantity: int, on: int
) -> None:
    """Units that come as is told make the quantity possible, by the same method."""
    shop = data.draw(shops(method))
    lacks = shop.oms.lacking("TEA", "berlin", quantity, latest=day(on))

    assert lacks is not None or shop.oms.earliest("TEA", "berlin", quantity, latest=day(on))
    if isinstance(lacks, Lacks) and lacks.by == TODAY:
        shop.given(received(lacks.units, document="more"))
        assert shop.oms.lacking("TEA", "berlin", quantity, latest=day(on)) is None
