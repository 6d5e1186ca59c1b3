"""Which node sends what: needs, candidates, rules, limits, costs, plans."""
