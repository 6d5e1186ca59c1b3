"""Questions about stock that cannot be answered: each says which field is wrong, and how."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from omscore.atp.counting import Counting
from omscore.atp.entries import FARTHEST_DAYS, SupplyEntry, TypeMatrix
from omscore.atp.messages import TooFarAhead
from omscore.atp.methods import Options
from omscore.atp.periods import Period
from omscore.atp.protection import Protection
from omscore.atp.requests import Request, Wanted
from omscore.atp.safety import SafetyStock
from omscore.atp.windows import Windows
from omscore.catalog.item import ITEM
from omscore.kernel.errors import Refused, Unreadable
from omscore.oms import Oms
from omscore.testing.builders import TODAY, a_shop

BEYOND = TODAY + timedelta(days=FARTHEST_DAYS + 1)
LAST = BEYOND - timedelta(days=1)
A_DAY: Any = "2026-03-02"
A_MOMENT: Any = datetime(2026, 3, 2, tzinfo=UTC)
no: Any = "no"
text: Any = "TEA"
AT = ("TEA", "berlin")


@pytest.fixture
def oms() -> Oms:
    return a_shop({"berlin": {"TEA": 5}}).oms


ASKED: dict[str, tuple[Callable[[Oms], object], str]] = {
    "available day": (lambda oms: oms.available(*AT, day=A_DAY), "$.day"),
    "available moment": (lambda oms: oms.available(*AT, day=A_MOMENT), "$.day"),
    "availabilities day": (lambda oms: oms.availabilities([AT], day=A_DAY), "$.day"),
    "availabilities text": (lambda oms: oms.availabilities(text), "$.asked"),
    "availabilities pairs": (lambda oms: oms.availabilities([text]), "$.asked[0]"),
    "why day": (lambda oms: oms.explain_availability(*AT, day=A_DAY), "$.day"),
    "earliest latest": (lambda oms: oms.earliest(*AT, 9, latest=A_DAY), "$.latest"),
    "shipments latest": (lambda oms: oms.shipments(*AT, 9, latest=A_DAY), "$.latest"),
    "lacking latest": (lambda oms: oms.lacking(*AT, 9, latest=A_DAY), "$.latest"),
    "together latest": (lambda oms: oms.together("berlin", [("TEA", 9)], latest=A_DAY), "$.latest"),
    "together text": (lambda oms: oms.together("berlin", text), "$.wanted"),
    "together pairs": (lambda oms: oms.together("berlin", [text]), "$.wanted[0]"),
    "lacking together text": (lambda oms: oms.lacking_together("berlin", text), "$.wanted"),
    "over nodes": (lambda oms: oms.over_nodes("TEA", "berlin"), "$.nodes"),
    "ranks": (lambda oms: oms.pegging(*AT, ranks=no), "$.ranks"),
    "a rank": (lambda oms: oms.pegging(*AT, ranks={"o-1": no}), "$.ranks.o-1"),
    "strategy": (lambda oms: oms.reallocation(*AT, no), "$.strategy"),
    "requests": (lambda oms: oms.reserve_many(no), "$.requests"),
    "a key": (lambda oms: oms.get(no), "$.key"),
    "keys": (lambda oms: oms.history(ITEM.key("TEA"), no), "$.keys[1]"),
    "limit of work": (lambda oms: oms.work(limit=no), "$.limit"),
    "limit of todos": (lambda oms: oms.waiting(A_MOMENT, limit=no), "$.limit"),
    "what if": (lambda oms: oms.explain("o-1", what_if=no), "$.what_if"),
    "apply": (lambda oms: oms.repair(apply=no), "$.apply"),
    "configuration": (lambda _: Oms.in_memory(configuration=no), "$.configuration"),
    "address": (lambda _: Oms.postgres(None), "$.url"),  # type: ignore[arg-type]
    "method": (lambda oms: oms.availability(*AT, method=no), "$.method"),
    "options": (lambda oms: oms.availability(*AT, options=no), "$.options"),
    "clamp": (lambda _: Options(clamp=no), "$.clamp"),
    "counting": (lambda _: Options(counting=no), "$.counting"),
    "backward": (lambda _: Period(backward=no), "$.backward"),
    "forward": (lambda _: Period(forward=no), "$.forward"),
    "accumulate": (lambda _: Period(accumulate=no), "$.accumulate"),
    "settled": (lambda _: Windows(settled=no), "$.settled"),
    "firm": (lambda _: SupplyEntry("s", 1, TODAY, firm=no), "$.firm"),
    "matrix": (lambda _: TypeMatrix(no), "$.serves"),
    "matrix of one": (lambda _: TypeMatrix({"purchase": no}), "$.serves.purchase"),
    "serves": (lambda _: Counting(serves=no), "$.serves"),
    "segments": (lambda _: Protection(no), "$.segments"),
    "a segment": (lambda _: Protection([no]), "$.segments[0]"),
    "siblings": (lambda _: Protection(siblings=no), "$.siblings"),
    "unassigned": (lambda _: Protection(unassigned=no), "$.unassigned"),
    "rules": (lambda _: SafetyStock(no), "$.rules"),
    "a rule": (lambda _: SafetyStock([no]), "$.rules[0]"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_of_the_wrong_kind_is_unreadable(oms: Oms, name: str) -> None:
    """Also where units enough are there, so that nobody has to look at it."""
    ask, path = ASKED[name]
    with pytest.raises(Unreadable) as told:
        ask(oms)

    assert told.value.path == path


@pytest.mark.parametrize("quantity", [1, 9])
def test_latest_is_read_whether_or_not_it_matters(oms: Oms, quantity: int) -> None:
    """A typo does not hide behind stock."""
    with pytest.raises(Unreadable):
        oms.earliest(*AT, quantity, latest=A_DAY)


@pytest.mark.parametrize(
    "ask",
    [
        lambda oms, day: oms.available(*AT, day=day),
        lambda oms, day: oms.availabilities([AT], day=day),
        lambda oms, day: oms.explain_availability(*AT, day=day),
    ],
)
def test_no_day_beyond_the_horizon_is_asked_for(oms: Oms, ask: Callable[[Oms, date], Any]) -> None:
    """Nothing is due then, and nothing is granted for it."""
    with pytest.raises(Refused) as told:
        ask(oms, BEYOND)

    assert told.value.reasons == (TooFarAhead("day", BEYOND, FARTHEST_DAYS),)
    assert ask(oms, LAST)


def test_nothing_is_granted_for_a_day_beyond_the_horizon(oms: Oms) -> None:
    """The grant names the line; those beside it are answered."""

    def of(*days: date) -> Request:
        return Request("cart", [Wanted("TEA", 1, day=one) for one in days], at="berlin", ttl=None)

    far, near = oms.reserve_many([of(TODAY, BEYOND), of(LAST)])

    [why] = far.why
    assert (why.code, why.figures["path"]) == (TooFarAhead.code, "$.wanted[1].day")
    assert near.granted
