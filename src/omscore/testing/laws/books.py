"""The books of a store: everything that it keeps, read at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import field, frozen

from omscore.kernel.keys import Key, Kind, Versioned
from omscore.kernel.recorded import Recorded
from omscore.network.facts import THE_NETWORK, Network
from omscore.oms import Oms
from omscore.runtime.configuration import Configuration

S = TypeVar("S")
E = TypeVar("E")


@frozen
class Books:
    """Everything that a store keeps: every event in the order of saving, and every state."""

    told: Sequence[Recorded[object]]
    kept: Mapping[Key[object], Versioned]
    configuration: Configuration = field(factory=Configuration)

    @classmethod
    def of(cls, oms: Oms) -> Books:
        """The books of *oms*, as of one moment."""
        told: list[Recorded[object]] = []
        with oms.storage.begin() as work:
            after = 0
            while page := work.outbox(after):
                told += [outgoing.recorded for outgoing in page]
                after = page[-1].position
            kept = work.get(dict.fromkeys(one.key for one in told))
        return cls(told, kept, oms.configuration)

    def all(self, kind: Kind[S]) -> Iterator[tuple[str, S]]:
        """Every state of one kind, with its id."""
        for key, kept in self.kept.items():
            if key.kind == kind and (state := kind.key(key.id).narrow(kept.state)) is not None:
                yield key.id, state

    def events(self, type_: type[E]) -> Iterator[tuple[str, E]]:
        """Every event of one type, with the id of what it happened to."""
        for one in self.told:
            if isinstance(one.event, type_):
                yield one.key.id, one.event

    def histories(self) -> Mapping[Key[object], Sequence[Recorded[object]]]:
        """The events of each aggregate, in the order of saving."""
        found = defaultdict[Key[object], list[Recorded[object]]](list)
        for one in self.told:
            found[one.key].append(one)
        return found

    def network(self) -> Network:
        """The network that is known."""
        return dict(self.all(THE_NETWORK.kind)).get(THE_NETWORK.id, Network())
