"""More than twenty incidents in five minutes: one parent ticket, one mail, and an end for all of them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from shared.redis_helper import RedisHelper
from tests.orchestrator.conftest import Orchestrated, Start

pytestmark = pytest.mark.both_databases

SIZE = 24
FIRST_DEVICE, FIRST_ALERT = 500, 70_000
NOC = "noc@widip.example"


def write_sites(folder: Path, *, isps: tuple[str, ...] = ("Fibrelys",)) -> Path:
    """SIZE sites of one router each, on these operators in turn, and one site on another that stays up."""
    path = folder / "storm-sites.toml"
    sites = [(f"S{n}", FIRST_DEVICE + n, isps[n % len(isps)]) for n in range(SIZE)] + [("SAFE", 900, "Telonord")]
    path.write_text(
        "\n".join(
            f'[[site]]\ncode = "{code}"\nname = "Site {code}"\nglpi_entity_id = 2\n'
            f'isp = {{ name = "{isp}", circuit = "C-{device}" }}\n'
            f'contacts = [{{ name = "Accueil", email = "accueil@{code.lower()}.example" }}]\n'
            f'[[site.device]]\nid = {device}\nhostname = "{code.lower()}-fw1"\nrole = "edge"\nowner = "WIDIP"\n'
            for code, device, isp in sites
        )
    )
    return path


def delivery(o: Orchestrated, n: int, state: str = "ALERT") -> bytes:
    """What Observium says of the n-th site's router."""
    body = json.loads(o.delivery(o.break_device(11)))
    changes = {"ALERT_ID": str(FIRST_ALERT + n), "DEVICE_ID": str(FIRST_DEVICE + n), "ENTITY_ID": str(FIRST_DEVICE + n)}
    at = o.now if state == "ALERT" else o.now + timedelta(hours=1)
    changes |= {"ALERT_STATE": state, "DEVICE_HOSTNAME": f"s{n}-fw1", "ALERT_UNIXTIME": str(int(at.timestamp()))}
    return json.dumps(body | changes).encode()


def put_router(o: Orchestrated, n: int, *, up: bool = False) -> None:
    """What Observium knows of the n-th site's router."""
    devices = o.system.observium.state.observium.devices
    device = {"device_id": str(FIRST_DEVICE + n), "hostname": f"s{n}-fw1"}
    devices[FIRST_DEVICE + n] = devices[12] | device | {"status": str(int(up)), "status_type": "ok" if up else "ping"}


async def rage(o: Orchestrated, redis: RedisHelper) -> None:
    """All sites at once, while the model is somebody else's: no incident is diagnosed before the storm is seen."""
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)
    for n in range(SIZE):
        put_router(o, n)
        assert (await o.post(delivery(o, n))).status_code == 200


@pytest.mark.requirement("P-16")
async def test_a_storm_is_one_parent_ticket_and_one_mail(start: Start, redis: RedisHelper, tmp_path: Path) -> None:
    o = await start(settle_s=600, model_turn_s=8, sites_file=write_sites(tmp_path))

    await rage(o, redis)
    found = await o.until(lambda rows: len(rows) == SIZE + 1 and all(r["diagnosed_at"] for r in rows if r["ticket_id"]))

    (storm,) = [row for row in found if row["kind"] == "storm"]
    children = [row for row in found if row["kind"] == "site"]
    assert {row["parent_key"] for row in children} == {storm["key"]}
    assert len([row for row in children if row["ticket_id"] is None]) == SIZE - 20
    assert len(o.tickets) == 21
    about_storm = [m for m in o.mails if "Incident majeur" in m["name"]]
    assert len(about_storm) == 1
    assert [m["recipient"] for m in o.mails] == [NOC]
    detail = await o.incident(storm["key"])
    assert len(detail["children"]) == SIZE
    assert any(f"ticket parent n° {storm['ticket_id']}" in o.text(f["content"]) for f in o.followups)


@pytest.mark.parametrize(("isps", "rule"), [(("Fibrelys",), "F1"), (("Fibrelys", "Autre"), "M0")])
async def test_a_storm_of_one_operator_is_the_operators_and_another_is_nobodys(
    start: Start, redis: RedisHelper, tmp_path: Path, isps: tuple[str, ...], rule: str
) -> None:
    o = await start(settle_s=0.3, hold_down_s=0, model_turn_s=8, sites_file=write_sites(tmp_path, isps=isps))

    await rage(o, redis)
    found = await o.until(lambda rows: any(r["kind"] == "storm" and r["settled_at"] for r in rows))

    (storm,) = [row for row in found if row["kind"] == "storm"]
    assert storm["verdict"]["rule"] == rule
    assert not any("accueil@" in m["recipient"] for m in o.mails)


@pytest.mark.requirement("P-16")
async def test_a_storm_ends_when_its_last_child_does_and_takes_all_with_it(
    start: Start, redis: RedisHelper, tmp_path: Path
) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, model_turn_s=8, sites_file=write_sites(tmp_path))
    await rage(o, redis)
    await o.until(lambda rows: len(rows) == SIZE + 1 and all(r["diagnosed_at"] for r in rows if r["ticket_id"]))

    for n in range(SIZE):
        await o.post(delivery(o, n, state="RECOVER"))
    found = await o.until(lambda rows: all(row["closed_at"] for row in rows))

    (storm,) = [row for row in found if row["kind"] == "storm"]
    assert storm["closed_why"] == "solved"
    assert {row["closed_why"] for row in found if row["ticket_id"] is None} == {"closed_with_parent"}
    assert all(ticket["status"] == 5 for ticket in o.tickets)
    assert len([m for m in o.mails if "Rétabli : incident majeur" in m["name"]]) == 1


async def test_twenty_incidents_are_no_storm(start: Start, tmp_path: Path) -> None:
    o = await start(settle_s=600, sites_file=write_sites(tmp_path))

    for n in range(20):
        await o.post(delivery(o, n))
    found = await o.until(lambda rows: len(rows) == 20 and all(r["ticket_id"] for r in rows))

    assert all(row["kind"] == "site" and row["parent_key"] is None for row in found)
