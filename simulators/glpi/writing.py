"""POST, PUT and DELETE of items, one or many at a time (sheet, section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response

from simulators.glpi.access import NO_PERMISSION, can_see
from simulators.glpi.call import Call, is_true
from simulators.glpi.columns import to_int
from simulators.glpi.errors import ApiError, RefusedError, bad_request
from simulators.glpi.itemtypes import Itemtype
from simulators.glpi.state import Row

_WITHOUT_MESSAGE = ("Ticket_User", "UserEmail", "Profile_User")


def given_input(payload: Any) -> Row | list[Any]:
    """The `input` of a body; raises 400 when it is no object and no list."""
    given = payload.get("input") if isinstance(payload, dict) else None
    if not isinstance(given, dict | list) or given == []:
        raise bad_request("ERROR_BAD_ARRAY", "Le paramètre input doit être un tableau d'objets")
    return given


def create_items(call: Call, itemtype: Itemtype, payload: Any) -> Response:
    """POST /Type: 201, or 207 and 400 by how many of a bulk failed."""
    given = given_input(payload)
    url = f"{call.base_url}/{itemtype.name}/"
    if isinstance(given, dict):
        result = _created(call, itemtype, given)
        if result["id"] is False:
            raise ApiError(400, "ERROR_GLPI_ADD", result["message"])
        return JSONResponse(result, 201, {"Location": f"{url}{result['id']}"})
    results = [_created(call, itemtype, one if isinstance(one, dict) else {}) for one in given]
    failed = sum(result["id"] is False for result in results)
    if failed:
        raise _bulk_error("ADD", results, is_total=failed == len(results))
    return JSONResponse(results, 201, {"Link": ",".join(f"{url}{result['id']}" for result in results)})


def _bulk_error(verb: str, results: list[Any], *, is_total: bool) -> ApiError:
    return (
        ApiError(400, f"ERROR_GLPI_{verb}", results)
        if is_total
        else ApiError(207, f"ERROR_GLPI_PARTIAL_{verb}", results)
    )


def _created(call: Call, itemtype: Itemtype, given: Row) -> Row:
    may_create = itemtype.free_create or itemtype.name in call.profile.writes
    if itemtype.create is None or not may_create:
        return {"id": False, "message": NO_PERMISSION}
    try:
        row = itemtype.create(call, given)
    except RefusedError as refusal:
        return {"id": False, "message": refusal.text}
    if itemtype.name in _WITHOUT_MESSAGE:
        return {"id": row["id"], "message": ""}
    return {"id": row["id"], "message": f"Élément ajouté avec succès : {call.shown(row.get('name', row['id']))}"}


def _targets(item_id: int | None, payload: Any) -> list[Row]:
    """The inputs of a PUT or DELETE, each with its id under "id"; those without one are left out."""
    given = given_input(payload) if item_id is None or payload else {}
    if item_id is not None:
        return [{**(given if isinstance(given, dict) else {}), "id": item_id}]
    several = given if isinstance(given, list) else [given]
    return [one for one in several if isinstance(one, dict) and to_int(one.get("id"))]


def update_items(call: Call, itemtype: Itemtype, item_id: int | None, payload: Any) -> Response:
    """PUT /Type[/ID], with every oddity of section 2."""
    given_input(payload)

    def update(row: Row, given: Row) -> str:
        if itemtype.update is None:
            raise RefusedError(NO_PERMISSION)
        return itemtype.update(call, row, given)

    return _answer(call, itemtype, "UPDATE", _targets(item_id, payload), update)


def delete_items(call: Call, itemtype: Itemtype, item_id: int | None, payload: Any) -> Response:
    """DELETE /Type[/ID]: to the bin, or for good with `force_purge`."""
    in_body = is_true(payload.get("force_purge")) if isinstance(payload, dict) else False
    purge = call.flag("force_purge") or in_body

    def delete(row: Row, _given: Row) -> str:
        if itemtype.delete is None:
            raise RefusedError(NO_PERMISSION)
        itemtype.delete(call, row, purge=purge)
        return ""

    return _answer(call, itemtype, "DELETE", _targets(item_id, payload), delete)


def _answer(call: Call, itemtype: Itemtype, verb: str, targets: list[Row], work: Callable[[Row, Row], str]) -> Response:
    if not targets:
        return JSONResponse([[]])
    results: list[dict[str, Any]] = []
    done = 0
    for given in targets:
        row = call.state.table(itemtype.table).get(to_int(given["id"]))
        if row is None:
            continue
        result = _worked(call, itemtype, row, given, work)
        done += result[str(row["id"])] is True
        results.append(result)
    if done == len(targets):
        return JSONResponse(results)
    if len(targets) == 1:
        raise ApiError(400, f"ERROR_GLPI_{verb}", results[0]["message"] if results else None)
    raise _bulk_error(verb, results, is_total=not done)


def _worked(call: Call, itemtype: Itemtype, row: Row, given: Row, work: Callable[[Row, Row], str]) -> dict[str, Any]:
    key = str(row["id"])
    if itemtype.name not in call.profile.writes or not can_see(call, itemtype.name, row):
        return {key: False, "message": NO_PERMISSION}
    try:
        return {key: True, "message": work(row, given)}
    except RefusedError as refusal:
        return {key: False, "message": refusal.text}
