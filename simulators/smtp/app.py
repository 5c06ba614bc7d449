"""A mailbox that accepts every mail, keeps the last ones, and shows them over HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

KEPT = 200
_STYLE = (
    "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "article{border:1px solid #ccc;margin:1rem 0;padding:.5rem 1rem}pre{white-space:pre-wrap}"
)


@dataclass(frozen=True)
class Mail:
    """One mail for one or several recipients; `sender` and `to` are those of the envelope."""

    sender: str
    to: list[str]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    received_at: str

    def to_json(self) -> dict[str, object]:
        """With `sender` under its mail name, "from"."""
        fields = asdict(self)
        return {"from": fields.pop("sender"), **fields}


class MailSink:
    """An SMTP server on the running loop; `mails` has the newest last."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.mails: deque[Mail] = deque(maxlen=KEPT)
        self.arrived = asyncio.Condition()
        self.refusal: str | None = None
        self._clock = clock
        self._server: asyncio.Server | None = None

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, *, sock: socket.socket | None = None
    ) -> tuple[str, int]:
        """Listen, on a free port by default, or on a socket that was opened for it; returns the address."""
        loop = asyncio.get_running_loop()
        if sock is None:
            self._server = await loop.create_server(self._protocol, host, port)
        else:
            self._server = await loop.create_server(self._protocol, sock=sock)
        address = self._server.sockets[0].getsockname()
        return str(address[0]), int(address[1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="smtp.example", loop=asyncio.get_running_loop(), enable_SMTPUTF8=True)

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:
        """The hook of aiosmtpd: a whole mail is here. `refusal`, when set, is answered instead of taking it."""
        if self.refusal:
            return self.refusal
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        mail = self._parse(raw, envelope)
        async with self.arrived:
            self.mails.append(mail)
            self.arrived.notify_all()
        return "250 OK"

    def _parse(self, raw: bytes, envelope: Envelope) -> Mail:
        message = message_from_bytes(raw, policy=policy.default)
        return Mail(
            sender=envelope.mail_from or "",
            to=list(envelope.rcpt_tos),
            subject=str(message["Subject"] or ""),
            text=_part(message, "plain"),
            html=_part(message, "html"),
            headers={key: str(value) for key, value in message.items()},
            received_at=self._clock().isoformat(),
        )

    async def wait_for(self, wanted: Callable[[Mail], bool], *, timeout_s: float = 5) -> Mail:
        """The first mail that fits, now or when it comes; raises TimeoutError."""
        async with asyncio.timeout(timeout_s), self.arrived:
            await self.arrived.wait_for(lambda: any(map(wanted, self.mails)))
        return next(filter(wanted, self.mails))


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""


@asynccontextmanager
async def running_sink(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[tuple[MailSink, tuple[str, int]]]:
    """A sink that listens as long as the block lasts, with its address."""
    sink = MailSink()
    address = await sink.start(host, port)
    try:
        yield sink, address
    finally:
        await sink.stop()


def create_app(sink: MailSink) -> Starlette:
    """The pages of a sink: `/` for people, `/_sim/mails` for programs (DELETE empties it)."""

    async def mails(request: Request) -> Response:
        if request.method == "DELETE":
            sink.mails.clear()
        return JSONResponse([mail.to_json() for mail in sink.mails])

    async def page(_request: Request) -> Response:
        shown = "".join(_shown(mail) for mail in reversed(sink.mails)) or "<p>Aucun message.</p>"
        head = f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>Messages</title><style>{_STYLE}'
        return HTMLResponse(f"{head}</style></head><body><h1>Messages reçus</h1>{shown}</body></html>")

    return Starlette(routes=[Route("/", page), Route("/_sim/mails", mails, methods=["GET", "DELETE"])])


def _shown(mail: Mail) -> str:
    people = f"De {escape(mail.sender)} à {escape(', '.join(mail.to))}, {escape(mail.received_at)}"
    body = escape(mail.text or mail.html)
    return f"<article><h2>{escape(mail.subject)}</h2><p>{people}</p><pre>{body}</pre></article>"
