"""Law 11: reports in any sequence, repeated and late, only ever make the moves of the flow."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from omscore.kernel.errors import Refused
from omscore.lifecycle.fulfillment import messages as work
from omscore.lifecycle.fulfillment.chart import SHIP_FLOW
from omscore.lifecycle.fulfillment.messages import ReportIgnored
from omscore.lifecycle.order.order import ORDER
from omscore.testing import laws
from omscore.testing.builders import DAY, HOUR, a_line, a_shop, an_order

REPORTS = [
    work.AcceptFulfillment,
    work.RejectFulfillment,
    work.PickFulfillment,
    work.PackFulfillment,
    work.ShipFulfillment,
    work.DeliverFulfillment,
    work.ReturnToSender,
    work.LoseFulfillment,
    work.PutBackFulfillment,
    work.ArriveFulfillment,
]
AHEAD = [[2, 3, 4, 5], [0, 2, 4], [4, 6], [4, 7], [4, 9, 5]]
which = st.integers(0, 9)


class Nodes(RuleBasedStateMachine):
    """An order in two parcels.  The model is the bare table: a stage for each fulfillment order."""

    @initialize(quantity=st.integers(2, 8))
    def place(self, quantity: int) -> None:
        """More than one node can send alone."""
        self.shop = a_shop({"berlin": {"TEA": quantity - 1}, "paris": {"TEA": 9, "POT": 2}})
        self.shop.given(an_order(a_line(quantity), a_line(2, "POT", id="2")))
        self.stages = dict[str, str]()
        self.past = list[work.Report]()

    @rule(n=which, report=st.sampled_from(REPORTS))
    def report(self, n: int, report: type[work.Report]) -> None:
        """Anything, of anything."""
        self.hear(report(self.pick(n)))

    @rule(n=which, way=st.sampled_from(AHEAD))
    def a_usual_way(self, n: int, way: list[int]) -> None:
        """So that chance comes far."""
        for place in way:
            self.hear(REPORTS[place](self.pick(n)))

    @rule(n=which, line=st.sampled_from("12"), missing=st.integers(1, 4))
    def pick_short(self, n: int, line: str, missing: int) -> None:
        """Some units cannot be found; the last of a work may end it."""
        of = self.pick(n)
        before = self.stages[of]
        report = work.PickFulfillment(of, missing=[work.Missing(line, missing)])
        try:
            self.shop.oms.do(report)
        except Refused as refused:
            assert [one.code for one in refused.reasons] == [work.MoreMissingThanAsked.code]
            return
        now = self.shop.oms.fulfillment(of).stage
        assert now == before or (before, now) in {
            (at, to) for at in ("released", "accepted") for to in ("picked", "shorted")
        }
        self.stages[of] = now

    @rule(n=which)
    def recall(self, n: int) -> None:
        """Only what is picked and not yet gone."""
        of = self.pick(n)
        to = SHIP_FLOW.after(self.stages[of], "recall")
        try:
            self.shop.oms.do(work.RecallFulfillment(of))
            assert to is not None
            self.stages[of] = to
        except Refused as refused:
            assert to is None
            assert refused.reasons == (work.NotNow("recall", self.stages[of]),)

    @precondition(lambda self: self.past)
    @rule(n=st.integers(0, 99))
    def again(self, n: int) -> None:
        """A broker delivers at least once."""
        self.hear(self.past[n % len(self.past)])

    @rule(time=st.sampled_from([HOUR, DAY]))
    def wait(self, time: object) -> None:
        """Reports may be late."""
        self.shop.after(HOUR if time == HOUR else DAY)

    @invariant()
    def every_stage_is_that_of_the_table(self) -> None:
        """Nothing but a report moved anything, but work that lost all units has ended."""
        for of, stage in self.stages.items():
            assert self.shop.oms.fulfillment(of).stage == stage

    @invariant()
    def the_books_are_in_order(self) -> None:
        """Every law, and the audit."""
        laws.check(self.shop.oms)

    def pick(self, n: int) -> str:
        """One of the fulfillment orders that there are by now."""
        order = self.shop.oms.get(ORDER.key("o-1"))
        assert order is not None
        for of in order.fulfillments:
            self.stages.setdefault(of, self.shop.oms.fulfillment(of).stage)
        return order.fulfillments[n % len(order.fulfillments)]

    def hear(self, report: work.Report) -> None:
        """It makes the move of the table, or is recorded as ignored."""
        self.past.append(report)
        of = report.fulfillment
        to = SHIP_FLOW.after(self.stages[of], report.move)
        events = [one.event for one in self.shop.oms.do(report).events]
        if to is None:
            why = work.NotNow(report.move, self.stages[of]).noted()
            assert events == [ReportIgnored(report.move, why)]
        else:
            self.stages[of] = to


TestNodes = Nodes.TestCase
TestNodes.settings = settings(max_examples=40, stateful_step_count=20)
