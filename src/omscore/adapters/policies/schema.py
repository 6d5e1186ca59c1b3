"""What a policy file may hold, as JSON Schema (draft 2020-12): for editors, and for other programs.

A file that `read_policy` takes keeps the schema.  What the schema cannot say (an amount in the
currency of the file, parts that are in vain) is for `read_policy` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getdoc
from typing import Any, get_args

import attrs

from omscore.adapters.codec import shapes
from omscore.adapters.policies.measures import MEASURES
from omscore.adapters.policies.reading import File
from omscore.adapters.policies.registry import BUILT_IN, Registry
from omscore.kernel import ids
from omscore.kernel.quantities import MOST_UNITS, some_units
from omscore.kernel.several import at_least_one
from omscore.network.transit import confidence
from omscore.sourcing.rules import Rule, name_of
from omscore.sourcing.units import UNIT

Json = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
ID = {"type": "string", "pattern": f"^{ids.ALPHABET.pattern}$"}


def schema(registry: Registry = BUILT_IN) -> Json:
    """The schema of a policy file that may name what *registry* has."""
    rules = {name: one for name, one in registry.rules.items() if isinstance(one, type)}
    plain = {name: one for name, one in registry.rules.items() if not isinstance(one, type)}
    return {
        "$schema": DRAFT,
        "title": "omscore sourcing policy",
        "description": _first(File),
        **_object(File),
        "$defs": {
            "rule": {"oneOf": [*map(_named, plain.values(), plain), *_tables(rules)]},
            "limit": {"oneOf": _tables(registry.limits)},
            "cost": {"oneOf": _tables(registry.costs)},
            "solver": {"enum": list(registry.solvers)},
        },
    }


def _named(rule: Any, name: str) -> Json:
    return {"const": name, "description": _first(rule)}


def _tables(classes: Mapping[str, type[object]]) -> list[Json]:
    return [_table(name, cls) for name, cls in classes.items()]


def _table(name: str, cls: type[object]) -> Json:
    """A table whose *type* is *name*, with a property for each parameter."""
    made = _object(cls)
    return {
        "description": _first(cls),
        **made,
        "properties": {"type": {"const": name}, **made["properties"]},
        "required": ["type", *made.get("required", ())],
    }


def _object(cls: type[object]) -> Json:
    fields = shapes.fields(cls) if attrs.has(cls) else ()
    needed = [one.name for one in fields if one.default is attrs.NOTHING]
    return {
        "type": "object",
        "properties": {one.name: _property(one) for one in fields},
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
    }


def _property(one: attrs.Attribute[Any]) -> Json:
    if (refers := one.metadata.get("refers")) is not None:
        made = _listed(one.type, {"$ref": f"#/$defs/{refers}"})
        return made | ({"minItems": 1} if one.validator is at_least_one else {})
    if (unit := one.metadata.get(UNIT)) is not None:
        measure = MEASURES[unit]
        text = {"type": "string", "pattern": f"^{measure.pattern}$"}
        return {**_shape(one.type, text), "description": f"text like {measure.like}"}
    made = _shape(one.type, None)
    if one.validator is at_least_one:
        made["minItems"] = 1
    if made.get("type") == "integer":
        least = 1 if one.validator in (some_units, confidence) else 0
        most = 99 if one.validator is confidence else MOST_UNITS
        made = {**made, "minimum": least, "maximum": most}
    if one.default is not attrs.NOTHING and type(one.default) in (int, str, bool):
        made["default"] = one.default
    return made


def _listed(type_: Any, element: Json) -> Json:
    """Rows of *element*, as deep as *type_* is."""
    inner = [one for one in get_args(type_) if shapes.is_row(one)]
    if shapes.is_union(type_) and inner:
        return _listed(inner[0], element)
    if shapes.is_row(type_):
        return {"type": "array", "items": _listed(shapes.element(type_), element)}
    return element


def _shape(type_: Any, measure: Json | None) -> Json:
    """What a value of *type_* looks like; a whole number of it, where it is measured, as that."""
    if shapes.is_union(type_):
        return _shape(next(one for one in get_args(type_) if one is not type(None)), measure)
    if type_ is Rule:
        return {"$ref": "#/$defs/rule"}
    if shapes.is_row(type_):
        return {"type": "array", "items": _shape(shapes.element(type_), measure)}
    if shapes.is_table(type_):
        values = _shape(shapes.items(type_)[1], measure)
        return {"type": "object", "additionalProperties": values}
    if shapes.is_literal(type_):
        return {"enum": list(get_args(type_))}
    if shapes.is_class(type_):
        return _object(type_)
    if type_ is bool:
        return {"type": "boolean"}
    if shapes.plain(type_) is int:
        return dict(measure or {"type": "integer"})
    return dict(ID if shapes.is_new(type_) else {"type": "string"})


def _first(named: object) -> str:
    """The first paragraph of its docstring, or its name."""
    first = (getdoc(named) or "").split("\n\n")[0]
    return " ".join(first.split()) or name_of(named)  # type: ignore[arg-type]
