"""Solvers of a sourcing problem, behind one protocol: ordered greedy, exact, and HiGHS."""
