"""What the desk's workflows and routes use; built once by app.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desk.settings import DeskSettings
from shared.database import Database
from shared.engine import Engine
from shared.llm import Llm
from shared.mcp_client import Toolbox
from shared.redis_helper import RedisHelper
from shared.sites import Sites


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running desk. llm: None where no model is set. clock tells the instant, aware UTC."""

    settings: DeskSettings
    database: Database
    engine: Engine
    redis: RedisHelper
    toolbox: Toolbox
    llm: Llm | None
    sites: Sites
    clock: Callable[[], datetime]
