"""Reading JSON schemas: references, alternatives, the types a value may have."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def resolve(schema: Schema, root: Schema) -> Schema:
    """Follow `$ref` inside the document and merge a lone `allOf`."""
    while "$ref" in schema:
        target: Any = root
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[part]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    for part in schema.get("allOf", []):
        schema = {**resolve(part, root), **{key: value for key, value in schema.items() if key != "allOf"}}
    return schema


def list_alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """The branches of anyOf or oneOf, resolved; the schema itself when it has none."""
    schema = resolve(schema, root)
    branches = schema.get("anyOf") or schema.get("oneOf")
    return [resolve(branch, root) for branch in branches] if branches else [schema]


def list_types(schema: Schema, root: Schema) -> set[str]:
    """Every JSON type that a value may have; empty when the schema does not say."""
    types: set[str] = set()
    for branch in list_alternatives(schema, root):
        declared = branch.get("type", [])
        types.update([declared] if isinstance(declared, str) else declared)
    return types
