"""What tests of several packages share: a PostgreSQL server, where one answers.

`OMSCORE_POSTGRES_URL` says where; each session makes a schema of its own there and drops it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    """The server; where none answers, the test is skipped, or fails in continuous integration."""
    url = os.environ.get("OMSCORE_POSTGRES_URL", POSTGRES)
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except DBAPIError as error:
        said = f"no PostgreSQL answers (OMSCORE_POSTGRES_URL says where): {type(error).__name__}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _schema(postgres: Engine) -> Iterator[str]:
    name = f"omscore_test_{secrets.token_hex(6)}"
    with postgres.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield name
    with postgres.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture
def postgres_url(postgres: Engine, _schema: str) -> Iterator[URL]:
    """The address of a schema in which nothing is; whatever the test creates is dropped."""
    found = make_url(os.environ.get("OMSCORE_POSTGRES_URL", POSTGRES))
    yield found.update_query_dict({"options": f"-csearch_path={_schema}"})
    with postgres.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {_schema} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {_schema}"))
