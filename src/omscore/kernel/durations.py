"""Durations from outside: exactly `timedelta`, never negative, never endless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import Attribute

from omscore.kernel.errors import Unreadable

LONGEST = timedelta(days=3650)


def duration(
    longest: timedelta = LONGEST, *, none: bool = False
) -> Callable[[Any, Attribute[Any], object], None]:
    """A validator: a duration up to *longest*; *none* lets it be no time at all."""

    def validator(_: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, timedelta) or not timedelta(0) <= value <= longest:
            raise Unreadable(f"a duration up to {longest.days} days", f"$.{attribute.name}")
        if not (value or none):
            raise Unreadable("a duration, and not none", f"$.{attribute.name}")

    return validator


a_while = duration()
no_or_a_while = duration(none=True)
