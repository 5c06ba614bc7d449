"""A plan as real processes: from the moment nothing but our own work is missing to the ticket that says done."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from bench.alert_run import RunMissing
from bench.rows import Row, Timings, latency_row
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoWorld

WAIT_S = 30.0
NOWHERE = "http://127.0.0.1:1"
ALAIN = 31
NO_CAPS = {"ASSIST_PER_ACCOUNT": "1000", "ASSIST_PER_SITE": "1000", "ASSIST_PER_HOUR": "1000"}
LIMIT_SIMPLE_MS, LIMIT_RESET_MS = 90_000.0, 30_000.0
PLANS = (
    ("unlock", "Mon compte est verrouillé, merci de le débloquer.", LIMIT_SIMPLE_MS),
    ("password reset", "J'ai oublié mon mot de passe Windows, merci de le réinitialiser.", LIMIT_RESET_MS),
)


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """Tickets of one employee, one after the other, with no model anywhere."""
    with worlds.fresh(OLLAMA_BASE_URL=NOWHERE, **NO_CAPS) as world:
        story = _Tickets(world)
        times = scale.pick(full=20, quick=5)
        return [_measure_plan(story, name, text, limit, times) for name, text, limit in PLANS]


def _measure_plan(tickets: _Tickets, name: str, text: str, limit: float, times: int) -> Row:
    tickets.play(text)
    started = time.monotonic()
    spent = Timings([tickets.play(text) for _ in range(times)], time.monotonic() - started)
    note = "confirmed to done: mail queued, ticket written; every fact read again before each write; no model"
    return latency_row(f"Assist: {name}", spent, limit=limit, note=note)


@dataclass
class _Tickets:
    """One employee who asks again and again."""

    world: DemoWorld

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.world.operator_token}"}
        self._api = httpx.Client(base_url=self.world.orchestrator, headers=headers, timeout=10, trust_env=False)
        self._http = httpx.Client(timeout=10, trust_env=False)
        self._api.put("/api/switches/*/*", json={"mode": "on", "reason": "bench"}).raise_for_status()

    def play(self, text: str) -> float:
        """One ticket from its opening to its end; the milliseconds that the plan took."""
        ticket = {"name": "Compte", "content": f"<p>{text}</p>", "type": 2, "by": ALAIN, "_users_id_requester": ALAIN}
        opened = self._http.post(f"{self.world.simulators['glpi']}/_sim/ticket", json=ticket).raise_for_status()
        ticket_id = int(opened.json()["id"])
        headers = {"Authorization": f"Bearer {self.world.glpi_webhook_token}"}
        hint = {"ticket_id": ticket_id}
        self._http.post(f"{self.world.orchestrator}/webhooks/glpi", json=hint, headers=headers).raise_for_status()
        self._wait(ticket_id, "confirming")
        self._http.post(self._find_link(ticket_id), data={"answer": "yes"}).raise_for_status()
        done = [line for line in self._wait(ticket_id, "done") if line["kind"] == "done"]
        return 1000 * float(done[0]["detail"]["seconds"])

    def _wait(self, ticket_id: int, state: str) -> list[dict[str, Any]]:
        """The journal of the ticket's request, once that is in this state."""
        for request in self._requests(ticket_id):
            if request["state"] == state and not request["work"]:
                detail = self._api.get(f"/api/requests/{request['key']}").raise_for_status().json()
                return list(detail["journal"])
            if request["closed_at"]:
                break
        raise RunMissing(f"the request of ticket {ticket_id} did not come to « {state} »")

    def _requests(self, ticket_id: int) -> Iterator[dict[str, Any]]:
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            page = self._api.get("/api/requests", params={"ticket_id": ticket_id}).raise_for_status().json()
            yield from page["requests"][:1]
            time.sleep(0.02)

    def _find_link(self, ticket_id: int) -> str:
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            for mail in reversed(self._http.get(f"{self.world.simulators['mail']}/_sim/mails").json()):
                found = re.search(r"http\S+/confirmer/\S+", mail["text"])
                if f"(ticket {ticket_id})" in mail["subject"] and found:
                    return found[0]
            time.sleep(0.05)
        raise RunMissing(f"no confirmation of ticket {ticket_id} was mailed")
