"""What a run's model may do. Pure, table-driven; whatever no row allows is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.errors import Refused
from shared.mcp_client import RemoteTool


@dataclass(frozen=True, slots=True)
class Grant:
    """The tools of one run, and which values their arguments may take.

    bound: argument name -> allowed values, for every tool that has that argument; a tool whose scope hangs on a bound
    argument must be given it. forced: tool -> arguments that are ours to set, whatever the model says; a tool that does
    not know them is not offered. Only read tools can be granted.
    """

    tools: frozenset[str]
    bound: Mapping[str, frozenset[Any]] = field(default_factory=dict)
    forced: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def allows(self, tool: RemoteTool) -> bool:
        """True when the tool is offered to the model at all."""
        known = tool.input_schema.get("properties", {}).keys()
        return tool.read_only and tool.qualified in self.tools and self._forced_on(tool) <= known

    def shown_schema(self, tool: RemoteTool) -> dict[str, Any]:
        """The tool's input schema without what is not the model's to choose."""
        schema, ours = dict(tool.input_schema), self._forced_on(tool)
        schema["properties"] = {name: of for name, of in schema.get("properties", {}).items() if name not in ours}
        if "required" in schema:
            schema["required"] = [name for name in schema["required"] if name not in ours]
        return schema

    def settled(self, tool: RemoteTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that are sent: the model's, and over them ours."""
        return {**arguments, **self.forced.get(tool.qualified, {})}

    def _forced_on(self, tool: RemoteTool) -> set[str]:
        return set(self.forced.get(tool.qualified, {}))

    def check_call(self, tool: RemoteTool | None, name: str, arguments: Mapping[str, Any]) -> None:
        """Raises Refused when this call is outside the grant."""
        if tool is None or not self.allows(tool):
            raise Refused(f"{name} is not among your tools: {', '.join(sorted(self.tools))}")
        properties = tool.input_schema.get("properties", {})
        scoped = [argument for argument in self.bound if argument in properties]
        for argument in scoped:
            value = arguments.get(argument)
            if value is not None and _plain(value) not in self.bound[argument]:
                raise Refused(f"{argument}={value!r} is outside this site")
        if scoped and not any(arguments.get(argument) is not None for argument in scoped):
            raise Refused(f"{name} needs one of: {', '.join(scoped)}")


def find_number(text: str) -> int | None:
    """The number that a text is, in plain digits. One rule for what is checked and for what is then called."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _plain(value: Any) -> Any:
    """A number written as text counts as the number; everything else stays as it is."""
    if isinstance(value, str):
        number = find_number(value)
        return value.casefold() if number is None else number
    return None if isinstance(value, bool | list | dict) else value
