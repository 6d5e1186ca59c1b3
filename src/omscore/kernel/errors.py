"""What omscore raises on purpose, named by what the caller does next.

Every error is an `OmsError`.  After every one of them but `Unavailable` nothing has changed.
"""

from __future__ import annotations

from omscore.kernel.reason import Reason


class OmsError(Exception):
    """Base of every error that this library raises on purpose."""


class Refused(OmsError):
    """The domain says no: show the *reasons*; asking the same again will not help."""

    def __init__(self, *reasons: Reason) -> None:
        super().__init__(*reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(str(reason) for reason in self.reasons)


class Conflict(OmsError):
    """What was read is no longer true: load again and retry."""


class Unavailable(OmsError):
    """A port failed, and the outcome may be unknown: ask before retrying."""


class Unreadable(OmsError):
    """Something from outside does not have the shape it must have: mend it.

    *path* says where, as in `$.lines[3].quantity`; *problem* says what, never repeating the
    offending text, since it may be personal.
    """

    def __init__(self, problem: str, path: str = "$") -> None:
        super().__init__(problem, path)
        self.problem = problem
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"

    def under(self, prefix: str) -> Unreadable:
        """The same problem, seen from one level further out: `$` becomes *prefix*."""
        return Unreadable(self.problem, prefix + self.path.removeprefix("$"))


class Broken(OmsError):
    """A law does not hold, by a bug or by damaged storage: tell a person."""


def ensure(holds: bool, law: str) -> None:
    """Stop with `Broken` unless *law* holds; cheap enough to stay on in production."""
    if not holds:
        raise Broken(law)
