"""Laws 1-6 and 9-12, after each step: orders, stock and time, with anything asked at any moment."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import DataObject

from omscore.lifecycle.order.order import ORDER
from omscore.lifecycle.quote.quote import QUOTE
from omscore.network.capacity import CAPACITY
from omscore.testing import carts, laws, traces
from omscore.testing.builders import a_node, a_shop, three_nodes
from omscore.testing.known import Known, Next
from omscore.testing.laws.books import Books

NARROW = a_node("london", ships_to=["DE", "GB"], capacity={"units": 3})
any_data = st.data()


class Shop(RuleBasedStateMachine):
    """A shop with three nodes, one of which can take three units a day.

    What a rule refers to is what is there, read from the store: so most of it makes sense.
    """

    @initialize(data=any_data)
    def open_shop(self, data: DataObject) -> None:
        """Some stock, and a first order."""
        self.known = Known()
        self.shop = a_shop({}, nodes=three_nodes(NARROW))
        self.shop.play(self.known.count(traces.opening(data.draw)))
        self.ask(traces.place, data)

    @rule(data=any_data)
    def place(self, data: DataObject) -> None:
        """Several orders compete."""
        self.ask(traces.place, data)

    @rule(data=any_data)
    def ask_order(self, data: DataObject) -> None:
        """Cancel, hold, lift, source, release."""
        self.ask(traces.ask_order, data)

    @rule(data=any_data)
    def report(self, data: DataObject) -> None:
        """In any sequence; short picks, rejections, recalls, losses."""
        self.ask(traces.report, data)

    @rule(data=any_data)
    def fulfill(self, data: DataObject) -> None:
        """By the usual way, so that chance walks it often."""
        self.ask(traces.fulfill, data)

    @rule(data=any_data)
    def move_stock(self, data: DataObject) -> None:
        """Receipts, counts up and down, foreign demand."""
        self.ask(traces.receive, data)

    @rule(data=any_data)
    def expect(self, data: DataObject) -> None:
        """Purchase orders and transfers."""
        self.ask(traces.expect, data)

    @rule(data=any_data)
    def change_supply(self, data: DataObject) -> None:
        """Late, less, more, none."""
        self.ask(traces.supply, data)

    @rule(data=any_data)
    def send_back(self, data: DataObject) -> None:
        """Announced or not."""
        self.ask(traces.send_back, data)

    @rule(data=any_data)
    def handle_return(self, data: DataObject) -> None:
        """Received, graded, accepted, refused, restocked, canceled."""
        self.ask(traces.handle_return, data)

    @rule(data=any_data)
    def quote(self, data: DataObject) -> None:
        """Asked for, accepted, withdrawn, or left to expire."""
        self.ask(data.draw(st.sampled_from([traces.request, traces.answer])), data)

    @rule(data=any_data)
    def cart(self, data: DataObject) -> None:
        """A host reserves, commits, extends, moves, frees and consumes by itself."""
        self.ask(data.draw(st.sampled_from([carts.reserve, carts.redeem])), data)

    @rule(data=any_data)
    def wait(self, data: DataObject) -> None:
        """What falls due meanwhile is worked."""
        self.ask(traces.wait, data)

    @invariant()
    def the_books_are_in_order(self) -> None:
        """Every law, and the audit."""
        laws.check(self.shop.oms)

    @invariant()
    def what_is_booked_of_a_day_is_what_leaves_on_it(self) -> None:
        """Law 6, exactly: a day is used with the reservation, and freed with it until shipped."""
        books = Books.of(self.shop.oms)
        used = sum(
            quantity
            for _, order in books.all(ORDER)
            for line in order.lines.values()
            for group, quantity in line.units.items()
            if group.node == "london"
        )
        for _, quote in books.all(QUOTE):
            if quote.stage == "open":
                legs = [one.leg for one in quote.opened.reserved]
                used += sum(leg.quantity for leg in legs if leg.node == "london")
        assert used == sum(one.used for id_, one in books.all(CAPACITY) if id_.startswith("london"))

    def ask(self, following: Next, data: DataObject) -> None:
        """Play what comes next, and learn which work there is now."""
        self.shop.play(self.known.count(following(data.draw, self.known)))
        orders = [one for _, one in Books.of(self.shop.oms).all(ORDER)]
        self.known.fulfillments = [id_ for one in orders for id_ in one.fulfillments]


TestShop = Shop.TestCase
TestShop.settings = settings(max_examples=60, stateful_step_count=25)
