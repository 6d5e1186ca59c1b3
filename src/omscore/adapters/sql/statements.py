"""Every statement, written in SQLAlchemy Core and compiled once for a dialect.

Sending text with `exec_driver_sql` takes half the time of executing the construct.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from sqlalchemy import (
    CTE,
    BigInteger,
    ClauseElement,
    ColumnElement,
    Dialect,
    Integer,
    Select,
    Table,
    Text,
    and_,
    case,
    delete,
    func,
    insert,
    literal_column,
    null,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from omscore.adapters.sql.compiling import Compiler, Repeated, given, wanted
from omscore.adapters.sql.tables import answer, event, state, todo

# A place on PostgreSQL is the transaction and, in these many bits, the ordinal of the event in it.
# 43 bits are left for transactions: 27 years at ten thousand a second.
ORDINAL_BITS = 20
EVERY = 2**31 - 1
"""A limit that is none."""
OWN = "pg_current_xact_id()::text::bigint"
OLDEST_OPEN = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"

_RECORDED = [one for one in event.c if one.name not in ("place", "tenant")]
_WAITING = [one for one in todo.c if one.name != "tenant"]


@frozen
class Statements:
    """The text of each statement, for one dialect; by length where it takes many rows.

    Parameters: *states* (n, kind, id, digest)* tenant; *versions* (n, kind, id)* tenant; *events*
    (n, id)* tenant; *history* (kind, id)* tenant; *since* (tenant, kind, id, moment)* tenant;
    *listed* tenant kind word limit; *named* tenant kind first after limit; *answer* tenant command;
    *due* tenant until limit; *outbox* tenant after limit; *change* version word margin digest body
    tenant kind id expected; *erase* tenant kind id; *finish* tenant id.  What adds rows takes their
    columns.
    """

    states: Mapping[int, str]
    versions: Mapping[int, str]
    events: Mapping[int, str]
    history: Mapping[int, str]
    since: Mapping[int, str]
    listed: str
    named: str
    answer: str
    due: str
    outbox: str
    place: str
    change: Repeated
    add: Repeated
    erase: Repeated
    tell: Repeated
    finish: Repeated
    postpone: Repeated
    reply: Repeated

    @classmethod
    def of(cls, dialect: Dialect) -> Statements:
        """The statements in the words of *dialect*; ValueError if it is none of the two."""
        on = Compiler.of(dialect)
        return cls(
            states=on.texts(_states()),
            versions=on.texts(_versions(locking=on.postgres)),
            events=on.texts(_events()),
            history=on.texts(_history()),
            since=on.texts(_since()),
            listed=on.text(_listed()),
            named=on.text(_named()),
            answer=on.text(_answer()),
            due=on.text(_due()),
            outbox=on.text(_outbox(settled=on.postgres)),
            place=on.text(_place()) if on.postgres else "",
            change=on.repeated(_change(), _change_all()),
            add=on.repeated(insert(state), _add_all(state)),
            erase=on.repeated(_erase(), _erase_all()),
            tell=on.repeated(insert(event), _add_all(event)),
            finish=on.repeated(_finish(), _finish_all()),
            postpone=on.repeated(
                sqlite.insert(todo).on_conflict_do_nothing(),
                _add_all(todo).on_conflict_do_nothing(),
            ),
            reply=on.repeated(insert(answer), _add_all(answer)),
        )


def _at(asked: CTE) -> ColumnElement[bool]:
    """The state of a wanted key."""
    return and_(
        state.c.tenant == given("tenant"),
        state.c.kind == asked.c.kind,
        state.c.id == asked.c.id,
    )


def _states() -> Select[Any]:
    """Version, margin and body of each key; no body where the reader has it, by its digest."""
    asked = wanted(n=Integer, kind=Text, id=Text, digest=BigInteger)
    news = case((state.c.digest == asked.c.digest, null()), else_=state.c.body)
    found = asked.outerjoin(state, _at(asked))
    return select(asked.c.n, state.c.version, state.c.margin, state.c.digest, news).select_from(
        found
    )


def _versions(*, locking: bool) -> Select[Any]:
    """The version of each key that is there; on PostgreSQL nobody changes it until we are done.

    Whoever holds the lock is about to change the row, so it is not worth waiting for; and since
    nobody waits who has locked a guard, guards never lead to a deadlock.
    """
    asked = wanted(n=Integer, kind=Text, id=Text)
    found = asked.join(state, _at(asked))
    query = select(asked.c.n, state.c.version).select_from(found).order_by(asked.c.n)
    return query.with_for_update(read=True, nowait=True, of=state) if locking else query


def _events() -> Select[Any]:
    asked = wanted(n=Integer, id=Text)
    same = and_(event.c.tenant == given("tenant"), event.c.id == asked.c.id)
    return select(asked.c.n, *_RECORDED).select_from(asked.join(event, same))


def _history() -> Select[Any]:
    asked = wanted(kind=Text, id=Text)
    same = and_(
        event.c.tenant == given("tenant"),
        event.c.kind == asked.c.kind,
        event.c.key_id == asked.c.id,
    )
    return select(event.c.place, *_RECORDED).select_from(asked.join(event, same))


def _since() -> Select[Any]:
    """Events beyond the last one that was recorded by a moment, which is sought from the latest."""
    asked, before = wanted(tenant=Text, kind=Text, id=Text, moment=Text), event.alias("before")
    last = (
        select(before.c.version)
        .where(
            before.c.tenant == asked.c.tenant,
            before.c.kind == asked.c.kind,
            before.c.key_id == asked.c.id,
            before.c.recorded_at <= asked.c.moment,
        )
        .order_by(before.c.version.desc())
        .limit(literal_column("1"))
        .offset(literal_column("0"))
        .correlate(asked)
        .scalar_subquery()
    )
    same = and_(
        event.c.tenant == given("tenant"),
        event.c.kind == asked.c.kind,
        event.c.key_id == asked.c.id,
        event.c.version > func.coalesce(last, literal_column("0")),
    )
    return select(event.c.place, *_RECORDED).select_from(asked.join(event, same))


def _listed() -> Select[Any]:
    on_it = and_(
        state.c.tenant == given("tenant"),
        state.c.kind == given("kind"),
        state.c.word == given("word"),
    )
    return _first(select(state.c.id).where(on_it).order_by(state.c.id))


def _named() -> Select[Any]:
    """Ids from one on, but beyond another; the reader stops where they begin otherwise."""
    on_it = and_(
        state.c.tenant == given("tenant"),
        state.c.kind == given("kind"),
        state.c.id >= given("first"),
        state.c.id > given("after"),
    )
    return _first(select(state.c.id).where(on_it).order_by(state.c.id))


def _answer() -> Select[Any]:
    asked = and_(answer.c.tenant == given("tenant"), answer.c.command == given("command"))
    return select(answer.c.digest, answer.c.events).where(asked)


def _due() -> Select[Any]:
    by_then = and_(todo.c.tenant == given("tenant"), todo.c.due <= given("until"))
    return _first(select(*_WAITING).where(by_then).order_by(todo.c.due, todo.c.id))


def _outbox(*, settled: bool) -> Select[Any]:
    # SQLite has one writer at a time, so places rise in the order of commits.  On PostgreSQL they
    # would not: of two transactions, the one with the lower number may commit last, and a reader
    # that has passed its place would never see it.  So places start with the number of the
    # transaction, and only those below the oldest that is still open are shown: whatever commits
    # later has a number, and so a place, beyond them.
    query = select(event.c.place, *_RECORDED).where(
        event.c.tenant == given("tenant"), event.c.place > given("after", BigInteger)
    )
    if settled:
        query = query.where(event.c.place < literal_column(f"({OLDEST_OPEN} << {ORDINAL_BITS})"))
    return _first(query.order_by(event.c.place))


def _first(query: Select[Any]) -> Select[Any]:
    return query.limit(given("limit", Integer)).offset(literal_column("0"))


def _place() -> Select[Any]:
    """The first place of this transaction, and the highest that is taken."""
    first: ColumnElement[int] = literal_column(f"({OWN} << {ORDINAL_BITS})")
    return select(first, select(func.max(event.c.place)).scalar_subquery())


_NEW = ("version", "word", "margin", "digest", "body")
_OF_A_STATE = [state.c.tenant, state.c.kind, state.c.id]


def _change() -> ClauseElement:
    """New values, then the key and the version that is expected there."""
    at = [one == given(f"at_{one.name}") for one in _OF_A_STATE]
    changed = update(state).where(*at, state.c.version == given("expected", BigInteger))
    return changed.values({name: given(f"new_{name}", state.c[name].type) for name in _NEW})


def _change_all() -> ClauseElement:
    """The same, on rows that are locked in the order of their keys."""
    types = {name: state.c[name].type for name in (*_NEW, "tenant", "kind", "id")}
    asked = wanted(**types, expected=BigInteger)
    there = and_(*(one == asked.c[one.name] for one in _OF_A_STATE))
    still = and_(there, state.c.version == asked.c.expected)
    locked = (
        select(*_OF_A_STATE)
        .select_from(asked.join(state, still))
        .order_by(*_OF_A_STATE)
        .with_for_update(key_share=True, of=state)
        .cte("locked")
    )
    held = [one == locked.c[one.name] for one in _OF_A_STATE]
    return update(state).where(there, *held).values({name: asked.c[name] for name in _NEW})


def _add_all(table: Table) -> postgresql.Insert:
    """Rows of a table, in the order given."""
    asked = wanted(**{one.name: one.type for one in table.c})
    rows = select(*asked.c).where(asked.c.tenant.is_not(None))
    return postgresql.insert(table).from_select(list(table.c), rows)


def _erase() -> ClauseElement:
    return delete(state).where(*(one == given(one.name) for one in _OF_A_STATE))


def _erase_all() -> ClauseElement:
    asked = wanted(**{one.name: one.type for one in _OF_A_STATE})
    return delete(state).where(tuple_(*_OF_A_STATE).in_(select(*asked.c)))


def _finish() -> ClauseElement:
    return delete(todo).where(todo.c.tenant == given("tenant"), todo.c.id == given("id"))


def _finish_all() -> ClauseElement:
    asked = wanted(tenant=todo.c.tenant.type, id=todo.c.id.type)
    return delete(todo).where(tuple_(todo.c.tenant, todo.c.id).in_(select(*asked.c)))
