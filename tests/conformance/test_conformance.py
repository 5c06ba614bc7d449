"""MCP's official conformance suite with one of our servers: the app around the tools is the same for all.

The suite sends no token, so the server runs without. What it runs and does not score (tasks, an extension; scenarios
that its own example server does not pass yet) decides nothing here, all but the scenario on headers.
Scenarios that call the suite's own tools and pass here (tools-call-simple-text, tools-call-error) prove little: they
are content with the answer that there is no such tool.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from tests.node.tools import NodeTools, Ran
from tests.one_server import OneServer, open_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXPECTED = Path(__file__).parent / "expected-failures.yml"
HEADERS = "http-header-validation:"
STATUSES = ("SKIPPED", "INFO", "SUCCESS", "WARNING", "FAILURE")  # the last is the worst
MUST_HOLD = {
    "2025-11-25": {"server-initialize", "ping", "tools-list", "dns-rebinding-protection"},
    "2026-07-28": {"server-stateless", "tools-list", "caching", "dns-rebinding-protection"},
}


@dataclass(frozen=True)
class Report:
    """What one run of the suite found: its own verdict, and its checks as scenario:check → worst status."""

    ran: Ran
    checks: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[OneServer]:
    """A server that asks for no token. The suite is a page on the same machine: its Origin has to be let in."""
    folder = tmp_path_factory.mktemp("conformance")
    own = {"tokens_file": None, "insecure_dev": True, "allowed_origins": ("http://127.0.0.1:*",)}
    async with open_server("observium", redis_port, folder, **own) as one:
        yield one


async def _check(tools: NodeTools, server: OneServer, revision: str, folder: Path) -> Report:
    given = ("--url", f"{server.url}/mcp", "--expected-failures", str(EXPECTED), "--output-dir", str(folder))
    ran = await tools.run("conformance", "server", "--requirements", revision, *given)
    return Report(ran, _read_checks(folder))


def _read_checks(folder: Path) -> dict[str, str]:
    checks: dict[str, str] = {}
    for path in folder.glob("*/checks.json"):
        scenario = re.sub(r"^server-|-\d{4}-\d\d-\d\dT[-\d]+Z$", "", path.parent.name)
        for check in json.loads(path.read_text()):
            name = f"{scenario}:{check['id']}"
            checks[name] = max(checks.get(name, STATUSES[0]), check["status"], key=STATUSES.index)
    return checks


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reports(
    node_tools: NodeTools, server: OneServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Report]:
    """What the suite says of our server under each revision of the protocol."""
    return {
        revision: await _check(node_tools, server, revision, tmp_path_factory.mktemp(revision))
        for revision in MUST_HOLD
    }


@pytest.mark.requirement("M-14")
@pytest.mark.parametrize("revision", MUST_HOLD)
async def test_the_suite_finds_wrong_only_what_is_expected(reports: dict[str, Report], revision: str) -> None:
    ran, checks = reports[revision].ran, reports[revision].checks

    assert ran.code == 0, "\n".join(ran.out.splitlines()[-15:]) + ran.err
    held = {name for name, status in checks.items() if status == "SUCCESS" and not name.endswith(":wire-schema-valid")}
    assert {name.partition(":")[0] for name in held} >= MUST_HOLD[revision]


@pytest.mark.requirement("M-15")
async def test_headers_are_read_as_the_specification_says(reports: dict[str, Report]) -> None:
    found = {name: status for name, status in reports["2026-07-28"].checks.items() if name.startswith(HEADERS)}

    assert f"{HEADERS}sep-2243-server-accepts-whitespace-header-value" in found
    assert {name: status for name, status in found.items() if status != "SUCCESS"} == {}


@pytest.mark.requirement("M-14")
async def test_every_expected_failure_is_seen(reports: dict[str, Report]) -> None:
    """The suite passes over an entry whose check it did not make; so would a misspelt one be."""
    expected: list[str] = yaml.safe_load(EXPECTED.read_text())["server"]
    checks = [check for report in reports.values() for check in report.checks.items()]
    seen = {name for name, status in checks if status in ("FAILURE", "WARNING")}

    assert [name for name in expected if name not in seen] == []
    assert len(expected) == len(set(expected))
