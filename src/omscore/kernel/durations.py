"""Durations from outside: exactly `timedelta`, never negative, never endless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from attrs import Attribute

from omscore.kernel.errors import Unreadable

LONGEST = timedelta(days=3650)


def duration(
    longest: timedelta = LONGEST, *, least: timedelta = timedelta.resolution
) -> Callable[[Any, Attribute[Any], object], None]:
    """A validator: a duration from *least*, which is some time at all, up to *longest*."""

    def validator(_: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, timedelta) or not least <= value <= longest:
            raise Unreadable(f"a duration up to {longest.days} days", f"$.{attribute.name}")

    return validator


a_while = duration()
no_or_a_while = duration(least=timedelta(0))
