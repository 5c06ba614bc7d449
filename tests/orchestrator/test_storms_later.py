"""What becomes of a storm and its incidents later: who comes back, who leaves early, who comes too late."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.redis_helper import RedisHelper
from tests.orchestrator.conftest import Orchestrated, Start
from tests.orchestrator.test_incidents import CONTACT, QUICK, are_closed, are_settled, mails_to
from tests.orchestrator.test_storms import FIRST_DEVICE, NOC, delivery, put_router, write_sites

pytestmark = pytest.mark.both_databases
SMALL: dict[str, Any] = {"storm_size": 2, "settle_s": 600, "solve_after_s": 0.05, "model_turn_s": 1}


async def say(o: Orchestrated, n: int, state: str, *, after_h: int = 0) -> None:
    """Observium tells of the n-th site's router, so many hours after the first failure."""
    at = o.now + timedelta(hours=after_h)
    body = json.loads(delivery(o, n)) | {"ALERT_STATE": state, "ALERT_UNIXTIME": str(int(at.timestamp()))}
    assert (await o.post(json.dumps(body).encode())).status_code == 200


async def rage(o: Orchestrated, redis: RedisHelper, sites: range = range(3)) -> list[dict[str, Any]]:
    """A storm of these sites. The first of them have tickets; none is diagnosed before the storm is seen."""
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)
    for n in sites:
        await say(o, n, "ALERT")
    names = {f"S{n}" for n in sites}
    return await o.until(
        lambda rows: names <= {r["site"] for r in rows} and all(r["diagnosed_at"] for r in rows if r["ticket_id"])
    )


def one(found: list[dict[str, Any]], site: str) -> dict[str, Any]:
    """The incident of a site."""
    (row,) = [row for row in found if row["site"] == site]
    return row


def storms(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parents, oldest first."""
    return [row for row in found if row["kind"] == "storm"]


@pytest.mark.requirement("P-60")
async def test_what_comes_back_after_its_storm_is_over_stands_alone_and_is_told(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    await rage(o, redis)
    for n in range(3):
        await say(o, n, "RECOVER", after_h=1)
    await o.until(are_closed)
    before = len(o.mails)

    await say(o, 0, "ALERT", after_h=2)
    found = await o.until(lambda rows: any(row["round"] == 2 and row["diagnosed_at"] for row in rows))
    again = one(found, "S0")
    await say(o, 0, "RECOVER", after_h=3)
    await o.until(are_closed)

    assert again["parent_key"] is None
    assert ["Rétabli : Site S0" in subject for subject in mails_to(o, NOC)[before:]] == [False, True]
    assert again["verdict"] is not None
    assert [t["status"] for t in o.tickets if t["id"] == again["ticket_id"]] == [5]


@pytest.mark.requirement("P-60")
async def test_what_comes_back_while_its_storm_goes_on_is_part_of_it_again_and_holds_it(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    await rage(o, redis)
    await say(o, 0, "RECOVER", after_h=1)
    await o.until(lambda rows: one(rows, "S0")["closed_at"] is not None)

    await say(o, 0, "ALERT", after_h=2)
    await o.until(lambda rows: one(rows, "S0")["round"] == 2 and one(rows, "S0")["diagnosed_at"])
    for n in (1, 2):
        await say(o, n, "RECOVER", after_h=3)
    held = await o.until(lambda rows: one(rows, "S1")["closed_at"] is not None)
    await say(o, 0, "RECOVER", after_h=4)
    await o.until(are_closed)

    (storm,) = storms(held)
    assert one(held, "S0")["parent_key"] == storm["key"]
    assert storm["closed_at"] is None
    assert ["Rétabli" in subject for subject in mails_to(o, NOC)] == [False, True]


@pytest.mark.requirement("P-60")
async def test_what_comes_back_while_the_end_of_its_storm_waits_to_be_told_has_the_storm_begin_again(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    await rage(o, redis)
    o.system.glpi.state.faults.add("error", "POST /apirest.php/QueuedNotification", times=-1)
    for n in range(3):
        await say(o, n, "RECOVER", after_h=1)
    await o.until(lambda rows: storms(rows)[0]["waits_for"] == "glpi" and one(rows, "S0")["closed_at"] is not None)

    await say(o, 0, "ALERT", after_h=2)
    o.system.glpi.state.faults.clear()
    for _ in range(2):
        await o.health.check()
    found = await o.until(
        lambda rows: all(r["round"] == 2 and r["diagnosed_at"] for r in (*storms(rows), one(rows, "S0")))
    )

    (storm,) = storms(found)
    assert one(found, "S0")["parent_key"] == storm["key"]
    assert [t["status"] for t in o.tickets if t["id"] == storm["ticket_id"]] == [1]
    assert not any("Rétabli" in subject for subject in mails_to(o, NOC))


async def close_by_hand(o: Orchestrated, incident: dict[str, Any]) -> list[dict[str, Any]]:
    """A technician closes its ticket, and we notice."""
    await o.by_hand(incident["ticket_id"], status=6)
    await o.app.state.line.reconciliation.run()
    return await o.until(lambda rows: one(rows, incident["site"])["closed_why"] == "closed_in_glpi")


@pytest.mark.requirement("P-61")
async def test_a_ticket_that_a_technician_closes_during_the_outage_does_not_hold_its_storm(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    closed = one(await rage(o, redis), "S0")
    for n in (1, 2):
        await say(o, n, "RECOVER", after_h=1)

    open_still = storms(await o.until(lambda rows: one(rows, "S1")["closed_at"] is not None))
    await close_by_hand(o, closed)
    (storm,) = storms(await o.until(are_closed))

    assert [row["closed_at"] for row in open_still] == [None]
    assert storm["closed_why"] == "solved"
    assert len([subject for subject in mails_to(o, NOC) if "Rétabli" in subject]) == 1


@pytest.mark.requirement("P-61")
async def test_an_incident_that_is_closed_learns_of_its_recovery(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    closed = one(await rage(o, redis), "S0")
    before = (await close_by_hand(o, closed)) and (await o.incident(closed["key"]))["alerts"]

    for n in range(3):
        await say(o, n, "RECOVER", after_h=1)
    await o.until(are_closed)

    after = (await o.incident(closed["key"]))["alerts"]
    assert [row["recovered_at"] for row in before] == [None]
    assert [row["recovered_at"] is not None for row in after] == [True]
    assert one(await o.incidents(), "S0")["closed_why"] == "closed_in_glpi"


@pytest.mark.requirement("P-62")
async def test_a_second_wave_is_a_storm_of_its_own_with_all_its_incidents(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    await rage(o, redis)
    await o.let_pass(timedelta(minutes=6))

    found = await rage(o, redis, range(3, 7))

    first, second = storms(found)
    parents = [one(found, f"S{n}")["parent_key"] for n in range(7)]
    assert parents == [first["key"]] * 3 + [second["key"]] * 4
    assert len([subject for subject in mails_to(o, NOC) if "Incident majeur" in subject]) == 2


async def test_a_storm_grows_as_long_as_incidents_keep_coming(start: Start, redis: RedisHelper, tmp_path: Path) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    await rage(o, redis)
    await o.let_pass(timedelta(minutes=4))

    found = await rage(o, redis, range(3, 5))

    (storm,) = storms(found)
    assert {one(found, f"S{n}")["parent_key"] for n in range(5)} == {storm["key"]}


@pytest.mark.requirement("P-63")
@pytest.mark.parametrize(("up", "rule"), [(False, "F1"), (True, "M0")])
async def test_an_operator_is_accused_of_a_storm_only_when_its_sites_are_seen_to_be_cut_off(
    start: Start, redis: RedisHelper, tmp_path: Path, up: bool, rule: str
) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    for n in range(3):
        put_router(o, n, up=up)

    (storm,) = storms(await rage(o, redis))

    assert storm["verdict"]["rule"] == rule
    assert storm["verdict"]["responsible"] == ("UNKNOWN" if up else "FAI")


@pytest.mark.requirement("P-63")
async def test_sites_that_answer_by_their_backup_with_their_line_down_are_cut_off(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    sites = write_sites(tmp_path)
    text = sites.read_text()
    for device, known in ((FIRST_DEVICE, 11), (FIRST_DEVICE + 1, 31)):
        text = text.replace(f"id = {device}\n", f'id = {known}\nwan_ports = ["wan1"]\n')
    sites.write_text(text)
    o = await start(**SMALL, sites_file=sites)
    put_router(o, 2, up=True)
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)

    for alert_id in (o.break_port(), o.break_port(31, 3101)):
        await o.post(o.delivery(alert_id))
    await say(o, 2, "ALERT")
    (storm,) = storms(await o.until(lambda rows: any(row["diagnosed_at"] for row in storms(rows))))

    assert storm["verdict"]["rule"] == "F1"
    assert storm["verdict"]["facts"][0].startswith("2 sites")


@pytest.mark.requirement("P-63")
async def test_sites_that_are_back_accuse_nobody_any_more(start: Start, redis: RedisHelper, tmp_path: Path) -> None:
    o = await start(**SMALL, sites_file=write_sites(tmp_path))
    for n in range(4):
        put_router(o, n)
    (before,) = storms(await rage(o, redis, range(4)))

    for n in range(3):
        await say(o, n, "RECOVER", after_h=1)
    await o.let_pass(timedelta(minutes=20))
    (after,) = storms(await o.until(lambda rows: bool(storms(rows)[0]["settled_at"])))

    assert [row["verdict"]["rule"] for row in (before, after)] == ["F1", "M0"]


@pytest.mark.requirement("P-64")
async def test_who_was_told_before_the_storm_is_told_of_the_end_once(start: Start, redis: RedisHelper) -> None:
    o = await start(**(SMALL | QUICK))
    told = o.break_port()
    await o.post(o.delivery(told))
    (lilas,) = await o.until(are_settled)
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)
    others = [o.break_port(31, 3101), o.break_device(21)]
    for alert_id in others:
        await o.post(o.delivery(alert_id))
    await o.until(lambda rows: any(row["settled_at"] for row in storms(rows)))

    for alert_id in (told, *others):
        await o.recover(alert_id)
    found = await o.until(are_closed)

    (storm,) = storms(found)
    assert {row["parent_key"] for row in found if row["kind"] == "site"} == {storm["key"]}
    assert ["Rétabli" in subject for subject in mails_to(o, CONTACT)] == [False, True]
    over = [subject for subject in mails_to(o, NOC) if "Rétabli" in subject]
    assert sorted(over) == sorted(
        [
            f"[WIDIP #{lilas['ticket_id']}] Rétabli : EHPAD Les Lilas",
            f"[WIDIP #{storm['ticket_id']}] Rétabli : incident majeur",
        ]
    )
    assert {m["recipient"] for m in o.mails} == {NOC, CONTACT}
