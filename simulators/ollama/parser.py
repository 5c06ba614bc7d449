"""The qwen3-coder output parser, imitated from the outside: which raw text gives which reply.

Written from the table of contracts/ollama.md, section 5; the README lists its rows.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from simulators.ollama.schema_types import Schema, list_types

CALL_OPEN, CALL_CLOSE = "<tool_call>", "</tool_call>"
FUNCTION_CLOSE, PARAMETER_CLOSE = "</function>", "</parameter>"

_FUNCTION = re.compile(r"<function=([^>\s]+)\s*>")
_MARK = re.compile(r"<parameter=([^>]+)>|</parameter>|</function>")
_TAG_WITH_VALUE = re.compile(r"<(\w+)=([^<>]+)>")


class ParseError(Exception):
    """The server's own message for output that it cannot read."""


@dataclass(frozen=True)
class Call:
    """One tool call, its name and arguments unchecked."""

    name: str
    arguments: dict[str, Any]


@dataclass
class Parsed:
    """What a reply carries; after an error, what had come before it."""

    content: str = ""
    calls: list[Call] = field(default_factory=list)
    error: str | None = None

    @property
    def is_bad(self) -> bool:
        """An error, nothing at all, or a call that leaked into the text."""
        leaked = any(mark in self.content for mark in ("<function=", CALL_OPEN, CALL_CLOSE))
        return bool(self.error or leaked or not (self.content.strip() or self.calls))


def parse_output(raw: str, tools: list[dict[str, Any]]) -> Parsed:
    """Split raw model output into text and calls.

    Without its opener a call is text; with an opener that is never closed, it vanishes.
    """
    schemas = {tool["function"]["name"]: tool["function"].get("parameters", {}) for tool in tools}
    parsed = Parsed()
    rest = raw
    while CALL_OPEN in rest:
        before, _, rest = rest.partition(CALL_OPEN)
        parsed.content += before.rstrip()
        block, closed, rest = rest.partition(CALL_CLOSE)
        if not closed:
            return parsed
        rest = rest.lstrip()
        try:
            parsed.calls.append(_parse_call(block, schemas))
        except ParseError as error:
            parsed.error = str(error)
            return parsed
    parsed.content += rest
    return parsed


def _parse_call(block: str, schemas: dict[str, Schema]) -> Call:
    opening = _FUNCTION.search(block)
    if opening is None:
        raise ParseError("EOF")
    schema = schemas.get(opening[1], {})
    properties = schema.get("properties", {})
    texts = _parse_parameters(block, opening.end())
    arguments = {name: _to_value(text, properties.get(name), schema) for name, text in texts.items()}
    return Call(opening[1], arguments)


def _parse_parameters(block: str, start: int) -> dict[str, str]:
    """Texts by parameter, up to the first `</function>`; of duplicates the last wins."""
    texts: dict[str, str] = {}
    opened: list[tuple[str, int]] = []
    for mark in _MARK.finditer(block, start):
        if mark[1] is not None:
            opened.append((mark[1].strip(), mark.end()))
        elif mark[0] == FUNCTION_CLOSE:
            if opened:
                raise _syntax_error(block, mark.start(), "element <parameter> closed by </function>")
            return texts
        elif not opened:
            raise _syntax_error(block, mark.start(), "element <function> closed by </parameter>")
        else:
            name, value_start = opened.pop()
            if not opened:
                texts[name] = _parse_text(block[value_start : mark.start()])
    raise _syntax_error(block, len(block), "unexpected EOF")


def _syntax_error(block: str, position: int, what: str) -> ParseError:
    return ParseError(f"XML syntax error on line {block.count(chr(10), 0, position) + 1}: {what}")


def _parse_text(text: str) -> str:
    """A value without the line breaks of its frame. `<x=1>` inside it comes out as `<x name="1">`."""
    return _TAG_WITH_VALUE.sub(r'<\1 name="\2">', text.removeprefix("\n").removesuffix("\n"))


def _to_value(text: str, schema: Schema | None, root: Schema) -> Any:
    """Type a value by its schema; what does not fit stays text, but a bad boolean is false."""
    if text.strip().lower() == "null":
        return None
    types = list_types(schema, root) if schema else set()
    if "boolean" in types and text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    if types & {"integer", "number"}:
        number = _find_number(text.strip(), with_fraction="number" in types)
        if number is not None:
            return number
    for json_type, python_type in (("array", list), ("object", dict)):
        if json_type in types:
            value = _find_json(text)
            if isinstance(value, python_type):
                return value
    return False if types == {"boolean"} else text


def _find_number(text: str, *, with_fraction: bool) -> int | float | None:
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if with_fraction and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return float(text)
    return None


def _find_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def build_call_text(name: str, arguments: dict[str, Any]) -> str:
    """A call as the model writes it."""
    lines = [CALL_OPEN, f"<function={name}>"]
    for key, value in arguments.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines += [f"<parameter={key}>", text, PARAMETER_CLOSE]
    return "\n".join([*lines, FUNCTION_CLOSE, CALL_CLOSE])
