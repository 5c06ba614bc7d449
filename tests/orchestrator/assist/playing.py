"""Tickets of tests/assist/tickets.toml played in the whole system, one after the other, and what came of each."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from orchestrator.assist.tables import ticket as ticket_table
from tests.orchestrator.assist.observing import (
    Snapshot,
    expand_effects,
    list_confirmers,
    list_effects,
    take_snapshot,
)
from tests.orchestrator.assist.world import APPROVER, DEADLINE_S, AssistWorld

Given = Mapping[str, Any]
SOLVED = 5
QUESTIONS = {
    "request": "que se passe-t-il",
    "person": "le prénom et le nom de la personne concernée",
    "lastname": "le nom de la personne concernée",
    "arrival": "la date d'arrivée",
}
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_FRANCE = ZoneInfo("Europe/Paris")
_PEOPLE = ("ndurand", "zlefevre", "jdupont", "lmoreau", "sinterim")
"""Whom the invented GLPI does not know, and who write tickets."""


@dataclass(frozen=True)
class Outcome:
    """What came of one ticket. codes: why requests were refused. said: what everybody reads on it."""

    effects: list[str]
    confirmers: set[str]
    strangers: set[str]
    was_approved: bool
    codes: list[str]
    states: list[str]
    said: str
    is_solved: bool


async def register_people(world: AssistWorld) -> dict[str, int]:
    """GLPI accounts, linked to the directory, for all who write; their numbers by login."""
    for login in _PEOPLE:
        entry = world.accounts.entry(login)
        given: dict[str, object] = {"login": login, "firstname": entry.text("givenName"), "realname": entry.text("sn")}
        given |= {"emails": [entry.text("mail")], "authtype": 3, "user_dn": entry.dn, "sync_field": str(entry.guid)}
        answer = await world.http.post(f"{world.system.glpi_url}/_sim/user", json=given)
        assert answer.status_code == 200, answer.text
    return {world.glpi.real(row["name"]): number for number, row in world.glpi.users.items()}


async def play(world: AssistWorld, given: Given, people: Mapping[str, int]) -> Outcome:
    """One ticket in a fresh directory, confirmed and approved, until nobody is waited for any more."""
    world.accounts.directory.start_afresh()
    for login in re.findall(r"ad_unlock_account (\S+)", " ".join(given["effects"])):
        world.accounts.change(login, locked=True)
    before, was_approved = take_snapshot(world), False
    text = _as_html(_on_its_day(given))
    number = await world.open_ticket(text, by=people[given["author"]], title=given["title"])
    while waits := {row["state"] for row in await settle(world, number)} & {"confirming", "approving"}:
        if "confirming" in waits:
            await world.confirm_all()
        else:
            await _approve_all(world)
            was_approved = True
    return await _outcome(world, number, before, was_approved=was_approved)


async def settle(world: AssistWorld, number: int) -> list[dict[str, Any]]:
    """The requests of a ticket, once it was looked at and nothing is being done for it."""
    database, mine = world.app.state.assist.database, ticket_table.c.ticket_id == number
    look: Any = None
    try:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                look = await database.read(lambda c: c.execute(sa.select(ticket_table).where(mine)).mappings().first())
                rows = await world.requests(number)
                is_looked_at = look and look["looked_at"] == look["hinted_at"] and not look["work"]
                if is_looked_at and not any(map(_is_under_way, rows)):
                    return rows
                await asyncio.sleep(0.04)
    except TimeoutError:
        shown = ("plan", "state", "code", "work", "work_no", "due_at", "waits_for")
        seen = [{name: row[name] for name in shown} for row in await world.requests(number)]
        raise AssertionError(f"never quiet: {look and dict(look)} {seen}; {await world.last_words()}") from None


def find_faults(world: AssistWorld, given: Given, outcome: Outcome) -> list[str]:
    """In what the outcome is not what the data says, each fault with the ticket's name."""
    directory = world.accounts.directory.directory
    author = world.accounts.entry(given["author"])
    acts = bool(given["effects"])
    unasked = [item for item in given.get("asked", ()) if QUESTIONS[item] not in outcome.said]
    checks: dict[str, tuple[object, object]] = {
        "effects": (expand_effects(given["effects"], directory), outcome.effects),
        "refused": (sorted(given.get("refused", ())), outcome.codes),
        "approved": (given.get("approval", False), outcome.was_approved),
        "confirmers": ({given.get("confirmer", author.text("mail"))} if acts else set(), outcome.confirmers),
        "mails to strangers": (set(), outcome.strangers),
        "not asked": ([], unasked),
        "left lying": (set(), {"new", "acting", "suggested", "scheduled"} & set(outcome.states)),
        "silent": (outcome.states == ["left"], not outcome.said),
        "solved": (set(outcome.states) == {"done"}, outcome.is_solved),
    }
    return [f"{given['id']}: {name}: {wanted}, is {got}" for name, (wanted, got) in checks.items() if wanted != got]


def list_secrets(world: AssistWorld) -> set[str]:
    """Every password that was set, and the secret part of every link that was mailed."""
    passwords = {push.payload.rsplit(" ", 1)[1] for push in world.accounts.pushes}
    mails = [mail for mail in world.mails() if "http" in f"{mail['body_text']}{mail['body_html']}"]
    return passwords | {max(world.link_in(mail).split("/"), key=len) for mail in mails}


async def _outcome(world: AssistWorld, number: int, before: Snapshot, *, was_approved: bool) -> Outcome:
    rows = await settle(world, number)
    directory = world.accounts.directory.directory
    known = {entry.text("mail") for entry in directory.walk() if entry.is_user}
    return Outcome(
        effects=list_effects(before, world),
        confirmers=list_confirmers(before, world),
        strangers={mail["recipient"] for mail in world.mails()} - known,
        was_approved=was_approved,
        codes=sorted(row["code"] for row in rows if row["state"] in ("refused", "handed_over")),
        states=[row["state"] for row in rows],
        said=" ".join(world.texts(number)),
        is_solved=world.glpi.tickets[number]["status"] == SOLVED,
    )


async def _approve_all(world: AssistWorld) -> None:
    """An operator allows whatever waits for him."""
    headers = {"authorization": f"Bearer {APPROVER}"}
    waiting = (await world.http.get("/api/approvals", headers=headers)).json()["approvals"]
    assert waiting, "it waits for an approval that nobody can give"
    for approval in waiting:
        decided = {"decision": "approve", "reason": "vérifié au téléphone"}
        answer = await world.http.post(f"/api/approvals/{approval['id']}", json=decided, headers=headers)
        assert answer.status_code == 200, answer.text


def _is_under_way(row: Mapping[str, Any]) -> bool:
    is_due = row["due_at"] is not None and row["due_at"] <= datetime.now(UTC)
    return bool(row["work"] or row["waits_for"] or is_due)


def _as_html(text: str) -> str:
    return text if "</" in text else html.escape(text, quote=False).replace("\n", "<br>")


def _on_its_day(given: Given) -> str:
    """The text as somebody would write it on the day for which it asks something."""
    text = str(given["text"])
    for expected in given["expect"]:
        day: date | None = {"DISABLE": expected.get("departure"), "MOVE": expected.get("arrival")}.get(expected["plan"])
        if day is not None:
            written = rf"\b0?{day.day}(?:/{day.month:02}(?:/{day.year})?| {_MONTHS[day.month - 1]}(?: {day.year})?)\b"
            text = re.sub(written, f"{datetime.now(_FRANCE):%d/%m/%Y}", text)
    return text
