"""The tools of all four servers as they really list them, and a toolbox that notes what it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.mcp_client import RemoteTool, Toolbox, ToolReply

SNAPSHOTS = Path(__file__).resolve().parent.parent / "snapshots"
SERVERS = ("observium", "glpi", "ad", "mysecret")


def _listed(server: str) -> list[RemoteTool]:
    return [
        RemoteTool(
            server=server,
            name=row["name"],
            description=row["description"],
            input_schema=row["inputSchema"],
            read_only=row["annotations"]["readOnlyHint"],
            idempotent=row["annotations"]["idempotentHint"],
            keyed=row["_meta"]["widip/keyed"],
        )
        for row in json.loads((SNAPSHOTS / f"tools-{server}.json").read_text(encoding="utf-8"))
    ]


TOOLS = tuple(tool for server in SERVERS for tool in _listed(server))
READS = tuple(tool for tool in TOOLS if tool.read_only)
WRITES = frozenset(tool.qualified for tool in TOOLS if not tool.read_only)


class RecordingToolbox(Toolbox):
    """Answers every call with `answers`' text for that tool, and keeps its name and arguments."""

    def __init__(self) -> None:
        super().__init__([])
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, dict[str, Any]] = {}

    def tools(self) -> list[RemoteTool]:
        return list(TOOLS)

    async def call(
        self,
        qualified: str,
        arguments: Mapping[str, Any],
        *,
        deadline_s: float = 30.0,
        key: str | None = None,
        fresh_after: float | None = None,
    ) -> ToolReply:
        self.calls.append((qualified, dict(arguments)))
        data = self.answers.get(qualified, {})
        if arguments.get("public_only") and "entries" in data:
            data = {**data, "entries": [entry for entry in data["entries"] if not entry["private"]]}
        return ToolReply(data=data, text=json.dumps(data, ensure_ascii=False), replayed=False)
