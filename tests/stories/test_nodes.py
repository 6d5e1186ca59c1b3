"""What nodes do with their work: reject it, find too little, lose it, ship what nobody had."""

from omscore.atp.messages import CountStock
from omscore.kernel.ids import LineId, NodeId
from omscore.lifecycle.fulfillment.messages import (
    AcceptFulfillment,
    DeliverFulfillment,
    LoseFulfillment,
    Missing,
    MoreMissingThanAsked,
    NoSuchFulfillment,
    NotNow,
    PickFulfillment,
    RejectFulfillment,
    ReturnToSender,
    ShipFulfillment,
    TasksLowered,
)
from omscore.lifecycle.order.messages import PlanChosen
from omscore.orchestration.planning import Planner
from omscore.orchestration.recovering import Recovery
from omscore.runtime.configuration import Configuration
from omscore.sourcing.candidate import Candidate
from omscore.sourcing.need import Need
from omscore.sourcing.policy import Policy
from omscore.sourcing.rules import DEFAULT_RULES, reaches, stocked
from omscore.testing import laws
from omscore.testing.builders import DAY, a_node, a_shop, an_order, received, some_lines
from omscore.testing.story import Shop

FIRST = RejectFulfillment("o-1.1", reason="no-staff")


def node_of(shop: Shop, order: str = "o-1") -> str | None:
    """Where the first unit of an order comes from."""
    return next(iter(shop.oms.order(order).lines[LineId("1")].groups)).node


def test_what_a_node_rejects_is_sourced_elsewhere() -> None:
    """Berlin has no staff: Paris gets the work at once, and nobody had to ask."""
    shop = a_shop().given(an_order(3), FIRST)

    assert node_of(shop) == "paris"
    assert shop.oms.order("o-1").status == "released"
    assert shop.oms.fulfillment("o-1.1").stage == "rejected"
    assert shop.oms.available("TEA", "berlin") == 10
    laws.check(shop.oms)


def test_a_node_that_rejected_an_order_cools_down() -> None:
    """It is not asked again for that order until a day has passed; for others it is."""
    shop = a_shop({"berlin": {"TEA": 10}}).given(an_order(3), FIRST)
    assert shop.oms.order("o-1").status == "backordered"

    assert node_of(shop.given(an_order(1, id="o-2")), "o-2") == "berlin"
    chosen = [one.event for one in shop.events() if isinstance(one.event, PlanChosen)]
    passed = {over.node: over.reasons[0].code for over in chosen[1].decision.passed_over}
    assert passed[NodeId("berlin")] == "sourcing.cooling-down"


def test_a_policy_that_does_not_speak_of_rest_asks_another_node_too() -> None:
    """Nor has it to say that a node which takes no work is not asked."""
    policy = Policy(rules=(reaches, stocked))
    shop = a_shop(configuration=Configuration(planner=Planner(policy))).given(an_order(3), FIRST)
    assert node_of(shop) == "paris"

    shop.oms.know(a_node("berlin", active=False))
    assert node_of(shop.given(an_order(1, id="o-2")), "o-2") == "paris"


def test_a_node_that_has_rested_may_be_asked_again() -> None:
    """A day later something comes to Paris, and the order looks everywhere again."""
    shop = a_shop({"berlin": {"TEA": 3}}).given(an_order(3), FIRST).after(DAY)
    shop.given(received(1, document="r-9"))

    assert shop.oms.order("o-1").status == "released"
    assert node_of(shop) == "berlin"


def test_a_rule_may_ask_how_often_a_node_rejected_the_order() -> None:
    """Berlin did so twice, and has rested; by then it is known for it, for this order alone."""
    seen = list[tuple[str, int]]()

    def listens(need: Need, candidate: Candidate, /) -> None:
        seen.append((candidate.node.id, candidate.rejections))

    policy = Policy(rules=(*DEFAULT_RULES, listens))
    shop = a_shop({"berlin": {"TEA": 3}}, configuration=Configuration(planner=Planner(policy)))
    shop.given(an_order(3), FIRST).after(DAY).given(received(1, document="r-9"))
    shop.given(RejectFulfillment("o-1.2")).after(DAY)
    assert {times for node, times in seen if node == "berlin"} == {0, 1, 2}

    seen.clear()
    shop.given(an_order(1, id="o-2"))
    assert ("berlin", 0) in seen


def test_after_the_last_try_a_person_is_asked() -> None:
    """Trying for ever would hide the order from everybody who could help."""
    patient = Configuration(recovery=Recovery(tries=1))
    shop = a_shop(configuration=patient).given(an_order(3), FIRST)
    assert shop.oms.work_items() == []

    shop.given(RejectFulfillment("o-1.2"))
    [item] = shop.oms.work_items()
    assert (item.subject, item.task) == ("o-1", "source")
    assert shop.oms.order("o-1").status == "open"


def test_units_that_were_not_found_are_suspect_and_sourced_elsewhere() -> None:
    """The book says ten, the shelf does not: what was sought is not promised to the next one."""
    shop = a_shop().given(an_order(3), PickFulfillment("o-1.1", missing=[Missing("1", 2)]))
    [one, two] = shop.oms.order("o-1").fulfillments

    assert [task.quantity for task in shop.oms.fulfillment(one).tasks] == [1]
    assert shop.oms.fulfillment(one).stage == "picked"
    assert shop.oms.available("TEA", "berlin", condition="suspect") == 2
    assert sum(task.quantity for task in shop.oms.fulfillment(two).tasks) == 2
    laws.check(shop.oms)


def test_a_count_settles_what_was_suspect() -> None:
    """Somebody looked: the two are gone from the suspect shelf, and nine are on the other."""
    shop = a_shop().given(an_order(3), PickFulfillment("o-1.1", missing=[Missing("1", 2)]))
    before = shop.oms.available("TEA", "berlin")
    shop.given(
        CountStock(node="berlin", sku="TEA", counted=0, document="c-1", condition="suspect"),
    )

    assert shop.oms.available("TEA", "berlin", condition="suspect") == 0
    assert shop.oms.available("TEA", "berlin") == before
    laws.check(shop.oms)


def test_work_of_which_nothing_was_found_is_sourced_elsewhere_as_a_whole() -> None:
    """Its parcel will never leave."""
    shop = a_shop().given(an_order(3), PickFulfillment("o-1.1", missing=[Missing("1", 3)]))

    assert shop.oms.fulfillment("o-1.1").stage == "shorted"
    assert shop.oms.order("o-1").stages == {"released": 3}
    shop.ignores(ShipFulfillment("o-1.1"), NotNow("ship", "shorted"))


def test_no_more_is_missing_than_was_asked_for() -> None:
    """A typing error is no theft."""
    a_shop().given(an_order(3)).refuses(
        PickFulfillment("o-1.1", missing=[Missing("1", 4)]),
        MoreMissingThanAsked(LineId("1"), missing=4, asked=3),
    )


def test_a_short_pick_of_one_line_leaves_the_others_alone() -> None:
    """One parcel of two lines goes on with what was found."""
    shop = a_shop({"berlin": {"TEA": 5, "POT": 1}}).given(
        an_order(*some_lines(("TEA", 2), ("POT", 1))),
        PickFulfillment("o-1.1", missing=[Missing("2", 1)]),
        ShipFulfillment("o-1.1"),
    )

    assert shop.oms.order("o-1").stages == {"shipped": 2, "backordered": 1}
    told = [one.event for one in shop.events() if isinstance(one.event, TasksLowered)]
    assert [(one.cause, one.tasks[0].sku) for one in told] == [("short", "POT")]


def test_a_parcel_that_comes_back_or_is_lost_has_left_the_stock() -> None:
    """It was shipped: what comes back is a return, what is lost is a claim."""
    for report, stage in (ReturnToSender, "returned_to_sender"), (LoseFulfillment, "lost"):
        shop = a_shop().given(an_order(3), ShipFulfillment("o-1.1"), report("o-1.1"))

        assert shop.oms.order("o-1").status == stage
        assert shop.oms.available("TEA", "berlin") == 7
        shop.ignores(DeliverFulfillment("o-1.1"), NotNow("deliver", stage))
        laws.check(shop.oms)


def test_reports_that_come_late_or_again_change_nothing() -> None:
    """A scanner sends its buffer twice, in the wrong order."""
    shop = a_shop().given(an_order(3), ShipFulfillment("o-1.1", tracking="1Z9"))
    before = shop.oms.order("o-1")
    for report in PickFulfillment("o-1.1"), AcceptFulfillment("o-1.1"), ShipFulfillment("o-1.1"):
        shop.ignores(report, NotNow(report.move, "shipped"))

    assert shop.oms.order("o-1") == before
    assert shop.oms.fulfillment("o-1.1").tracking == "1Z9"


def test_no_more_is_shipped_than_was_released() -> None:
    """Over-shipment cannot be said: a report names the work, and the work has its units."""
    shop = a_shop().given(an_order(3), ShipFulfillment("o-1.1"))
    shop.ignores(ShipFulfillment("o-1.1"), NotNow("ship", "shipped"))

    assert shop.oms.order("o-1").stages == {"shipped": 3}
    assert shop.oms.available("TEA", "berlin") == 7


def test_a_report_of_work_that_nobody_gave_is_refused() -> None:
    """It is for somebody else."""
    report = PickFulfillment("o-7.1")

    a_shop().refuses(report, NoSuchFulfillment(report.fulfillment))


def test_a_node_that_ships_what_the_book_lost_mends_the_book() -> None:
    """Everything was counted away while the parcel stood packed: it left, so it was there."""
    shop = a_shop({"berlin": {"TEA": 3}}).given(
        an_order(3),
        PickFulfillment("o-1.1"),
        CountStock(node="berlin", sku="TEA", counted=0, document="c-1"),
        ShipFulfillment("o-1.1"),
    )

    assert shop.oms.order("o-1").status == "shipped"
    assert shop.oms.available("TEA", "berlin") == 0
    laws.check(shop.oms)
