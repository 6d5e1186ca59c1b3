"""The horizon of what may be due: no source knows what comes in eleven years, or came then.

Whoever asks for units may not name a later day either.
"""

from __future__ import annotations

from datetime import date

from omscore.atp.entries import FARTHEST_DAYS
from omscore.atp.messages import TooFarAhead, TooLongAgo
from omscore.kernel.errors import Refused


def require(day: date, today: date, field: str = "day") -> None:
    """`Refused` with the name of the *field* if *day* is more than ten years ahead, or ago."""
    require_near(day, today, field)
    if (today - day).days > FARTHEST_DAYS:
        raise Refused(TooLongAgo(field, day, FARTHEST_DAYS))


def require_near(day: date, today: date, field: str = "day") -> None:
    """`Refused` with the name of the *field* if *day* is more than ten years ahead."""
    if (ahead := too_far(day, today, field)) is not None:
        raise Refused(ahead)


def too_far(day: date, today: date, field: str = "day") -> TooFarAhead | None:
    """Why nothing is promised for *day*, if it is more than ten years ahead."""
    far = (day - today).days > FARTHEST_DAYS
    return TooFarAhead(field, day, FARTHEST_DAYS) if far else None
