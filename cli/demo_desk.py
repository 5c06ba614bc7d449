"""The demo's third story: a conversation at the desk, from the sign-in to the technician's word."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from cli.demo_screen import Event, Sent, show
from cli.demo_world import DemoWorld

WAIT_S = 30.0
ZOES = "z.obrien@lilas.example"
TECHNICIAN, PENDING = 10, 4
PROBLEM = (
    "Bonjour, l'imprimante de l'accueil ne sort plus rien, bourrage papier depuis ce matin. "
    "Vous pouvez rappeler Mme Aubrac au 06 39 98 12 34."
)
REPLY = "<p>Bonjour, la pièce est commandée, je passe demain matin.</p>"


class DeskStory:
    """Zoé O'Brien describes her broken printer; each step is shown as she would see it."""

    def __init__(self, world: DemoWorld, console: Console) -> None:
        self._world = world
        self._console = console
        self._desk = httpx.Client(base_url=f"{world.desk}/api/v1", timeout=15, trust_env=False)
        self._http = httpx.Client(timeout=10, trust_env=False)
        self._sent = Sent(time.monotonic(), datetime.now().astimezone())

    def play(self) -> bool:
        """The conversation; False when something did not come in time."""
        intro = "Zoé O'Brien tells her problem at the desk. A code in her mailbox says who she is"
        self._console.print(f"\n[bold]Chat[/bold]: {escape(intro)}.\n", soft_wrap=not self._console.record)
        self._console.print(f"  « {escape(PROBLEM)} »\n", soft_wrap=not self._console.record)
        self._sent = Sent(time.monotonic(), datetime.now().astimezone())
        try:
            self._sign_in()
            address = f"{self._world.desk.replace('http', 'ws', 1)}/ws"
            own = {"Authorization": self._desk.headers["authorization"]}
            with connect(address, additional_headers=own, proxy=None) as socket:
                made = self._converse(socket)
                self._follow_technician(socket, made)
        except (TimeoutError, WebSocketException) as error:
            self._console.print(f"[red]{escape(str(error)) or 'nothing came over the WebSocket'}[/red]")
            return False
        return True

    def _say(self, kind: str, text: str) -> None:
        show(self._console, self._sent, Event(time.monotonic(), kind, text))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return dict(self._desk.post(path, json=body).raise_for_status().json())

    def _sign_in(self) -> None:
        known = len(self._list_codes())
        challenge = self._post("/sign-in/code", {"email": ZOES})["challenge"]
        deadline = time.monotonic() + WAIT_S
        while len(codes := self._list_codes()) <= known:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no code reached {ZOES}")
            time.sleep(0.1)
        token = self._post("/sign-in", {"challenge": challenge, "code": codes[-1]})["token"]
        self._desk.headers["authorization"] = f"Bearer {token}"
        self._say("employee", f"{ZOES} has signed in with the code from her mailbox")

    def _list_codes(self) -> list[str]:
        mails = self._http.get(f"{self._world.simulators['mail']}/_sim/mails").raise_for_status().json()
        texts = (mail["text"] for mail in mails if ZOES in mail["to"])
        return [found[0] for text in texts if (found := re.search(r"\b\d{4} \d{4}\b", text))]

    def _converse(self, socket: ClientConnection) -> dict[str, Any]:
        """The problem, what the rules understood of it, the model's second look, her yes."""
        _receive(socket, "ready")
        step = self._post("/workflow/analyze", {"message": PROBLEM, "user_email": ZOES})
        summary = step["summary"]
        self._say(
            "understood",
            f"by rules: « {summary['title']} », {summary['category']} at {summary['confidence']:.0%}: {step['action']}",
        )
        look = _receive(socket, "refined")
        found = f"{look['summary']['category']}: {look['summary']['action']}" if look["summary"] else look["why"]
        self._say("second look", f"{found}; the model read « {look['masked']} »")
        is_sure = step["action"] == "auto_validate"
        reply = {"session_id": step["session_id"], **({"user_response": "oui"} if is_sure else {})}
        made = self._post(f"/workflow/{'auto-validate' if is_sure else 'confirm'}", reply)
        self._say("ticket", f"she says yes: {made['ticket_number']} here, #{made['glpi_ticket_id']} in GLPI")
        self._say("desk", made["message"])
        return made

    def _follow_technician(self, socket: ClientConnection, made: dict[str, Any]) -> None:
        """A technician answers in GLPI and waits for a part; she reads it at once."""
        number = made["glpi_ticket_id"]
        change = {"followup": REPLY, "status": PENDING, "by": TECHNICIAN}
        glpi = self._world.simulators["glpi"]
        self._http.post(f"{glpi}/_sim/ticket/{number}", json=change).raise_for_status()
        self._say("technician", f"answers on #{number} in GLPI and sets it to pending; GLPI's webhook tells the desk")
        headers = {"authorization": f"Bearer {self._world.glpi_webhook_token}"}
        self._desk.post("/glpi/webhook/ticket-updated", json={"ticket_id": number}, headers=headers).raise_for_status()
        while (news := _receive(socket, "changed"))["detail"].get("field") != "status":
            pass
        self._say("news", f"over the WebSocket: {news['number']} is {news['detail']['to']}")
        ticket = self._desk.get(f"/tickets/{made['ticket_id']}").raise_for_status().json()
        for entry in ticket["timeline"]:
            self._say("she reads", entry["text"])


def _receive(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of this kind. Raises TimeoutError."""
    deadline = time.monotonic() + WAIT_S
    while True:
        came: dict[str, Any] = json.loads(socket.recv(timeout=max(0.0, deadline - time.monotonic())))
        if came["kind"] == kind:
            return came
