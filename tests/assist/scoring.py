"""Compares what is read in a file of tickets with what the file expects."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from orchestrator.assist.reader.requests import Person, Plan, Request, read_requests

FOLDER = Path(__file__).parent


@dataclass
class Score:
    """right: tickets with exactly the expected plans. wrong: acts on somebody for whom no such act is asked.

    missed: people whom the ticket names and the reader does not. details: what else differs.
    """

    tickets: int = 0
    right: int = 0
    plans: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def load(name: str) -> tuple[date, list[dict[str, Any]]]:
    with (FOLDER / name).open("rb") as file:
        data = tomllib.load(file)
    return data["today"], data["ticket"]


def as_person(expected: Any) -> Person | None:
    if expected is None:
        return None
    if expected == "author":
        return Person(is_author=True)
    return Person(
        firstname=expected.get("first"),
        lastname=expected.get("last"),
        login=expected.get("login"),
        is_author=expected.get("author", False),
    )


def score(name: str) -> Score:
    today, tickets = load(name)
    total = Score()
    for ticket in tickets:
        read = read_requests(ticket["text"], title=ticket["title"], today=today)
        _compare(ticket["id"], ticket["expect"], read, total)
    return total


def _compare(ticket: str, expect: list[dict[str, Any]], read: list[Request], total: Score) -> None:
    total.tickets += 1
    got, wanted = sorted(request.plan for request in read), sorted(Plan(one["plan"]) for one in expect)
    total.right += got == wanted
    if got != wanted:
        total.plans.append(f"{ticket}: {[str(plan) for plan in wanted]} read as {[str(plan) for plan in got]}")
    left = list(expect)
    for request in read:
        match = next(
            (one for one in left if one["plan"] == request.plan and as_person(one.get("person")) == request.person),
            None,
        )
        if match is not None:
            left.remove(match)
            _compare_details(ticket, match, request, total)
        elif request.person is not None and not any(_is_akin(one, request) for one in expect):
            total.wrong.append(f"{ticket}: {request.plan} {request.person!r}")
    total.missed += [f"{ticket}: {one['plan']} {one['person']}" for one in left if "person" in one]


def _is_akin(expected: dict[str, Any], request: Request) -> bool:
    """The same person, and a password instead of a lockout or the other way round."""
    same = as_person(expected.get("person")) == request.person
    return same and {expected["plan"], request.plan} <= {Plan.PASSWORD_RESET, Plan.UNLOCK}


def _compare_details(ticket: str, expected: dict[str, Any], request: Request, total: Score) -> None:
    for name in ("arrival", "departure", "job", "place", "same_rights_as"):
        wanted = as_person(expected.get(name)) if name == "same_rights_as" else expected.get(name)
        if name in expected and wanted != getattr(request, name):
            total.details.append(f"{ticket}: {name} {wanted!r} read as {getattr(request, name)!r}")
