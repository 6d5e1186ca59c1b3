"""One trace, three stores: memory, SQLite and PostgreSQL give equal answers and equal logs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import URL

from omscore.adapters.sql import SqlStore
from omscore.adapters.vocabulary import codec
from omscore.ports.storage import Storage
from omscore.testing import laws, traces
from omscore.testing.builders import a_shop

Opened = Callable[[], Storage]
few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Opened]:
    """A new file each time."""
    opened, numbers = list[SqlStore](), count()

    def open_store() -> Storage:
        opened.append(SqlStore(f"sqlite:///{tmp_path}/{next(numbers)}.db", codec=codec()))
        opened[-1].create_all()
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def on_postgres(postgres_url: URL) -> Iterator[Opened]:
    """A new tenant each time, in one database."""
    opened = list[SqlStore]()

    def open_store() -> Storage:
        opened.append(SqlStore(postgres_url, codec=codec(), tenant=f"law-{token_hex(8)}"))
        opened[-1].create_all()
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@few
@given(traces.traces(least=15, most=30))
def test_sqlite_answers_as_memory_does(on_sqlite: Opened, trace: Sequence[object]) -> None:
    """What is proved in memory holds for the file that a shop runs on."""
    _agree(on_sqlite(), trace)


@pytest.mark.postgres
@few
@given(traces.traces(least=15, most=30))
def test_postgres_answers_as_memory_does(on_postgres: Opened, trace: Sequence[object]) -> None:
    """And for the database that a large one runs on."""
    _agree(on_postgres(), trace)


def _agree(storage: Storage, trace: Sequence[object]) -> None:
    memory, other = a_shop({}), a_shop({}, storage=storage)

    assert other.play(trace) == memory.play(trace)
    assert other.log() == memory.log()
    laws.check(other.oms)
