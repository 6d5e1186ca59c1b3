"""One trace, three stores: memory, SQLite and PostgreSQL give equal answers and equal logs."""

from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import URL

from omscore.adapters.sql import SqlStore
from omscore.adapters.vocabulary import codec
from omscore.testing import laws, traces
from omscore.testing.builders import a_shop

Opened = Callable[[], SqlStore]
few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Opened:
    """A new file each time."""
    numbers = count()
    return lambda: SqlStore(f"sqlite:///{tmp_path}/{next(numbers)}.db", codec=codec())


@pytest.fixture
def on_postgres(postgres_url: URL) -> Opened:
    """A new tenant each time, in one database."""
    return lambda: SqlStore(postgres_url, codec=codec(), tenant=f"law-{token_hex(8)}")


@few
@given(traces.traces(least=15, most=30))
def test_sqlite_answers_as_memory_does(on_sqlite: Opened, trace: Sequence[object]) -> None:
    """What is proved in memory holds for the file that a shop runs on."""
    with closing(on_sqlite()) as store:
        _agree(store, trace)


@pytest.mark.postgres
@few
@given(traces.traces(least=15, most=30))
def test_postgres_answers_as_memory_does(on_postgres: Opened, trace: Sequence[object]) -> None:
    """And for the database that a large one runs on."""
    with closing(on_postgres()) as store:
        _agree(store, trace)


def _agree(storage: SqlStore, trace: Sequence[object]) -> None:
    storage.create_all()
    memory, other = a_shop({}), a_shop({}, storage=storage)

    assert other.play(trace) == memory.play(trace)
    assert other.log() == memory.log()
    laws.check(other.oms)
