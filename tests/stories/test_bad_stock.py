"""What a source of stock gets wrong is answered with the name of the field, and changes nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from omscore.atp.entries import FARTHEST_DAYS
from omscore.atp.feeds import REPORTS
from omscore.atp.messages import (
    AdjustStock,
    ChangeSupply,
    CountStock,
    DispatchTransfer,
    ExpectDemand,
    ExpectSupply,
    IssueStock,
    NoSuchItem,
    NoSuchNode,
    ReceiveStock,
    ReceiveSupply,
    RegradeStock,
    StockReport,
    TooFarAhead,
    TooLongAgo,
    TrackStock,
    UntrackStock,
)
from omscore.kernel.errors import OmsError, Refused, Unreadable
from omscore.kernel.ids import NodeId, Sku
from omscore.testing.builders import a_shop, day, expected
from omscore.testing.story import Shop

AT: Any = {"node": "berlin", "sku": "TEA", "document": "d-1"}
OF_PO: Any = AT | {"document": "po-1"}
GOOD = (
    ReceiveStock(**AT, quantity=1, use_by=day(9), lot="L-1"),
    AdjustStock(**AT, quantity=1, use_by=day(9)),
    IssueStock(**AT, quantity=1),
    CountStock(**AT, counted=1, as_of=datetime(2026, 3, 2, 8, tzinfo=UTC)),
    RegradeStock(**AT, quantity=1, was="sellable", condition="damaged"),
    ExpectSupply(**AT, quantity=1, day=day(2), use_by=day(9)),
    ChangeSupply(**OF_PO, quantity=1, day=day(2)),
    ReceiveSupply(**OF_PO, quantity=1, receipt="n-1", use_by=day(9)),
    DispatchTransfer(**AT, to="paris", quantity=1, day=day(2)),
    ExpectDemand(**AT, quantity=1, day=day(2)),
    UntrackStock(**AT, since=day(1), lead_days=1),
    TrackStock(**AT),
)
BEYOND, BEFORE = day(FARTHEST_DAYS + 1), day(-FARTHEST_DAYS - 1)
NAIVE = datetime(2026, 3, 2)
UNREADABLE: dict[str, tuple[object, ...]] = {
    "node": (None, 7, "", "a b", "x" * 65),
    "sku": (None, 7, "T\x00EA"),
    "document": (None, 7, "Ada Lovelace"),
    "receipt": (None, 7, "Ada Lovelace"),
    "to": (None, 7, "Ada Lovelace"),
    "lot": (7, "", "Ada Lovelace"),
    "quantity": (None, True, 1.0, "1", -(10**12), 10**12),
    "counted": (None, True, 1.0, "1", -1, 10**12),
    "day": (None, "2026-03-04", 7, NAIVE),
    "since": ("2026-03-04", 7, NAIVE),
    "use_by": ("2026-03-04", 7, NAIVE, date.max),
    "as_of": (NAIVE, "now", day(0), datetime.min.replace(tzinfo=UTC)),
    "condition": (None, 7, "new"),
    "was": (None, 7, "new"),
    "counts": (None, 7, "all"),
    "kind": (None, 7, "gift", "transfer-in"),
    "firm": (None, 1, "true"),
    "reliability": (None, True, 1.0, -1, 101),
    "lead_days": (None, True, 1.0, -1, FARTHEST_DAYS + 1),
}


def wrong() -> list[tuple[StockReport, str, object]]:
    """Every field of every report, with everything that it must not be."""
    return [
        (good, one.name, value)
        for good in GOOD
        for one in attrs.fields(type(good))
        for value in UNREADABLE[one.name]
    ]


def changes_nothing(shop: Shop, attempt: Callable[[], object]) -> OmsError:
    told, waiting = shop.log(), shop.oms.waiting(shop.clock.at)
    with pytest.raises(OmsError) as raised:
        attempt()
    assert (shop.log(), shop.oms.waiting(shop.clock.at)) == (told, waiting)
    return raised.value


def told(good: StockReport, **wrong: Any) -> Callable[[Shop], OmsError]:
    """What is answered to *good* with something *wrong* in it."""

    def error(shop: Shop) -> OmsError:
        return changes_nothing(shop, lambda: shop.oms.do(attrs.evolve(good, **wrong)))

    return error


@pytest.fixture
def shop() -> Shop:
    """Tea is on hand in Berlin, and more of it is ordered."""
    return a_shop().given(expected(5, day(3), document="po-1"))


@pytest.mark.parametrize("good", GOOD, ids=lambda one: type(one).__name__)
def test_the_good_report_is_taken(shop: Shop, good: StockReport) -> None:
    """Otherwise everything below would prove nothing."""
    assert shop.oms.do(good).events


def test_every_report_is_tried() -> None:
    """One that is new is looked at too."""
    assert {type(one) for one in GOOD} == {*REPORTS, UntrackStock, TrackStock}


@pytest.mark.parametrize(
    ("good", "name", "value"), wrong(), ids=lambda one: getattr(type(one), "__name__", "")
)
def test_what_a_field_must_not_be_is_unreadable(
    shop: Shop, good: StockReport, name: str, value: object
) -> None:
    """Of another type, too small, too large, of no zone, of no use: named, and not repeated."""
    error = told(good, **{name: value})(shop)

    assert isinstance(error, Unreadable)
    assert error.path == f"$.{name}"
    assert "Ada" not in str(error)


@pytest.mark.parametrize("good", GOOD, ids=lambda one: type(one).__name__)
def test_a_node_or_a_sku_that_nobody_knows_is_refused(shop: Shop, good: StockReport) -> None:
    """By the same word for every report."""
    nowhere, nothing = told(good, node="bremen")(shop), told(good, sku="GRAIL")(shop)

    assert isinstance(nowhere, Refused)
    assert nowhere.reasons == (NoSuchNode(NodeId("bremen")),)
    assert isinstance(nothing, Refused)
    assert nothing.reasons == (NoSuchItem(Sku("GRAIL")),)


def test_a_transfer_goes_to_a_node_that_is_known(shop: Shop) -> None:
    """Or its units would be nowhere."""
    error = told(GOOD[8], to="bremen")(shop)

    assert isinstance(error, Refused)
    assert error.reasons == (NoSuchNode(NodeId("bremen")),)


DUE = [(good, name) for good in GOOD for name in ("day", "since") if hasattr(good, name)]


@pytest.mark.parametrize(("good", "name"), DUE, ids=lambda one: getattr(type(one), "__name__", ""))
def test_what_is_due_is_due_within_ten_years(shop: Shop, good: StockReport, name: str) -> None:
    """Before today too: what is overdue for longer will not come."""
    still: Any = {"use_by": None} if hasattr(good, "use_by") else {}
    far, old = told(good, **{name: BEYOND}, **still)(shop), told(good, **{name: BEFORE})(shop)
    last: Any = {name: BEYOND - timedelta(days=1)}

    assert isinstance(far, Refused)
    assert far.reasons == (TooFarAhead(name, BEYOND, FARTHEST_DAYS),)
    assert isinstance(old, Refused)
    assert old.reasons == (TooLongAgo(name, BEFORE, FARTHEST_DAYS),)
    assert shop.oms.do(attrs.evolve(good, **last, **still)).events


@pytest.mark.parametrize(
    ("good", "name", "value"),
    [
        (GOOD[4], "condition", "sellable"),
        (GOOD[5], "use_by", day(1)),
        (GOOD[8], "use_by", day(1)),
        (GOOD[8], "to", "berlin"),
    ],
    ids=["same condition", "spent supply", "spent transfer", "same node"],
)
def test_what_cannot_be_beside_another_field_is_unreadable(
    shop: Shop, good: StockReport, name: str, value: object
) -> None:
    """Units that change nothing, or come after their last useful day."""
    error = told(good, **{name: value})(shop)

    assert isinstance(error, Unreadable)
    assert error.path == f"$.{name}"


@pytest.mark.parametrize(
    ("good", "name"),
    [(one, "quantity") for one in GOOD if hasattr(one, "quantity")],
    ids=lambda one: getattr(type(one), "__name__", ""),
)
def test_zero_units_are_some_only_where_they_mean_none(
    shop: Shop, good: StockReport, name: str
) -> None:
    """A supply of none is canceled, a demand of none withdrawn; no movement moves nothing."""
    if isinstance(good, ChangeSupply | ExpectDemand):
        assert shop.oms.do(attrs.evolve(good, quantity=0)).events
    else:
        assert isinstance(told(good, quantity=0)(shop), Unreadable)
    if not isinstance(good, AdjustStock):
        assert isinstance(told(good, quantity=-1)(shop), Unreadable)
