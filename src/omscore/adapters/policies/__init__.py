"""Policies as data: from TOML, strictly, with everything by the name it is registered by.

`read_policy` reads a sourcing policy, `checked` looks for what it says in vain, `schema` describes
its file as JSON Schema, `installed` finds plugins; a `Registry` says which names there are.
`read_availability` reads a policy of availability.
"""

from omscore.adapters.policies.availability import read_availability
from omscore.adapters.policies.plugins import GROUP, installed
from omscore.adapters.policies.reading import policy_of, read_policy
from omscore.adapters.policies.registry import BUILT_IN, Registry
from omscore.adapters.policies.schema import schema
from omscore.sourcing.in_vain import checked

__all__ = [
    "BUILT_IN",
    "GROUP",
    "Registry",
    "checked",
    "installed",
    "policy_of",
    "read_availability",
    "read_policy",
    "schema",
]
