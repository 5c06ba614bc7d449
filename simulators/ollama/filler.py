"""Fills a JSON schema: meaning where a property's name has one, else the smallest valid value."""

from __future__ import annotations

from typing import Any

from simulators.ollama.facts import Facts
from simulators.ollama.schema_types import Schema, list_alternatives
from simulators.ollama.wording import LABEL, build_summary, choose_cause, list_evidence

SUMMARY_NAMES = ("summary", "summary_fr", "paragraph", "explanation", "message")
EVIDENCE_NAMES = ("evidence", "fact", "quote", "text", "detail")
KNOWN_NAMES = ("cause", "evidence", *SUMMARY_NAMES)


def build_answer(schema: Schema, facts: Facts) -> Any:
    """A value that is valid against the schema (patterns and `not` aside), from the facts."""
    return _Filler(schema, facts).fill("", schema)


class _Filler:
    def __init__(self, root: Schema, facts: Facts) -> None:
        self._root = root
        self._facts = facts

    def fill(self, name: str, schema: Schema) -> Any:
        branches = list_alternatives(schema, self._root)
        branch = next((item for item in branches if item.get("type") != "null"), branches[0])
        if "const" in branch:
            return branch["const"]
        if "enum" in branch:
            values = branch["enum"]
            texts = [value for value in values if isinstance(value, str)]
            return choose_cause(self._facts, texts) if name == "cause" and texts else values[0]
        declared = branch.get("type") or ("object" if "properties" in branch else "string")
        kinds = [declared] if isinstance(declared, str) else [kind for kind in declared if kind != "null"]
        return self._fill_type(name, branch, kinds[0] if kinds else "null")

    def _fill_type(self, name: str, schema: Schema, kind: str) -> Any:
        match kind:
            case "object":
                return self._fill_object(schema)
            case "array":
                return self._fill_array(name, schema)
            case "string":
                return self._fill_text(name, schema)
            case "integer" | "number":
                return self._fill_number(name, schema)
            case "boolean":
                return False
            case _:
                return None

    def _fill_object(self, schema: Schema) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        names = [name for name in properties if name in required or name in KNOWN_NAMES]
        names += [name for name in required if name not in properties]
        return {name: self.fill(name, properties.get(name, {})) for name in names}

    def _fill_array(self, name: str, schema: Schema) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        items = schema.get("items", {})
        branch = list_alternatives(items, self._root)[0]
        if name == "evidence" and branch.get("type") == "string" and "enum" not in branch:
            values: list[Any] = [_fit(line, branch) for line in list_evidence(self._facts)]
        else:
            values = [self.fill(name, items)] if name == "evidence" else []
        while len(values) < least:
            values.append(self.fill(name, items))
        return values[:most] if most is not None else values

    def _fill_text(self, name: str, schema: Schema) -> str:
        if schema.get("format") == "date-time":
            return "1970-01-01T00:00:00Z"
        if name in SUMMARY_NAMES or name == "cause":
            return _fit(build_summary(self._facts), schema)
        if name in EVIDENCE_NAMES:
            return _fit(list_evidence(self._facts)[0], schema)
        return _fit(LABEL, schema)

    def _fill_number(self, name: str, schema: Schema) -> int | float:
        known = {"device_id": self._facts.device_id, "port_id": self._facts.port_id}.get(name)
        least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        value = known if known is not None else least
        most = schema.get("maximum")
        number: int | float = value if most is None or value <= most else most
        return number


def _fit(text: str, schema: Schema) -> str:
    """Cut or pad to the lengths that the schema allows; the label comes first and so survives longest."""
    most = schema.get("maxLength")
    if most is not None and len(text) > most:
        text = text[: most - 1] + "…" if most > len(LABEL) + 1 else text[:most]
    return text.ljust(schema.get("minLength", 0), ".")
