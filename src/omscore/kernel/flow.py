"""Lifecycles as tables: declared once as a statechart, then looked up by pure functions.

The chart declares, validates and draws; the table answers in less than a microsecond.  A host adds
stages and moves with `Flow.extend`; both are strings, checked when the flow is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen
from statemachine import StateMachine


@frozen
class Flow:
    """Which move leads from which stage to which, and how far along each stage is.

    A ValueError names every unknown stage, unreachable stage and dead end.
    """

    initial: str
    final: frozenset[str]
    ranks: Mapping[str, int]
    table: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, chart: type[StateMachine]) -> Flow:
        """The table of *chart*; stages rank 0, 10, 20 … in the order of their declaration."""
        table: dict[tuple[str, str], str] = {}
        for state in chart.states:
            for transition in state.transitions:
                if state.states or transition.is_eventless or any(transition.cond):
                    raise ValueError(f"{chart.__name__}: {transition} does not fit into a table")
                for event in transition.events:
                    _add(table, state.id, event.id, transition.targets[0].id)
        return cls(
            initial=next(state.id for state in chart.states if state.initial),
            final=frozenset(state.id for state in chart.states if state.final),
            ranks={state.id: 10 * place for place, state in enumerate(chart.states)},
            table=table,
        )

    def extend(self, stages: Mapping[str, int], moves: Iterable[tuple[str, str, str]] = ()) -> Flow:
        """This flow with more *stages* (and their ranks) and *moves* (from, move, to)."""
        table = dict(self.table)
        for source, move, target in moves:
            _add(table, source, move, target)
        return evolve(self, ranks={**self.ranks, **stages}, table=table)

    @property
    def moves(self) -> frozenset[str]:
        """Every move that can be made at some stage."""
        return frozenset(move for _, move in self.table)

    def after(self, stage: str, move: str) -> str | None:
        """Where *move* leads from *stage*; None if it cannot be made there."""
        return self.table.get((stage, move))

    def allows(self, stage: str, move: str) -> bool:
        """Whether *move* can be made at *stage*."""
        return (stage, move) in self.table

    def require(self, *moves: str) -> None:
        """ValueError unless every one of *moves* is declared: for handlers that make them."""
        if unknown := set(moves) - self.moves:
            raise ValueError(f"unknown moves: {sorted(unknown)}")

    def __attrs_post_init__(self) -> None:
        ends = {stage for (source, _), target in self.table.items() for stage in (source, target)}
        unknown = ends - set(self.ranks)
        steps = {(source, target) for (source, _), target in self.table.items()}
        unreachable = set(self.ranks) - _closure({self.initial}, steps)
        back = {(target, source) for source, target in steps}
        stuck = set(self.ranks) - _closure(set(self.final), back)
        for fault, found in ("unknown", unknown), ("unreachable", unreachable), ("dead end", stuck):
            if found:
                raise ValueError(f"{fault} stages: {sorted(found)}")


def _add(table: dict[tuple[str, str], str], source: str, move: str, target: str) -> None:
    if table.setdefault((source, move), target) != target:
        raise ValueError(f"{move!r} already leads from {source!r} to {table[source, move]!r}")


def _closure(found: set[str], steps: set[tuple[str, str]]) -> set[str]:
    while more := {target for source, target in steps if source in found} - found:
        found = found | more
    return found
