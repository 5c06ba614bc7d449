"""Who may tell us of a ticket, and what is made of what he says."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from orchestrator.assist.tables import glpi_delivery, ticket
from orchestrator.deliveries import MAX_BODY
from tests.orchestrator.assist.conftest import RESET, SECRET, TOKEN, Assisted, StartAssist
from tests.orchestrator.test_deliveries import unusable

PATH = "/webhooks/glpi"
BODY = json.dumps({"item": {"id": 1, "name": "Imprimante"}, "event": "update"}).encode()


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """As GLPI 11 does it: over the body with the time behind it."""
    stamp = str(int(time.time() if at is None else at))
    signature = hmac.new(secret.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    return {"x-glpi-signature": signature, "x-glpi-timestamp": stamp}


async def send(assisted: Assisted, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return await assisted.o.http.post(PATH, content=body, headers=headers)


WRONG: dict[str, dict[str, str]] = {
    "nothing": {},
    "another secret": sign(BODY, secret="another-secret-of-somebody"),
    "of another body": sign(b"{}"),
    "upper case": {name: value.upper() for name, value in sign(BODY).items()},
    "no time": {"x-glpi-signature": sign(BODY)["x-glpi-signature"]},
    "yesterday": sign(BODY, at=time.time() - 25 * 3600),
    "tomorrow": sign(BODY, at=time.time() + 3600),
    "another token": {"authorization": f"Bearer {TOKEN}x"},
    "the token as a signature": {"x-glpi-signature": TOKEN, "authorization": TOKEN},
}


@pytest.mark.requirement("T-08")
async def test_who_does_not_know_the_secret_is_refused_and_nothing_is_kept_or_looked_at(assisted: Assisted) -> None:
    answers = {name: await send(assisted, BODY, headers) for name, headers in WRONG.items()}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(WRONG, 401)
    assert all(answer.json()["reason"] for answer in answers.values())
    assert not any(SECRET in answer.text or TOKEN in answer.text for answer in answers.values())
    assert (await assisted.rows(ticket), await assisted.rows(glpi_delivery), await unusable(assisted.o)) == ([], [], [])


@pytest.mark.requirement("T-08")
async def test_the_secret_the_token_in_a_header_and_the_token_in_the_url_let_in(assisted: Assisted) -> None:
    answers = [
        await send(assisted, BODY, sign(BODY)),
        await send(assisted, BODY, {"authorization": f"Bearer {TOKEN}"}),
        await assisted.o.http.post(f"{PATH}?token={TOKEN}", content=BODY),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"status": "accepted"})] * 3
    assert [row["ticket_id"] for row in await assisted.rows(ticket)] == [1]


@pytest.mark.requirement("T-08")
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_secret_and_token_nobody_may_deliver_and_the_answer_says_what_to_set(
    start_assist: StartAssist, method: str
) -> None:
    assisted = await start_assist(glpi_webhook_secret=None, glpi_webhook_token=None)

    answer = await assisted.o.http.request(method, PATH, headers=sign(BODY))

    assert (answer.status_code, answer.json()["status"]) == (404, "not_configured")
    assert "GLPI_WEBHOOK_SECRET" in answer.json()["reason"]


@pytest.mark.requirement("T-09")
async def test_glpis_challenge_is_answered_and_no_other(assisted: Assisted) -> None:
    challenge = hmac.new(SECRET.encode(), b"validate_cra_challenge", hashlib.sha256).hexdigest()

    right = await assisted.o.http.get(PATH, params={"crc_token": challenge})
    others = [await assisted.o.http.get(PATH, params=p) for p in ({}, {"crc_token": "x"}, {"crc_token": BODY.decode()})]

    assert right.status_code == 200
    assert right.text == hmac.new(SECRET.encode(), challenge.encode(), hashlib.sha256).hexdigest()
    assert [answer.status_code for answer in others] == [403] * 3


@pytest.mark.both_databases
@pytest.mark.requirement("T-10")
async def test_a_replayed_delivery_is_answered_and_starts_nothing(assisted: Assisted) -> None:
    await assisted.polled()
    headers = sign(BODY)
    first = await send(assisted, BODY, headers)
    await assisted.looked(1)
    before = await assisted.looks(1)

    again = [await send(assisted, BODY, headers) for _ in range(3)]
    await assisted.looked(1)

    assert first.json() == {"status": "accepted"}
    assert [(answer.status_code, answer.json()) for answer in again] == [(200, {"status": "known"})] * 3
    assert await assisted.looks(1) == before + 1
    assert len(await assisted.rows(glpi_delivery)) == 1


@pytest.mark.requirement("T-11")
async def test_what_is_about_no_ticket_is_accepted_and_ignored_what_cannot_be_read_is_kept(assisted: Assisted) -> None:
    change = json.dumps({"item": {"id": 3, "itemtype": "Change"}, "event": "new"}).encode()
    broken, much = b"password=hunter2hunter2 {{ item.id }}", b"x" * (MAX_BODY + 1)

    ignored = await send(assisted, change, sign(change))
    refused = await send(assisted, broken, sign(broken))
    too_large = await send(assisted, much, sign(much))

    assert (ignored.status_code, ignored.json()) == (200, {"status": "ignored"})
    assert (refused.status_code, too_large.status_code) == (422, 413)
    (row,) = await unusable(assisted.o)
    assert "hunter2" not in row["body"]
    assert await assisted.rows(ticket) == []


@pytest.mark.requirement("T-11")
async def test_a_delivery_that_cannot_be_read_has_glpi_asked_what_changed(assisted: Assisted) -> None:
    await assisted.polled()
    number = await assisted.open(RESET)
    broken = b"{{ item.id }}"

    await send(assisted, broken, sign(broken))
    (row,) = await assisted.requested(1)

    assert row["ticket_id"] == number


PLUGINS: dict[str, dict[str, Any]] = {
    "in a header": {"headers": {"Authorization": TOKEN}},
    "in the URL": {"query": f"?token={TOKEN}"},
    "with a template": {"headers": {"Authorization": TOKEN}, "payload": '{"id_ticket": "{{ ticket.id }}"}'},
}


@pytest.mark.requirement("T-12")
@pytest.mark.parametrize("how", PLUGINS)
async def test_a_plugin_of_glpi_10_delivers_with_its_token(start_assist: StartAssist, how: str) -> None:
    assisted = await start_assist(glpi_server={"glpi_version": "10.0"}, glpi_webhook_secret=None)
    given = PLUGINS[how]
    url = f"{assisted.o.url}{PATH}{given.get('query', '')}"
    webhook = {"kind": "plugin", "url": url} | {name: given[name] for name in ("headers", "payload") if name in given}
    await assisted.o.http.post(f"{assisted.o.system.glpi_url}/_sim/webhooks", json=webhook)
    number = await assisted.open(RESET)

    answers = await assisted.deliver()
    (row,) = await assisted.requested(1)

    assert set(answers) == {200}
    assert (row["ticket_id"], row["plan"]) == (number, "PASSWORD_RESET")
