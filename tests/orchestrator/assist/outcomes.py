"""What must be true in the end, whatever failed on the way."""

from __future__ import annotations

from typing import Any

from tests.orchestrator.assist.world import AssistWorld

FIRST_PASSWORD = "Bienvenue-2026!"
ASKED_RESET = "Bonjour, j'ai oublié mon mot de passe Windows, pouvez-vous le réinitialiser ?"
ASKED_ACCOUNT = (
    "Bonjour, merci de créer un compte pour Nina Valmont, aide-soignante, qui arrive lundi. "
    "Mêmes droits que Marie Dupont."
)
CLAIRES, ZOES = "c.oria@lilas.example", "z.obrien@lilas.example"


def link_mails(world: AssistWorld, ticket_id: int) -> list[dict[str, Any]]:
    """Our mails about a ticket that hold a secret link."""
    mine = (mail for mail in world.mails() if mail["items_id"] == ticket_id)
    return [mail for mail in mine if "/p/" in (mail["body_text"] or mail["body_html"])]


def assert_one_working_password(world: AssistWorld, ticket_id: int, login: str, recipient: str) -> None:
    """In a living secret, whose link is in the one mail that has a link, to whom it is for."""
    (mail,) = link_mails(world, ticket_id)
    (sent,) = [push for push in world.accounts.pushes if push.url_token in world.link_in(mail)]

    assert mail["recipient"] == recipient
    assert sent.payload is not None
    assert world.opens(login, sent.payload.rsplit(" ", 1)[1])
    assert not world.opens(login, FIRST_PASSWORD)


def assert_told_once(world: AssistWorld, ticket_id: int) -> None:
    """Nothing is said twice, and the ticket is solved by one solution that nothing contradicts."""
    public, private = world.texts(ticket_id), world.texts(ticket_id, private=True)
    said = [text.partition("<p><small>")[0] for text in (*public, *private)]
    solutions = [row for row in world.glpi.solutions.values() if row["items_id"] == ticket_id]

    assert len(said) == len(set(said)), said
    assert not [text for text in said if "prend le relais." in text or "passe la main" in text], said
    assert len(solutions) == 1
    assert world.glpi.tickets[ticket_id]["status"] == 5


def handed_over(world: AssistWorld, ticket_id: int) -> str:
    """What the technician reads of what was done: the one private text that hands a request over."""
    (text,) = [text for text in world.texts(ticket_id, private=True) if "passe la main" in text]
    return text
