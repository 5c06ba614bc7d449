"""The desk: its first answer by rules, news to two hundred open chats, and lists out of a million tickets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from itertools import cycle

import sqlalchemy as sa
from websockets.asyncio.client import ClientConnection, connect

from bench.desk_place import Desk, running_desk
from bench.desk_tickets import PERSON, REFERENT, SITE, fill, leftovers_of, plans_of
from bench.http_line import Line
from bench.load import from_clients, one_by_one
from bench.references import LIMIT_ANALYZE_MS, LIMIT_LIST_MS, LIMIT_NEWS_MS
from bench.rows import Row, Timings, latency_row
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoWorld
from cli.processes import ROOT
from desk.people import Account, Method, Person
from desk.shelf import list_visible
from shared.connections import normal_url
from shared.sites import load_sites
from tests.postgres import find_binaries, running_postgres

SOCKETS, CLIENTS = 200, 8
NEWS_S = 30.0
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MESSAGES = (
    "Bonjour, l'imprimante de l'accueil ne sort plus rien, bourrage papier depuis ce matin.",
    "je n'arrive plus à me connecter, mon mot de passe a expiré et la session est bloquée",
    "Plus d'internet dans tout le bâtiment B depuis 10 h, les soignants n'ont plus le dossier de soins",
    "ça marche pas",
    "Le téléphone du poste infirmier ne sonne plus et l'écran du PC de la pharmacie reste noir. " * 6,
)


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """On SQLite all of it; on PostgreSQL, where its programs are there, the lists again."""
    world, count = worlds.shared(), scale.pick(full=1_000_000, quick=50_000)
    rows: list[Row] = []
    with _sqlite(world) as database:
        fill(database, count)
        with running_desk(world, database) as desk:
            rows += asyncio.run(_measure_chat(desk, scale))
            rows += _measure_lists(desk, database, count, scale)
    binaries = find_binaries()
    if binaries is not None:
        with running_postgres(binaries) as server, server.database(empty=True) as url:
            database = normal_url(url)
            fill(database, count)
            with running_desk(world, database) as desk:
                rows += _measure_lists(desk, database, count, scale)
    return rows


@contextlib.contextmanager
def _sqlite(world: DemoWorld) -> Iterator[sa.URL]:
    file = world.folder / "desk.sqlite"
    leftovers_of(file)
    try:
        yield normal_url(f"sqlite:///{file}")
    finally:
        leftovers_of(file)


async def _measure_chat(desk: Desk, scale: Scale) -> list[Row]:
    token = desk.sign_in(PERSON)
    count = scale.pick(full=400, quick=80)
    messages = cycle(MESSAGES)
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(desk.url, token)) for _ in range(CLIENTS)]
        calls = [partial(_analyze, line, messages) for line in lines]
        alone = await one_by_one(calls[0], count)
        async with _listening(desk, token) as sockets:
            crowd = await from_clients(list(calls), count)
            news = await _tell_all(lines[0], sockets, scale.pick(full=20, quick=4))
    note = "five messages in turn, kept in the database; no model"
    return [
        latency_row("desk: analyze, one at a time", alone, limit=LIMIT_ANALYZE_MS, note=note),
        latency_row(f"desk: analyze, {CLIENTS} clients", crowd, note=f"{note}; {SOCKETS} WebSockets are open"),
        latency_row(
            f"desk: news at {SOCKETS} WebSockets", news, limit=LIMIT_NEWS_MS, note="from the request to each of them"
        ),
    ]


async def _analyze(line: Line, messages: Iterator[str]) -> str:
    body = {"message": next(messages), "user_email": PERSON}
    return str(json.loads(await line.post("/api/v1/workflow/analyze", body))["session_id"])


@contextlib.asynccontextmanager
async def _listening(desk: Desk, token: str) -> AsyncIterator[list[ClientConnection]]:
    """So many open chats of one person, each of them ready."""
    url, headers = f"{desk.url.replace('http', 'ws')}/ws", {"authorization": f"Bearer {token}"}
    async with AsyncExitStack() as stack:
        sockets = [
            await stack.enter_async_context(connect(url, additional_headers=headers, proxy=None))
            for _ in range(SOCKETS)
        ]
        for socket in sockets:
            await _until(socket, "ready")
        yield sockets


async def _tell_all(line: Line, sockets: list[ClientConnection], times: int) -> Timings:
    """A person writes on a ticket; each open chat is told."""
    session = await _analyze(line, iter(MESSAGES))
    made = json.loads(await line.post("/api/v1/workflow/confirm", {"session_id": session}))
    path = f"/api/v1/tickets/{made['ticket_id']}/followups"
    spent: list[float] = []
    started = time.perf_counter()
    for number in range(times):
        asked = time.perf_counter()

        async def hear(socket: ClientConnection, asked: float = asked) -> None:
            await _until(socket, "followup")
            spent.append((time.perf_counter() - asked) * 1000)

        async with asyncio.timeout(NEWS_S), asyncio.TaskGroup() as group:
            for socket in sockets:
                group.create_task(hear(socket))
            await line.post(path, {"content": f"Toujours en panne, {number}"})
    return Timings(spent, time.perf_counter() - started)


async def _until(socket: ClientConnection, kind: str) -> None:
    async with asyncio.timeout(NEWS_S):
        while json.loads(await socket.recv())["kind"] != kind:
            pass


def _measure_lists(desk: Desk, database: sa.URL, count: int, scale: Scale) -> list[Row]:
    kind = "SQLite" if database.get_backend_name() == "sqlite" else "PostgreSQL"
    return [
        latency_row(
            f"desk: {whose} list of {count:,} tickets, {kind}",
            asyncio.run(_time_list(desk, email, query, scale.pick(full=300, quick=60))),
            limit=LIMIT_LIST_MS,
            note=f"fifty of them, {what}; along {_find_index(database, email, whose)}",
        )
        for whose, email, query, what in (
            ("own", PERSON, "", "the newest"),
            ("establishment's", REFERENT, "", "the newest"),
            ("establishment's", REFERENT, f"?before={count // 2}", "from the middle"),
        )
    ]


async def _time_list(desk: Desk, email: str, query: str, count: int) -> Timings:
    async with Line(desk.url, desk.sign_in(email)) as line:

        async def ask() -> None:
            found = json.loads(await line.get(f"/api/v1/tickets{query}"))
            if len(found["tickets"]) != 50:
                raise RuntimeError(f"{len(found['tickets'])} tickets in a page of fifty")

        return await one_by_one(ask, count)


def _find_index(database: sa.URL, email: str, whose: str) -> str:
    """The index of such a list. RuntimeError when the database would look at all tickets."""
    sites = load_sites(ROOT / "deploy/demo/sites.toml")
    account = Account(email, "", "", "", SITE, _LONG_AGO)
    person = Person(account, "", Method.HEADER, _LONG_AGO)
    wanted = "ix_tickets_email" if whose == "own" else "ix_tickets_site"
    plan = " ".join(plans_of(database, lambda c: list_visible(c, sites, person, before=None, limit=50)))
    if wanted not in plan or any(slow in plan for slow in ("Seq Scan", "SCAN tickets")):
        raise RuntimeError(f"the list of tickets is not read along {wanted}: {plan}")
    return wanted
