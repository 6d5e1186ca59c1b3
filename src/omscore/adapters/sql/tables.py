"""The tables.  Hosts that migrate their database themselves take `metadata` into their own.

To keep them apart from other tables on PostgreSQL, give the role or the connection a
`search_path`.  Instants are ISO 8601 text of one length in UTC, which sorts as time does and reads
the same everywhere; what is sorted is compared byte by byte, as Python does.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

_word = Text().with_variant(Text(collation="C"), "postgresql")
_whole = BigInteger().with_variant(Integer(), "sqlite")

# What an aggregate or a process is now.  `word` is the list that it is on, `margin` what must never
# fall below zero (units that a position has beyond its promises, open units of a reservation), and
# `digest` stands for the body, so that a reader who has it already need not be sent it again.
state = Table(
    "omscore_state",
    metadata,
    Column("tenant", _word, nullable=False),
    Column("kind", _word, nullable=False),
    Column("id", _word, nullable=False),
    Column("version", _whole, nullable=False),
    Column("word", _word),
    Column("margin", _whole, CheckConstraint("margin >= 0", name="omscore_state_margin")),
    Column("digest", _whole, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "kind", "id", name="omscore_state_pk"),
    CheckConstraint("version >= 1", name="omscore_state_version"),
)
Index(
    "omscore_state_listed",
    state.c.tenant,
    state.c.kind,
    state.c.word,
    state.c.id,
    sqlite_where=state.c.word.is_not(None),
    postgresql_where=state.c.word.is_not(None),
)

# What happened.  Rows are never changed; `place` is the order of saving.
event = Table(
    "omscore_event",
    metadata,
    Column("place", _whole, primary_key=True, autoincrement=False),
    Column("tenant", _word, nullable=False),
    Column("id", _word, nullable=False),
    Column("kind", _word, nullable=False),
    Column("key_id", _word, nullable=False),
    Column("version", _whole, nullable=False),
    Column("name", _word, nullable=False),
    Column("shape", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("occurred_at", _word, nullable=False),
    Column("recorded_at", _word, nullable=False),
    Column("actor", Text, nullable=False),
    Column("causation", _word, nullable=False),
    Column("sequence", _whole),
    UniqueConstraint("tenant", "id", name="omscore_event_id"),
    UniqueConstraint("tenant", "kind", "key_id", "version", name="omscore_event_version"),
    CheckConstraint("version >= 1", name="omscore_event_version_counts"),
    CheckConstraint("shape >= 1", name="omscore_event_shape_counts"),
)
Index("omscore_event_place", event.c.tenant, event.c.place)

# What waits.
todo = Table(
    "omscore_todo",
    metadata,
    Column("tenant", _word, nullable=False),
    Column("id", _word, nullable=False),
    Column("due", _word, nullable=False),
    Column("kind", _word, nullable=False),
    Column("key_id", _word, nullable=False),
    Column("command", Text, nullable=False),
    Column("causation", _word, nullable=False),
    Column("tries", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "id", name="omscore_todo_pk"),
    CheckConstraint("tries >= 0", name="omscore_todo_tries"),
    sqlite_with_rowid=False,
)
Index("omscore_todo_due", todo.c.tenant, todo.c.due, todo.c.id)

# Which commands were done, for those who ask twice.
answer = Table(
    "omscore_answer",
    metadata,
    Column("tenant", _word, nullable=False),
    Column("command", _word, nullable=False),
    Column("digest", _word, nullable=False),
    Column("events", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "command", name="omscore_answer_pk"),
    CheckConstraint("events >= 0", name="omscore_answer_events"),
    sqlite_with_rowid=False,
)
