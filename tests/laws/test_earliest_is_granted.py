"""What is told as the earliest day is the day for which stock is reserved, whatever the terms."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from omscore.atp.availability import Answering, Availability
from omscore.atp.counting import Counting
from omscore.atp.messages import ReceiveStock
from omscore.atp.methods import Options
from omscore.atp.requests import Request, Wanted
from omscore.atp.safety import SafetyRule, SafetyStock
from omscore.runtime.configuration import Configuration
from omscore.testing.builders import a_node, a_shop, day, expected

countings = st.builds(
    Counting,
    inbound_days=st.integers(0, 2),
    outbound_days=st.integers(0, 2),
    issue_margin_days=st.integers(0, 2),
    lead_days=st.integers(0, 4),
)
lots = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=2)
due = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=3)


@settings(max_examples=150)
@given(
    countings,
    st.integers(0, 3),
    st.integers(0, 9),
    lots,
    due,
    st.integers(1, 12),
    st.integers(0, 14),
)
def test_a_reservation_is_granted_for_the_earliest_day(
    counting: Counting,
    safety: int,
    there: int,
    ends: Sequence[tuple[int, int]],
    comes: Sequence[tuple[int, int]],
    quantity: int,
    within: int,
) -> None:
    """Within so many days from today; and exactly if that day is beyond them, it is refused."""
    policy = Availability(
        answering=[Answering(options=Options(counting=counting))],
        safety=SafetyStock([SafetyRule(units=safety)]) if safety else SafetyStock(),
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
    earliest = shop.oms.earliest("TEA", "berlin", quantity)
    wanted = Wanted("TEA", quantity, within_days=within)
    grant = shop.oms.reserve(Request("cart", [wanted], at="berlin", ttl=None))

    if earliest is None or earliest > day(within):
        assert not grant.granted
    else:
        assert [(one.day, one.quantity) for one in grant.kept] == [(earliest, quantity)]
