"""Solvers of others work on a problem of their own, so that what they do to it harms nobody else.

A frozen value can be changed by whoever means to (`object.__setattr__`).  The next solver, and the
check of a plan, must not be given what one of them left.
"""

from __future__ import annotations

from copy import deepcopy

import attrs

from omscore.sourcing.problem import Problem, Solver


def apart(solver: Solver, problem: Problem) -> Problem:
    """*problem* for a solver of this library, and a copy of it for any other."""
    return problem if _ours(solver) else deepcopy(problem)


def _ours(solver: object) -> bool:
    """Whether it is in the box, and so are the solvers that it asks."""
    kind: type[object] = type(solver)
    if not kind.__module__.startswith("omscore.sourcing."):
        return False
    held = [getattr(solver, one.name) for one in attrs.fields(kind)] if attrs.has(kind) else []
    return all(_ours(one) for one in held if hasattr(one, "solve"))
