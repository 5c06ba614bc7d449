"""What every MCP server keeps, whatever it serves."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
import pytest_asyncio
from pydantic import BaseModel

from shared.mcp_client import Endpoint, Toolbox, Transport
from shared.mcp_server import ServerSpec
from shared.settings import ServerSettings
from tests import mcp_wire, system
from tests.one_server import SERVERS, open_server

STANDARD_FILES = ("README.md", "__init__.py", "app.py", "client.py", "models.py", "settings.py", "tools.py")
ANNOTATIONS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
MAX_DESCRIPTION = 300
MAX_TOKENS = 2000
UPDATE = "UPDATE_SNAPSHOTS"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Server:
    """One server, running over its simulator."""

    name: str
    url: str
    folder: Path
    spec: ServerSpec
    settings: type[ServerSettings]
    tools: list[dict[str, Any]]

    @property
    def readme(self) -> str:
        """Its README."""
        return (self.folder / "README.md").read_text(encoding="utf-8")

    def readme_row(self, name: str) -> list[str]:
        """The cells of the one table row that begins with `name`."""
        rows = re.findall(rf"^\| `{re.escape(name)}` \|(.*)\|$", self.readme, re.MULTILINE)
        assert len(rows) == 1, f"{self.name}/README.md needs one row for `{name}`, has {len(rows)}"
        return [cell.strip() for cell in rows[0].split("|")]


@pytest_asyncio.fixture(params=SERVERS, scope="module", loop_scope="module")
async def server(
    request: pytest.FixtureRequest, redis_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """Each server in turn."""
    async with open_server(request.param, redis_port, tmp_path_factory.mktemp(request.param)) as one:
        listed = await mcp_wire.ask(one.url, "tools/list")
        folder = Path(str(one.app.__file__)).parent
        yield Server(one.name, one.url, folder, one.spec, type(one.settings), listed["tools"])


async def test_folder_has_the_standard_files(server: Server) -> None:
    missing = [name for name in STANDARD_FILES if not (server.folder / name).is_file()]

    assert missing == []


async def test_every_tool_is_described_briefly(server: Server) -> None:
    too_long = [tool["name"] for tool in server.tools if not 0 < len(tool["description"]) <= MAX_DESCRIPTION]

    assert too_long == []
    assert len(server.tools) > 0


async def test_every_tool_says_all_four_annotations(server: Server) -> None:
    for tool in server.tools:
        said = tool["annotations"]
        assert all(isinstance(said.get(name), bool) for name in ANNOTATIONS), f"{tool['name']}: {said}"
        assert not (said["readOnlyHint"] and said["destructiveHint"]), tool["name"]


async def test_every_tool_refuses_arguments_that_it_does_not_know(server: Server) -> None:
    assert [tool["name"] for tool in server.tools if tool["inputSchema"].get("additionalProperties") is not False] == []


async def test_readme_lists_each_tool_with_its_risk_and_no_other(server: Server) -> None:
    for tool in server.tools:
        assert server.readme_row(tool["name"])[0] == _risk(tool), tool["name"]

    shown = re.findall(r"^\| `([a-z_]+)` \|", server.readme, re.MULTILINE)
    assert sorted(shown) == sorted(tool["name"] for tool in server.tools)


def _risk(tool: dict[str, Any]) -> str:
    if tool["annotations"]["readOnlyHint"]:
        return "read"
    return "destructive" if tool["annotations"]["destructiveHint"] else "write"


async def test_readme_lists_each_setting_with_its_default_and_no_other(server: Server) -> None:
    fields = server.settings.model_fields
    for name, field in fields.items():
        shown = server.readme_row(name.upper())[-1]
        default = _written(field.default)
        assert field.is_required() or not default or f"`{default}`" in shown, (
            f"{name}: README {shown!r}, is {default!r}"
        )

    shown_names = re.findall(r"^\| `([A-Z_]+)` \|", server.readme, re.MULTILINE)
    assert sorted(shown_names) == sorted(name.upper() for name in fields)


def _written(default: object) -> str:
    """A default as the environment would spell it."""
    if isinstance(default, tuple):
        return ",".join(default)
    if isinstance(default, float):
        return f"{default:g}"
    return "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)


async def test_environment_is_read_in_settings_only(server: Server) -> None:
    readers = [path.name for path in sorted(server.folder.rglob("*.py")) if _reads_environment(path)]

    assert [name for name in readers if name != "settings.py"] == []


def _reads_environment(path: Path) -> bool:
    names = {"environ", "environb", "getenv", "getenvb"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in names:
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names}:
            return True
    return False


@pytest.mark.requirement("M-08")
async def test_tool_list_costs_a_model_little(server: Server) -> None:
    shown = [{key: tool[key] for key in ("name", "description", "inputSchema")} for tool in server.tools]

    assert len(json.dumps(shown, ensure_ascii=False)) / 4 < MAX_TOKENS


async def test_tools_are_as_they_were_released(server: Server) -> None:
    """A change here is a change for every client and prompt: it must be meant."""
    snapshot = Path(__file__).parent / "snapshots" / f"tools-{server.name}.json"
    surface = json.dumps(server.tools, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get(UPDATE) == "1":
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(surface, encoding="utf-8")

    released = snapshot.read_text(encoding="utf-8") if snapshot.is_file() else ""

    assert surface == released, f"meant? then: {UPDATE}=1 make test ARGS=tests/test_server_contract.py"


@pytest.mark.requirement("M-01")
@pytest.mark.parametrize("transport", ["sse", "http"])
@pytest.mark.parametrize("is_historical", [False, True], ids=["root", "historical prefix"])
async def test_every_way_in_shows_the_same_tools(server: Server, transport: Transport, is_historical: bool) -> None:
    url = server.url + (server.spec.historical_prefix if is_historical else "")
    async with Toolbox([Endpoint(server.name, url, system.TOKEN)], transport=transport) as toolbox:
        listed = {tool.name: (tool.description, tool.input_schema) for tool in toolbox.tools()}

    assert server.spec.historical_prefix.startswith("/mcp-test/")
    assert listed == {tool["name"]: (tool["description"], tool["inputSchema"]) for tool in server.tools}


ENTRANCES = (("GET", "/sse"), ("POST", "/messages/"), ("POST", "/mcp"))


@pytest.mark.requirement("M-02")
@pytest.mark.parametrize(("method", "path"), ENTRANCES)
@pytest.mark.parametrize("token", [None, "widip_wrong"])
async def test_no_way_in_without_a_token(server: Server, method: str, path: str, token: str | None) -> None:
    async with httpx.AsyncClient(base_url=server.url, headers=mcp_wire.headers(token)) as http:
        for prefix in ("", server.spec.historical_prefix):
            assert (await http.request(method, prefix + path)).status_code == 401


@pytest.mark.requirement("M-07")
@pytest.mark.parametrize(("method", "path"), [("GET", "/sse"), ("POST", "/mcp")])
async def test_foreign_host_is_refused(server: Server, method: str, path: str) -> None:
    foreign = mcp_wire.headers() | {"host": "evil.example"}
    async with httpx.AsyncClient(base_url=server.url, headers=foreign) as http:
        for prefix in ("", server.spec.historical_prefix):
            assert (await http.request(method, prefix + path, content="{}")).status_code == 421


async def test_probes_and_metrics_are_open_and_true(server: Server) -> None:
    await mcp_wire.ask(server.url, "tools/call", name="no_such_tool", arguments={})
    async with httpx.AsyncClient(base_url=server.url) as http:
        health, ready, metrics = [await http.get(path) for path in ("/healthz", "/readyz", "/metrics")]

    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "warnings": []})
    assert 'widip_tool_calls_total{outcome="no_such_tool",tool="unknown"} 1.0' in metrics.text


async def test_what_may_be_absent_from_an_answer_is_not_required(server: Server) -> None:
    """Answers leave out what is null; were it required, clients would refuse the whole answer."""
    models = importlib.import_module(f"servers.{server.name}.models")

    at_odds = [
        f"{model.__name__}.{name}"
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
        if field.is_required() and type(None) in get_args(field.annotation)
    ]

    assert at_odds == []
