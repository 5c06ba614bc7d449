"""What the orchestrator's workflows and routes use; built once by app.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from orchestrator.settings import OrchestratorSettings
from shared.database import Database
from shared.engine import Engine
from shared.llm import Llm
from shared.mcp_client import Toolbox
from shared.redis_helper import RedisHelper
from shared.sites import Sites


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running orchestrator. clock tells the instant by which Assist's requests are due, aware UTC."""

    settings: OrchestratorSettings
    database: Database
    engine: Engine
    redis: RedisHelper
    toolbox: Toolbox
    llm: Llm
    sites: Sites
    clock: Callable[[], datetime]
