"""The key figures of a replay, counted in the events of a store in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import define

from omscore.kernel.ids import OrderId
from omscore.kernel.recorded import Recorded
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.order.order import ORDER
from omscore.oms import Oms
from omscore.replay import figures
from omscore.replay.credits import Matching, match_credits
from omscore.replay.figures import Figures, share
from omscore.replay.history import HistoricCredit, OddRow
from omscore.replay.scenario import Scenario
from omscore.replay.tallies import OrderCount, OrderTally, OtherTally, WorkTally

PAGE = 2_000
MOST_NAMED = 3
GOOD_LENGTH = 12
"""An order of more lines than this makes a long story."""


def count(scenario: Scenario, oms: Oms) -> Figures:
    """The figures of *scenario*, as *oms* has recorded it so far."""
    tallies = Tallies.of(scenario)
    for recorded in every_event(oms):
        tallies.hear(recorded)
    return tallies.result()


def every_event(oms: Oms) -> Iterator[Recorded[object]]:
    """Every event of the store, in the order of saving, read page by page."""
    after = 0
    while True:
        with oms.storage.begin() as unit:
            page = unit.outbox(after, limit=PAGE)
        if not page:
            return
        for outgoing in page:
            yield outgoing.recorded
        after = page[-1].position


@define
class Tallies:
    """All running sums over the events of a replay of *scenario*."""

    scenario: Scenario
    orders: OrderTally
    work: WorkTally
    other: OtherTally
    events: int = 0

    @classmethod
    def of(cls, scenario: Scenario) -> Tallies:
        """Nothing is counted yet."""
        network = scenario.network.whole()
        zones = {node.id: node.zone for node in network.nodes.values()}
        orders = OrderTally(scenario.zone, zones)
        weights = {item.sku: item.weight_g for item in scenario.items}
        work = WorkTally(network, weights, orders.orders)
        return cls(scenario, orders, work, OtherTally(scenario.zone, zones))

    def hear(self, recorded: Recorded[object]) -> None:
        """Count one event."""
        self.events += 1
        if recorded.key.kind == ORDER:
            self.orders.hear(recorded)
            return
        if recorded.key.kind == FULFILLMENT:
            self.work.hear(recorded)
        self.other.hear(recorded)

    def result(self) -> Figures:
        """What was counted so far."""
        scenario, orders, other = self.scenario, self.orders, self.other
        return Figures(
            scenario=scenario.name,
            digest=scenario.digest,
            first_day=scenario.first_day.isoformat(),
            last_day=scenario.last_day.isoformat(),
            currency=scenario.currency,
            asked=figures.Asked(len(orders.orders), orders.lines, orders.units, orders.value),
            promised_at_once=figures.PromisedAtOnce(
                orders.promised_units,
                orders.short_at_once,
                share(orders.promised_units, orders.units),
                orders.orders_in_full,
            ),
            units_by_stage=_sorted(orders.stages),
            parcels=self._parcels(),
            cost=self._cost(),
            days=self._days(),
            disturbances=figures.Disturbances(
                self.work.moves["reject"],
                orders.moves["short"],
                other.declared_short,
                orders.moves["backorder"],
                orders.moves["cancel"],
            ),
            returns=figures.Returns(
                other.returns, other.units_returned, other.sellable, other.damaged
            ),
            supplies=figures.Supplies(
                len(other.expected),
                other.supplies_in_time,
                other.supplies_late,
                other.units_supplied,
            ),
            adjusted=figures.Adjusted(other.written_off, other.found),
            credits=self._credits(),
            refused=_sorted(other.refused),
            ignored=_sorted(other.ignored),
            work_items=_sorted(other.work_items),
            odd_rows=_odd_rows(scenario.odd_rows),
            rows=_rows(scenario),
            faults=_sorted(Counter(fault.reason.code for fault in scenario.faults)),
            events=self.events,
            worth_explaining=_worth_explaining(orders.orders),
        )

    def _parcels(self) -> figures.Parcels:
        work, orders = self.work, self.orders.orders.values()
        sent = sum(order.parcels > 0 for order in orders)
        split = sum(order.parcels > 1 for order in orders)
        return figures.Parcels(
            work.released,
            work.moves["ship"],
            work.moves["deliver"],
            sent,
            share(work.moves["ship"], sent),
            split,
            share(split, sent),
        )

    def _cost(self) -> figures.Cost:
        sent = sum(order.parcels > 0 for order in self.orders.orders.values())
        return figures.Cost(
            self.orders.planned_cost,
            self.work.cost,
            share(self.work.cost, self.work.moves["ship"]),
            share(self.work.cost, sent),
        )

    def _days(self) -> figures.Days:
        orders = self.orders
        return figures.Days(
            share(orders.promised_days, orders.promised_units),
            share(orders.achieved_days, orders.moves["deliver"]),
            orders.units_with_promise,
            orders.units_in_time,
            share(orders.units_in_time, orders.units_with_promise),
        )

    def _credits(self) -> figures.Credits:
        notes = [one for one in self.scenario.events if isinstance(one, HistoricCredit)]
        matching = match_credits(self.scenario.events)
        matched = sum(one.quantity for some in matching.matches.values() for one in some)
        canceled, returned = self.orders.moves["cancel"], self.other.units_returned
        return figures.Credits(
            len(notes),
            sum(len(note.lines) for note in notes),
            sum(line.quantity for note in notes for line in note.lines),
            matched,
            canceled,
            returned,
            matched - canceled - returned,
            _unmatched(matching),
        )


def _sorted(counter: Mapping[str, int]) -> dict[str, int]:
    """What was counted at least once, by name."""
    return {name: counter[name] for name in sorted(counter) if counter[name]}


def _unmatched(matching: Matching) -> dict[str, figures.Unmatched]:
    lines, units = Counter[str](), Counter[str]()
    for one in matching.unmatched:
        lines[one.reason.code] += 1
        units[one.reason.code] += one.quantity
    return {code: figures.Unmatched(lines[code], units[code]) for code in sorted(lines)}


def _odd_rows(rows: Iterable[OddRow]) -> dict[str, figures.OddRows]:
    count, amount = Counter[str](), Counter[str]()
    for row in rows:
        count[row.code.treatment] += 1
        amount[row.code.treatment] += row.amount.minor
    return {name: figures.OddRows(count[name], amount[name]) for name in sorted(count)}


def _rows(scenario: Scenario) -> dict[str, int]:
    tally = scenario.tally
    return {
        "orders": tally.order_lines,
        "credit_notes": tally.credit_lines,
        "adjustments": tally.adjustments,
        "odd": tally.odd_rows,
        "faults": tally.faults,
    }


def _worth_explaining(orders: Mapping[OrderId, OrderCount]) -> dict[str, tuple[str, ...]]:
    """The few orders about which there is most to tell, the short ones first; and what it is."""
    rated = sorted(
        (order.lines > GOOD_LENGTH, -len(order.marks), order.lines, id_)
        for id_, order in orders.items()
        if order.marks
    )
    return {id_: tuple(sorted(orders[OrderId(id_)].marks)) for *_, id_ in rated[:MOST_NAMED]}
