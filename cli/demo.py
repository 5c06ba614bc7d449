"""`widip demo`: the whole system on embedded defaults, and one alert followed live from webhook to mail."""

from __future__ import annotations

import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from cli.claim import claim_folder
from cli.demo_assist import AssistStory
from cli.demo_desk import DeskStory
from cli.demo_screen import Event, Sent, event, show, show_events
from cli.demo_world import SETTLE_S, SOLVE_AFTER_S, DemoFailed, DemoWorld, start_world
from shared.logs import configure_logs

RUN_S = 90.0
MAIL_S = 10.0
EDGE_DEVICE, WAN_PORT = 11, 1101


def run_demo(folder: Path, *, once: bool, console: Console, listen: str | None = None) -> int:
    """Start, play, show; returns the exit code. Ctrl-C ends it with everything stopped."""
    # A shell's background jobs are started with SIGINT ignored: it must end them all the same.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    configure_logs("demo", level="WARNING")
    started = time.monotonic()
    console.print("[bold]WIDIP demo[/bold]: starting Redis, simulators, MCP servers, the orchestrator and the desk…")
    with claim_folder(folder) as claim:
        if not claim.is_first:
            console.print(f"Another demo is running: this one uses {claim.folder}", soft_wrap=True)
        try:
            world = start_world(claim.folder, json_file=claim.json_file, listen=listen, with_desk=True)
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
        story = _Story(world, console)
        played = story.play_alert(once=once)
        played = played and AssistStory(world, console).play()
        played = played and DeskStory(world, console).play()
        if once:
            return 0 if played else 1
        console.print("\nEverything goes on running. [bold]Ctrl-C[/bold] stops it.")
        story.tell_what_follows()
        while world.children.find_dead() is None:
            time.sleep(0.2)
            story.go_on()
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
    rows.append(
        ("chat", f"{world.desk}/", "the employees' page: sign in as z.obrien@lilas.example, the code is in the mail")
    )
    rows.append(("GLPI", world.simulators["glpi"], "simulated: the ticket is there"))
    rows.append(("mail", world.simulators["mail"], "simulated: the e-mail is there"))
    rows.append(("MySecret", world.simulators["mysecret"], "simulated: links to secrets open there"))
    rows.append(("directory", world.directory, "simulated Active Directory, LDAPS"))
    for name, url, what in rows:
        console.print(f"{name:<14} {url:<32} [dim]{what}[/dim]", soft_wrap=True)
    if not once:
        console.print(f"[dim]URLs and tokens are in {world.json_file}[/dim]", soft_wrap=True)


def _describe_model(world: DemoWorld) -> str:
    if "ollama" in world.simulators:
        return "The model is simulated and answers at once; a real one (OLLAMA_BASE_URL) takes seconds per call."
    return f"The model is the real one at {escape(world.model)}."


class _Story:
    """One alert, told live: its ticket and mail, then the settle window, the repair, the solution."""

    def __init__(self, world: DemoWorld, console: Console) -> None:
        self._world = world
        self._console = console
        headers = {"Authorization": f"Bearer {world.api_token}"}
        self._api = httpx.Client(base_url=world.orchestrator, headers=headers, timeout=10, trust_env=False)
        self._observium = httpx.Client(base_url=world.simulators["observium"], timeout=20, trust_env=False)
        self._sent = Sent(time.monotonic(), datetime.now().astimezone())
        self._alert_id, self._key, self._after = 0, "", 0

    def play_alert(self, *, once: bool) -> bool:
        """Cut the first line of a care home, let Observium send its webhook, follow the run. True if it all arrived."""
        self._observium.post(f"/_sim/port/{WAN_PORT}", json={"oper": "down"}).raise_for_status()
        alert = {"device_id": EDGE_DEVICE, "entity_type": "port", "entity_id": WAN_PORT, "name": "Port down"}
        self._alert_id = self._observium.post("/_sim/alert", json=alert).raise_for_status().json()["alert_id"]
        self._console.print(
            "\n[bold]Scenario[/bold]: the fibre of the care home EHPAD Les Lilas is cut; its router answers by the 4G "
            f"backup.\nObservium posts its port-down webhook. {_describe_model(self._world)}\n",
            soft_wrap=not self._console.record,
        )
        self._sent = Sent(time.monotonic(), datetime.now().astimezone())
        summary = self._follow_run(self._deliver("ALERT"))
        if summary is None or not _check_effects(self._world, self._console, summary, self._sent):
            return False
        if not once:
            page = f"{self._world.simulators['glpi']}/front/ticket.form.php?id={summary['ticket_id']}"
            text = f"\nRead the ticket: {page}\nRead the e-mail: {self._world.simulators['mail']}"
            self._console.print(text, soft_wrap=True)
        return True

    def tell_what_follows(self) -> None:
        """What a patient reader will see."""
        self._console.print(
            f"Stay to see the verdict settle after {SETTLE_S} s and the care home written to; then the fibre is "
            f"mended, and {SOLVE_AFTER_S} s later the ticket is solved and everybody told.\n",
            soft_wrap=True,
        )

    def go_on(self) -> None:
        """Show what has happened since, and mend the fibre once the verdict has settled."""
        if not self._key:
            return
        kinds = [line["kind"] for line in self._show_journal([])]
        if "settled" in kinds:
            self._observium.post(f"/_sim/port/{WAN_PORT}", json={"oper": "up"}).raise_for_status()
            self._observium.post(f"/_sim/recover/{self._alert_id}").raise_for_status()
            show(self._console, self._sent, self._deliver("RECOVER"))
        if "closed" in kinds:
            self._console.print("\nThat was the whole life of an incident. Ctrl-C stops everything.")
            self._key = ""

    def _deliver(self, state: str) -> Event:
        """Have Observium post its webhook; the answer."""
        delivery = {
            "alert_id": self._alert_id,
            "url": f"{self._world.orchestrator}/webhooks/observium",
            "flavour": "webhook-json",
            "state": state,
            "token": f"Bearer {self._world.webhook_token}",
        }
        answer = self._observium.post("/_sim/deliver", json=delivery).json()
        return Event(time.monotonic(), "webhook", f"{state} answered HTTP {answer['status_code']}: {answer['body']}")

    def _follow_run(self, answered: Event) -> dict[str, Any] | None:
        """Show the journal as it grows, the webhook's answer in its place; the run's summary when it is done."""
        waiting = [answered]
        while time.monotonic() < self._sent.at + RUN_S:
            if not self._key:
                runs = self._api.get("/api/runs", params={"limit": 1}).raise_for_status().json()["runs"]
                self._key = runs[0]["id"] if runs else ""
            elif lines := self._show_journal(waiting):
                waiting = []
                if any(line["kind"] in ("done", "error") for line in lines):
                    run = self._api.get(f"/api/runs/{self._key}").raise_for_status().json()["run"]
                    return dict(run["summary"]) if run["state"] == "done" else None
            time.sleep(0.05)
        self._console.print("[red]the run did not end in time[/red]")
        return None

    def _show_journal(self, waiting: list[Event]) -> list[dict[str, Any]]:
        """Show what the incident's journal has more than before."""
        path = f"/api/incidents/{self._key}"
        found = self._api.get(path, params={"after": self._after}).raise_for_status().json()
        lines: list[dict[str, Any]] = found["journal"]
        if lines:
            self._after = lines[-1]["id"]
            show_events(self._console, self._sent, [*waiting, *(event(self._sent, line) for line in lines)])
        return lines


def _check_effects(world: DemoWorld, console: Console, summary: dict[str, Any], sent: Sent) -> bool:
    """Not what the run says: what GLPI holds and what the mail relay received."""
    state = httpx.get(f"{world.simulators['glpi']}/_sim/state", timeout=10, trust_env=False).json()
    ticket = next((t for t in state["tickets"] if t["id"] == summary["ticket_id"]), None)
    queued = [m for m in state["queued_notifications"] if m["id"] == summary["email_id"]]
    mail = _wait_mail(world) if queued else None
    if ticket is None or mail is None:
        console.print(f"[red]missing in GLPI: {'ticket' if ticket is None else 'e-mail'}[/red]")
        return False
    text = f"ticket #{ticket['id']} is in GLPI, mail « {mail['subject']} » left by SMTP"
    show(console, sent, Event(time.monotonic(), "checked", text))
    return True


def _wait_mail(world: DemoWorld, *, beyond: int = 0) -> dict[str, Any] | None:
    """The newest mail, once there are more than `beyond`."""
    deadline = time.monotonic() + MAIL_S
    while time.monotonic() < deadline:
        mails = _list_mails(world)
        if len(mails) > beyond:
            return dict(mails[-1])
        time.sleep(0.1)
    return None


def _list_mails(world: DemoWorld) -> list[dict[str, Any]]:
    return list(httpx.get(f"{world.simulators['mail']}/_sim/mails", timeout=10, trust_env=False).json())
