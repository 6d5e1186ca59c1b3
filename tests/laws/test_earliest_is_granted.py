"""What is told as the earliest day is the day for which stock is reserved, whatever the terms."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.availability import Answering, Availability, Protecting
from omscore.atp.counting import Counting
from omscore.atp.entries import DEMAND_KINDS, TypeMatrix
from omscore.atp.messages import ExpectDemand, ReceiveStock
from omscore.atp.methods import Options
from omscore.atp.projected import LookAhead, Untracked
from omscore.atp.protection import Protection, Segment
from omscore.atp.requests import Request, Wanted
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.runtime.configuration import Configuration
from omscore.testing.builders import a_node, a_shop, day, expected

WEB = [Segment("web", 50, "percent"), Segment("stores", 3, "units")]

countings = st.builds(
    Counting,
    serves=st.sampled_from([TypeMatrix(), TypeMatrix({"purchase": ["planned"]})]),
    inbound_days=st.integers(0, 2),
    outbound_days=st.integers(0, 2),
    issue_margin_days=st.integers(0, 2),
    lead_days=st.integers(0, 4),
)
methods = st.sampled_from([LookAhead(), LookAhead(), Untracked(2)])
shares = st.sampled_from([None, Protection(WEB), Protection(WEB, unassigned=False)])
lots = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=2)
due = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=3)


@settings(max_examples=150)
@given(
    countings,
    methods,
    st.integers(0, 3),
    shares,
    st.integers(0, 9),
    lots,
    due,
    due,
    st.integers(1, 12),
    st.integers(0, 4),
    st.integers(0, 14),
)
def test_a_reservation_is_granted_for_the_earliest_day(
    counting: Counting,
    method: LookAhead | Untracked,
    safety: int,
    shared: Protection | None,
    there: int,
    ends: Sequence[tuple[int, int]],
    comes: Sequence[tuple[int, int]],
    goes: Sequence[tuple[int, int]],
    quantity: int,
    on: int,
    within: int,
) -> None:
    """Within so many days from the one wanted; exactly if it is beyond them, it is refused.

    The refusal tells that day.
    """
    policy = Availability(
        answering=[Answering(method=method, options=Options(counting=counting))],
        safety=SafetyStock([SafetyRule(units=safety)]) if safety else SafetyStock(),
        protecting=[] if shared is None else [Protecting(protection=shared)],
    )
    configuration = Configuration(availability=policy)
    stock = {"berlin": {"TEA": there}} if there else {}
    shop = a_shop(stock, nodes=(a_node("berlin"),), configuration=configuration)
    for place, (units, last) in enumerate(ends):
        shop.given(
            ReceiveStock(
                node="berlin", sku="TEA", quantity=units, document=f"l-{place}", use_by=day(last)
            )
        )
    for place, (ahead, units) in enumerate(comes):
        shop.given(expected(units, day(ahead), document=f"po-{place}"))
    for place, (ahead, units) in enumerate(goes):
        kind = DEMAND_KINDS[place % len(DEMAND_KINDS)]
        what = {"node": "berlin", "sku": "TEA", "document": f"d-{place}"}
        shop.given(ExpectDemand(**what, quantity=units, day=day(ahead), kind=kind))
    will_do = (
        one
        for one in map(day, range(on, 40))
        if shop.oms.available("TEA", "berlin", day=one, channel="web") >= quantity
    )
    first = next(will_do, None)
    if on == 0:
        assert shop.oms.earliest("TEA", "berlin", quantity, channel="web") == first
    wanted = Wanted("TEA", quantity, day=day(on), within_days=within)
    grant = shop.oms.reserve(Request("cart", [wanted], at="berlin", ttl=None, channel="web"))

    if first is None or first > day(on + within):
        assert grant.why[0].figures["later"] == ("never" if first is None else first.isoformat())
    else:
        assert [(one.day, one.quantity) for one in grant.kept] == [(first, quantity)]
