"""A feed takes reports of stock and nothing else: what is none stops it, named by its place."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from omscore.atp.feeds import BadRow, FeedRow, TakeBatch
from omscore.atp.messages import NoSuchNode, ReceiveStock, UntrackStock
from omscore.kernel.errors import Refused, Unreadable
from omscore.kernel.ids import NodeId
from omscore.runtime.feeding import Snapshot
from omscore.testing.builders import a_shop, an_order

AT: Any = {"node": "berlin", "sku": "TEA"}
ROW: Any = FeedRow
BAD: Any = BadRow
BATCH: Any = partial(TakeBatch, feed="f-1")
FROM_NOW_ON: Any = UntrackStock(**AT, document="d-1")


def came(quantity: int = 1) -> ReceiveStock:
    return ReceiveStock(**AT, quantity=quantity, document=f"r-{quantity}")


@pytest.mark.parametrize(
    "thing", [an_order(1), FROM_NOW_ON, TakeBatch(feed="f-2", after=0, rows=()), "row", 7, None]
)
def test_what_is_no_report_stops_a_feed_before_its_batch(thing: Any) -> None:
    """A feed of stock places no order; what was taken stays, and the mended feed goes on."""
    shop = a_shop()
    with pytest.raises(Unreadable) as unreadable:
        shop.oms.feed("f-1", [came(1), came(2), came(3), thing], size=2)

    assert unreadable.value.path == "$.reports[3]"
    assert shop.oms.available("TEA", "berlin") == 13
    fed = shop.oms.feed("f-1", [came(1), came(2), came(3), came(4)], size=2)
    assert (fed.repeated, shop.oms.available("TEA", "berlin")) == (2, 20)


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: ROW("one", came()), "$.line"),
        (lambda: ROW(True, came()), "$.line"),
        (lambda: ROW(-1, came()), "$.line"),
        (lambda: ROW(1, an_order(1)), "$.report"),
        (lambda: ROW(1, FROM_NOW_ON), "$.report"),
        (lambda: ROW(1, came(), datetime(2026, 3, 2)), "$.occurred_at"),
        (lambda: ROW(1, came(), None, 1.5), "$.sequence"),
        (lambda: BAD("one", "text"), "$.line"),
        (lambda: BAD(1, 7), "$.problem"),
        (lambda: BAD(1, "text", 7), "$.column"),
        (lambda: BATCH(after=-1, rows=()), "$.after"),
        (lambda: BATCH(after=0, rows=[came()]), "$.rows[0]"),
        (lambda: BATCH(after=0, rows=(), begins=7), "$.begins"),
        (lambda: BATCH(after=0, rows=(), last="yes"), "$.last"),
        (lambda: Snapshot("berlin"), "$.nodes"),
        (lambda: Snapshot(["berlin"], counts="all"), "$.counts"),  # type: ignore[arg-type]
        (lambda: Snapshot(["berlin"], as_of=datetime(2026, 3, 2)), "$.as_of"),
    ],
)
def test_a_row_that_makes_no_sense_cannot_be_built(make: Callable[[], object], path: str) -> None:
    """The error is where the row is made, and names the field."""
    with pytest.raises(Unreadable) as unreadable:
        make()

    assert unreadable.value.path == path


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"reports": None}, "$.reports"),
        ({"reports": "row"}, "$.reports"),
        ({"strict": 1}, "$.strict"),
        ({"size": 0}, "$.size"),
        ({"size": True}, "$.size"),
        ({"snapshot": "berlin"}, "$.snapshot"),
        ({"feed": "f 1"}, "$.document"),
    ],
)
def test_what_is_said_of_a_feed_is_looked_at_before_it_begins(
    words: dict[str, Any], path: str
) -> None:
    """Nothing is taken of a feed that is asked for wrongly."""
    shop = a_shop()
    told = shop.log()
    with pytest.raises(Unreadable) as unreadable:
        shop.oms.feed(**{"feed": "f-1", "reports": [came()], **words})

    assert (unreadable.value.path, shop.log()) == (path, told)


def test_a_snapshot_of_a_node_that_nobody_knows_is_refused() -> None:
    """It would empty nothing, and nobody would notice the slip of the pen."""
    shop = a_shop()
    told = shop.log()
    with pytest.raises(Refused) as refused:
        shop.oms.feed("f-1", [came()], snapshot=Snapshot(["berlin", "bremen"]))

    assert refused.value.reasons == (NoSuchNode(NodeId("bremen")),)
    assert shop.log() == told
