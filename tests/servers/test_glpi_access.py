"""Which tools a caller sees and may call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servers.glpi.app import create_app
from shared.errors import InvalidInput
from tests.mcp_wire import ask
from tests.servers.glpi_world import PRINTER_TICKET, World, open_world
from tests.system import READER, TOKEN, glpi_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")
READ_TOOLS = {
    "get_ticket_info",
    "search_tickets",
    "get_ticket_timeline",
    "list_categories",
    "get_glpi_user",
    "get_email_state",
    "check_health",
}
WRITE_TOOLS = {
    "create_ticket",
    "update_ticket",
    "add_followup",
    "add_document",
    "solve_ticket",
    "assign_ticket",
    "create_glpi_user",
    "update_glpi_user",
    "disable_glpi_user",
    "send_email",
}
SOLVE = {"ticket_id": PRINTER_TICKET, "solution": "x"}


async def _listed(glpi: World, token: str) -> set[str]:
    return {tool["name"] for tool in (await ask(glpi.server_url, "tools/list", token=token))["tools"]}


async def _refusal(glpi: World, tool: str, arguments: dict[str, Any], *, token: str) -> tuple[str, str]:
    result = await ask(glpi.server_url, "tools/call", token=token, name=tool, arguments=arguments)
    assert result["isError"]
    return result["_meta"]["widip/error"]["code"], result["content"][0]["text"]


async def test_reader_sees_no_write_tool_and_is_refused_one(glpi: World) -> None:
    assert await _listed(glpi, READER) == READ_TOOLS
    assert await _listed(glpi, TOKEN) == READ_TOOLS | WRITE_TOOLS

    code, text = await _refusal(glpi, "solve_ticket", SOLVE, token=READER)

    assert (code, text) == ("refused", "caller reader may not call solve_ticket")
    assert glpi.faults.requests == []


@pytest.mark.parametrize(
    ("settings", "visible"),
    [
        ({"read_only": True}, READ_TOOLS),
        ({"tools": ("create_ticket", "check_health")}, {"create_ticket", "check_health"}),
        ({"read_only": True, "tools": ("create_ticket", "check_health")}, {"check_health"}),
    ],
    ids=["READ_ONLY", "TOOLS", "both"],
)
async def test_hidden_tool_does_not_exist(
    clean_redis_port: int, tmp_path: Path, settings: dict[str, Any], visible: set[str]
) -> None:
    async with open_world(clean_redis_port, tmp_path, **settings) as glpi:
        listed = await _listed(glpi, TOKEN)
        code, text = await _refusal(glpi, "solve_ticket", SOLVE, token=TOKEN)

    assert listed == visible
    assert code == "no_such_tool"
    assert text.startswith("unknown tool 'solve_ticket'; this server has: ")


async def test_tool_named_in_settings_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    settings = glpi_settings("http://127.0.0.1:1", 1, tmp_path, tools=("create_ticket", "crate_ticket"))

    with pytest.raises(InvalidInput, match="crate_ticket"):
        create_app(settings)


async def test_settings_read_lists_from_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOOLS", "create_ticket, check_health")

    settings = glpi_settings("http://127.0.0.1:1", 1, tmp_path)

    assert settings.tools == ("create_ticket", "check_health")
