"""A store in SQLite or PostgreSQL, through SQLAlchemy Core.  Needs the extra `sql`."""

from omscore.adapters.sql.engines import tune
from omscore.adapters.sql.store import JoinedStore, SqlStore
from omscore.adapters.sql.tables import metadata

__all__ = ["JoinedStore", "SqlStore", "metadata", "tune"]
