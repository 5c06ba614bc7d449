"""What an honest model can know: facts read from the tool results that it was shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulators.ollama.context import Message

_DEVICE_ID = re.compile(r"\bdevice_id\b\W{0,4}(\d+)", re.IGNORECASE)
_QUOTED = re.compile(r"<facts>(.*?)</facts>", re.DOTALL)
_PORT_ID = re.compile(r"\bport_id\b\W{0,4}(\d+)", re.IGNORECASE)
_DOWN = ("down", "lowerlayerdown")


@dataclass(frozen=True)
class Port:
    """One port, as a tool described it."""

    port_id: int | None
    label: str
    alias: str
    admin: str
    oper: str
    role: str

    @property
    def is_wan(self) -> bool:
        """An operator's link, by its role, its name or its label."""
        words = f"{self.role} {self.alias}".lower()
        return any(word in words for word in ("transit", "wan")) or self.label.lower().startswith("wan")

    @property
    def is_admin_down(self) -> bool:
        """Switched off on purpose."""
        return self.admin == "down"

    @property
    def is_oper_down(self) -> bool:
        """Switched on, without link."""
        return self.admin != "down" and self.oper in _DOWN


@dataclass
class Facts:
    """Everything read in one conversation."""

    device_id: int | None = None
    port_id: int | None = None
    device_name: str = ""
    device_status: str = ""
    status_type: str = ""
    ports: dict[str, Port] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    quoted: list[str] = field(default_factory=list)

    @property
    def is_device_down(self) -> bool:
        """The monitoring says that the device does not answer."""
        return self.device_status == "down"


def read_facts(messages: list[Message]) -> Facts:
    """Read ids from the user's messages and states from the tools' answers.

    Answers go with calls by order alone: the renderer ignores tool_name and tool_call_id. Without any answer,
    JSON that the user quotes is read instead. Lines between <facts> and </facts> are kept as they are.
    """
    facts = Facts()
    asked = "\n".join(_text(message) for message in messages if message.get("role") == "user")
    facts.device_id = _find_id(_DEVICE_ID, asked)
    facts.port_id = _find_id(_PORT_ID, asked)
    for block in _QUOTED.findall(asked):
        facts.quoted += [line.strip() for line in block.splitlines() if line.strip()]
    pending: list[str] = []
    for message in messages:
        if message.get("role") == "assistant":
            pending = [str(call.get("function", {}).get("name", "")) for call in message.get("tool_calls") or []]
        elif message.get("role") == "tool":
            facts.answered.add(pending.pop(0) if pending else "")
            _read_answer(facts, _text(message))
    if not facts.answered:
        for value in _iter_json(asked):
            _read_value(facts, value)
    return facts


def _text(message: Message) -> str:
    return str(message.get("content") or "")


def _find_id(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None


def _read_answer(facts: Facts, text: str) -> None:
    values = list(_iter_json(text))
    if not values:
        facts.errors.append(text.strip()[:200] or "réponse vide")
    for value in values:
        if isinstance(value, dict) and (value.get("error") or value.get("isError")):
            facts.errors.append(str(value.get("error") or value.get("message") or "erreur")[:200])
        else:
            _read_value(facts, value)


def _iter_json(text: str) -> Iterator[Any]:
    """Every JSON object or list that stands in a text."""
    decoder = json.JSONDecoder()
    position = 0
    while found := re.compile(r"[{\[]").search(text, position):
        try:
            value, position = decoder.raw_decode(text, found.start())
            yield value
        except ValueError:
            position = found.end()


def _read_value(facts: Facts, value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _read_value(facts, item)
    if not isinstance(value, dict):
        return
    if _first(value, "oper_status", "ifOperStatus"):
        port = _to_port(value)
        facts.ports[str(port.port_id or port.label)] = port
    elif _to_status(value.get("status")) in ("up", "down") and ("hostname" in value or "status_type" in value):
        facts.device_name = _first(value, "sysname", "sysName", "hostname", "name") or facts.device_name
        facts.device_status = _to_status(value["status"])
        facts.status_type = _first(value, "status_type").lower()
    for item in value.values():
        _read_value(facts, item)


def _to_port(value: dict[str, Any]) -> Port:
    port_id = _first(value, "port_id")
    return Port(
        port_id=int(port_id) if port_id.isdigit() else None,
        label=_first(value, "label", "port_label", "name", "ifName", "ifDescr"),
        alias=_first(value, "alias", "ifAlias"),
        admin=_first(value, "admin_status", "ifAdminStatus").lower(),
        oper=_first(value, "oper_status", "ifOperStatus").lower(),
        role=_first(value, "role", "descr_type", "port_descr_type"),
    )


def _to_status(value: Any) -> str:
    if isinstance(value, bool):
        return "up" if value else "down"
    return {"1": "up", "0": "down"}.get(str(value), str(value).lower())


def _first(value: dict[str, Any], *keys: str) -> str:
    return next((str(value[key]) for key in keys if value.get(key) is not None), "")
