"""`widip openapi`: the OpenAPI documents of the two programs with an HTTP API, for the types of the web pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "web/ui/api"
_SITES = ROOT / "deploy/demo/sites.toml"
_NOWHERE = "http://127.0.0.1:1"
_NOTHING = "nothing-is-opened-with-this-one-0123456789"


def describe_desk() -> dict[str, Any]:
    """The desk's document. Nothing is opened: what the settings say does not matter."""
    from desk.app import create_app  # noqa: PLC0415 - each command pays for its own imports
    from desk.settings import DeskSettings  # noqa: PLC0415

    names = ("desk_secret", "internal_token", "glpi_mcp_token", "ad_mcp_token")
    values = {**dict.fromkeys(names, _NOTHING), "glpi_mcp_url": _NOWHERE, "ad_mcp_url": _NOWHERE}
    return create_app(DeskSettings.model_validate({**values, "sites_file": _SITES})).openapi()


def describe_orchestrator() -> dict[str, Any]:
    """The orchestrator's document, with the webhooks of Assist."""
    from orchestrator.app import create_app  # noqa: PLC0415
    from orchestrator.settings import OrchestratorSettings  # noqa: PLC0415

    names = ("api_token", "observium_webhook_token", "observium_mcp_token", "glpi_mcp_token")
    addresses = ("observium_mcp_url", "glpi_mcp_url", "ollama_base_url")
    values = {**dict.fromkeys(names, _NOTHING), **dict.fromkeys(addresses, _NOWHERE), "noc_email": "noc@widip.example"}
    return create_app(OrchestratorSettings.model_validate({**values, "sites_file": _SITES})).openapi()


DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {"desk": describe_desk, "orchestrator": describe_orchestrator}


def as_text(document: dict[str, Any]) -> str:
    """The one form in which documents are kept."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write_documents(folder: Path) -> None:
    """desk.json and orchestrator.json."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, describe in DOCUMENTS.items():
        (folder / f"{name}.json").write_text(as_text(describe()), encoding="utf-8")
