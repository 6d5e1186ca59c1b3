"""How many orders a second the whole recipe sources: from the question to the decision record.

    python benchmarks/sourcing_pipeline.py [--quick] [--json]

Needs, candidates, eight rules, five costs, the solver, both checks of its plan, the runner-up and
the record with a reason for every node passed over; nothing of it is rendered.  The orders are
the mix of `sourcing_instances` over 50 nodes with calendars and cut-offs, to 40 places.  The same
questions are answered by a priority list and by HiGHS in the place of the exact solver, on one
core, and each has the least of three times.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from functools import partial
from random import Random

from figures import Row, asked, at_least, at_most, percentile, report, timed
from sourcing_instances import LINES, QUANTITIES, a_network, drawn, far

from omscore.kernel.ids import LineId, Method, NodeId, Region, Sku
from omscore.network.facts import Calendar, Lane, LaneName, Network, Node
from omscore.network.plan import Decision
from omscore.sourcing.costs import Handling, Lateness, Preference, Transport, Waiting
from omscore.sourcing.need import Need
from omscore.sourcing.pipeline import source
from omscore.sourcing.policy import Policy
from omscore.sourcing.problem import Solver
from omscore.sourcing.question import Question
from omscore.sourcing.restrictions import TransitAtMost, WeightAtMost
from omscore.sourcing.rules import BUILT_IN
from omscore.sourcing.solvers.exact import Exact
from omscore.sourcing.solvers.greedy import Greedy
from omscore.sourcing.solvers.highs import Highs

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
NODES, PLACES, STANDARD = 50, 40, Method("standard")
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
RULES = (*BUILT_IN, TransitAtMost(7), WeightAtMost(30_000))
COSTS = (
    Transport(),
    Waiting(2),
    Lateness(),
    Handling(parcel=20, unit=5),
    Preference({f"n-{n:03}": 10 * n for n in range(0, NODES, 7)}),
)


def the_network() -> Network:
    """The nodes of the solver benchmark, with working weeks, cut-offs, and a lane to each place."""
    chance = Random("pipeline")
    week = Calendar("week", holidays=[datetime(2026, 3, 6).date()])
    nodes: dict[NodeId, Node] = {}
    lanes: dict[LaneName, Lane] = {}
    places = a_network(NODES, chance)
    for n, place in enumerate(places):
        node = Node(
            f"n-{n:03}",
            zone=ZONES[min(3, int(4 - place.x / 1_000))],
            calendar="week",
            cut_off=time(chance.randint(10, 16)),
            processing_days=chance.choice((0, 0, 1)),
        )
        nodes[node.id] = node
    for number in range(PLACES):
        zones = far(places, chance)
        for node, place, (_, zone) in zip(nodes.values(), places, zones, strict=True):
            lane = Lane(
                node.id,
                f"to-{number:02}",
                transit_days=zone,
                parcel_cost=400 + 100 * zone + chance.randint(0, 100),
                unit_cost=place.handling,
                kg_cost=20 + 12 * zone,
                carrier_calendar="week",
            )
            lanes[lane.node, lane.to, lane.method] = lane
    return Network(nodes, lanes, {week.id: week})


def questions(count: int, lines: int | None = None) -> Iterator[Question]:
    """The mix, or always so many *lines*, each a sku of its own; one in ten is due this week."""
    network = the_network()
    for number in range(count):
        chance = Random(f"question/{number}")
        to, needs, stock = Region(f"to-{chance.randrange(PLACES):02}"), list[Need](), {}
        for line in range(lines or drawn(LINES, chance)):
            sku, carried = Sku(f"sku-{line}"), chance.uniform(0.3, 0.7)
            latest = datetime(2026, 3, 9).date() if chance.random() < 0.1 else None
            weight = round(1_000 * chance.uniform(0.2, 5))
            needs.append(
                Need(
                    LineId(str(line)), sku, drawn(QUANTITIES, chance), to, STANDARD, latest, weight
                )
            )
            for node in network.nodes:
                if chance.random() < carried:
                    stock[node, sku] = [(TODAY, 1 + int(chance.expovariate(1 / 5)))]
        yield Question(tuple(needs), network, NOW, stock)


def answered(some: Sequence[Question], solver: Solver) -> tuple[list[float], list[Decision]]:
    """Each question's time in microseconds, and its decision, checked and recorded."""
    policy = Policy("benchmark", RULES, tiers=(COSTS,), solvers=(solver,))
    answers = [timed(partial(source, one, policy)) for one in some]
    return [taken for taken, _ in answers], [decision for _, decision in answers]


def figures(count: int) -> Iterator[Row]:
    """The rate of each solver in the same pipeline, and what its plans cost."""
    some, name = list(questions(count)), f"whole pipeline, mix, {NODES} nodes"
    times, decisions = answered(some, Exact())
    yield at_least(f"{name}: orders per second", round(1e6 * count / sum(times)), 500, "", "")
    yield Row(f"{name}: median", round(percentile(times, 0.5)), "us", "")
    yield Row(f"{name}: 99th percentile", round(percentile(times, 0.99)), "us", "")
    left = sum(one.bound < one.cost for one in decisions)
    yield Row(f"{name}: orders not proved", left, f"of {count}", "")
    complete = [n for n, one in enumerate(decisions) if not one.short]
    cost = sum(decisions[n].cost for n in complete)
    for what, solver, share in (("a priority list", Greedy(), 1), ("HiGHS", Highs(), 5)):
        few = some[: count // share]
        others, plans = answered(few, solver)
        ours, against = sum(times[: len(few)]), f"{what} in the same pipeline"
        if solver.name == "greedy":
            yield Row(f"{name}: time", round(ours / sum(others), 2), "times", against)
        else:
            yield Row(f"{name}", round(sum(others) / ours, 1), "times faster", against)
        if share == 1:
            more = sum(plans[n].cost for n in complete) / cost - 1
            yield Row(f"{name}: {what} costs", round(100 * more, 1), "% more", "the cheapest plan")


def large(count: int) -> Iterator[Row]:
    """Orders of 200 lines in the same recipe."""
    times, decisions = answered(list(questions(count, lines=200)), Exact())
    name = f"whole pipeline, 200 lines, {NODES} nodes"
    yield at_most(f"{name}: slowest", round(max(times) / 1e6, 2), 1, "s", "")
    left = sum(one.bound < one.cost for one in decisions)
    yield Row(f"{name}: orders not proved", left, f"of {count}", "")


def main() -> int:
    """Print the figures; exit status 1 if one that has a target misses it."""
    options = asked(__doc__).parse_args()
    gc.disable()
    count = 60 if options.quick else 300
    return report([*figures(count), *large(count // 30)], as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
