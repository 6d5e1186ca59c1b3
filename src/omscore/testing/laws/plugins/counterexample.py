"""The smallest case that breaks a law, in a few lines for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NoReturn, TypeVar

import attrs
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


class BrokenLaw(AssertionError):
    """A plugin breaks a *law*: what was *given*, what was *expected*, and what *came*."""

    def __init__(
        self, who: str, law: str, given: Mapping[str, object], expected: str, came: str
    ) -> None:
        super().__init__(who, law, given, expected, came)
        self.law = law
        rows = [*_rows(given), ("expected", expected), ("came", came)]
        wide = max(len(name) for name, _ in rows)
        told = "".join(f"\n  {name:{wide}}  {text}" for name, text in rows)
        self.text = f"{who} breaks a law: {law}{told}"

    def __str__(self) -> str:
        return self.text


def _none(case: object) -> Iterable[Any]:
    return ()


def hold(
    law: Callable[[T], None],
    cases: SearchStrategy[T],
    most: int,
    *,
    smallest: bool = True,
    simpler: Callable[[T], Iterable[T]] = _none,
) -> None:
    """Try *law* on *most* of *cases*, and raise the `BrokenLaw` that is found.

    The same program tries the same cases.  Of many that break it the *smallest* is looked for,
    which takes a few seconds; *simpler* says what else to try at the end.
    """
    found = list[tuple[T, BrokenLaw]]()

    @settings(
        max_examples=most,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink) if smallest else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(cases)
    def holds(case: T) -> None:
        try:
            law(case)
        except BrokenLaw as broken:
            found.append((case, broken))
            raise

    try:
        holds()
    except Exception:  # also that a plugin which is moody broke it once and not again
        if found:
            _again(_simplest(law, *found[-1], simpler) if smallest else found[-1][1])
        raise


def _simplest(
    law: Callable[[T], None], case: T, broken: BrokenLaw, simpler: Callable[[T], Iterable[T]]
) -> BrokenLaw:
    for one in simpler(case):
        try:
            law(one)
        except BrokenLaw as smaller:
            return _simplest(law, one, smaller, simpler)
    return broken


def _again(broken: BrokenLaw) -> NoReturn:
    """The same without what the search has noted on it."""
    raise BrokenLaw(*broken.args) from None


def raised(fault: Exception) -> str:
    """What is said of a plugin that raised."""
    return f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__


# --- values in words ----------------------------------------------------------------------------


def told(value: object) -> str:
    """*value* in words; of a value with fields only those that are not as they are anyway."""
    if attrs.has(type(value)):
        return ", ".join(_fields(value)) or type(value).__name__
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{told(key)}: {told(one)}" for key, one in value.items()) or "none"
    if isinstance(value, tuple | list):
        return "; ".join(map(_part, value)) or "none"
    return "none" if value is None else str(value)


def _fields(value: Any) -> Iterator[str]:
    for one in attrs.fields(type(value)):
        found = getattr(value, one.name)
        if one.init and found != _default(one):
            inside = told(found)
            yield f"{one.name} ({inside})" if attrs.has(type(found)) else f"{one.name} {inside}"


def _default(one: attrs.Attribute[Any]) -> object:
    made: Any = one.default
    return made.factory() if hasattr(made, "factory") else made


def _part(value: object) -> str:
    """An element: a pair as `2026-03-02: 4`, everything else as it is."""
    if isinstance(value, tuple) and len(value) == 2 and type(value[0]) in (date, int):
        return f"{told(value[0])}: {told(value[1])}"
    return f"({told(value)})" if attrs.has(type(value)) else told(value)


def _rows(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if isinstance(value, Sequence) and not isinstance(value, str) and value:
            yield from ((f"{name} {n}", told(one)) for n, one in enumerate(value))
        else:
            yield name, told(value)
