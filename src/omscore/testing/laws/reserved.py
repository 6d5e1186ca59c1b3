"""Laws about reservations: each unit exits once, and an answer says what is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from omscore.atp.position import position_id
from omscore.atp.requests import Kept, StockAnswered
from omscore.atp.reservations import (
    RESERVATION,
    Reservation,
    ReservationEnded,
    ReservationEvent,
    ReservationRaised,
    StockReserved,
    evolve,
)
from omscore.testing.laws.books import Books


def each_reserved_unit_exits_once(books: Books) -> Iterable[str]:
    """Law 5: reserved = open + consumed + freed + expired, by counting events."""
    reserved, gone = Counter[str](), Counter[str]()
    for id_, event in books.events(StockReserved):
        if reserved[id_]:
            yield f"{id_} was granted twice"
        reserved[id_] += event.quantity
    for id_, raised in books.events(ReservationRaised):
        reserved[id_] += raised.units
    for id_, ended in books.events(ReservationEnded):
        gone[id_] += ended.quantity
    for id_, held in books.all(RESERVATION):
        if held.open != reserved[id_] - gone[id_] or held.open < 0:
            yield f"{id_} has {held.open} open units of {reserved[id_]}, {gone[id_]} left"


def late_calls_change_nothing(books: Books) -> Iterable[str]:
    """Law 5: what has ended stays as it ended, and an epoch never falls."""
    for key, history in books.histories().items():
        held: Reservation | None = None
        for one in history if key.kind == RESERVATION else ():
            if held is not None and not held.open:
                yield f"{key} had ended before {one.id}"
            if isinstance(one.event, ReservationEvent):
                before, held = held, evolve(held, one.event)
                if before is not None and held.epoch < before.epoch:
                    yield f"{key} fell from epoch {before.epoch} to {held.epoch}"


def it_sits_where_it_may(books: Books) -> Iterable[str]:
    """A reservation of a group sits at one of its nodes, whoever moved it."""
    for id_, held in books.all(RESERVATION):
        if held.group and held.position.partition("/")[0] not in held.group:
            yield f"{id_} is at {held.position}, where it may not be"


def answers_are_what_is_kept(books: Books) -> Iterable[str]:
    """What an owner is told of his reservations is how they stood just then."""
    held = dict[str, Reservation]()
    for one in books.told:
        if isinstance(one.event, ReservationEvent):
            held[one.key.id] = evolve(held.get(one.key.id), one.event)
        if isinstance(one.event, StockAnswered):
            for grant in one.event.grants:
                if not grant.kept and not grant.why:
                    yield f"{one.key} was answered with nothing"
                for kept in grant.kept:
                    if (found := held.get(kept.reservation)) is None or _told(found) != _said(kept):
                        yield f"{one.key} was told of {kept}, which is {found}"


def _told(held: Reservation) -> tuple[object, ...]:
    return held.position, held.day, held.open, held.epoch, held.expires_at


def _said(kept: Kept) -> tuple[object, ...]:
    at = position_id(kept.node, kept.sku)
    return at, kept.day, kept.quantity, kept.epoch, kept.expires_at
