"""Looking back: what would have made a better plan, as things stood when it was chosen."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from omscore.adapters.clocks import CountingIds
from omscore.kernel.errors import Refused
from omscore.lifecycle.fulfillment.messages import RejectFulfillment
from omscore.lifecycle.order.messages import NoSuchOrder, PlaceOrder, PlanChosen
from omscore.lifecycle.order.order import ORDER
from omscore.lifecycle.quote.messages import AcceptQuote
from omscore.oms import Oms
from omscore.orchestration.planning import Planner
from omscore.runtime.configuration import Configuration
from omscore.runtime.hindsight import NotRebuilt, OtherPolicy, reconsidered
from omscore.sourcing.policy import Policy
from omscore.sourcing.what_if import MoreStock
from omscore.testing import traces
from omscore.testing.builders import HOUR, a_node, a_quote, a_shop, an_order, received, some_lines
from omscore.testing.story import Shop

POTS_AT_BERLIN = "with 2 more units of POT at berlin by 2026-03-02, it would take 1 parcel less"


def split() -> Shop:
    """An order in two parcels: tea from Berlin, pots from Paris."""
    shop = a_shop({"berlin": {"TEA": 9, "POT": 1}, "paris": {"POT": 5}})
    return shop.given(an_order(*some_lines(("TEA", 3), ("POT", 3))))


def test_the_smallest_change_that_avoids_the_split_is_told() -> None:
    """So many units, of what, where, by when; and what it would save."""
    shop = split()
    [pots, *_] = shop.oms.what_ifs("o-1")

    assert isinstance(pots.change, MoreStock)
    assert (pots.change.node, dict(pots.change.units)) == ("berlin", {"POT": 2})
    assert (pots.parcels, pots.sent) == (1, 0)
    assert pots.cost > 900
    assert POTS_AT_BERLIN in str(shop.oms.explain("o-1", what_if=True))
    assert POTS_AT_BERLIN not in str(shop.oms.explain("o-1"))


def test_what_happens_later_does_not_change_what_would_have_been_better() -> None:
    """It is told as of then, by whoever asks at whatever time."""
    shop = split()
    before = shop.oms.what_ifs("o-1")
    shop.after(30 * HOUR).given(received(50, "POT"), an_order(4, id="o-2"))
    shop.oms.know(a_node("berlin", active=False))

    assert shop.oms.what_ifs("o-1") == before


def test_a_node_that_had_rejected_the_order_counts_as_one_that_would_have_been_better() -> None:
    """The cool-down is a rule like others."""
    shop = a_shop().given(an_order(4)).given(RejectFulfillment("o-1.1", reason="too-busy"))

    assert any(
        "berlin in spite of: rejected this order a short while ago" in str(one)
        for one in shop.oms.what_ifs("o-1")
    )


def test_a_plan_by_another_policy_is_not_guessed_about() -> None:
    """The digest tells, in every process."""
    shop = split()
    later = Oms(
        shop.oms.storage,
        clock=shop.clock,
        ids=CountingIds("d"),
        configuration=Configuration(planner=Planner(Policy(budget=7))),
    )

    with pytest.raises(Refused) as refusal:
        later.what_ifs("o-1")
    [no] = refusal.value.reasons
    assert isinstance(no, OtherPolicy)
    assert f"what would be better is not known: {no}" in str(later.explain("o-1", what_if=True))


def test_a_plan_that_was_quoted_under_other_conditions_is_not_guessed_about() -> None:
    """It was chosen when the quote was made."""
    shop = a_shop({"berlin": {"TEA": 4}, "paris": {"TEA": 5}}).given(a_quote(4))
    shop.given(AcceptQuote("q-1", order="o-1"))

    with pytest.raises(Refused) as refusal:
        shop.oms.what_ifs("o-1")
    assert refusal.value.reasons == (NotRebuilt(),)


def test_an_order_that_is_not_there_is_refused() -> None:
    """Like everywhere."""
    with pytest.raises(Refused) as refusal:
        a_shop().oms.what_ifs("o-1")
    assert isinstance(refusal.value.reasons[0], NoSuchOrder)


@settings(max_examples=40)
@given(traces.traces())
def test_every_plan_of_any_history_is_found_again_from_its_events(trace: Sequence[object]) -> None:
    """The recipe is deterministic, and the events are all it needs; quotes were planned before."""
    shop = a_shop({})
    shop.play(trace)
    configuration = shop.oms.configuration
    quoted = {step.order for step in trace if isinstance(step, AcceptQuote)}
    placed = {step.order for step in trace if isinstance(step, PlaceOrder)}

    for order in sorted(placed - quoted):
        with shop.oms.storage.begin() as work:
            for one in work.history(ORDER.key(order)):
                if isinstance(one.event, PlanChosen):
                    reconsidered(work, one, configuration.planner, configuration.unit_flow)
