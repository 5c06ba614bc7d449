"""The demo's screen: the journal's lines in words, each at its second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

LINE_WIDTH = 88


@dataclass(frozen=True, slots=True)
class Sent:
    """The delivery that was posted."""

    at: float
    clock: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the screen."""

    at: float
    kind: str
    text: str


def event(sent: Sent, line: dict[str, Any]) -> Event:
    """A line of the journal in words."""
    detail, kind = line["detail"], line["kind"]
    elapsed = (datetime.fromisoformat(line["at"]) - sent.clock).total_seconds()
    words = _WORDS.get(kind)
    text = words(detail) if words else ", ".join(f"{k}={v}" for k, v in detail.items())
    return Event(sent.at + elapsed, kind, f"{text} in {elapsed:.2f} s" if kind == "done" else text)


def show_events(console: Console, sent: Sent, events: list[Event]) -> None:
    """Several, in the order in which they happened."""
    for each in sorted(events, key=lambda each: each.at):
        show(console, sent, each)


def show(console: Console, sent: Sent, line: Event) -> None:
    """One, with its second."""
    colour = _COLOURS.get(line.kind, "cyan")
    text = f"[dim]{escape(line.text)}[/dim]" if colour == "dim" else escape(line.text)
    seconds = max(0.0, line.at - sent.at)
    console.print(
        f"[dim]{seconds:7.3f} s[/dim]  [{colour}]{line.kind:<14}[/{colour}] {text}",
        soft_wrap=not console.record,
        emoji=False,  # a reference has a `:link:` in it
    )


_COLOURS = {"ticket": "bold green", "email": "bold green", "done": "bold green", "error": "red", "verdict": "yellow"}
_COLOURS |= {"settled": "yellow", "closed": "bold green"}
_COLOURS |= {"policy": "yellow", "employee": "magenta", "operator": "magenta", "refused": "red"}
_COLOURS |= {"lock_taken": "dim", "lock_released": "dim"}


def _tool_call(detail: dict[str, Any]) -> str:
    """The call with as much of its arguments as a line of the screen holds."""
    end = f") by {detail['by']}: {detail['outcome']}, {detail['ms']} ms"
    texts = (f"{name}={' '.join(str(value).split())}" for name, value in detail["arguments"].items())
    arguments = ", ".join(_clip(text, 32) for text in texts)
    room = max(12, LINE_WIDTH - len(detail["tool"]) - len(end) - 1)
    return f"{detail['tool']}({_clip(arguments, room)}{end}"


def _clip(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _state(status: dict[str, Any]) -> str:
    """What holds of an account."""
    return ", ".join(name for name, value in status.items() if value is True) or "open"


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "received": lambda d: f"{d['message']} on {d['device']}, alert {d['alert_id']}",
    "stored": lambda d: f"delivery {d['delivery'][:12]}…, then admitted: its incident and workflow in one commit",
    "breaker": lambda d: f"glpi_health_status: {d['glpi_health_status']}",
    "lock_taken": lambda d: f"ollama_lock by {d['agent']}, waited {d['waited_ms']} ms",
    "lock_released": lambda d: f"ollama_lock, held {d['held_ms']} ms",
    "model_call": lambda d: (
        (
            f"{d['agent']}: "
            + (f"asks for {', '.join(d['calls'])}" if d["calls"] else f"writes {d['text_chars']} characters")
        )
        + f" ({d['prompt_tokens']}+{d['output_tokens']} tokens, {d['ms']} ms)"
    ),
    "tool_call": _tool_call,
    "step": lambda d: f"{d['step']} is done and kept, {d['ms']} ms",
    "ticket": lambda d: f"GLPI ticket #{d['ticket_id']}: {d['title']}",
    "verdict": lambda d: f"{d['responsible']} at {d['confidence']:.0%} by rule {d['rule']}: {'; '.join(d['facts'])}",
    "email": lambda d: f"to {d['recipient']}: {d['subject']}",
    "done": lambda d: f"{d['plan']} done" if "plan" in d else "webhook to e-mail",
    "settled": lambda d: f"the window is over: {'confirmed' if d['same'] else 'corrected'}, {d['responsible']}",
    "closed": lambda d: f"the incident is {d['closed']}; told: {', '.join(d['told']) or 'nobody'}",
    "policy": lambda d: f"{d['verdict']}: {d['code']}; the author is known by: {d['identity']['known']}",
    "checked": lambda d: f"again before the write: {d['verdict']}, {'same' if d['same'] else 'ANOTHER'} action",
    "outcome": lambda d: f"{d['account']} in the directory: {_state(d['status'])}",
    "confirmation": lambda d: f"kept: {d['answer']}, for exactly this action ({d['digest'][:12]}…)",
    "approval": lambda d: f"kept: {d['decision']} by {d['by']}, for exactly this action ({d['digest'][:12]}…)",
    "refused": lambda d: f"nothing is done, a technician reads why: {d['code']}",
}
