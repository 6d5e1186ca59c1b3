"""What a policy names of a network: nodes, and tags of nodes.

Whoever misspells one excludes, prefers or asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
from attrs import frozen

from omscore.kernel.errors import Unreadable
from omscore.kernel.reason import Reason
from omscore.network.facts import Network
from omscore.sourcing.units import NAMES, Named

if TYPE_CHECKING:
    from omscore.sourcing.policy import Policy


@frozen
class Name:
    """A node or a tag that a policy names, and where, as in a file."""

    what: Named
    name: str
    path: str


@frozen
class UnknownName(Reason):
    """A policy names a node, or a tag of nodes, that is not known yet, or not at all."""

    code: ClassVar[str] = "sourcing.unknown-name"
    what: Named
    name: str
    path: str

    def __str__(self) -> str:
        return f"the policy names the {self.what} {self.name} in {self.path}, and nobody knows it"


def unknown(policy: Policy, network: Network) -> list[UnknownName]:
    """What *policy* names, and *network* does not know."""
    return [
        UnknownName(one.what, one.name, one.path)
        for one in policy.named
        if not _is_known(one, network)
    ]


def require_known(policy: Policy, network: Network) -> None:
    """`Unreadable`, with its place, where *policy* names what *network* does not know."""
    for one in unknown(policy, network):
        nodes, tags = network.nodes, {tag for node in network.nodes.values() for tag in node.tags}
        near = get_close_matches(one.name, nodes if one.what == "node" else tags)
        perhaps = f", perhaps {' or '.join(near)}" if near else ""
        raise Unreadable(f"a {one.what} that is known{perhaps}", f"{one.path}.{one.name}")


def _is_known(one: Name, network: Network) -> bool:
    if one.what == "node":
        return one.name in network.nodes
    return any(one.name in node.tags for node in network.nodes.values())


def names_in(part: object, path: str) -> Iterator[Name]:
    """What *part* of a policy names, without what it asks."""
    kind: type[Any] = type(part)
    for one in attrs.fields(kind) if attrs.has(kind) else ():
        if (what := one.metadata.get(NAMES)) is not None:
            for name in getattr(part, one.name, None) or ():
                yield Name(what, name, f"{path}.{one.name}")
