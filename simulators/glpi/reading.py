"""GET of one item, of a list, and of sub-items (sheet, section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.responses import JSONResponse, Response

from simulators.glpi.access import can_see
from simulators.glpi.call import Call, is_true
from simulators.glpi.columns import default_row
from simulators.glpi.errors import ApiError, bad_request, not_found, right_missing
from simulators.glpi.itemtypes import ITEMTYPES, Itemtype
from simulators.glpi.ranges import Window, ranged_headers
from simulators.glpi.state import Row
from simulators.glpi.text import is_found

_NAMED_BY = {"entities_id": ("entities", "completename"), "itilcategories_id": ("categories", "completename")}
_USER_KEYS = ("users_id", "users_id_recipient", "users_id_lastupdater", "users_id_editor", "users_id_tech")


def check_readable(call: Call, itemtype: Itemtype) -> None:
    """Raises 403 when the profile has no read right on the itemtype."""
    if itemtype.name not in call.profile.reads:
        raise right_missing()


def get_item(call: Call, itemtype: Itemtype, item_id: int) -> Response:
    """GET /Type/ID."""
    row = call.state.table(itemtype.table).get(item_id)
    if row is None:
        raise not_found()
    is_self = itemtype.name == "User" and item_id == call.user_id
    if not is_self:
        check_readable(call, itemtype)
        if not can_see(call, itemtype.name, row):
            raise right_missing()
    return JSONResponse(_rendered(call, row) | _extras(call, itemtype, item_id))


def list_items(call: Call, itemtype: Itemtype) -> Response:
    """GET /Type."""
    check_readable(call, itemtype)
    return _listed(call, itemtype, call.state.table(itemtype.table).values())


def list_sub_items(call: Call, parent: Itemtype, parent_id: int, itemtype: Itemtype) -> Response:
    """GET /Parent/ID/Type."""
    row = call.state.table(parent.table).get(parent_id)
    if row is None:
        raise not_found()
    check_readable(call, parent)
    check_readable(call, itemtype)
    if not can_see(call, parent.name, row):
        raise right_missing()
    rows = call.state.table(itemtype.table).values()
    return _listed(call, itemtype, (row for row in rows if itemtype.is_under(row, parent.name, parent_id)))


def _listed(call: Call, itemtype: Itemtype, rows: Iterable[Row]) -> Response:
    kept = [row for row in rows if can_see(call, itemtype.name, row) and _is_wanted(call, itemtype, row)]
    _sort(call, itemtype, kept)
    window = Window.from_params(call)
    window.check_starts_within(len(kept))
    page = window.cut(kept)
    body = [{"id": row["id"]} if call.flag("only_id") else _rendered(call, row) for row in page]
    headers = ranged_headers(window, len(page), len(kept)) | {"Accept-Range": f"{itemtype.name} 1000"}
    return JSONResponse(body, 206 if len(page) < len(kept) else 200, headers)


def _is_wanted(call: Call, itemtype: Itemtype, row: Row) -> bool:
    if "is_deleted" in row and bool(row["is_deleted"]) != call.flag("is_deleted"):
        return False
    state = call.state
    sought = call.params.get("searchText")
    for key, needle in sought.items() if isinstance(sought, dict) else ():
        if key not in default_row(state.version, itemtype.table):
            if state.version == "9.5":
                continue
            raise bad_request("ERROR_FIELD_NOT_FOUND", f"Le champ {key} n'existe pas pour {itemtype.name}")
        if row[key] is None or not is_found(state.stored(str(needle)), row[key]):
            return False
    return True


def _sort(call: Call, itemtype: Itemtype, rows: list[Row]) -> None:
    key = str(call.params.get("sort", "id"))
    if key not in default_row(call.state.version, itemtype.table):
        raise bad_request("ERROR", "Le paramètre de tri n'est pas un champ de cet objet")
    is_down = str(call.params.get("order", "ASC")).upper() == "DESC"
    rows.sort(
        key=lambda row: (row[key] is not None, row[key] or (0 if isinstance(row[key], int) else "")), reverse=is_down
    )


def _rendered(call: Call, row: Row) -> dict[str, Any]:
    shown = call.shown_row(row)
    if is_true(call.params.get("get_hateoas", "true")):
        shown["links"] = _links(call, row)
    return shown | (_expanded(call, row) if call.flag("expand_dropdowns") else {})


def _links(call: Call, row: Row) -> list[dict[str, str]]:
    links = []
    for key, rel in (("entities_id", "Entity"), ("itilcategories_id", "ITILCategory"), ("users_id", "User")):
        if row.get(key) or (key == "entities_id" and row.get(key) == 0):
            links.append({"rel": rel, "href": f"{call.base_url}/{rel}/{row[key]}"})
    return links


def _expanded(call: Call, row: Row) -> dict[str, Any]:
    """Names instead of ids; an unset 0 stays 0, but entity 0 has a name."""
    found: dict[str, Any] = {}
    for key, (table, column) in _NAMED_BY.items():
        target = call.state.table(table).get(row.get(key, -1) if row.get(key) is not None else -1)
        if target is not None:
            found[key] = call.shown(target[column])
    for key in _USER_KEYS:
        if row.get(key) in call.state.users:
            found[key] = call.state.users[row[key]]["name"]
    return found


def _extras(call: Call, itemtype: Itemtype, item_id: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("documents", "tickets", "notes"):
        if call.flag(f"with_{name}"):
            found[f"_{name}"] = []
    if call.flag("with_logs"):
        found["_logs"] = _logs(call, itemtype, item_id)
    return found


def _logs(call: Call, itemtype: Itemtype, item_id: int) -> Any:
    """A missing right is told inside the answer, not by its status."""
    if not call.profile.sees_all:
        return {"error": 401, "message": right_missing().detail}
    logs = call.state.logs.values()
    return {
        str(row["id"]): call.shown_row(row) for row in logs if ITEMTYPES["Log"].is_under(row, itemtype.name, item_id)
    }


def get_itemtype(name: str) -> Itemtype:
    """By its exact name; raises the 400 of an unknown one."""
    if name not in ITEMTYPES:
        text = "ressource introuvable ou pas une instance de CommonDBTM"
        raise bad_request("ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", text)
    return ITEMTYPES[name]


def to_id(text: str) -> int:
    """The id in a URL; raises 400."""
    if not text.isdigit():
        raise ApiError(400, "ERROR_BAD_ARRAY", "identifiant attendu")
    return int(text)
