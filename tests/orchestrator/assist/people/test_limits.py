"""The kill switch and the caps, which are asked before every write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product

import pytest
import sqlalchemy as sa

from orchestrator.address_limit import MAX_ADDRESSES, PERIOD_S, AddressLimit
from orchestrator.agent.policy import Code, Mode
from orchestrator.app import MIGRATIONS
from orchestrator.assist.caps import count_write, find_over_cap
from orchestrator.assist.plans import Plan
from orchestrator.assist.settings import AssistSettings
from orchestrator.assist.switches import mode_of, set_switch
from orchestrator.assist.tables import account_write, switch
from shared.database import Database
from shared.migrations import migrate
from shared.sites import Site
from tests.orchestrator.assist.people.conftest import OpenGate
from tests.orchestrator.assist.people.gate import Gate, account, an_action, as_, guid
from tests.orchestrator.conftest import API_TOKEN

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PLACES = list(product((Plan.UNLOCK.value, "*"), ("LILAS", "*")))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.write(partial(migrate, MIGRATIONS))
    yield database
    await asyncio.to_thread(database.close)


def a_site(**autonomy: str) -> Site:
    return Site.model_validate({"code": "LILAS", "name": "Les Lilas", "glpi_entity_id": 2, "autonomy": autonomy})


async def put(database: Database, plan: str, site: str, mode: Mode) -> None:
    change = partial(set_switch, plan=plan, site=site, mode=mode, by="anne", reason="essai", now=NOW)
    await database.write(change)


async def mode_at(database: Database, site: Site | None, plan: Plan = Plan.UNLOCK) -> Mode:
    return await database.read(lambda c: mode_of(c, plan, site))


@pytest.mark.requirement("C-21")
@pytest.mark.both_databases
@pytest.mark.parametrize("place", PLACES)
async def test_the_strictest_switch_wins_wherever_it_stands(database: Database, place: tuple[str, str]) -> None:
    for plan, site in PLACES:
        await put(database, plan, site, Mode.ON)
    allowed = await mode_at(database, a_site(unlock="on"))
    stricter = await mode_at(database, a_site(unlock="suggest"))

    await put(database, *place, Mode.OFF)

    assert (allowed, stricter) == (Mode.ON, Mode.SUGGEST)
    assert await mode_at(database, a_site(unlock="on")) is Mode.OFF


@pytest.mark.requirement("C-21")
@pytest.mark.both_databases
async def test_where_nothing_is_said_a_plan_is_only_suggested(database: Database) -> None:
    await put(database, Plan.MOVE, "LILAS", Mode.ON)
    await put(database, "*", "GENETS", Mode.ON)

    assert await mode_at(database, a_site()) is Mode.SUGGEST
    assert await mode_at(database, None) is Mode.SUGGEST
    assert await mode_at(database, a_site(unlock="on")) is Mode.ON
    assert await mode_at(database, a_site(unlock="off")) is Mode.OFF


@pytest.mark.requirement("C-21")
@pytest.mark.both_databases
async def test_an_unknown_site_has_a_switch_of_its_own(database: Database) -> None:
    await put(database, "*", "*", Mode.ON)
    await put(database, Plan.UNLOCK, "?", Mode.OFF)

    assert await mode_at(database, None) is Mode.OFF
    assert await mode_at(database, None, Plan.MOVE) is Mode.ON
    assert await mode_at(database, a_site()) is Mode.ON


@pytest.mark.requirement("C-21")
async def test_a_mode_that_nobody_understands_is_off(database: Database) -> None:
    await put(database, "*", "*", Mode.ON)
    await database.write(lambda c: c.execute(switch.update().values(mode="enabled")))

    assert await mode_at(database, a_site()) is Mode.OFF


@pytest.mark.requirement("C-22")
@pytest.mark.both_databases
async def test_an_administrator_turns_a_plan_off_by_name_and_with_a_reason(gate: Gate) -> None:
    path, off = "/api/switches/UNLOCK/LILAS", {"mode": "off", "reason": "incident AD"}

    refused = [(await gate.http.put(path, json=off, headers=who)).status_code for who in (as_("anne"), {})]
    by_token = await gate.http.put(path, json=off, headers={"authorization": f"Bearer {API_TOKEN}"})
    for mode in ("on", "off"):
        answer = await gate.http.put(path, json=off | {"mode": mode}, headers=as_("bruno"))
        assert answer.status_code == 200

    listed = (await gate.http.get("/api/switches", headers=as_("viewer"))).json()["switches"]
    assert (refused, by_token.status_code) == ([403, 401], 403)
    assert [(s["plan"], s["site"], s["mode"], s["changed_by"]) for s in listed] == [("UNLOCK", "LILAS", "off", "bruno")]
    assert await mode_at(gate.database, a_site(unlock="on")) is Mode.OFF
    assert [line["detail"]["mode"] for line in await gate.journal("switch:UNLOCK/LILAS")] == ["on", "off"]


@pytest.mark.requirement("C-22")
async def test_a_switch_of_nothing_that_exists_is_refused(gate: Gate) -> None:
    good, bruno = {"mode": "off", "reason": "essai"}, as_("bruno")

    paths = ("/api/switches/UNLOCK/NOWHERE", "/api/switches/FLY/LILAS")
    statuses = [(await gate.http.put(path, json=good, headers=bruno)).status_code for path in paths]
    bodies = ({"mode": "maybe", "reason": "essai"}, {"mode": "off"}, {"mode": "off", "reason": "  "})
    statuses += [(await gate.http.put("/api/switches/*/*", json=body, headers=bruno)).status_code for body in bodies]
    everywhere = await gate.http.put("/api/switches/*/%3F", json=good, headers=bruno)

    assert statuses == [404, 422, 422, 422, 422]
    assert (everywhere.status_code, everywhere.json()["site"]) == (200, "?")


LIMITS = AssistSettings(assist_per_account=2, assist_per_site=3, assist_per_hour=4, assist_per_day=5)


async def count(
    database: Database, number: int, *, who: int = 1, site: str | None = "LILAS", at: datetime = NOW
) -> Code | None:
    action = an_action(f"t{number}", account=account(guid(who), "x"), site=site)
    return await database.write(lambda c: count_write(c, action, LIMITS, at))


@pytest.mark.requirement("C-23")
@pytest.mark.both_databases
async def test_each_limit_stops_what_it_is_about_and_nothing_else(database: Database) -> None:
    first = [await count(database, n, who=1) for n in range(3)]
    other_account = [await count(database, 10 + n, who=2) for n in range(2)]
    other_site = [await count(database, 20 + n, who=30 + n, site=None) for n in range(2)]
    later = [await count(database, 40 + n, who=40 + n, at=NOW + timedelta(minutes=61)) for n in range(2)]
    next_day = await count(database, 50, who=1, at=NOW + timedelta(hours=24))

    assert first == [None, None, Code.CAP_ACCOUNT]
    assert other_account == [None, Code.CAP_SITE]
    assert other_site == [None, Code.CAP_TOTAL]
    assert later == [None, Code.CAP_TOTAL]
    assert next_day is None


@pytest.mark.requirement("C-23")
@pytest.mark.both_databases
async def test_a_request_that_comes_again_counts_once_and_goes_on(database: Database) -> None:
    counted = [await count(database, 1) for _ in range(5)] + [await count(database, 2)]
    again, new = an_action("t1", account=account(guid(1), "x")), an_action("t3", account=account(guid(1), "x"))

    rows = await database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(account_write)).scalar())
    assert counted == [None] * 6
    assert rows == 2
    assert await database.read(lambda c: find_over_cap(c, again, LIMITS, NOW)) is None
    assert await database.read(lambda c: find_over_cap(c, new, LIMITS, NOW)) is Code.CAP_ACCOUNT


@pytest.mark.requirement("C-23")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_do_not_both_take_the_last_place(open_gate: OpenGate, database_url: str) -> None:
    gate = await open_gate()
    other, loop = Database(database_url), asyncio.get_running_loop()
    held, go_on = asyncio.Event(), asyncio.Event()
    one_left = LIMITS.model_copy(update={"assist_per_account": 1})

    def first(connection: sa.Connection) -> Code | None:
        found = count_write(connection, an_action("t1"), one_left, NOW)
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(20)
        return found

    async with asyncio.timeout(20):
        one = asyncio.create_task(other.write(first))
        await held.wait()
        two = asyncio.create_task(gate.database.write(lambda c: count_write(c, an_action("t2"), one_left, NOW)))
        await gate.wait_blocked()
        go_on.set()
        counted = [await one, await two]
    await asyncio.to_thread(other.close)

    assert counted == [None, Code.CAP_ACCOUNT]


def test_an_address_is_admitted_again_in_the_next_minute() -> None:
    clock = [0.0]
    limit = AddressLimit(2, clock=lambda: clock[0])

    first = [limit.admits("192.0.2.1") for _ in range(3)] + [limit.admits("::ffff:192.0.2.1")]
    clock[0] = PERIOD_S + 1.0

    assert first == [True, True, False, False]
    assert limit.admits("192.0.2.1")


def test_very_many_addresses_share_what_is_left() -> None:
    limit = AddressLimit(1, clock=lambda: 0.0)

    known = [limit.admits(f"2001:db8:{n:x}::1") for n in range(MAX_ADDRESSES)]

    assert all(known)
    assert [limit.admits(f"192.0.2.{n}") for n in range(3)] == [True, False, False]
