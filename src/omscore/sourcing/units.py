"""What the whole numbers of a policy count, said beside the field: a policy file must name it.

    days: int = field(metadata=DAYS)

A number without a unit is a count, of parcels or of units of an item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Unit = Literal["days", "grams", "km", "percent", "seconds", "minor"]

UNIT = "omscore.unit"
DAYS: Mapping[str, Unit] = {UNIT: "days"}
GRAMS: Mapping[str, Unit] = {UNIT: "grams"}
KM: Mapping[str, Unit] = {UNIT: "km"}
PERCENT: Mapping[str, Unit] = {UNIT: "percent"}
SECONDS: Mapping[str, Unit] = {UNIT: "seconds"}
MINOR: Mapping[str, Unit] = {UNIT: "minor"}
"""Minor units of the host's cost currency."""

Named = Literal["node", "tag"]

NAMES = "omscore.names"
NODES: Mapping[str, Named] = {NAMES: "node"}
"""The words of the field, or the keys of what it maps, are ids of nodes."""
TAGS: Mapping[str, Named] = {NAMES: "tag"}
"""They are tags of nodes."""
