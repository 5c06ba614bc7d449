"""The whole way of a password: sealed by one server, put behind a link by the next, mailed by the third, read once."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.servers import glpi_world, mysecret_world
from tests.servers.mysecret_world import ACCOUNT, CLAIRE, PASSWORD


@pytest.mark.requirement("K-18")
async def test_password_reaches_its_readers_browser_and_no_client(clean_redis_port: int, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("glpi", "mysecret")]
    for folder in folders:
        folder.mkdir()
    async with (
        glpi_world.open_world(clean_redis_port, folders[0]) as glpi,
        mysecret_world.open_world(clean_redis_port, folders[1]) as mysecret,
    ):
        reference = await mysecret.seal(key="ticket-7:reset")
        made = await mysecret.reply(
            "create_secret",
            key="ticket-7:link",
            payload=f"Votre mot de passe provisoire : {reference}",
            expire_days=1,
            expire_views=1,
            recipient=CLAIRE,
            account_guid=ACCOUNT,
        )
        mail = {"recipient": CLAIRE, "subject": "Accès", "ticket_id": glpi_world.PRINTER_TICKET}
        sent = await glpi.reply("send_email", key="ticket-7:mail", body=f"Lien : {made.data['link_ref']}\n", **mail)

        body = str(glpi.real("queued", sent.data["email_id"])["body_text"])
        link = re.findall(r"https?://\S+", body)[0]
        async with httpx.AsyncClient() as browser:
            step = await browser.get(link)
            page = httpx.URL(link).join(re.findall(r'href="([^"]+)"', step.text)[0])
            shown, again = [(await browser.get(page)).text for _ in range(2)]

        assert f"Votre mot de passe provisoire : {PASSWORD}" in shown
        assert PASSWORD not in step.text + again + body + made.text + sent.text
        assert mysecret.pushes[0].url_token not in made.text + sent.text
        status = await mysecret.call("get_secret_status", secret_id=made.data["secret_id"])
        assert (status["state"], status["views"]) == ("expired", 1)
