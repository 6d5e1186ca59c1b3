"""From constructs of SQLAlchemy Core to text, once; and parameters by position.

A statement on many rows takes them as a table of `VALUES` of a few fixed lengths, padded with
nulls, so that drivers can keep it prepared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlalchemy import (
    CTE,
    BindParameter,
    ClauseElement,
    Dialect,
    Text,
    bindparam,
    column,
    values,
)

from omscore.kernel.errors import ensure

LENGTHS = (1, 4, 16, 64, 256)
# One row for a driver that repeats a statement quickly by itself, or as many as there are.
Repeated = str | Mapping[int, str]

_ROW = re.compile(r"(?<=VALUES )(\([^()]*\))")


def padded(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, list[Any]]]:
    """*rows* as flat parameters, in pieces of one of `LENGTHS`, which stands before each."""
    for start in range(0, len(rows), LENGTHS[-1]):
        piece = rows[start : start + LENGTHS[-1]]
        length = next(n for n in LENGTHS if n >= len(piece))
        flat = [one for row in piece for one in row]
        yield length, flat + [None] * (len(piece[0]) * (length - len(piece)))


def wanted(**types: Any) -> CTE:
    """A row of parameters of these *types*, as a table."""
    row = tuple(bindparam(f"wanted_{name}", type_=type_) for name, type_ in types.items())
    return values(*(column(name, type_) for name, type_ in types.items())).data([row]).cte("wanted")


def given(name: str, type_: Any = Text) -> BindParameter[Any]:
    """A parameter."""
    return bindparam(name, type_=type_)


@frozen
class Compiler:
    """Compiles for a dialect, with parameters by position however the engine passes its own."""

    dialect: Dialect
    postgres: bool

    @classmethod
    def of(cls, dialect: Dialect) -> Compiler:
        """A compiler for SQLite or PostgreSQL; ValueError for another database or driver."""
        styles = {"sqlite+pysqlite": "qmark", "postgresql+psycopg": "format"}
        name = f"{dialect.name}+{dialect.driver}"
        if name not in styles:
            raise ValueError(f"a store is on one of {', '.join(styles)}, not on {name}")
        made: Any = type(dialect)
        return cls(made(paramstyle=styles[name]), dialect.name == "postgresql")

    def text(self, statement: ClauseElement) -> str:
        """The text of *statement*, which takes each parameter once and has no constants."""
        compiled: Any = statement.compile(dialect=self.dialect)
        asked = [str(one) for one in compiled.positiontup]
        constants = [one for one in asked if compiled.params[one] is not None]
        ensure(not constants and len(set(asked)) == len(asked), "each parameter stands once")
        return str(compiled)

    def texts(self, statement: ClauseElement) -> Mapping[int, str]:
        """The text of *statement*, which takes one `wanted` row, for each of `LENGTHS`.

        The text is stretched: to compile hundreds of parameters takes the better part of a second.
        """
        before, row, after = _ROW.split(self.text(statement))
        return {length: before + ", ".join([row] * length) + after for length in LENGTHS}

    def repeated(self, one: ClauseElement, many: ClauseElement) -> Repeated:
        """*one* on SQLite, *many* on PostgreSQL.

        SQLite's driver repeats a statement within the process.  That of PostgreSQL sends all of
        them at once, but then logs a warning for each lost race.
        """
        return self.texts(many) if self.postgres else self.text(one)
