"""Facts of others about returns."""

from typing import Any

from others import of, one

from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.lifecycle.returns.messages import Grade, GradeReturn, ReceiveReturn
from omscore.testing.builders import (
    an_order,
    of_line,
)
from omscore.testing.story import Shop


@of("solidus-091-return-restocks-when-tracked")
def restocks(given: Any, expect: Any) -> Shop:
    """Somebody looks at it first; what can be sold again is in stock again."""
    shop = one(3).given(an_order(1), ShipFulfillment("o-1.1"))
    before = shop.oms.available("TEA", "W")
    shop.given(
        ReceiveReturn("r-1", order="o-1", node="W", lines=of_line(1)),
        GradeReturn("r-1", grades=[Grade("1", sellable=1)]),
    )
    assert shop.oms.available("TEA", "W") - before == expect["stock_delta"]
    return shop
