"""`widip demo`: the whole system on embedded defaults, and one alert followed live from webhook to mail."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.demo_world import DemoFailed, DemoWorld, start_world

RUN_S = 90.0
MAIL_S = 10.0
EDGE_DEVICE, WAN_PORT = 11, 1101


@dataclass(frozen=True, slots=True)
class _Sent:
    """The delivery that was posted."""

    at: float
    clock: datetime


def run_demo(folder: Path, *, once: bool, console: Console) -> int:
    """Start, play, show; returns the exit code. Ctrl-C ends it with everything stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    console.print("[bold]WIDIP demo[/bold]: starting Redis, simulators, two MCP servers and the orchestrator…")
    try:
        world = start_world(folder)
    except DemoFailed as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        return 1
    except KeyboardInterrupt:
        console.print("stopped.")
        return 130
    try:
        console.print(f"ready in {time.monotonic() - started:.1f} s; Redis: {world.redis.kind}")
        _show_urls(world, console)
        played = _play_alert(world, console)
        if once:
            return 0 if played else 1
        console.print("\nEverything goes on running. [bold]Ctrl-C[/bold] stops it.")
        while world.children.find_dead() is None:
            time.sleep(0.5)
        console.print(f"[red]{world.children.find_dead()} has ended by itself; see {world.children.logs}[/red]")
        return 1
    except KeyboardInterrupt:
        console.print("\nstopping…")
        return 0 if not once else 130
    finally:
        world.children.stop()


def _show_urls(world: DemoWorld, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("program", "URL", "what it is"):
        table.add_column(column, no_wrap=column != "what it is")
    for name, url in world.servers.items():
        table.add_row(f"MCP {name}", f"{url}/sse", "SSE; Streamable HTTP at /mcp")
    table.add_row("orchestrator", f"{world.orchestrator}/docs", "webhooks, journal (/api/runs)")
    table.add_row("GLPI", world.simulators["glpi"], "simulated: open it to read the ticket")
    table.add_row("mail", world.simulators["mail"], "simulated: every e-mail that was sent")
    table.add_row("Observium", world.simulators["observium"], "simulated")
    if "ollama" in world.simulators:
        table.add_row("Ollama", world.simulators["ollama"], "simulated; set OLLAMA_BASE_URL for a real one")
    console.print(table, soft_wrap=True)
    console.print(f"[dim]URLs and tokens are in {world.folder.parent / 'demo.json'}[/dim]\n")


def _play_alert(world: DemoWorld, console: Console) -> bool:
    """Cut the first line of a care home, let Observium send its webhook, follow the run. True if it all arrived."""
    observium = httpx.Client(base_url=world.simulators["observium"], timeout=20)
    observium.post(f"/_sim/port/{WAN_PORT}", json={"oper": "down"}).raise_for_status()
    alert = {"device_id": EDGE_DEVICE, "entity_type": "port", "entity_id": WAN_PORT, "name": "Port down"}
    alert_id = observium.post("/_sim/alert", json=alert).raise_for_status().json()["alert_id"]
    console.print(
        "[bold]Scenario[/bold]: the fibre of EHPAD Les Lilas is cut; its router answers by the 4G backup.\n"
        "Observium posts its port-down webhook.\n"
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
    _line(console, sent.at, "webhook", f"answered HTTP {answer['status_code']}: {answer['body']}")
    summary = _follow_run(world, console, sent)
    return summary is not None and _check_effects(world, console, summary, sent)


def _follow_run(world: DemoWorld, console: Console, sent: _Sent) -> dict[str, Any] | None:
    api = httpx.Client(base_url=world.orchestrator, headers={"Authorization": f"Bearer {world.api_token}"}, timeout=10)
    run_id, after = "", 0
    deadline = sent.at + RUN_S
    while time.monotonic() < deadline:
        if not run_id:
            runs = api.get("/api/runs", params={"limit": 1}).raise_for_status().json()["runs"]
            run_id = runs[0]["id"] if runs else ""
        else:
            detail = api.get(f"/api/runs/{run_id}", params={"after": after}).raise_for_status().json()
            for line in detail["journal"]:
                after = line["id"]
                _show_line(console, sent, line)
            if detail["run"]["state"] != "running" and any(x["kind"] in ("done", "error") for x in detail["journal"]):
                return dict(detail["run"]["summary"]) if detail["run"]["state"] == "done" else None
        time.sleep(0.05)
    console.print("[red]the run did not end in time[/red]")
    return None


def _show_line(console: Console, sent: _Sent, line: dict[str, Any]) -> None:
    detail = line["detail"]
    at = sent.at + (datetime.fromisoformat(line["at"]) - sent.clock).total_seconds()
    words = _WORDS.get(line["kind"])
    text = words(detail) if words else ", ".join(f"{k}={v}" for k, v in detail.items())
    _line(console, sent.at, line["kind"], text, at=at)


def _line(console: Console, start: float, kind: str, text: str, *, at: float | None = None) -> None:
    seconds = max(0.0, (at if at is not None else time.monotonic()) - start)
    colour = _COLOURS.get(kind, "cyan")
    console.print(f"[dim]{seconds:7.3f} s[/dim]  [{colour}]{kind:<14}[/{colour}] {escape(text)}", soft_wrap=True)


_COLOURS = {"ticket": "bold green", "email": "bold green", "done": "bold green", "error": "red", "verdict": "yellow"}


def _arguments(detail: dict[str, Any]) -> str:
    texts = {name: " ".join(str(value).split()) for name, value in detail["arguments"].items()}
    return ", ".join(f"{name}={text if len(text) < 30 else f'{text[:27]}…'}" for name, text in texts.items())


_WORDS = {
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
    "tool_call": lambda d: f"{d['tool']}({_arguments(d)}) by {d['by']}: {d['outcome']}, {d['ms']} ms",
    "ticket": lambda d: f"GLPI ticket #{d['ticket_id']}: {d['title']}",
    "verdict": lambda d: f"{d['responsible']} at {d['confidence']:.0%} by rule {d['rule']}: {'; '.join(d['facts'])}",
    "email": lambda d: f"to {d['recipient']}: {d['subject']}",
    "done": lambda d: f"webhook to e-mail in {d['seconds']:.2f} s",
}


def _check_effects(world: DemoWorld, console: Console, summary: dict[str, Any], sent: _Sent) -> bool:
    """Not what the run says: what GLPI holds and what the mail relay received."""
    state = httpx.get(f"{world.simulators['glpi']}/_sim/state", timeout=10).json()
    ticket = next((t for t in state["tickets"] if t["id"] == summary["ticket_id"]), None)
    queued = [m for m in state["queued_notifications"] if m["id"] == summary["email_id"]]
    mail = _wait_mail(world) if queued else None
    if ticket is None or mail is None:
        console.print(f"[red]missing in GLPI: {'ticket' if ticket is None else 'e-mail'}[/red]")
        return False
    _line(console, sent.at, "checked", f"ticket #{ticket['id']} is in GLPI, mail « {mail['subject']} » left by SMTP")
    page = f"{world.simulators['glpi']}/front/ticket.form.php?id={ticket['id']}"
    console.print(f"\nRead the ticket: {page}\nRead the e-mail: {world.simulators['mail']}")
    return True


def _wait_mail(world: DemoWorld) -> dict[str, Any] | None:
    deadline = time.monotonic() + MAIL_S
    while time.monotonic() < deadline:
        mails = httpx.get(f"{world.simulators['mail']}/_sim/mails", timeout=10).json()
        if mails:
            return dict(mails[-1])
        time.sleep(0.1)
    return None
