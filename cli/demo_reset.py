"""The demo's second story: a password reset by plain MCP calls, which the caller never sees."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Any

from rich.console import Console

from cli.demo_screen import Event, Sent, show
from cli.demo_world import DemoWorld
from cli.environment import bypass_proxies
from shared.mcp_client import Endpoint, Toolbox

EMPLOYEE, REFERENT = "zobrien", "c.oria@lilas.example"
"""Who cannot sign in any more cannot read her mail either: the link goes to the referent of her site."""
PAYLOAD = "Zoé O'Brien, mot de passe provisoire (à changer à la première connexion) : {password}"
MAIL = """Bonjour,

le mot de passe de Zoé O'Brien a été réinitialisé. Il se lit deux fois au plus, jusqu'à demain :

{link}

Merci de le lui remettre en personne.
"""


async def reset_password(world: DemoWorld, console: Console) -> int:
    """Ticket, reset, link, mail; shows each call with what came back. Returns the ticket's number."""
    bypass_proxies(os.environ)
    sent = Sent(time.monotonic(), datetime.now().astimezone())
    endpoints = [Endpoint(name, world.servers[name], world.tokens[name]) for name in ("ad", "glpi", "mysecret")]
    async with Toolbox(endpoints) as toolbox:

        async def call(tool: str, shown: str, **arguments: Any) -> dict[str, Any]:
            reply = await toolbox.call(tool, arguments, key=f"demo-reset:{tool}")
            text = f"{tool} → {', '.join(f'{name}={reply.data.get(name)}' for name in shown.split())}"
            show(console, sent, Event(time.monotonic(), "tool_call", text))
            return reply.data

        description = "Zoé O'Brien ne peut plus ouvrir sa session. Demande de Claire Oria, référente."
        title = "Mot de passe oublié"
        ticket = await call(
            "glpi_create_ticket",
            "ticket_id",
            title=title,
            description=description,
            requester_email=REFERENT,
            notify=False,
        )
        reset = await call("ad_reset_password", "samaccountname password_ref", samaccountname=EMPLOYEE)
        secret = await call(
            "mysecret_create_secret",
            "link_ref expires_in_days expires_after_views",
            payload=PAYLOAD.format(password=reset["password_ref"]),
            expire_days=1,
            expire_views=2,
            recipient=REFERENT,
            account_guid=reset["object_guid"],
        )
        await call(
            "glpi_send_email",
            "email_id",
            recipient=REFERENT,
            subject=f"Mot de passe de Zoé O'Brien (ticket {ticket['ticket_id']})",
            body=MAIL.format(link=secret["link_ref"]),
            ticket_id=ticket["ticket_id"],
        )
    return int(ticket["ticket_id"])
