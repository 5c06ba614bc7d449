"""An MCP client for the terminal: which server is meant, what its tools take, and each failure in a sentence."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cli.claim import is_claimed
from cli.demo_world import PREFIXES
from cli.environment import bypass_proxies
from shared.errors import UpstreamUnauthorized, WidipError
from shared.logs import configure_logs
from shared.mcp_client import Endpoint, RemoteTool, Toolbox

Transport = Literal["http", "sse"]


class CannotCall(Exception):
    """The server or the tool could not be used; the text says why."""


def find_endpoint(server: str, token: str, demo_folder: Path) -> Endpoint:
    """A URL, with or without its MCP path, or a server of the running demo. Raises CannotCall."""
    if not server.startswith(("http://", "https://")):
        return _from_demo(server, token, demo_folder)
    base = server.rstrip("/").removesuffix("/sse").removesuffix("/mcp")
    for prefix in PREFIXES.values():
        base = base.removesuffix(prefix)
    # A toolbox splits its names at the first underscore.
    return Endpoint(urlsplit(base).netloc.rpartition("@")[2].replace("_", "-"), base, token)


def _from_demo(name: str, token: str, folder: Path) -> Endpoint:
    path = folder.parent / "demo.json"
    if not is_claimed(folder) or not path.exists():
        raise CannotCall("the demo is not running: start `make demo`, or give a URL and --token")
    known = json.loads(path.read_text(encoding="utf-8"))["servers"]
    if name not in known:
        raise CannotCall(f"the demo has no server {name!r}; it has: {', '.join(known)}")
    return Endpoint(name, known[name]["url"], token or known[name]["token"])


async def list_tools(endpoint: Endpoint, transport: Transport) -> list[RemoteTool]:
    """The server's tools. Raises CannotCall."""
    async with _connected(endpoint, transport) as toolbox:
        return toolbox.tools()


async def call_tool(
    endpoint: Endpoint, transport: Transport, name: str, arguments: Sequence[str], *, key: str | None
) -> dict[str, Any]:
    """What the tool answers. Raises CannotCall."""
    async with _connected(endpoint, transport) as toolbox:
        tool = _find_tool(toolbox.tools(), name, endpoint.name)
        given = dict(_parse_argument(text, tool.input_schema) for text in arguments)
        try:
            return (await toolbox.call(tool.qualified, given, key=key)).data
        except WidipError as error:
            raise CannotCall(f"{error.code}: {error}") from error


@contextlib.asynccontextmanager
async def _connected(endpoint: Endpoint, transport: Transport) -> AsyncIterator[Toolbox]:
    configure_logs("widip", level="CRITICAL")
    bypass_proxies(os.environ)
    async with Toolbox([endpoint], transport=transport) as toolbox:
        problem = toolbox.problems().get(endpoint.name)
        if isinstance(problem, UpstreamUnauthorized):
            raise CannotCall("token refused: give the right one with --token")
        if problem is not None:
            raise CannotCall(f"no MCP server answers at {endpoint.base_url}")
        yield toolbox


def _find_tool(tools: Sequence[RemoteTool], name: str, server: str) -> RemoteTool:
    """By its own name, or by the one with the server's prefix."""
    by_name = {tool.name: tool for tool in tools}
    found = by_name.get(name) or by_name.get(name.partition("_")[2])
    if found is None:
        raise CannotCall(f"{server} has no tool {name}; it has: {', '.join(sorted(by_name))}")
    return found


def _parse_argument(text: str, schema: Mapping[str, Any]) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CannotCall(f"{text!r} is not name=value")
    if _is_text(schema.get("properties", {}).get(name, {})):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _is_text(schema: Mapping[str, Any]) -> bool:
    """True for a parameter that is text, or text or nothing."""
    choices = [choice.get("type") for choice in schema.get("anyOf", [schema])]
    return "string" in choices and set(choices) <= {"string", "null"}
