"""E-mail through GLPI's queue (contracts/glpi.md, section 8)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.errors import InvalidInput, NotFound, Refused
from shared.mcp_tokens import hash_token
from simulators.smtp.app import running_sink
from tests.servers.glpi_world import ME, PRINTER_TICKET, TECHNICIAN, Recorder, World, open_world, until
from tests.system import TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")
MAIL: dict[str, Any] = {
    "recipient": "c.oria@lilas.example",
    "subject": "Imprimante : où en est-on ?",
    "body": "Bonjour,\n\nla cartouche <noire> & le bac sont là.",
    "ticket_id": PRINTER_TICKET,
}
QUEUE = "POST /apirest.php/QueuedNotification"


@pytest.mark.requirement("G-04")
async def test_queued_row_has_what_glpi_needs_to_send_it(glpi: World) -> None:
    glpi.state.queue_mode = "internal"
    before = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S")

    mail = await glpi.call("send_email", **MAIL)

    row = glpi.real("queued", mail["email_id"])
    assert {
        key: row[key] for key in ("itemtype", "items_id", "mode", "event", "sender", "sendername", "recipientname")
    } == {
        "itemtype": "Ticket",
        "items_id": PRINTER_TICKET,
        "mode": "mailing",
        "event": "external",
        "sender": "supervision@widip.example",
        "sendername": "WIDIP",
        "recipientname": "",
    }
    assert before <= row["send_time"] <= glpi.state.now()
    assert row["entities_id"] == glpi.state.tickets[PRINTER_TICKET]["entities_id"] != 0


async def test_plain_mail_really_leaves_by_smtp(clean_redis_port: int, tmp_path: Path) -> None:
    async with running_sink() as (sink, smtp), open_world(clean_redis_port, tmp_path, smtp=smtp) as glpi:
        sent = await glpi.call("send_email", key="run-1:mail", **MAIL)
        mail = await sink.wait_for(lambda mail: mail.to == [MAIL["recipient"]])
        await until(lambda: glpi.state.queued[sent["email_id"]]["sent_time"])
        state = await glpi.call("get_email_state", email_id=sent["email_id"])

    assert (mail.subject, mail.sender) == (MAIL["subject"], "supervision@widip.example")
    assert mail.text.splitlines() == MAIL["body"].splitlines()
    assert mail.html.strip() == "<p>Bonjour,<br><br>la cartouche &#60;noire&#62; &amp; le bac sont là.</p>"
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    assert f"-Ticket-{PRINTER_TICKET}/new@" in mail.headers["In-Reply-To"]
    assert mail.headers["Message-ID"].startswith("<WIDIP-")
    assert (state["state"], state["tries"]) == ("sent", 0)
    assert abs(datetime.fromisoformat(state["sent_at"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_html_mail_leaves_with_its_text_beside(clean_redis_port: int, tmp_path: Path) -> None:
    body = "<div><h1>Bilan</h1><p>Tout est <b>réparé</b> &amp; vérifié.</p></div>"
    async with running_sink() as (sink, smtp), open_world(clean_redis_port, tmp_path, smtp=smtp) as glpi:
        await glpi.call("send_email", **MAIL | {"body": body})
        mail = await sink.wait_for(lambda mail: mail.to == [MAIL["recipient"]])

    assert mail.html.strip() == body
    assert mail.text.splitlines() == ["Bilan", "", "Tout est réparé & vérifié."]


async def test_mail_leaves_from_a_glpi_that_has_no_event_column(clean_redis_port: int, tmp_path: Path) -> None:
    recorder = Recorder()
    async with (
        running_sink() as (sink, smtp),
        open_world(clean_redis_port, tmp_path, smtp=smtp, version="9.5", transport=recorder) as glpi,
    ):
        await glpi.call("send_email", **MAIL)
        mail = await sink.wait_for(lambda mail: mail.to == [MAIL["recipient"]])

    mail_input, trace_input = recorder.posted
    assert "event" not in mail_input
    assert trace_input["_disablenotif"] is True
    assert mail.text.splitlines() == MAIL["body"].splitlines()


@pytest.mark.requirement("G-04")
async def test_trace_on_the_ticket_is_private_silent_and_without_the_body(glpi: World) -> None:
    glpi.state.queue_mode = "internal"

    mail = await glpi.call("send_email", **MAIL)

    [trace] = glpi.rows("followups")
    assert (trace["is_private"], trace["users_id"], trace["items_id"]) == (1, ME, PRINTER_TICKET)
    assert MAIL["recipient"] in trace["content"]
    assert MAIL["subject"] in trace["content"]
    assert "cartouche" not in trace["content"]
    assert mail["followup_added"] is True
    assert len(glpi.rows("queued")) == 1


async def test_mail_counts_as_sent_when_only_its_trace_fails(glpi: World) -> None:
    glpi.faults.add("error", "POST /apirest.php/ITILFollowup", status=400, body='["ERROR_GLPI_ADD",""]')

    mail = await glpi.call("send_email", **MAIL)

    assert mail["followup_added"] is False
    assert len(glpi.rows("queued")) == 1


async def test_mail_counts_as_sent_when_its_ticket_vanishes_meanwhile(glpi: World) -> None:
    glpi.faults.add("slow", QUEUE, delay_s=0.2)
    sending = asyncio.create_task(glpi.call("send_email", key="k", **MAIL))
    await until(lambda: glpi.faults.count(QUEUE))

    del glpi.state.tickets[PRINTER_TICKET]

    assert (await sending)["followup_added"] is False
    assert len(glpi.rows("queued")) == 1


async def test_state_of_a_mail_is_waiting_until_the_queue_runs(glpi: World) -> None:
    glpi.state.queue_mode = "internal"
    mail = await glpi.call("send_email", **MAIL)

    waiting = await glpi.call("get_email_state", email_id=mail["email_id"])

    assert waiting == {
        "email_id": mail["email_id"],
        "state": "waiting",
        "recipient": MAIL["recipient"],
        "subject": MAIL["subject"],
        "tries": 0,
    }


async def test_state_of_a_mail_that_the_relay_refuses_is_failed(clean_redis_port: int, tmp_path: Path) -> None:
    async with running_sink() as (sink, smtp), open_world(clean_redis_port, tmp_path, smtp=smtp) as glpi:
        sink.refusal = "550 no such person"
        glpi.state.smtp_max_retries = 0
        mail = await glpi.call("send_email", **MAIL)
        await until(lambda: glpi.state.queued[mail["email_id"]]["is_deleted"])

        failed = await glpi.call("get_email_state", email_id=mail["email_id"])

    assert (failed["state"], failed["tries"]) == ("failed", 1)
    assert "sent_at" not in failed


async def test_mail_with_a_zero_date_was_not_sent(glpi: World) -> None:
    glpi.state.queue_mode = "internal"
    mail = await glpi.call("send_email", **MAIL)
    glpi.state.queued[mail["email_id"]]["sent_time"] = "0000-00-00 00:00:00"

    waiting = await glpi.call("get_email_state", email_id=mail["email_id"])

    assert (waiting["state"], "sent_at" in waiting) == ("waiting", False)


async def test_state_of_an_unknown_mail_is_not_found(glpi: World) -> None:
    with pytest.raises(NotFound, match="QueuedNotification 999"):
        await glpi.call("get_email_state", email_id=999)


@pytest.mark.parametrize(("minutes", "warned"), [(11, True), (9, False)])
async def test_ready_warns_of_mails_that_wait_for_over_ten_minutes(
    clean_redis_port: int, tmp_path: Path, minutes: int, warned: bool
) -> None:
    async with open_world(clean_redis_port, tmp_path) as glpi:
        glpi.state.queue_mode = "internal"
        mail = await glpi.call("send_email", **MAIL)
        old = (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")
        glpi.state.queued[mail["email_id"]]["send_time"] = old

        status, answer = await glpi.ready()
        health = await glpi.call("check_health")

    assert status == 200
    assert answer["warnings"] == health["warnings"]
    assert ["CLI mode" in warning for warning in answer["warnings"]] == ([True] if warned else [])


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "not an address",
        "a@x.example,b@x.example",
        "a@x.example b@x.example",
        "<a@x.example>",
        "a@localhost",
        "a@x.example\nBcc: b@y.example",
    ],
)
async def test_anything_but_one_address_is_refused(glpi: World, recipient: str) -> None:
    with pytest.raises(InvalidInput, match="recipient"):
        await glpi.call("send_email", **MAIL | {"recipient": recipient})

    assert glpi.rows("queued") == []


async def test_subject_is_one_line(glpi: World) -> None:
    mail = await glpi.call("send_email", **MAIL | {"subject": "Bonjour\r\nBcc: intrus@x.example"})

    assert glpi.real("queued", mail["email_id"])["name"] == "Bonjour Bcc: intrus@x.example"


async def test_token_may_write_to_its_domains_only(clean_redis_port: int, tmp_path: Path) -> None:
    tokens = tmp_path / "domains.toml"
    tokens.write_text(
        f'[[token]]\nname = "orchestrator"\nsha256 = "{hash_token(TOKEN)}"\nscopes = ["read", "write"]\n'
        'recipient_domains = ["lilas.example"]\n'
    )
    async with open_world(clean_redis_port, tmp_path, tokens_file=tokens) as glpi:
        allowed = await glpi.call("send_email", **MAIL | {"recipient": "c.oria@Lilas.Example"})
        for recipient in ("x@evil.example", "x@lilas.example.evil.example", "x@sub.lilas.example"):
            with pytest.raises(Refused, match="caller orchestrator may not write to "):
                await glpi.call("send_email", **MAIL | {"recipient": recipient})
        queued = glpi.rows("queued")

    assert [row["id"] for row in queued] == [allowed["email_id"]]


async def test_requester_is_not_told_of_the_trace_by_glpi(glpi: World) -> None:
    ticket_id = await glpi.open_ticket(requester_id=TECHNICIAN, notify=False)

    await glpi.call("send_email", **MAIL | {"ticket_id": ticket_id})

    assert [row["recipient"] for row in glpi.rows("queued")] == [MAIL["recipient"]]
