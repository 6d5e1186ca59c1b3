"""What `omscore policy` does: looks through a policy file, and says what such a file may hold."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from omscore.adapters.policies import BUILT_IN, installed, read_policy, schema
from omscore.cli import status
from omscore.kernel.errors import Unreadable
from omscore.sourcing.policy import Policy
from omscore.sourcing.rules import name_of


def policy(given: Namespace) -> int:
    """Check a file, or print the schema."""
    registry = installed() if given.plugins else BUILT_IN
    if given.about == "schema":
        print(json.dumps(schema(registry), indent=2))
    else:
        read = _read(given.file)
        print(*told(read_policy(read, registry)), sep="\n")
    return status.DONE


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as fault:
        raise Unreadable(f"it cannot be read: {type(fault).__name__}", str(file)) from None


def told(policy: Policy) -> Iterator[str]:
    """What *policy* says, part by part."""
    yield f"policy {policy.name} ({policy.digest})"
    yield from _part("rules", [name_of(rule) for rule in policy.rules])
    for further in policy.fallbacks if any(policy.fallbacks) else ():
        yield from _part("else", [name_of(rule) for rule in further] or ["nothing further"])
    yield from _part("limits", [str(limit) for limit in policy.limits] or ["none"])
    for n, tier in enumerate(policy.tiers, start=1):
        yield from _part(f"tier {n}", [cost.name for cost in tier])
    if policy.confidence is not None:
        least = f"{policy.confidence} %, from at least {policy.least_shipments} shipments"
        yield from _part("promises", [least])
    yield from _part("solvers", [solver.name for solver in policy.solvers])


def _part(name: str, words: list[str]) -> Iterator[str]:
    for n, word in enumerate(words):
        yield f"  {'' if n else name:8} {word}"
