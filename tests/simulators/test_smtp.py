"""The mail sink takes mails on a real socket and shows them."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest

from simulators.smtp.app import KEPT, Mail, MailSink, create_app, running_sink

pytestmark = pytest.mark.asyncio


def make_mail(subject: str = "Été", *, html: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "WIDIP <a@widip.example>", "b@lilas.example", subject
    mail["X-Mark"] = "42"
    mail.set_content("Bonjour à tous\n")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


async def send(address: tuple[str, int], mail: EmailMessage) -> None:
    await aiosmtplib.send(mail, hostname=address[0], port=address[1], start_tls=False, timeout=5)


async def test_received_mail_is_parsed() -> None:
    async with running_sink() as (sink, address):
        await send(address, make_mail(html="<p>Bonjour à tous</p>"))
        mail = await sink.wait_for(lambda mail: mail.subject == "Été")

    assert (mail.sender, mail.to) == ("a@widip.example", ["b@lilas.example"])
    assert (mail.text.strip(), mail.html.strip()) == ("Bonjour à tous", "<p>Bonjour à tous</p>")
    assert mail.headers["X-Mark"] == "42"
    assert mail.received_at.endswith("+00:00")


async def test_waiting_ends_when_the_mail_comes() -> None:
    async with running_sink() as (sink, address):
        waiting = asyncio.create_task(sink.wait_for(lambda mail: mail.subject == "B"))
        await send(address, make_mail("A"))
        assert not waiting.done()
        await send(address, make_mail("B"))

        assert (await waiting).subject == "B"


async def test_waiting_gives_up() -> None:
    async with running_sink() as (sink, _address):
        with pytest.raises(TimeoutError):
            await sink.wait_for(lambda _mail: True, timeout_s=0.01)


async def test_only_the_last_mails_are_kept() -> None:
    sink = MailSink()
    for rank in range(KEPT + 5):
        sink.mails.append(Mail("a@x.example", [], str(rank), "", "", {}, ""))

    assert (len(sink.mails), sink.mails[0].subject) == (KEPT, "5")


async def test_refusing_sink_keeps_nothing() -> None:
    async with running_sink() as (sink, address):
        sink.refusal = "550 No"
        with pytest.raises(aiosmtplib.SMTPDataError):
            await send(address, make_mail())

        assert not sink.mails


async def test_mails_are_shown_as_json_and_as_an_escaped_page() -> None:
    async with running_sink() as (sink, address):
        await send(address, make_mail("<b>gras</b>"))
        app = create_app(sink)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://smtp.example") as client:
            listed = (await client.get("/_sim/mails")).json()
            page = (await client.get("/")).text
            emptied = (await client.delete("/_sim/mails")).json()

    assert listed[0]["from"] == "a@widip.example"
    assert {"from", "to", "subject", "text", "html", "headers", "received_at"} == listed[0].keys()
    assert "<b>" not in page
    assert "&lt;b&gt;gras" in page
    assert emptied == []
