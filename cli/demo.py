"""`widip demo`: the whole system on embedded defaults, and one alert followed live from webhook to mail."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from cli.claim import claim_folder
from cli.demo_world import DemoFailed, DemoWorld, start_world

RUN_S = 90.0
MAIL_S = 10.0
LINE_WIDTH = 88
EDGE_DEVICE, WAN_PORT = 11, 1101


@dataclass(frozen=True, slots=True)
class _Sent:
    """The delivery that was posted."""

    at: float
    clock: datetime


@dataclass(frozen=True, slots=True)
class _Event:
    """One line of the screen."""

    at: float
    kind: str
    text: str


def run_demo(folder: Path, *, once: bool, console: Console, listen: str | None = None) -> int:
    """Start, play, show; returns the exit code. Ctrl-C ends it with everything stopped."""
    # A shell's background jobs are started with SIGINT ignored: it must end them all the same.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    started = time.monotonic()
    console.print("[bold]WIDIP demo[/bold]: starting Redis, simulators, two MCP servers and the orchestrator…")
    with claim_folder(folder) as claim:
        if not claim.is_first:
            console.print(f"Another demo is running: this one uses {claim.folder}", soft_wrap=True)
        try:
            world = start_world(claim.folder, json_file=claim.json_file, listen=listen)
        except DemoFailed as error:
            console.print(f"[red]{escape(str(error))}[/red]", soft_wrap=True)
            return 1
        except KeyboardInterrupt:
            console.print("stopped.")
            return 130
        took = f"ready in {time.monotonic() - started:.1f} s; Redis: {escape(world.redis.kind)}"
        return _run_world(world, console, once=once, took=took)


def _run_world(world: DemoWorld, console: Console, *, once: bool, took: str) -> int:
    try:
        console.print(took, soft_wrap=True)
        _show_urls(world, console, once=once)
        played = _play_alert(world, console, once=once)
        if once:
            return 0 if played else 1
        console.print("\nEverything goes on running. [bold]Ctrl-C[/bold] stops it.")
        while world.children.find_dead() is None:
            time.sleep(0.5)
        why = f"{world.children.find_dead()} has ended by itself"
    except httpx.HTTPError as error:
        why = f"a program does not answer as it should: {error}"
    except KeyboardInterrupt:
        console.print("\nstopping…")
        return 0 if not once else 130
    finally:
        world.children.stop()
        world.json_file.unlink(missing_ok=True)
    console.print(f"[red]{escape(why)}; see {world.children.logs}[/red]", soft_wrap=True)
    return 1


def _show_urls(world: DemoWorld, console: Console, *, once: bool) -> None:
    rows = [(f"MCP {name}", f"{url}/sse", "SSE; Streamable HTTP at /mcp") for name, url in world.servers.items()]
    rows.append(("orchestrator", f"{world.orchestrator}/api/runs", "journal, with the token; webhooks"))
    rows.append(("GLPI", world.simulators["glpi"], "simulated: the ticket is there"))
    rows.append(("mail", world.simulators["mail"], "simulated: the e-mail is there"))
    for name, url, what in rows:
        console.print(f"{name:<14} {url:<32} [dim]{what}[/dim]", soft_wrap=True)
    if not once:
        console.print(f"[dim]URLs and tokens are in {world.json_file}[/dim]", soft_wrap=True)


def _describe_model(world: DemoWorld) -> str:
    if "ollama" in world.simulators:
        return "The model is simulated and answers at once; a real one (OLLAMA_BASE_URL) takes seconds per call."
    return f"The model is the real one at {escape(world.model)}."


def _play_alert(world: DemoWorld, console: Console, *, once: bool) -> bool:
    """Cut the first line of a care home, let Observium send its webhook, follow the run. True if it all arrived."""
    observium = httpx.Client(base_url=world.simulators["observium"], timeout=20, trust_env=False)
    observium.post(f"/_sim/port/{WAN_PORT}", json={"oper": "down"}).raise_for_status()
    alert = {"device_id": EDGE_DEVICE, "entity_type": "port", "entity_id": WAN_PORT, "name": "Port down"}
    alert_id = observium.post("/_sim/alert", json=alert).raise_for_status().json()["alert_id"]
    console.print(
        "\n[bold]Scenario[/bold]: the fibre of the care home EHPAD Les Lilas is cut; its router answers by the 4G "
        f"backup.\nObservium posts its port-down webhook. {_describe_model(world)}\n",
        soft_wrap=not console.record,
    )
    sent = _Sent(time.monotonic(), datetime.now().astimezone())
    answer = observium.post(
        "/_sim/deliver",
        json={
            "alert_id": alert_id,
            "url": f"{world.orchestrator}/webhooks/observium",
            "flavour": "webhook-json",
            "state": "ALERT",
            "token": f"Bearer {world.webhook_token}",
        },
    ).json()
    answered = _Event(time.monotonic(), "webhook", f"answered HTTP {answer['status_code']}: {answer['body']}")
    summary = _follow_run(world, console, sent, answered)
    if summary is None or not _check_effects(world, console, summary, sent):
        return False
    if not once:
        page = f"{world.simulators['glpi']}/front/ticket.form.php?id={summary['ticket_id']}"
        console.print(f"\nRead the ticket: {page}\nRead the e-mail: {world.simulators['mail']}", soft_wrap=True)
    return True


def _follow_run(world: DemoWorld, console: Console, sent: _Sent, answered: _Event) -> dict[str, Any] | None:
    """Show the journal as it grows, the webhook's answer in its place; the run's summary when it is done."""
    headers = {"Authorization": f"Bearer {world.api_token}"}
    api = httpx.Client(base_url=world.orchestrator, headers=headers, timeout=10, trust_env=False)
    run_id, after, waiting = "", 0, [answered]
    deadline = sent.at + RUN_S
    while time.monotonic() < deadline:
        if not run_id:
            runs = api.get("/api/runs", params={"limit": 1}).raise_for_status().json()["runs"]
            run_id = runs[0]["id"] if runs else ""
        else:
            detail = api.get(f"/api/runs/{run_id}", params={"after": after}).raise_for_status().json()
            journal = detail["journal"]
            if journal:
                after = journal[-1]["id"]
                _show_events(console, sent, [*waiting, *(_event(sent, line) for line in journal)])
                waiting = []
            if detail["run"]["state"] != "running" and any(x["kind"] in ("done", "error") for x in journal):
                return dict(detail["run"]["summary"]) if detail["run"]["state"] == "done" else None
        time.sleep(0.05)
    console.print("[red]the run did not end in time[/red]")
    return None


def _event(sent: _Sent, line: dict[str, Any]) -> _Event:
    detail, kind = line["detail"], line["kind"]
    elapsed = (datetime.fromisoformat(line["at"]) - sent.clock).total_seconds()
    words = _WORDS.get(kind)
    text = words(detail) if words else ", ".join(f"{k}={v}" for k, v in detail.items())
    return _Event(sent.at + elapsed, kind, f"{text} in {elapsed:.2f} s" if kind == "done" else text)


def _show_events(console: Console, sent: _Sent, events: list[_Event]) -> None:
    for event in sorted(events, key=lambda event: event.at):
        _show(console, sent, event)


def _show(console: Console, sent: _Sent, event: _Event) -> None:
    colour = _COLOURS.get(event.kind, "cyan")
    text = f"[dim]{escape(event.text)}[/dim]" if colour == "dim" else escape(event.text)
    seconds = max(0.0, event.at - sent.at)
    console.print(
        f"[dim]{seconds:7.3f} s[/dim]  [{colour}]{event.kind:<14}[/{colour}] {text}", soft_wrap=not console.record
    )


_COLOURS = {"ticket": "bold green", "email": "bold green", "done": "bold green", "error": "red", "verdict": "yellow"}
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


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "received": lambda d: f"{d['message']} on {d['device']}, alert {d['alert_id']}",
    "stored": lambda d: f"delivery {d['delivery'][:12]}… and its workflow, in one commit",
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
    "done": lambda _detail: "webhook to e-mail",
}


def _check_effects(world: DemoWorld, console: Console, summary: dict[str, Any], sent: _Sent) -> bool:
    """Not what the run says: what GLPI holds and what the mail relay received."""
    state = httpx.get(f"{world.simulators['glpi']}/_sim/state", timeout=10, trust_env=False).json()
    ticket = next((t for t in state["tickets"] if t["id"] == summary["ticket_id"]), None)
    queued = [m for m in state["queued_notifications"] if m["id"] == summary["email_id"]]
    mail = _wait_mail(world) if queued else None
    if ticket is None or mail is None:
        console.print(f"[red]missing in GLPI: {'ticket' if ticket is None else 'e-mail'}[/red]")
        return False
    text = f"ticket #{ticket['id']} is in GLPI, mail « {mail['subject']} » left by SMTP"
    _show(console, sent, _Event(time.monotonic(), "checked", text))
    return True


def _wait_mail(world: DemoWorld) -> dict[str, Any] | None:
    deadline = time.monotonic() + MAIL_S
    while time.monotonic() < deadline:
        mails = httpx.get(f"{world.simulators['mail']}/_sim/mails", timeout=10, trust_env=False).json()
        if mails:
            return dict(mails[-1])
        time.sleep(0.1)
    return None
