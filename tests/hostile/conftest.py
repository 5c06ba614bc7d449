"""One world for many traces: a model that is hostile, the tools of all servers, a journal that is kept in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from orchestrator.assist.enrichment import TicketView
from orchestrator.journal import RunJournal, RunTools
from orchestrator.tables import metadata
from shared.database import Database
from shared.llm import Llm, LlmSettings
from shared.llm_lock import LlmLock
from shared.redis_helper import RedisHelper
from shared.sites import Sites, load_sites
from simulators.ollama.app import create_app as create_ollama
from simulators.ollama.state import OllamaState
from tests.hostile.attacks import Attack
from tests.hostile.goals import TICKET
from tests.hostile.model import CATEGORIES, HostileModel
from tests.hostile.tools import RecordingToolbox


class KeptJournal(RunJournal):
    """A journal whose lines can be read at once."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "hostile")
        self.lines: list[tuple[str, Mapping[str, Any]]] = []

    def note(self, kind: str, detail: Mapping[str, Any]) -> None:
        self.lines.append((kind, detail))
        super().note(kind, detail)


@dataclass
class World:
    """What one trace is played in; `play` makes it new."""

    llm: Llm
    ollama: OllamaState
    sites: Sites
    journal: KeptJournal
    toolbox: RecordingToolbox = field(default_factory=RecordingToolbox)

    @property
    def tools(self) -> RunTools:
        return RunTools(self.toolbox, self.journal)

    def play(self, model: HostileModel, attack: Attack) -> None:
        """A new trace: this model, and what these attackers wrote."""
        self.ollama.reset()
        self.ollama.hostile = model
        self.journal.lines.clear()
        self.toolbox.calls.clear()
        entries = [{"text": f.text, "private": f.private, "author_id": 1} for f in attack.followups]
        device = {"device_id": 11, "hostname": attack.device, "alias": attack.device, "status": "up"}
        self.toolbox.answers = {
            "glpi_list_categories": {"categories": [{"category_id": 1, "name": name} for name in CATEGORIES]},
            "glpi_get_ticket_timeline": {"ticket_id": TICKET, "entries": entries},
            "observium_get_device_info": device,
            "observium_list_device_ports": {"ports": [device]},
            "observium_list_alerts": {"alerts": [device]},
        }

    def view(self, attack: Attack, **changes: Any) -> TicketView:
        """The attackers' ticket on the site of the demo."""
        values: dict[str, Any] = {"category": None, "urgency": 3, "has_technician": False}
        values |= {"site": self.sites.by_code("LILAS")}
        return TicketView(ticket_id=TICKET, title=attack.title, content=attack.content, **(values | changes))

    @property
    def shown(self) -> list[str]:
        """Every text that the model was shown."""
        return [str(m.get("content", "")) for request in self.ollama.requests for m in request["messages"]]


@pytest.fixture
async def world(redis: RedisHelper, tmp_path: Path, root: Path) -> AsyncIterator[World]:
    database = Database(f"sqlite:///{tmp_path}/hostile.sqlite")
    metadata.create_all(database.writer_engine)
    app = create_ollama()
    settings = LlmSettings.model_validate({"ollama_base_url": "http://ollama"})
    llm = Llm(settings, LlmLock(redis, executor="test"), transport=httpx.ASGITransport(app))
    yield World(llm, app.state.ollama, load_sites(root / "deploy/demo/sites.toml"), KeptJournal(database))
    await llm.aclose()
    database.close()
