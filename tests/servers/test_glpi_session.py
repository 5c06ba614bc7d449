"""How the GLPI server meets GLPI's answers: the checklist of contracts/glpi.md, section 12, and outages."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from cli.processes import free_port
from shared.errors import (
    NotFound,
    OutcomeUnknown,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from tests.servers.glpi_world import PRINTER_TICKET, TECHNICIAN, World, open_world, until
from tests.system import glpi_settings

pytestmark = pytest.mark.asyncio
READ = "GET /apirest.php/Ticket/1"
INVALID_SESSION = '["ERROR_SESSION_TOKEN_INVALID","session_token semble invalide"]'


@pytest.fixture
def glpi(own_glpi: World) -> World:
    """Sessions and outages are counted here: no server shared with other tests."""
    return own_glpi


@pytest.mark.requirement("G-01")
async def test_web_page_with_200_is_an_outage_whatever_its_status_says(glpi: World) -> None:
    """Section 12, 1."""
    glpi.state.maintenance = True

    with pytest.raises(UpstreamUnavailable, match="web page instead of JSON"):
        await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)

    glpi.state.maintenance = False
    assert (await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET))["ticket_id"] == PRINTER_TICKET


async def test_partial_content_and_an_empty_list_are_answers(glpi: World) -> None:
    """Section 12, 1: 206, and an array that is no error."""
    for _ in range(3):
        await glpi.open_ticket()

    page = await glpi.call("search_tickets", limit=2)
    timeline = await glpi.call("get_ticket_timeline", ticket_id=page["tickets"][1]["ticket_id"])

    assert (page["total"], len(page["tickets"]), page["next_start"]) == (4, 2, 2)
    assert timeline["entries"] == []


async def test_answer_of_an_unknown_shape_is_malformed(glpi: World) -> None:
    glpi.faults.add("error", READ, status=200, body="not JSON")

    with pytest.raises(UpstreamMalformed):
        await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)


@pytest.mark.parametrize(("count", "is_truncated"), [(1000, False), (1001, True)])
async def test_more_categories_than_are_shown_are_told(glpi: World, count: int, is_truncated: bool) -> None:
    one = next(iter(glpi.state.categories.values()))
    for number in range(count - len(glpi.state.categories)):
        glpi.state.insert("categories", {**one, "id": None, "completename": f"Catégorie {number:04}"})

    page = await glpi.call("list_categories")

    assert (len(page["categories"]), page.get("truncated", False)) == (1000, is_truncated)


@pytest.mark.parametrize("kind", ["error", "down", "html"])
async def test_read_is_repeated_until_glpi_answers(glpi: World, kind: str) -> None:
    """Section 12, 2."""
    glpi.faults.add(kind, READ, times=2)

    ticket = await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)

    assert ticket["ticket_id"] == PRINTER_TICKET
    assert glpi.faults.requests.count(READ) == 3


@pytest.mark.parametrize("kind", ["error", "down", "html"])
async def test_read_of_a_dead_glpi_is_unavailable_after_three_tries(glpi: World, kind: str) -> None:
    glpi.faults.add(kind, READ, times=-1)

    with pytest.raises(UpstreamUnavailable):
        await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)

    assert glpi.faults.requests.count(READ) == 3


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '["ERROR","Critère incorrect"]'),
        (403, '["ERROR_RIGHT_MISSING","non"]'),
        (404, '["ERROR_ITEM_NOT_FOUND",""]'),
    ],
)
async def test_refusal_is_not_asked_again(glpi: World, status: int, body: str) -> None:
    """Section 12, 2: never retry other 400 and 403."""
    glpi.faults.add("error", READ, status=status, body=body, times=-1)

    with pytest.raises(NotFound if status == 404 else UpstreamRejected):
        await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)

    assert glpi.faults.requests.count(READ) == 1


@pytest.mark.parametrize("kind", ["error", "down", "html", "hang"])
async def test_write_without_a_key_is_sent_once_and_its_outcome_called_unknown(
    clean_redis_port: int, tmp_path: Path, kind: str
) -> None:
    """Section 12, 2: POSTs are not idempotent."""
    async with open_world(clean_redis_port, tmp_path, glpi_timeout_s=0.3) as glpi:
        await glpi.call("list_categories")
        glpi.faults.add(kind, "POST", times=-1)

        with pytest.raises(OutcomeUnknown):
            await glpi.open_ticket()

        assert glpi.faults.count("POST") == 1


async def test_expired_session_is_opened_again_once_and_the_call_repeated(glpi: World) -> None:
    """Section 12, 2: re-login once."""
    await glpi.call("list_categories")
    glpi.state.sessions.clear()

    ticket_id = await glpi.open_ticket()

    assert ticket_id in glpi.state.tickets
    assert glpi.faults.count("GET /apirest.php/initSession") == 2


async def test_session_that_never_holds_is_unavailable_after_one_more_login(glpi: World) -> None:
    glpi.faults.add("error", READ, status=401, body=INVALID_SESSION, times=-1)

    with pytest.raises(UpstreamUnavailable, match="session"):
        await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)

    assert glpi.faults.count("GET /apirest.php/initSession") == 2


async def test_calls_at_once_share_one_session_and_the_end_closes_it(clean_redis_port: int, tmp_path: Path) -> None:
    """Section 12, 3: a session costs; section 12, 4: nothing changes its shared state."""
    async with open_world(clean_redis_port, tmp_path) as glpi:
        await asyncio.gather(*(glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET) for _ in range(6)))
        opened = len(glpi.state.sessions)

    assert opened == 1
    assert glpi.faults.count("GET /apirest.php/initSession") == 1
    assert glpi.state.sessions == {}
    assert glpi.faults.count("session_write") == glpi.faults.count("/changeActive") == 0


async def test_reads_of_one_session_do_not_wait_for_each_other(glpi: World) -> None:
    """Section 12, 4."""
    await glpi.call("list_categories")
    glpi.faults.clear()
    glpi.faults.add("slow", READ, delay_s=0.4)
    slow = asyncio.create_task(glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET))
    await until(lambda: READ in glpi.faults.requests)

    await glpi.call("search_tickets")

    assert not slow.done()
    assert (await slow)["ticket_id"] == PRINTER_TICKET


async def test_write_refused_for_lack_of_rights_says_to_check_them(clean_redis_port: int, tmp_path: Path) -> None:
    """Section 12, 5: it looks like bad values, 400 ERROR_GLPI_ADD."""
    async with _as_technician(clean_redis_port, tmp_path) as glpi:
        with pytest.raises(UpstreamRejected, match="rights"):
            await glpi.call("create_glpi_user", firstname="A", lastname="B", email="a@b.example", login="ab")


async def test_address_that_glpi_does_not_accept_is_shown(glpi: World) -> None:
    """Section 12, 6."""
    glpi.state.ip_allowed = False

    status, answer = await glpi.ready()

    assert (status, answer["code"]) == (503, "upstream_unauthorized")
    assert "add it to the API client" in answer["reason"]
    assert "127.0.0.1" in answer["reason"]


async def test_paths_are_spelled_as_glpi_spells_them_and_criteria_arrive_whole(glpi: World) -> None:
    """Section 12, 7: the simulator refuses a wrong case and a GET with a body, as GLPI does."""
    ticket_id = await glpi.open_ticket(title="50% d'écrans + souris [2] & co", requester_email="x@lilas.example")
    await glpi.call("get_ticket_timeline", ticket_id=ticket_id)
    await glpi.call("get_glpi_user", email="c.oria@lilas.example")

    found = await glpi.call("search_tickets", text="50% d'écrans + souris [2] & co", status="new")

    assert [ticket["ticket_id"] for ticket in found["tickets"]] == [ticket_id]


async def test_account_without_its_rights_is_told_which_are_missing(clean_redis_port: int, tmp_path: Path) -> None:
    """Section 12, 8."""
    async with _as_technician(clean_redis_port, tmp_path) as glpi:
        with pytest.raises(UpstreamRejected, match="lacks the right to read"):
            await glpi.call("list_categories")
        health = await glpi.call("check_health")

    assert "right queuednotification" in health["warnings"][0]


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("glpi_user_token", "wrong-token", "GLPI refuses GLPI_USER_TOKEN, or its account is disabled"),
        ("glpi_app_token", "wrong-token", "GLPI refuses GLPI_APP_TOKEN"),
        ("glpi_app_token", "", "GLPI asks for an app token, set GLPI_APP_TOKEN"),
    ],
)
async def test_refused_token_is_named_with_what_to_do(
    clean_redis_port: int, tmp_path: Path, setting: str, value: str, told: str
) -> None:
    wrong: dict[str, Any] = {setting: SecretStr(value)}
    async with open_world(clean_redis_port, tmp_path, **wrong) as glpi:
        with pytest.raises(UpstreamUnauthorized) as failure:
            await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)
        status, answer = await glpi.ready()

    assert str(failure.value) == answer["reason"] == told
    assert (status, answer["code"]) == (503, "upstream_unauthorized")


async def test_server_without_a_user_token_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="glpi_user_token"):
        glpi_settings("http://127.0.0.1:1", 1, tmp_path, glpi_user_token=SecretStr(""))


async def test_disabled_api_is_told_by_the_probe(glpi: World) -> None:
    glpi.state.api_enabled = False

    status, answer = await glpi.ready()

    assert status == 503
    assert "API désactivée" in answer["reason"]


async def test_ready_is_a_login_a_read_and_a_logout(glpi: World) -> None:
    status, answer = await glpi.ready()

    assert (status, answer) == (200, {"status": "ok", "warnings": []})
    steps = [line.partition("?")[0].rpartition("/")[2] for line in glpi.faults.requests]
    assert steps[:4] == ["initSession", "getGlpiConfig", "getActiveProfile", "killSession"]


@pytest.mark.parametrize("step", ["getActiveProfile", "getGlpiConfig"])
@pytest.mark.parametrize("is_close_refused", [False, True])
async def test_probe_that_fails_closes_its_session_and_tells_the_first_error(
    glpi: World, step: str, is_close_refused: bool
) -> None:
    glpi.faults.add("error", step, status=403, body='["ERROR_RIGHT_MISSING","non"]', times=-1)
    if is_close_refused:
        glpi.faults.add("down", "killSession", times=-1)

    with pytest.raises(UpstreamRejected, match="lacks the right to read"):
        await glpi.call("check_health")

    assert glpi.faults.count("killSession") == 1
    assert len(glpi.state.sessions) == int(is_close_refused)


async def test_nobody_at_the_address_means_unavailable(clean_redis_port: int, tmp_path: Path) -> None:
    nowhere: Any = f"http://127.0.0.1:{free_port()}/apirest.php"
    async with open_world(clean_redis_port, tmp_path, glpi_api_url=nowhere) as glpi:
        with pytest.raises(UpstreamUnavailable):
            await glpi.call("check_health")
        with pytest.raises(UpstreamUnavailable):
            await glpi.open_ticket()
        status, answer = await glpi.ready()

    assert (status, answer["code"]) == (503, "upstream_unavailable")


async def test_silent_glpi_is_unavailable_within_the_deadline(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, glpi_timeout_s=0.2) as glpi:
        await glpi.call("list_categories")
        glpi.faults.add("hang", times=-1)
        started = time.monotonic()

        with pytest.raises(UpstreamUnavailable):
            await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)
        status, _answer = await glpi.ready()

        assert status == 503
        assert time.monotonic() - started < 8


async def test_health_tells_version_and_time(glpi: World) -> None:
    health = await glpi.call("check_health")

    assert (health["status"], health["version"], health["warnings"]) == ("UP", "10.0.19", [])
    assert health["response_ms"] >= 0


async def test_no_secret_of_ours_is_in_an_answer(glpi: World) -> None:
    shown = [await glpi.call("check_health"), await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)]

    text = json.dumps(shown)
    assert "sim-orchestrator-token" not in text
    assert "sim-app-token" not in text


def _as_technician(redis_port: int, folder: Path) -> Any:
    return open_world(
        redis_port,
        folder,
        glpi_user_token=SecretStr("sim-technician-token"),
        user_tokens={"sim-technician-token": TECHNICIAN},
    )
