"""Sourcing policies as data: from TOML, strictly, with everything by the name it is registered by.

`read_policy` reads a file, `checked` looks for what a policy says in vain, `schema` describes what
a file may hold as JSON Schema, `installed` finds plugins.  A `Registry` says which names there are.
"""

from omscore.adapters.policies.checks import checked
from omscore.adapters.policies.plugins import GROUP, installed
from omscore.adapters.policies.reading import policy_of, read_policy
from omscore.adapters.policies.registry import BUILT_IN, Registry
from omscore.adapters.policies.schema import schema

__all__ = [
    "BUILT_IN",
    "GROUP",
    "Registry",
    "checked",
    "installed",
    "policy_of",
    "read_policy",
    "schema",
]
