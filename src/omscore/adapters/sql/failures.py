"""What a database says went wrong, as what the caller does next.

Messages leave out values: they may be personal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from omscore.kernel.errors import Broken, Conflict, OmsError, Unavailable, Unreadable

# A serialization failure, a deadlock, a lock that is not waited for, a key that is there already.
_LOST = frozenset({"40001", "40P01", "55P03", "23505"})
_LOST_IN_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_ROWID",
)


@contextmanager
def typed() -> Iterator[None]:
    """Errors of a database become `Conflict`, `Unavailable`, `Unreadable` or `Broken`."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _typed(error.orig) from None
    except (exc.TimeoutError, sqlite3.Error) as error:
        raise _typed(error) from None
    except (OverflowError, UnicodeEncodeError) as error:
        raise Unreadable(f"text or a number that cannot be kept ({type(error).__name__})") from None


def _typed(error: BaseException | None) -> OmsError:
    state = getattr(error, "sqlstate", None) or ""
    name = getattr(error, "sqlite_errorname", None) or ""
    code = state or name or type(error).__name__
    if state in _LOST or name.startswith(_LOST_IN_SQLITE):
        return Conflict(f"somebody else was faster ({code})")
    if state.startswith("22"):
        return Unreadable(f"text or a number that cannot be kept ({code})")
    if state.startswith("23") or name.startswith("SQLITE_CONSTRAINT"):
        return Broken(f"the database refused what breaks a law of its tables ({code})")
    return Unavailable(f"the database failed, the outcome may be unknown ({code}: {_said(error)})")


def _said(error: BaseException | None) -> str:
    """The first line of the message: the rest may quote a row."""
    diagnosis = getattr(error, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    return primary or str(error).partition("\n")[0]
