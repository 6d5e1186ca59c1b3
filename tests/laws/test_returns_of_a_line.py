"""Law 9: over several returns of a line, no more comes back than went out."""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from omscore.kernel.errors import Refused
from omscore.lifecycle.fulfillment.messages import ShipFulfillment
from omscore.lifecycle.returns import messages as back
from omscore.testing import laws
from omscore.testing.builders import DAY, a_shop, an_order, of_line

ids = st.sampled_from(["r-1", "r-2", "r-3"])
some = st.integers(1, 4)


class Returns(RuleBasedStateMachine):
    """An order of which some units were shipped, and three returns.

    The model knows of each return its stage and how many units it stands for.
    """

    @initialize(ordered=st.integers(2, 8), stock=st.integers(1, 8))
    def ship(self, ordered: int, stock: int) -> None:
        """As much as there is."""
        self.shop = a_shop({"berlin": {"TEA": stock}})
        self.shop.given(an_order(ordered), ShipFulfillment("o-1.1"))
        self.shipped, self.returns = min(ordered, stock), dict[str, tuple[str, int]]()
        self.regained = 0

    @rule(id_=ids, units=some)
    def announce(self, id_: str, units: int) -> None:
        """Once, and no more than is left."""
        asked = back.AnnounceReturn(id_, order="o-1", lines=of_line(units))
        if self.asks(asked, may=id_ not in self.returns and units <= self.left()):
            self.returns[id_] = ("announced", units)

    @rule(id_=ids, units=some)
    def receive(self, id_: str, units: int) -> None:
        """Announced or not; fewer or more than announced; again."""
        stage, announced = self.returns.get(id_, ("unknown", 0))
        fits = units <= self.left() + announced
        report = back.ReceiveReturn(id_, order="o-1", node="berlin", lines=of_line(units))
        if stage == "unknown":
            applied = self.asks(report, may=fits)
        else:
            applied = fits and stage == "announced"
            [first, *_] = self.shop.oms.do(report).events
            ignored = any(
                isinstance(one.event, back.ReturnReportIgnored)
                for one in self.shop.events()
                if one.causation == first.causation
            )
            assert ignored != applied
        if applied:
            self.returns[id_] = ("received", units)

    @rule(id_=ids, damaged=st.integers(0, 2))
    def grade(self, id_: str, damaged: int) -> None:
        """Graded goods are accepted and restocked by themselves."""
        stage, units = self.returns.get(id_, ("unknown", 1))
        good = max(0, units - damaged)
        grades = [back.Grade("1", sellable=good, damaged=units - good)]
        if self.asks(back.GradeReturn(id_, grades=grades), may=stage == "received"):
            self.returns[id_] = ("restocked", units)
            self.regained += good

    @rule(id_=ids)
    def cancel(self, id_: str) -> None:
        """Only what has not come."""
        stage, units = self.returns.get(id_, ("unknown", 0))
        if self.asks(back.CancelReturn(id_), may=stage == "announced"):
            self.returns[id_] = ("canceled", units)

    @rule(id_=ids, step=st.sampled_from([back.AcceptReturn, back.RestockReturn, back.RefuseReturn]))
    def too_late(self, id_: str, step: type[back.AcceptReturn | back.RestockReturn]) -> None:
        """What happened by itself cannot be done again."""
        self.asks(step(id_), may=False)

    @rule()
    def wait(self) -> None:
        """What does not come lapses after sixty days."""
        self.shop.after(DAY * 61)
        for id_, (stage, units) in self.returns.items():
            if stage == "announced":
                self.returns[id_] = ("canceled", units)

    @invariant()
    def the_model_and_the_shop_agree(self) -> None:
        """Stage by stage, and in sum."""
        for id_, (stage, _) in self.returns.items():
            assert self.shop.oms.return_(id_).stage == stage
        line = self.shop.oms.order("o-1").lines["1"]  # type: ignore[index]
        assert line.returning == self.shipped - self.left() <= self.shipped

    @invariant()
    def the_books_are_in_order(self) -> None:
        """Every law, and the audit."""
        laws.check(self.shop.oms)

    def left(self) -> int:
        """How many units may still come back."""
        standing = [units for stage, units in self.returns.values() if stage != "canceled"]
        return self.shipped - sum(standing)

    def asks(self, command: object, *, may: bool) -> bool:
        """Whether it was done, which is exactly when it may be."""
        before: Sequence[object] = self.shop.events()
        try:
            self.shop.oms.do(command)
        except Refused as refused:
            assert refused.reasons
            assert self.shop.events() == before
            assert not may
            return False
        assert may
        return True


TestReturns = Returns.TestCase
TestReturns.settings = settings(max_examples=40, stateful_step_count=20)
