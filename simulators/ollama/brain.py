"""An honest model without a model: it asks for the facts, reads them, and says what they show."""

from __future__ import annotations

import json
from typing import Any

from simulators.ollama.context import Message
from simulators.ollama.facts import Facts, read_facts
from simulators.ollama.filler import build_answer
from simulators.ollama.parser import build_call_text
from simulators.ollama.wording import LABEL, build_reading

IDLE_TEXT = f"{LABEL} Bien reçu ; je n'ai pas d'autre élément à ajouter."


def answer(messages: list[Message], tools: list[dict[str, Any]], answer_format: Any) -> str:
    """Raw model output for what the model is shown. A format rules out tool calls."""
    facts = read_facts(messages)
    if isinstance(answer_format, dict):
        return json.dumps(build_answer(answer_format, facts), ensure_ascii=False)
    if answer_format == "json":
        return json.dumps({"reponse": IDLE_TEXT}, ensure_ascii=False)
    calls = _next_calls(facts, [tool["function"] for tool in tools])
    if calls:
        return f"{LABEL} Je consulte la supervision.\n" + "\n".join(calls)
    return build_reading(facts) if facts.answered else IDLE_TEXT


def _next_calls(facts: Facts, functions: list[dict[str, Any]]) -> list[str]:
    """First the device, then its ports and the port in question: three calls at most."""
    if facts.device_id is None:
        return []
    steps = [["get_device_info"], ["list_device_ports"]]
    if facts.port_id is not None:
        steps[1].append("get_port_info")
    for endings in steps:
        offered = [_find_function(functions, ending) for ending in endings]
        calls = [_build_call(item, facts) for item in offered if item and item["name"] not in facts.answered]
        if calls:
            return calls
    return []


def _find_function(functions: list[dict[str, Any]], ending: str) -> dict[str, Any] | None:
    return next((function for function in functions if str(function["name"]).endswith(ending)), None)


def _build_call(function: dict[str, Any], facts: Facts) -> str:
    """A call with those known ids that the tool declares."""
    known = {"device_id": facts.device_id}
    if str(function["name"]).endswith("get_port_info"):
        known["port_id"] = facts.port_id
    declared = function.get("parameters", {}).get("properties") or known
    return build_call_text(function["name"], {name: value for name, value in known.items() if name in declared})
