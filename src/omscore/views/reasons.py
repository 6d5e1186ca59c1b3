"""The sentence of a reason that was kept as code and figures.

A reason is told by its class, if the class is at hand and still has those figures; otherwise the
code and the figures speak for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import get_type_hints

from omscore.kernel.reason import Figure, Noted, Reason


def sentence(noted: Noted) -> str:
    """What *noted* says to people."""
    for known in _known(Reason):
        if known.code == noted.code:
            try:
                return str(known(**_read(known, noted)))
            except Exception:  # a class of a plugin, or one that has changed since
                break
    return str(noted)


def _known(reason: type[Reason]) -> Iterator[type[Reason]]:
    """Every reason that is loaded; of one with slots the class that attrs made last."""
    for one in reversed(reason.__subclasses__()):
        yield one
        yield from _known(one)


def _read(known: type[Reason], noted: Noted) -> dict[str, object]:
    hints = get_type_hints(known)
    return {name: _figure(hints.get(name), figure) for name, figure in noted.figures.items()}


def _figure(hint: object, figure: Figure) -> object:
    """A day or an instant is kept as text."""
    if hint in (date, datetime) and isinstance(figure, str):
        return (date if hint is date else datetime).fromisoformat(figure)
    return figure
