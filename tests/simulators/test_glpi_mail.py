"""The stand-in GLPI: its mail queue and its own notifications (contracts/glpi.md, section 8)."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from simulators.glpi.mail import build_mail, run_mail_queue
from simulators.smtp.app import running_sink
from tests.simulators.glpi_client import (
    API,
    QUEUED,
    Clock,
    add,
    create_ticket,
    follow,
    get,
    logged_in,
    make_glpi,
    refusal,
)

pytestmark = pytest.mark.asyncio


async def test_queue_accepts_anything_but_a_missing_mode() -> None:
    async with logged_in(make_glpi()) as client:
        odd = await add(client, "QueuedNotification", **QUEUED | {"recipient": "not an address"})
        no_mode = {key: value for key, value in QUEUED.items() if key != "mode"}
        refused = await client.post(f"{API}/QueuedNotification", json={"input": no_mode})

    assert odd
    assert refusal(refused) == (400, "ERROR_GLPI_ADD")
    assert "mode" in refused.json()[1]


async def test_null_names_never_leave_and_burn_two_tries_a_run() -> None:
    app = make_glpi()
    async with logged_in(app) as client:
        bad = await add(client, "QueuedNotification", **QUEUED | {"sendername": None})
        good = await add(client, "QueuedNotification", **QUEUED)
        await run_mail_queue(app.state.glpi)
        await run_mail_queue(app.state.glpi)
        stuck = await get(client, f"QueuedNotification/{bad}")
        sent = await get(client, f"QueuedNotification/{good}")

    assert (stuck["sent_try"], stuck["sent_time"], stuck["is_deleted"]) == (4, None, 0)
    assert (sent["is_deleted"], bool(sent["sent_time"])) == (1, True)


async def test_bad_address_fails_later_and_is_given_up_after_six_failures() -> None:
    clock = Clock()
    app = make_glpi(clock=clock)
    async with logged_in(app) as client:
        queued_id = await add(client, "QueuedNotification", **QUEUED | {"recipient": "a@x.example,b@x.example"})
        await run_mail_queue(app.state.glpi)
        await run_mail_queue(app.state.glpi)
        once = await get(client, f"QueuedNotification/{queued_id}")
        for _ in range(5):
            clock.move(minutes=5)
            await run_mail_queue(app.state.glpi)
        given_up = await get(client, f"QueuedNotification/{queued_id}")

    assert (once["sent_try"], once["is_deleted"], once["send_time"]) == (1, 0, "2026-11-20 10:05:00")
    assert (given_up["sent_try"], given_up["is_deleted"], given_up["sent_time"]) == (6, 1, None)


async def test_nothing_leaves_in_internal_mode_nor_before_its_time() -> None:
    clock = Clock()
    app = make_glpi(clock=clock)
    async with logged_in(app) as client:
        later = await add(client, "QueuedNotification", **QUEUED | {"send_time": "2026-11-20 11:00:00"})
        early = await run_mail_queue(app.state.glpi)
        clock.move(hours=1)
        app.state.glpi.queue_mode = "internal"
        internal = await run_mail_queue(app.state.glpi)
        app.state.glpi.queue_mode = "cli"
        sent = await run_mail_queue(app.state.glpi)

        assert (early, internal, sent) == (0, 0, 1)
        assert (await get(client, f"QueuedNotification/{later}"))["sent_time"] == "2026-11-20 11:00:00"


async def test_event_column_is_absent_in_9_5() -> None:
    async with logged_in(make_glpi(version="9.5")) as client:
        queued_id = await add(client, "QueuedNotification", **QUEUED, event="external")

        assert "event" not in await get(client, f"QueuedNotification/{queued_id}")


async def test_queued_mail_leaves_by_smtp_with_both_bodies_and_the_thread() -> None:
    async with running_sink() as (sink, address):
        app = make_glpi(smtp=address)
        async with app.router.lifespan_context(app), logged_in(app) as client:
            link = {"itemtype": "Ticket", "items_id": 1, "event": "external", "messageid": "glpi-77@widip.example"}
            await add(client, "QueuedNotification", **QUEUED, **link, headers={"X-My-Header": "abc"})
            mail = await sink.wait_for(lambda mail: mail.subject == "Sujet été")

    assert (mail.sender, mail.to) == ("helpdesk@widip.example", ["c.oria@lilas.example"])
    assert (mail.text.strip(), mail.html.strip()) == ("Bonjour", "<p>Bonjour</p>")
    assert mail.headers["Content-Type"].startswith("multipart/alternative")
    assert mail.headers["Message-ID"] == "<glpi-77@widip.example>"
    assert mail.headers["In-Reply-To"] == "<GLPI_sim0glpi0uuid-Ticket-1/new@glpi.example>"
    assert mail.headers["X-My-Header"] == "abc"


async def test_unreachable_relay_counts_a_failure() -> None:
    async with running_sink() as (_sink, address):
        pass
    app = make_glpi(smtp=address)
    async with logged_in(app) as client:
        queued_id = await add(client, "QueuedNotification", **QUEUED)
        await run_mail_queue(app.state.glpi)

        assert (await get(client, f"QueuedNotification/{queued_id}"))["sent_try"] == 1


async def test_bracketed_message_id_is_replaced_and_single_bodies_stay_single() -> None:
    app = make_glpi()
    async with logged_in(app) as client:
        given = QUEUED | {"body_html": None, "messageid": "<a@b>"}
        queued_id = await add(client, "QueuedNotification", **given)
    mail: EmailMessage = build_mail(app.state.glpi, app.state.glpi.queued[queued_id])

    assert mail["Message-ID"] != "<a@b>"
    assert mail.get_content_type() == "text/plain"
    assert mail["In-Reply-To"] is None


async def test_glpi_mails_requesters_by_itself_unless_told_not_to() -> None:
    app = make_glpi()
    async with logged_in(app) as client:
        external = {"_users_id_requester": 0, "_users_id_requester_notif": {"alternative_email": "ext@x.example"}}
        ticket_id = await create_ticket(client, **external)
        await create_ticket(client, **external, _disablenotif=True)
        await follow(client, ticket_id)
        await follow(client, ticket_id, is_private=1)
        await follow(client, ticket_id, _disablenotif=True)
        await add(client, "ITILSolution", itemtype="Ticket", items_id=ticket_id, content="fait")
    rows = app.state.glpi.queued.values()

    assert [(row["event"], row["recipient"]) for row in rows] == [
        ("new", "ext@x.example"),
        ("add_followup", "ext@x.example"),
        ("solved", "ext@x.example"),
    ]
