"""Requests that an agent would send to Ollama."""

from __future__ import annotations

import json
from typing import Any

MODEL = "qwen3-coder:30b"
ID = {"type": "integer"}


def build_tool(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """One tool as the chat API takes it."""
    parameters = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": parameters}}


TOOLS = [
    build_tool("observium_get_device_info", {"device_id": ID}),
    build_tool("observium_list_device_ports", {"device_id": ID}),
    build_tool("observium_get_port_info", {"device_id": ID, "port_id": ID}),
    build_tool("glpi_search_tickets", {"query": {"type": "string"}}),
]


def build_port(port_id: int, label: str, *, admin: str = "up", oper: str = "up", role: str = "") -> dict[str, Any]:
    """One port as our tools show it."""
    states = {"admin_status": admin, "oper_status": oper, "role": role, "stale": False}
    return {"port_id": port_id, "label": label, "alias": "", **states}


def build_investigation(device: dict[str, Any], ports: list[dict[str, Any]], *, port_id: int | None) -> list[Any]:
    """A conversation in which both tools have answered."""
    asked = "Alerte. device_id: 11" + (f" port_id={port_id}" if port_id else "")
    answers = (("observium_get_device_info", device), ("observium_list_device_ports", {"ports": ports}))
    messages: list[Any] = [{"role": "system", "content": "Tu enquêtes."}, {"role": "user", "content": asked}]
    for name, answer in answers:
        call = {"function": {"name": name, "arguments": {"device_id": 11}}}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_name": name, "content": json.dumps(answer, separators=(",", ":"))})
    return messages
