"""With which status a command ends, and what it says about it."""

from __future__ import annotations

import sys

DONE = 0
"""All is well."""

DIFFERS = 1
"""The audit has found differences."""

WRONG = 2
"""What was asked for is not there, or cannot be read; nothing was changed."""

BROKEN = 3
"""A law does not hold, by a bug or by damaged storage, or the storage failed."""

INTERRUPTED = 130
"""Interrupted from outside; the same command goes on where it was."""


def told(problem: str, code: int = WRONG) -> int:
    """Say what is wrong, in one line, and end with *code*."""
    print(f"omscore: {' '.join(problem.split())}", file=sys.stderr)
    return code
