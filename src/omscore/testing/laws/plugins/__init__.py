"""Laws of what plugs in: of every rule, every cost and every solver, whoever wrote it.

    from omscore.testing.laws import check_rule

    def test_my_rule_keeps_the_laws():
        assert check_rule(my_rule).no > 0

Each check tries generated cases and raises `BrokenLaw` with the smallest one that it finds: what
was given, what was expected, and what came.  It gives back how much it has tried, so that a test
can tell a rule that keeps the laws from one that never had anything to say.  The same program tries
the same cases.
"""

from omscore.testing.laws.plugins.costs import Priced, check_cost
from omscore.testing.laws.plugins.counterexample import BrokenLaw
from omscore.testing.laws.plugins.rules import Asked, check_rule
from omscore.testing.laws.plugins.solvers import Solved, check_solver

__all__ = ["Asked", "BrokenLaw", "Priced", "Solved", "check_cost", "check_rule", "check_solver"]
