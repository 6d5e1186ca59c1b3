"""Stories of days that nobody can know anything of: more than ten years ahead is a typo."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from omscore.atp.availability import Answering, Availability
from omscore.atp.counting import Counting
from omscore.atp.entries import FARTHEST_DAYS
from omscore.atp.messages import TooFarAhead
from omscore.atp.methods import Options
from omscore.atp.requests import Wanted
from omscore.kernel.errors import Refused, Unreadable
from omscore.oms import Oms
from omscore.runtime.configuration import Configuration
from omscore.testing.builders import (
    TODAY,
    a_line,
    a_quote,
    a_request,
    a_shop,
    an_order,
    day,
    expected,
)

LAST = day(FARTHEST_DAYS)
TOO_FAR = [LAST + timedelta(days=1), date(9000, 1, 1), date.max]
AT = ("TEA", "berlin")
LATE = Answering(options=Options(counting=Counting(inbound_days=2, lead_days=1)))

Question = Callable[[Oms, date], object]
OF_A_DAY: list[Question] = [
    lambda oms, at: oms.available(*AT, day=at),
    lambda oms, at: oms.availabilities([AT], day=at)[AT],
    lambda oms, at: oms.explain_availability(*AT, day=at).available,
]
BY_A_DAY: list[Question] = [
    lambda oms, at: oms.earliest(*AT, 1, latest=at),
    lambda oms, at: oms.shipments(*AT, 1, latest=at),
    lambda oms, at: oms.lacking(*AT, 99, latest=at),
    lambda oms, at: oms.together("berlin", [("TEA", 1)], latest=at),
    lambda oms, at: oms.lacking_together("berlin", [("TEA", 99)], latest=at),
]
NAMED = [(one, "day") for one in OF_A_DAY] + [(one, "latest") for one in BY_A_DAY]
UNTIL: Question = lambda oms, at: oms.order_until([a_line()], "DE", at)  # noqa: E731


@pytest.mark.parametrize("far", TOO_FAR)
@pytest.mark.parametrize(("ask", "name"), [*NAMED, (UNTIL, "wanted")])
def test_no_question_is_of_a_day_beyond_the_horizon(ask: Question, name: str, far: date) -> None:
    """The refusal names the field, as it does for what comes in."""
    with pytest.raises(Refused) as refused:
        ask(a_shop().oms, far)

    assert refused.value.reasons == (TooFarAhead(name, far, FARTHEST_DAYS),)


@pytest.mark.parametrize("answering", [(), (LATE,)])
@pytest.mark.parametrize("ask", OF_A_DAY)
def test_the_last_day_of_the_horizon_may_be_asked_for(
    ask: Question, answering: tuple[Answering, ...]
) -> None:
    """And supply that is due then is there, unless it takes days to be put away."""
    policy = Configuration(availability=Availability(answering=answering))
    shop = a_shop({"berlin": {"TEA": 5}}, configuration=policy).given(expected(4, LAST))

    assert ask(shop.oms, LAST) == (5 if answering else 9)
    assert ask(shop.oms, LAST - timedelta(days=1)) == 5


@pytest.mark.parametrize("ask", OF_A_DAY[:2])
def test_a_day_that_has_passed_is_answered_as_today(ask: Question) -> None:
    """As it is for reservations: what comes today may be promised for yesterday, too."""
    shop = a_shop({"berlin": {"TEA": 5}}).given(an_order(3), expected(4, TODAY))

    assert ask(shop.oms, day(-1)) == ask(shop.oms, date.min) == ask(shop.oms, TODAY) == 6
    [grant] = shop.oms.reserve_many([a_request(Wanted("TEA", 6, day=day(-1)))])
    assert grant.granted


# --- what is asked to be set aside -----------------------------------------------------------


def test_the_last_day_of_the_horizon_may_be_reserved() -> None:
    """With as many more days as a request may wait."""
    shop = a_shop({"berlin": {"TEA": 5}}).given(expected(4, LAST))
    [grant] = shop.oms.reserve_many([a_request(Wanted("TEA", 9, day=LAST, within_days=3_650))])

    assert [one.day for one in grant.kept] == [LAST]


# --- orders -----------------------------------------------------------------------------------


@pytest.mark.parametrize("far", TOO_FAR)
@pytest.mark.parametrize("name", ["wanted", "latest"])
def test_no_line_is_of_a_day_beyond_the_horizon(name: str, far: date) -> None:
    """Neither of an order, nor of a quote, nor of a question."""
    named: Any = {name: far}
    shop, line = a_shop(), a_line(**named)
    reason = TooFarAhead(f"lines.1.{name}", far, FARTHEST_DAYS)

    shop.refuses(an_order(line), reason)
    shop.refuses(a_quote(line), reason)
    with pytest.raises(Refused) as refused:
        shop.oms.promise([line], "DE")
    assert refused.value.reasons == (reason,)


@pytest.mark.parametrize("name", ["wanted", "latest"])
def test_a_line_names_days(name: str) -> None:
    """A word or a moment is none."""
    named: Any = {name: "2026-03-02"}
    with pytest.raises(Unreadable) as refused:
        a_line(**named)

    assert refused.value.path == f"$.{name}"
