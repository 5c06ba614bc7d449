"""`/api/v0/<entity>/[<id>/]`: lists as objects keyed by id, one entity under its singular name.

Source: contracts/observium.md, section 1, "Response shape".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.observium.alerts import to_ages
from simulators.observium.auth import Gate, refuse
from simulators.observium.filters import list_matching
from simulators.observium.rows import Row
from simulators.observium.state import ObserviumState

SINGULAR = {"devices": "device", "ports": "port", "alerts": "alert", "alert_log": "alert_log"}
PAGE_SIZES = (10, 20, 50, 100, 500, 1_000, 10_000, 50_000)
DEFAULT_PAGE_SIZE = 100


class Api:
    """The four readable entities."""

    def __init__(self, state: ObserviumState, gate: Gate) -> None:
        self._state = state
        self._gate = gate

    async def handle(self, request: Request) -> Response:
        """Any request under /api/v0/."""
        refusal = self._gate.find_refusal(request)
        if refusal is not None:
            return refusal
        entity, *rest = [part for part in request.path_params["path"].split("/") if part] or [""]
        if entity not in SINGULAR or len(rest) > 1:
            return refuse(404, "Unknown endpoint")
        self._state.poll()
        return self._one(entity, rest[0], request.query_params) if rest else self._many(entity, request.query_params)

    def _rows(self, entity: str, device_id: str = "") -> dict[int, Row]:
        """All of an entity; with a device, its ports only, which the filters would find the long way."""
        if entity == "ports" and device_id.isdecimal():
            return self._state.ports_of(int(device_id))
        rows: dict[int, Row] = getattr(self._state, entity)
        return dict(reversed(rows.items())) if entity == "alert_log" else rows

    def _one(self, entity: str, key: str, query: Mapping[str, str]) -> Response:
        rows = self._rows(entity)
        row = rows.get(int(key)) if key.isdecimal() else None
        if row is None and entity == "devices":
            row = next((row for row in rows.values() if row["hostname"] == key), None)
        if row is not None:
            return JSONResponse({"status": "ok", SINGULAR[entity]: self._to_json(entity, row, query)})
        return refuse(404, f"No such {SINGULAR[entity]}")

    def _many(self, entity: str, query: Mapping[str, str]) -> Response:
        found = list_matching(self._state, entity, self._rows(entity, query.get("device_id", "")), query)
        page = list(found.items())[self._slice(entity, query)]
        rows = {str(row_id): self._to_json(entity, row, query) for row_id, row in page}
        # PHP writes an empty map as a list, and this payload's count as text.
        count = str(len(rows)) if entity == "alerts" else len(rows)
        return JSONResponse({"status": "ok", "count": count, entity: rows or []})

    def _slice(self, entity: str, query: Mapping[str, str]) -> slice:
        size = _to_count(query.get("pagesize"))
        if not size:
            if entity != "alert_log" and not query.get("pageno"):
                return slice(None)
            size = DEFAULT_PAGE_SIZE
        if self._state.rounds_pagesize:
            size = next((step for step in PAGE_SIZES if step >= size), PAGE_SIZES[-1])
        start = (max(_to_count(query.get("pageno")), 1) - 1) * size
        return slice(start, start + size)

    def _to_json(self, entity: str, row: Row, query: Mapping[str, str]) -> dict[str, Any]:
        shown: dict[str, Any] = dict(row)
        if entity == "ports":
            # Derived values are numbers, unlike the columns they come from.
            shown.update(in_rate=float(row["ifInOctets_rate"] or 0), out_rate=float(row["ifOutOctets_rate"] or 0))
        if entity == "alerts":
            shown.update(to_ages(row, now=self._state.clock()), humanized=True)
        if entity in ("alerts", "alert_log") and query.get("expand_entities") == "1":
            shown.update(self._expand(row))
        wanted = [name for name in query.get("fields", "").split(",") if name]
        return {name: shown[name] for name in wanted if name in shown} if wanted else shown

    def _expand(self, alert: Row) -> Row:
        entity = self._state.find_entity(str(alert["entity_type"]), int(alert["entity_id"] or 0)) or {}
        name = entity.get("port_label") or entity.get("hostname")
        return {
            "hostname": self._state.devices[int(alert["device_id"] or 0)]["hostname"],
            "entity_name": name,
            "entity_shortname": name,
            "entity_descr": entity.get("ifAlias"),
        }


def _to_count(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
