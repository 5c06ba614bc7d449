"""The toy server, and where it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from shared.redis_helper import RedisHelper
from shared.settings import ServerSettings
from simulators.ollama.app import create_app as create_ollama
from tests.shared.model_world import ModelWorld
from tests.shared.toy import Home, Toy, write_tokens

MakeSettings = Callable[..., ServerSettings]


@pytest.fixture
def toy() -> Toy:
    """The tools and what was done with them."""
    return Toy()


@pytest.fixture
def make_settings(redis: RedisHelper, redis_port: int, tmp_path: Path) -> MakeSettings:
    """Settings of a toy server with a tokens file and an empty Redis; keywords change them."""

    def make(**changes: Any) -> ServerSettings:
        tokens = {} if "tokens_file" in changes else {"tokens_file": write_tokens(tmp_path)}
        return ServerSettings(**({"redis_port": redis_port} | tokens | changes))

    return make


@pytest.fixture
async def home(toy: Toy, make_settings: MakeSettings) -> AsyncIterator[Home]:
    """The toy's server, started; it can be restarted."""
    place = Home(toy, make_settings())
    await place.start()
    yield place
    await place.stop()


@pytest.fixture
async def world(redis: RedisHelper, request: pytest.FixtureRequest) -> AsyncIterator[ModelWorld]:
    """A simulated Ollama and clients of it, by its own API unless `both_backends` asks for both."""
    opened = ModelWorld(create_ollama(), redis, backend=getattr(request, "param", "ollama"))
    yield opened
    await opened.aclose()
