"""GET /search/Ticket and /search/User (sheet, section 5)."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from simulators.glpi.access import can_see
from simulators.glpi.call import Call
from simulators.glpi.columns import to_int
from simulators.glpi.criteria import Test, parse_criteria
from simulators.glpi.errors import bad_request
from simulators.glpi.options import ALWAYS_SHOWN, OPTIONS, SHOWN_BY_DEFAULT, Option
from simulators.glpi.ranges import Window, content_range, ranged_headers
from simulators.glpi.reading import check_readable, get_itemtype
from simulators.glpi.state import Row


def search(call: Call, name: str) -> Response:
    """Rows as columns numbered by search option; `data` is absent when nothing matches."""
    itemtype = get_itemtype(name)
    check_readable(call, itemtype)
    if name not in OPTIONS:
        raise bad_request("ERROR", "La recherche sur cet objet n'est pas simulée")
    test, used = parse_criteria(call, name, call.params.get("criteria"))
    rows = _matching(call, name, itemtype.table, test)
    sort, order = _sorting(call, name)
    for number, direction in reversed(list(zip(sort, order, strict=True))):
        option = OPTIONS[name][number]
        rows.sort(key=lambda row, option=option: _sort_key(call, option, row), reverse=direction == "DESC")  # type: ignore[misc]
    window = Window.from_params(call)
    window.check_starts_within(len(rows))
    page = window.cut(rows)
    columns = _columns(call, name, used + sort)
    body: dict[str, Any] = {"totalcount": len(rows), "count": len(page)}
    is_old = call.state.version == "9.5"
    body |= {"sort": sort[0], "order": order[0]} if is_old else {"sort": sort, "order": order}
    if page:
        body["data"] = [_shown(call, name, columns, row) for row in page]
        body["content-range"] = content_range(window, len(page), len(rows))
    headers = ranged_headers(window, len(page), len(rows)) | {"Accept-Range": f"{name} 1000"}
    return JSONResponse(body, 206 if len(page) < len(rows) else 200, headers)


def _matching(call: Call, name: str, table: str, test: Test) -> list[Row]:
    in_bin = call.flag("is_deleted")
    rows = call.state.table(table).values()
    return [row for row in rows if bool(row["is_deleted"]) == in_bin and can_see(call, name, row) and test(row)]


def _as_list(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _sorting(call: Call, name: str) -> tuple[list[int], list[str]]:
    sort = [to_int(value) for value in _as_list(call.params.get("sort", 1))]
    if any(number not in OPTIONS[name] for number in sort):
        raise bad_request("ERROR", "Le paramètre de tri n'est pas une option de recherche")
    order = [str(value).upper() for value in _as_list(call.params.get("order", "ASC"))]
    order = ["DESC" if value == "DESC" else "ASC" for value in order]
    return sort, (order + ["ASC"] * len(sort))[: len(sort)]


def _sort_key(call: Call, option: Option, row: Row) -> tuple[int, Any, Any]:
    values = option.displayed(call.state, row)
    if not values:
        return (0, 0, row["id"])
    first = values[0]
    return (1, first, row["id"]) if isinstance(first, int) else (2, str(first).casefold(), row["id"])


def _columns(call: Call, name: str, used: list[int]) -> list[int]:
    forced = [to_int(value) for value in _as_list(call.params.get("forcedisplay", {}))]
    shown = forced or list(SHOWN_BY_DEFAULT[name])
    wanted = dict.fromkeys([*ALWAYS_SHOWN[name], *shown, *used])
    return [number for number in wanted if number in OPTIONS[name]]


def _shown(call: Call, name: str, columns: list[int], row: Row) -> dict[str, Any]:
    """Text stays encoded here, whatever the header says."""
    found: dict[str, Any] = {}
    for number in columns:
        option = OPTIONS[name][number]
        values = option.displayed(call.state, row)
        key = option.uid if call.flag("uid_cols") else str(number)
        found[key] = None if not values else values[0] if len(values) == 1 else values
    return found


def list_search_options(name: str) -> Response:
    """GET /listSearchOptions/Type."""
    get_itemtype(name)
    options = OPTIONS.get(name, {})
    return JSONResponse({str(number): {"name": option.uid, "uid": option.uid} for number, option in options.items()})
