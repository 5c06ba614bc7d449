"""The stand-in GLPI: its webhooks (contracts/glpi.md, section 9)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.conftest import running
from tests.servers.glpi_world import until
from tests.simulators.glpi_client import QUEUED, add, browser, create_ticket, follow, get, logged_in, make_glpi, put

SECRET = "a-secret-of-the-tests-only"
UNIX = 1_772_352_000


def hmac_hex(message: bytes) -> str:
    return hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()


@dataclass
class Receiver:
    """Somebody's webhook: keeps what it got, answers as told, and knows the secret unless told otherwise."""

    status: int = 200
    is_silent: bool = False
    knows_secret: bool = True
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    challenges: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: Request) -> Response:
        """GET is a challenge, POST a delivery."""
        if request.method == "GET":
            self.challenges.append(request.query_params["crc_token"])
            return PlainTextResponse(hmac_hex(self.challenges[-1].encode()) if self.knows_secret else "no")
        self.got.append((dict(request.headers), await request.body()))
        self.arrived.set()
        if self.is_silent:
            await request.receive()  # until GLPI hangs up
        return Response(status_code=self.status)

    def bodies(self) -> list[Any]:
        """The JSON of every delivery."""
        return [json.loads(body) for _, body in self.got]


@dataclass
class World:
    """A GLPI, a receiver, and GLPI's control API."""

    glpi: Starlette
    receiver: Receiver
    url: str
    control: httpx.AsyncClient

    async def configure(self, **wanted: Any) -> httpx.Response:
        """Add a webhook to the receiver."""
        return await self.control.post("/_sim/webhooks", json={"url": self.url, "secret": SECRET, **wanted})

    async def run(self) -> int:
        """One run of GLPI's automatic action; how many deliveries were taken."""
        answer = await self.control.post("/_sim/run_webhook_queue")
        return int(answer.json()["sent"])

    async def queued(self) -> list[dict[str, Any]]:
        """GLPI's queue."""
        queued: list[dict[str, Any]] = (await self.control.get("/_sim/webhooks")).json()["queued"]
        return queued


@asynccontextmanager
async def open_world(**options: Any) -> AsyncIterator[World]:
    glpi, receiver = make_glpi(**{"version": "11.0", **options}), Receiver()
    glpi.state.glpi.unix_clock = lambda: UNIX
    hook = Starlette(routes=[Route("/hook", receiver.handle, methods=["GET", "POST"])])
    async with running(hook) as url, browser(glpi) as control:
        yield World(glpi, receiver, f"{url}/hook", control)


async def test_new_ticket_is_sent_in_the_shape_of_the_second_api_and_signed() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new")
        ticket_id = await create_ticket(client, name="Écran noir", content="<p>Rien</p>", _users_id_assign=10)
        assert world.receiver.got == []
        sent = await world.run()

    headers, body = world.receiver.got[0]
    said = json.loads(body)
    assert sent == 1
    assert headers["x-glpi-timestamp"] == str(UNIX)
    assert headers["x-glpi-signature"] == hmac_hex(body + str(UNIX).encode())
    assert "content-type" not in headers
    assert (said["event"], said["item"]["id"], said["item"]["content"]) == ("new", ticket_id, "<p>Rien</p>")
    assert said["item"]["status"] == {"id": 2, "name": "Processing (assigned)"}
    assert [(one["id"], one["role"]) for one in said["item"]["team"]] == [(10, "assigned")]
    assert body.startswith(b'{\n    "item": {')
    assert "parent_item" not in said


@pytest.mark.parametrize(
    ("itemtype", "given"),
    [
        ("ITILFollowup", {"itemtype": "Ticket", "is_private": 1}),
        ("ITILSolution", {"itemtype": "Ticket"}),
        ("TicketTask", {"is_private": 1}),
    ],
)
async def test_what_hangs_on_a_ticket_is_sent_with_its_ticket_private_or_not(
    itemtype: str, given: dict[str, Any]
) -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await create_ticket(client)
        ticket_id = await create_ticket(client)
        await world.configure(itemtype=itemtype, event="new")
        item_id = await add(client, itemtype, items_id=ticket_id, tickets_id=ticket_id, content="<p>x</p>", **given)
        await world.run()

    said = world.receiver.bodies()[0]
    assert (said["item"]["id"], said["parent_item"]["id"], said["event"]) == (item_id, ticket_id, "new")
    assert said["item"].get("is_private") is (True if "is_private" in given else None)


async def test_update_is_sent_once_and_one_that_changes_nothing_is_not() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        ticket_id = await create_ticket(client, urgency=3)
        followup_id = await follow(client, ticket_id, content="un")
        await world.configure(itemtype="Ticket", event="update")
        await world.configure(itemtype="ITILFollowup", event="update")
        await put(client, f"Ticket/{ticket_id}", urgency=5, name="Autre")
        await put(client, f"Ticket/{ticket_id}", urgency=5)
        await put(client, f"ITILFollowup/{followup_id}", content="deux")
        queued = await world.queued()

    assert [(row["itemtype"], row["event"]) for row in queued] == [("Ticket", "update"), ("ITILFollowup", "update")]


async def test_assignment_is_seen_only_by_the_status_that_it_changes() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        ticket_id = await create_ticket(client)
        await world.configure(itemtype="Ticket", event="update")
        await add(client, "Ticket_User", tickets_id=ticket_id, users_id=10, type=2)
        await add(client, "Ticket_User", tickets_id=ticket_id, users_id=2, type=2)
        queued = await world.queued()

    assert [json.loads(row["body"])["item"]["status"]["id"] for row in queued] == [2]


async def test_bin_and_removed_followup_are_sent_as_delete() -> None:
    async with open_world() as world, logged_in(world.glpi, "admin") as client:
        ticket_id = await create_ticket(client)
        followup_id = await follow(client, ticket_id)
        for itemtype in ("Ticket", "ITILFollowup"):
            await world.configure(itemtype=itemtype, event="delete")
        await client.request("DELETE", f"/apirest.php/ITILFollowup/{followup_id}")
        await client.request("DELETE", f"/apirest.php/Ticket/{ticket_id}")
        queued = await world.queued()

    assert [(row["itemtype"], row["items_id"]) for row in queued] == [
        ("ITILFollowup", followup_id),
        ("Ticket", ticket_id),
    ]


async def test_retry_comes_with_every_run_with_the_old_signature_until_it_is_given_up() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new", sent_try=2)
        world.receiver.status = 500
        await create_ticket(client)
        for later in range(6):
            world.glpi.state.glpi.unix_clock = lambda later=later: UNIX + later
            await world.run()
        queued = await world.queued()

    assert len(world.receiver.got) == 3
    assert len({(headers["x-glpi-signature"], body) for headers, body in world.receiver.got}) == 1
    assert (queued[0]["sent_try"], queued[0]["last_status_code"]) == (3, 500)


@pytest.mark.parametrize("status", [200, 204, 302])
async def test_anything_under_400_is_taken_as_delivered(status: int) -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new")
        world.receiver.status = status
        await create_ticket(client)
        sent = [await world.run(), await world.run()]

    assert (sent, len(world.receiver.got)) == ([1, 0], 1)


async def test_receiver_that_does_not_answer_is_left_after_the_time_allowed() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new")
        assert world.glpi.state.glpi.webhook_timeout_s == 5
        world.glpi.state.glpi.webhook_timeout_s = 0.3
        world.receiver.is_silent = True
        await create_ticket(client)
        async with asyncio.timeout(3):
            sent = await world.run()
        queued = await world.queued()

    assert (sent, len(world.receiver.got)) == (0, 1)
    assert (queued[0]["sent_try"], queued[0]["last_status_code"]) == (1, None)


async def test_challenge_comes_before_each_delivery_and_a_failed_one_counts_no_try() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new", use_cra_challenge=True)
        await create_ticket(client)
        world.receiver.knows_secret = False
        for _ in range(6):
            await world.run()
        unsent = await world.queued()
        refused = len(world.receiver.got)
        world.receiver.knows_secret = True
        await world.run()

    assert (refused, unsent[0]["sent_try"], len(world.receiver.got)) == (0, 0, 1)
    assert {*world.receiver.challenges} == {hmac_hex(b"validate_cra_challenge")}
    assert len(world.receiver.challenges) == 7


async def test_queue_runs_by_itself_only_when_asked() -> None:
    async with open_world() as world, running(world.glpi), logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new")
        await create_ticket(client)
        shown = (await world.control.get("/_sim/switches")).json()["webhook_mode"]
        for _ in range(2):  # from one run of the mail queue to another, the webhooks' would have run too
            mail_id = await add(client, "QueuedNotification", **QUEUED)
            await until(lambda mail_id=mail_id: world.glpi.state.glpi.queued[mail_id]["sent_time"])  # type: ignore[misc]
        before = len(world.receiver.got)
        await world.control.post("/_sim/switches", json={"webhook_mode": "cli"})
        async with asyncio.timeout(5):
            await world.receiver.arrived.wait()

    assert (shown, before, len(world.receiver.got)) == ("internal", 0, 1)


async def test_template_of_the_administrator_replaces_the_body() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        template = '{"numero": {{ item.id }}, "ev": "{{event}}"}'
        await world.configure(itemtype="Ticket", event="new", payload=template, headers={"X-Zone": "1", "X-Empty": ""})
        ticket_id = await create_ticket(client)
        await world.run()

    headers, body = world.receiver.got[0]
    assert json.loads(body) == {"numero": ticket_id, "ev": "new"}
    assert headers["x-glpi-signature"] == hmac_hex(body + str(UNIX).encode())
    assert (headers["x-zone"], "x-empty" in headers) == ("1", False)


async def test_webhook_of_another_entity_hears_nothing() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        await world.configure(itemtype="Ticket", event="new", entities_id=2)
        await world.configure(itemtype="Ticket", event="new", entities_id=0, is_recursive=False)
        await create_ticket(client, entities_id=2)
        await create_ticket(client, entities_id=3)
        queued = await world.queued()

    assert [row["webhooks_id"] for row in queued] == [1]


@pytest.mark.parametrize("version", ["9.5", "10.0"])
async def test_older_glpi_has_only_a_plugin_which_sends_encoded_text_and_no_signature(version: str) -> None:
    async with open_world(version=version) as world, logged_in(world.glpi) as client:
        refused = await world.configure(itemtype="Ticket", event="new")
        await world.configure(kind="plugin", event="new", headers={"Authorization": "plain"})
        ticket_id = await create_ticket(client, name="Écran", content="<p>Rien</p>")
        await world.run()

    headers, body = world.receiver.got[0]
    assert refused.status_code == 400
    assert (headers["authorization"], headers["content-type"]) == ("plain", "application/json")
    assert not {name for name in headers if name.startswith("x-glpi")}
    assert json.loads(body)["ticket"]["id"] == str(ticket_id)
    assert b"<p>" not in body


@pytest.mark.parametrize(
    "wrong",
    [
        {"itemtype": "Computer", "event": "new"},
        {"itemtype": "Ticket", "event": "add"},
        {"itemtype": "Ticket", "event": "new", "url": "ftp://x"},
        {"itemtype": "Ticket", "event": "new", "kind": "plugin"},
        {"itemtype": "Ticket", "event": "new", "colour": "red"},
    ],
)
async def test_webhook_that_glpi_does_not_know_is_refused(wrong: dict[str, Any]) -> None:
    async with open_world() as world:
        answer = await world.configure(**wrong)

    assert answer.status_code == 400


async def test_secrets_are_not_shown_and_all_is_forgotten_when_asked() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        created = await world.configure(itemtype="Ticket", event="new", headers={"X-Key": "hidden"})
        await create_ticket(client)
        shown = await world.control.get("/_sim/webhooks")
        await world.control.delete("/_sim/webhooks")
        left = (await world.control.get("/_sim/webhooks")).json()
        state = await world.control.get("/_sim/state")

    assert created.status_code == 201
    assert not [text for text in (created.text, shown.text, state.text) if SECRET in text or "hidden" in text]
    assert left == {"webhooks": [], "queued": []}


async def test_followup_is_read_as_it_is_after_its_effects() -> None:
    async with open_world() as world, logged_in(world.glpi) as client:
        ticket_id = await create_ticket(client)
        await world.configure(itemtype="ITILSolution", event="new")
        await add(client, "ITILSolution", itemtype="Ticket", items_id=ticket_id, content="<p>x</p>")
        said = json.loads((await world.queued())[0]["body"])
        ticket = await get(client, f"Ticket/{ticket_id}")

    assert (said["item"]["status"], said["parent_item"]["status"]["id"], ticket["status"]) == (2, 5, 5)
