"""What shared/glpi_changes tells, over the simulated GLPI and our real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.glpi_changes import (
    ChangeCursor,
    FetchPage,
    KnownHistory,
    News,
    SignedWebhooks,
    TokenWebhooks,
    Verdict,
    find_ticket_id,
    open_cursor,
    read_changes,
    read_news,
)
from simulators.glpi.app import create_app as create_glpi
from simulators.glpi.text import Version
from simulators.glpi.webhook_queue import run_webhook_queue
from simulators.glpi.webhooks import add_webhook
from tests.conftest import running
from tests.servers.glpi_world import DESK, ME, PRINTER_TICKET, TECHNICIAN, World
from tests.simulators.glpi_client import browser

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = SecretStr("a-secret-of-the-tests-only")
TICKET_PATH = f"/_sim/ticket/{PRINTER_TICKET}"
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass
class Door:
    """What a program does with deliveries: verify, then keep the number of the ticket."""

    check: SignedWebhooks | TokenWebhooks
    verdicts: list[Verdict] = field(default_factory=list)
    ticket_ids: list[int | None] = field(default_factory=list)

    async def receive(self, request: Request) -> Response:
        """GET is GLPI's challenge, POST a delivery."""
        if request.method == "GET" and isinstance(self.check, SignedWebhooks):
            answer = self.check.answer_challenge(request.query_params.get("crc_token", ""))
            return PlainTextResponse(answer or "", 200 if answer else 403)
        body = await request.body()
        if isinstance(self.check, SignedWebhooks):
            verdict = self.check.check(body, request.headers, now=datetime.now(UTC))
        else:
            verdict = self.check.check(request.headers, request.query_params)
        self.verdicts.append(verdict)
        if verdict.is_accepted:
            self.ticket_ids.append(find_ticket_id(body))
        return Response(status_code=200 if verdict.is_accepted else 401)


@asynccontextmanager
async def open_door(check: SignedWebhooks | TokenWebhooks, version: Version) -> AsyncIterator[tuple[Door, Any, str]]:
    door, glpi = Door(check), create_glpi(version=version)
    app = Starlette(routes=[Route("/hook", door.receive, methods=["GET", "POST"])])
    async with running(app) as url:
        yield door, glpi, f"{url}/hook"


@pytest.mark.requirement("G-20")
@pytest.mark.requirement("G-23")
@pytest.mark.parametrize("challenged", [False, True])
async def test_deliveries_of_glpi_11_are_verified_and_lead_to_their_ticket(challenged: bool) -> None:
    async with open_door(SignedWebhooks(SECRET), "11.0") as (door, glpi, url), browser(glpi) as hand:
        state = glpi.state.glpi
        for itemtype in ("ITILFollowup", "ITILSolution", "Ticket"):
            wanted = {"itemtype": itemtype, "event": "update" if itemtype == "Ticket" else "new", "url": url}
            add_webhook(state, {**wanted, "secret": SECRET.get_secret_value(), "use_cra_challenge": challenged})
        opened = (await hand.post("/_sim/ticket", json={"name": "Écran", "content": "<p>été / hiver</p>"})).json()
        path = f"/_sim/ticket/{opened['id']}"
        await hand.post(path, json={"followup": "<p>n° 99</p>", "is_private": 1})
        await hand.post(path, json={"solution": "<p>Fait</p>"})
        await run_webhook_queue(state)

    assert door.ticket_ids == [opened["id"]] * 3
    assert opened["id"] != 1
    assert len({verdict.replay_key for verdict in door.verdicts}) == 3


@pytest.mark.requirement("G-20")
async def test_retry_of_glpi_11_is_accepted_and_known_as_a_repeat() -> None:
    async with open_door(SignedWebhooks(SECRET), "11.0") as (door, glpi, url), browser(glpi) as hand:
        state = glpi.state.glpi
        state.unix_clock = (datetime.now(UTC) - timedelta(hours=3)).timestamp
        add_webhook(state, {"itemtype": "Ticket", "event": "new", "url": url, "secret": SECRET.get_secret_value()})
        await hand.post("/_sim/ticket", json={"name": "Écran", "content": "<p>x</p>"})
        await run_webhook_queue(state)
        for row in state.queued_webhooks.values():
            row["last_status_code"] = None  # the answer was lost
        await run_webhook_queue(state)

    assert [verdict.is_accepted for verdict in door.verdicts] == [True, True]
    assert len({verdict.replay_key for verdict in door.verdicts}) == 1


@pytest.mark.requirement("G-20")
async def test_glpi_with_another_secret_is_turned_away() -> None:
    async with open_door(SignedWebhooks(SECRET), "11.0") as (door, glpi, url), browser(glpi) as hand:
        add_webhook(glpi.state.glpi, {"itemtype": "Ticket", "event": "new", "url": url, "secret": "another secret"})
        await hand.post("/_sim/ticket", json={"name": "Écran", "content": "<p>x</p>"})
        await run_webhook_queue(glpi.state.glpi)

    assert [verdict.outcome for verdict in door.verdicts] == ["wrong_signature"]


@pytest.mark.requirement("G-21")
@pytest.mark.parametrize("in_url", [False, True])
@pytest.mark.parametrize("version", ["9.5", "10.0"])
@pytest.mark.parametrize("template", [None, '{"n":"{{ action }}","ticket_id":"{{ ticket.id }}","t":"{{ text }}"}'])
async def test_deliveries_of_a_plugin_lead_to_their_ticket(
    version: Version, in_url: bool, template: str | None
) -> None:
    async with open_door(TokenWebhooks(SECRET), version) as (door, glpi, url), browser(glpi) as hand:
        token = SECRET.get_secret_value()
        where: dict[str, Any] = {"url": f"{url}?token={token}"} if in_url else {"headers": {"Authorization": token}}
        add_webhook(glpi.state.glpi, {"kind": "plugin", "url": url, "payload": template, **where})
        opened = (await hand.post("/_sim/ticket", json={"name": "É", "content": "<p>x</p>"})).json()
        await hand.post(f"/_sim/ticket/{opened['id']}", json={"followup": '<p>il dit "ici" & là</p>'})
        await run_webhook_queue(glpi.state.glpi)

    assert {*door.ticket_ids} == {opened["id"]}
    assert len(door.ticket_ids) >= 2


def fetching(glpi: World, *, limit: int = 2) -> FetchPage:
    """glpi_search_tickets."""

    async def fetch(changed_since: datetime | None, start: int) -> Mapping[str, Any]:
        since = {"changed_since": changed_since.isoformat()} if changed_since else {}
        return await glpi.call("search_tickets", **since, start=start, limit=limit)

    return fetch


async def poll(glpi: World, cursor: ChangeCursor, *, now: datetime, limit: int = 2) -> tuple[ChangeCursor, list[int]]:
    """One poll; GLPI's clock goes on while it waits."""
    told: list[int] = []

    async def pause(seconds: float) -> None:
        glpi.state.clock = lambda: (now + timedelta(seconds=seconds)).replace(tzinfo=None)

    async for after, changes in read_changes(cursor, fetching(glpi, limit=limit), now=now, pause=pause):
        cursor = after
        told += [change.ticket_id for change in changes]
    return cursor, told


@pytest.mark.requirement("G-24")
@pytest.mark.parametrize("limit", [2, 3, 100])
async def test_cursor_over_the_real_server_tells_each_change_once(glpi: World, limit: int) -> None:
    def at(seconds: int) -> datetime:
        now = START + timedelta(seconds=seconds)
        glpi.state.clock = lambda: now.replace(tzinfo=None)
        return now

    glpi.state.tickets[PRINTER_TICKET]["date_mod"] = "2026-01-01 10:00:00"
    cursor = await open_cursor(fetching(glpi), now=at(0))
    cursor, first = await poll(glpi, cursor, now=at(1), limit=limit)
    ids = [await glpi.open_ticket() for _ in range(5)]
    cursor, opened = await poll(glpi, cursor, now=at(60), limit=limit)
    await glpi.by_hand(TICKET_PATH, followup="<p>x</p>", by=TECHNICIAN)
    cursor, followed = await poll(glpi, cursor, now=at(120), limit=limit)
    await glpi.by_hand(f"/_sim/ticket/{ids[2]}", urgency=5)
    now = at(180)
    for ticket_id in ids[3:]:
        await glpi.by_hand(f"/_sim/ticket/{ticket_id}", urgency=1)
    cursor, changed = await poll(glpi, cursor, now=now, limit=limit)
    cursor, nothing = await poll(glpi, cursor, now=at(181), limit=limit)

    assert (first, sorted(opened)) == ([PRINTER_TICKET], ids)
    assert followed == [PRINTER_TICKET]
    assert (changed, nothing) == ([ids[2], *ids[3:]], [])


async def news_of(glpi: World, known: KnownHistory) -> News:
    """What others did on the ticket since."""

    async def fetch(start: int) -> Mapping[str, Any]:
        return await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET, start=start, limit=3)

    return await read_news(fetch, known=known, own_ids={ME})


@pytest.mark.requirement("G-27")
async def test_our_own_writes_are_no_news_and_everybody_elses_are(glpi: World) -> None:
    known = (await news_of(glpi, KnownHistory())).known

    await glpi.call("add_followup", ticket_id=PRINTER_TICKET, content="Nous regardons")
    await glpi.call("update_ticket", ticket_id=PRINTER_TICKET, urgency=5, status="pending")
    await glpi.call("assign_ticket", ticket_id=PRINTER_TICKET, technician_id=TECHNICIAN)
    ours = await news_of(glpi, known)
    await glpi.by_hand(TICKET_PATH, followup="<p>Du bureau</p>", is_private=1, by=DESK)
    desk = await news_of(glpi, ours.known)
    await glpi.by_hand(TICKET_PATH, followup="<p>Moi</p>", by=TECHNICIAN)
    technician = await news_of(glpi, desk.known)
    again = await news_of(glpi, technician.known)

    assert [one.is_by_others for one in (ours, desk, technician, again)] == [False, True, True, False]
    assert {row["author_id"] for row in technician.others} == {TECHNICIAN}
    assert not technician.is_rewritten


@pytest.mark.requirement("G-27")
async def test_ticket_that_claims_to_be_ours_is_known_by_its_history(glpi: World) -> None:
    """Section 13: a self-service user can name us as the writer."""
    claims = {"_auto_import": 1, "users_id_recipient": ME, "_users_id_requester": ME}
    forged = await glpi.by_hand("/_sim/ticket", name="x", content="<p>x</p>", by=20, **claims)

    async def fetch(start: int) -> Mapping[str, Any]:
        return await glpi.call("get_ticket_timeline", ticket_id=forged["id"], start=start)

    ticket = await glpi.call("get_ticket_info", ticket_id=forged["id"])
    news = await read_news(fetch, known=KnownHistory(), own_ids={ME})

    assert ticket["writer_id"] == ME
    assert {row["author_id"] for row in news.others} == {20}
