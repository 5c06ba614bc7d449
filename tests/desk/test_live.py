"""News of tickets over the WebSocket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from desk.api.access import COOKIE
from desk.settings import DeskSettings
from tests.desk.conftest import CLAIRE, DEADLINE_S, PAUL, ZOE, Reception, Start, file
from tests.desk.websocket import Closed, Socket, connected


async def until(socket: Socket, kind: str, timeout_s: float = 5.0) -> list[dict[str, Any]]:
    """What comes, up to the first of this kind."""
    came = [await socket.receive(timeout_s)]
    while came[-1]["kind"] != kind:
        came.append(await socket.receive(timeout_s))
    return came


@pytest.mark.both_databases
@pytest.mark.requirement("D-39")
async def test_change_in_glpi_is_told_after_its_webhook_to_those_who_see_the_ticket(desk: Reception) -> None:
    made = await file(desk)
    await desk.until_told(made["ticket_id"])
    async with (
        connected(desk.app, "/ws", await desk.sign_in(ZOE)) as zoe,
        connected(desk.app, "/ws", await desk.sign_in(CLAIRE)) as referent,
        connected(desk.app, "/ws", await desk.sign_in(PAUL)) as stranger,
    ):
        for socket in (zoe, referent, stranger):
            assert (await socket.receive())["kind"] == "ready"
        await desk.by_hand(made["glpi_ticket_id"], status=4)

        await desk.webhook(made["glpi_ticket_id"])

        for socket in (zoe, referent):
            (news,) = await until(socket, "changed")
            assert (news["ticket_id"], news["number"]) == (made["ticket_id"], made["ticket_number"])
            assert news["detail"] == {"field": "status", "from": "new", "to": "pending"}
        with pytest.raises(TimeoutError):
            await stranger.receive(timeout_s=0.8)


@pytest.mark.both_databases
@pytest.mark.requirement("D-39")
async def test_what_happened_during_a_cut_is_told_once_after_it(desk: Reception) -> None:
    auth = await desk.sign_in(ZOE)
    async with connected(desk.app, "/ws", auth) as socket:
        ready = await socket.receive()
        made = await file(desk)
        before = await until(socket, "created")
    await desk.until_told(made["ticket_id"])
    await desk.by_hand(made["glpi_ticket_id"], status=4)
    await desk.parts.sync.pull(made["ticket_id"])

    async with connected(desk.app, f"/ws?after={before[-1]['id']}", auth) as socket:
        assert (await socket.receive()) == {"kind": "ready", "id": before[-1]["id"]}
        missed = await until(socket, "changed")
    async with connected(desk.app, f"/ws?after={ready['id']}", auth) as socket:
        await socket.receive()
        all_of_it = await until(socket, "changed")

    assert [one["kind"] for one in missed] == ["delivered", "changed"]
    assert all_of_it == before + missed


@pytest.mark.requirement("D-124")
async def test_change_whose_webhook_is_lost_comes_with_the_next_poll(start: Start) -> None:
    desk = await start(glpi_poll_s=1)
    made = await file(desk)
    await desk.until_told(made["ticket_id"])
    async with connected(desk.app, "/ws", await desk.sign_in()) as socket:
        await desk.by_hand(made["glpi_ticket_id"], status=4)
        news = (await until(socket, "changed", timeout_s=DEADLINE_S))[-1]

    assert (news["ticket_id"], news["detail"]["to"]) == (made["ticket_id"], "pending")
    assert DeskSettings.model_fields["glpi_poll_s"].default == 60


@pytest.mark.requirement("D-39")
async def test_socket_is_for_signed_in_people_on_our_pages(desk: Reception) -> None:
    elsewhere = {"origin": "https://evil.example"}

    for headers in ({}, {**elsewhere, **await desk.sign_in()}):
        async with connected(desk.app, "/ws", headers) as socket:
            with pytest.raises(Closed, match="4403"):
                await socket.receive()


@pytest.mark.requirement("D-128")
async def test_socket_ends_with_the_sign_in_however_much_there_is_to_tell(desk: Reception) -> None:
    auth = await desk.sign_in(ZOE)
    async with connected(desk.app, "/ws", auth) as socket:
        assert (await socket.receive())["kind"] == "ready"
        await desk.http.post("/api/v1/sign-out", headers=auth)
        desk.clock.ahead += timedelta(seconds=31)

        await file(desk, email=PAUL)  # something is told to somebody before the silence that a beat ends

        with pytest.raises(Closed, match="4403"):
            await socket.receive(DEADLINE_S)


@pytest.mark.requirement("D-07")
@pytest.mark.parametrize("origin", ["http://[", "null", "http://evil.example"])
async def test_page_whose_address_is_none_is_somebody_else_s(desk: Reception, origin: str) -> None:
    token = (await desk.sign_in(ZOE))["authorization"].removeprefix("Bearer ")
    headers = {"cookie": f"{COOKIE}={token}", "origin": origin}

    refused = await desk.http.post("/api/v1/sign-out", headers=headers)

    assert (refused.status_code, refused.json()["error"]) == (403, "wrong_origin")
    async with connected(desk.app, "/ws", headers) as socket:
        with pytest.raises(Closed, match="4403"):
            await socket.receive()
