"""Laws about units: orders, the work at nodes, who waits, and what comes back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from omscore.atp.reservations import RESERVATION
from omscore.lifecycle.fulfillment.fulfillment import FULFILLMENT
from omscore.lifecycle.order.messages import OrderPlaced
from omscore.lifecycle.order.order import ORDER, SENT, sku_of
from omscore.lifecycle.quote.quote import QUOTE
from omscore.lifecycle.returns.returns import RETURN
from omscore.orchestration.backlog import BACKLOG
from omscore.testing.laws.books import Books


def units_add_up(books: Books) -> Iterable[str]:
    """Law 1: per line, ordered = sum over unit groups, every term above zero."""
    asked = {
        (id_, line.id): line.quantity
        for id_, event in books.events(OrderPlaced)
        for line in event.lines
    }
    for id_, order in books.all(ORDER):
        for line_id, line in order.lines.items():
            units = list(line.units.values())
            if sum(units) != asked[id_, line_id] or line.ordered != asked[id_, line_id]:
                yield f"{id_} line {line_id} has {units} of {asked[id_, line_id]} units"
            if min(units) <= 0:
                yield f"{id_} line {line_id} has a group of {min(units)} units"


def reservations_are_what_units_wait_for(books: Books) -> Iterable[str]:
    """Law 2: open reserved units = units allocated and not yet shipped.

    Nothing else holds any, but what a host reserves by itself for a group of nodes.
    """
    ranks = books.configuration.unit_flow.ranks
    wanted = Counter[str]()
    for id_, order in books.all(ORDER):
        for line in order.lines.values():
            for group, quantity in line.units.items():
                waits = ranks["allocated"] <= ranks[group.stage] < ranks["shipped"]
                if (group.reservation is not None) != (waits and not group.made):
                    yield f"{id_}: a unit that is {group.stage} holds {group.reservation}"
                if group.reservation is not None:
                    wanted[group.reservation] += quantity
    for _, quote in books.all(QUOTE):
        if quote.stage == "open":
            for one in quote.opened.reserved:
                if one.reservation is not None:
                    wanted[one.reservation] += one.leg.quantity
    held = Counter({id_: one.open for id_, one in books.all(RESERVATION) if not one.group})
    for id_ in wanted.keys() | held.keys():
        if wanted[id_] != held[id_]:
            yield f"{wanted[id_]} units wait for {id_}, which holds {held[id_]}"


def work_is_what_units_are_at(books: Books) -> Iterable[str]:
    """Law 2, at the node: the tasks of a fulfillment order are the units that name it."""
    named = Counter[tuple[str, str, str]]()
    stages = defaultdict[str, set[str]](set)
    for _, order in books.all(ORDER):
        for line_id, line in order.lines.items():
            for group, quantity in line.units.items():
                if group.fulfillment is not None:
                    named[group.fulfillment, line_id, sku_of(line, group)] += quantity
                    stages[group.fulfillment].add(group.stage)
    tasks = Counter[tuple[str, str, str]]()
    for id_, work in books.all(FULFILLMENT):
        if work.stage in ("rejected", "canceled", "shorted"):
            if stages[id_]:
                yield f"{id_} is {work.stage}, but has units that are {sorted(stages[id_])}"
            continue
        for task in work.tasks:
            tasks[id_, task.line, task.sku] += task.quantity
        at = "released" if work.stage == "accepted" else work.stage
        if stages[id_] != {at}:
            yield f"{id_} is {work.stage}, its units are {sorted(stages[id_])}"
    if named != tasks:
        yield f"units in work are {dict(named)}, tasks are {dict(tasks)}"


def whoever_waits_is_in_the_backlog(books: Books) -> Iterable[str]:
    """Units that are backordered are those in the backlog of their sku, and no others."""
    waiting, queued = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for id_, order in books.all(ORDER):
        for line_id, line in order.lines.items():
            for group, quantity in line.units.items():
                if group.stage == "backordered":
                    waiting[line.asked.sku, id_, line_id] += quantity
    for sku, backlog in books.all(BACKLOG):
        for one in backlog.queue:
            queued[sku, one.order, one.line] += one.quantity
    if waiting != queued:
        yield f"backordered are {dict(waiting)}, queued are {dict(queued)}"


def no_more_returns_than_was_shipped(books: Books) -> Iterable[str]:
    """Law 9: per line, over all returns that stand, no more comes back than was shipped."""
    coming = Counter[tuple[str, str]]()
    for _, found in books.all(RETURN):
        if found.stage not in ("refused", "canceled"):
            coming.update({(found.order, line.line): line.quantity for line in found.lines})
    for id_, order in books.all(ORDER):
        for line_id, line in order.lines.items():
            sent = sum(units for group, units in line.units.items() if group.stage in SENT)
            if not coming[id_, line_id] == line.returning <= sent:
                yield (
                    f"{id_} line {line_id}: {coming[id_, line_id]} on returns, "
                    f"{line.returning} counted, {sent} shipped"
                )
