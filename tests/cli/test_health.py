"""The health check that containers run."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cli.processes import free_port
from tests.conftest import Serve


async def answer(request: Request) -> Response:
    return Response(status_code=request.path_params["status"])


@pytest.mark.parametrize(("status", "code"), [(200, 0), (204, 0), (302, 1), (404, 1), (503, 1)])
async def test_exit_code_tells_success_from_anything_else(serve: Serve, root: Path, status: int, code: int) -> None:
    url = await serve(Starlette(routes=[Route("/{status:int}", answer)]))

    assert await asyncio.to_thread(health, root, f"{url}/{status}") == code


def test_nobody_there_is_not_healthy(root: Path) -> None:
    assert health(root, f"http://127.0.0.1:{free_port()}/healthz") == 1


def health(root: Path, url: str) -> int:
    # A proxy of the environment must not be asked.
    command = [sys.executable, "-m", "cli.health", url]
    env = {"PYTHONPATH": str(root), "http_proxy": "http://127.0.0.1:9"}
    return subprocess.run(command, cwd=root, env=env, check=False, timeout=30).returncode
