"""What /readyz says of what the desk stands on, while each part is away and when it is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from cli.processes import free_socket
from desk.app import create_app
from shared.errors import WidipError
from tests.conftest import running
from tests.desk.conftest import PRINTER, ZOE, Reception, Start, desk_settings
from tests.postgres import Postgres

pytestmark = pytest.mark.requirement("D-87")


async def ready(desk: Reception) -> tuple[int, dict[str, Any]]:
    answer = await desk.http.get("/readyz")
    return answer.status_code, dict(answer.json())


async def test_glpi_that_is_away_is_said_after_a_poll_and_so_is_its_return(desk: Reception) -> None:
    whole = await ready(desk)
    desk.glpi.state.glpi.maintenance = True
    with pytest.raises(WidipError):
        await desk.parts.sync.poll()
    away = await ready(desk)
    desk.glpi.state.glpi.maintenance = False
    await desk.parts.sync.poll()

    assert (whole[0], whole[1]["status"], whole[1]["problems"]) == (200, "ok", {})
    assert (away[0], away[1]["status"], set(away[1]["problems"])) == (200, "degraded", {"glpi"})
    assert (await ready(desk))[1]["problems"] == {}


async def test_servers_and_redis_that_are_away_are_said_and_problems_are_still_taken(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    with free_socket() as closed:
        port = closed.getsockname()[1]
        settings = desk_settings(nowhere, nowhere, port, f"sqlite:///{tmp_path}/desk.sqlite", anonymous_reports=True)
        async with running(create_app(settings)) as base, httpx.AsyncClient(base_url=base, timeout=15) as http:
            answer = await http.get("/readyz")
            report = {"message": PRINTER, "user_email": ZOE}
            step = await http.post("/api/v1/workflow/analyze", json=report)

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert {"mcp:glpi", "mcp:ad", "redis"} <= answer.json()["problems"].keys()
    assert (step.status_code, bool(step.json()["session_id"])) == (200, True)


async def test_without_its_database_the_desk_takes_nothing_until_that_is_back(start: Start, postgres: Postgres) -> None:
    with postgres.database() as url:
        desk = await start(desk_database_url=SecretStr(url))
        name = url.partition("@/")[2].partition("?")[0]
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        away = await ready(desk)
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        back = await ready(desk)
        await desk.stop()

    assert away == (503, {"status": "unavailable", "problems": {"database": "does not answer"}})
    assert (back[0], back[1]["status"]) == (200, "ok")
