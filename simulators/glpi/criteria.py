"""Search criteria: how they nest, link and compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.glpi.call import Call
from simulators.glpi.errors import bad_request
from simulators.glpi.options import OPTIONS, Option
from simulators.glpi.state import Row
from simulators.glpi.text import folded, is_found

Test = Callable[[Row], bool]

_STATUSES = {
    "notold": (1, 2, 3, 4),
    "notclosed": (1, 2, 3, 4, 5),
    "process": (2, 3),
    "old": (5, 6),
    "all": (1, 2, 3, 4, 5, 6),
}
_OPPOSITES = {"notequals": "equals", "notcontains": "contains", "notunder": "under"}


def parse_criteria(call: Call, name: str, given: Any) -> tuple[Test, list[int]]:
    """One test over rows, and the options it looks at; AND binds before OR. Raises 400 ERROR."""
    if given is None:
        return _always, []
    if not isinstance(given, dict):
        raise bad_request("ERROR", "Les critères doivent être un tableau")
    groups: list[list[Test]] = [[]]
    used: list[int] = []
    for key in sorted(given, key=lambda key: int(key) if key.isdigit() else 0):
        test, fields = _criterion(call, name, given[key])
        link = str(given[key].get("link", "AND")).upper()
        if link.startswith("OR") and groups[-1]:
            groups.append([])
        groups[-1].append(_negated(test) if link.endswith("NOT") else test)
        used += fields
    return lambda row: any(all(test(row) for test in group) for group in groups), used


def _always(_row: Row) -> bool:
    return True


def _negated(test: Test) -> Test:
    return lambda row: not test(row)


def _criterion(call: Call, name: str, given: Any) -> tuple[Test, list[int]]:
    if not isinstance(given, dict):
        raise bad_request("ERROR", "Critère de recherche incorrect")
    if "criteria" in given:
        return parse_criteria(call, name, given["criteria"])
    field = str(given.get("field", ""))
    if not field.isdigit() or int(field) not in OPTIONS[name]:
        raise bad_request("ERROR", "Le champ d'un critère n'est pas une option de recherche")
    kind = str(given.get("searchtype", "contains"))
    test = _test(call, OPTIONS[name][int(field)], _OPPOSITES.get(kind, kind), str(given.get("value", "")))
    return (_negated(test) if kind in _OPPOSITES else test), [int(field)]


def _test(call: Call, option: Option, searchtype: str, value: str) -> Test:
    state = call.state
    match searchtype:
        case "contains":
            needle = state.stored(value)
            return lambda row: _contains(option.texts(state, row), needle)
        case "equals":
            return _equals(call, option, value)
        case "under" if option.kind == "tree":
            return _under(call, option, value)
        case "morethan":
            return lambda row: any(_is_more(held, value) for held in option.displayed(state, row))
        case "lessthan":
            return lambda row: any(_is_less(held, value) for held in option.displayed(state, row))
        case "empty":
            return lambda row: not any(option.displayed(state, row))
        case _:
            raise bad_request("ERROR", "Type de recherche inconnu")


def _contains(texts: list[str], needle: str) -> bool:
    if needle in ("", "^$"):
        return needle == "" or not any(texts)
    return any(is_found(needle, text) for text in texts)


def _equals(call: Call, option: Option, value: str) -> Test:
    state = call.state
    if option.kind == "email":
        return lambda _row: False
    if option.kind == "name":
        return lambda row: str(row["id"]) == value
    if option.kind == "status" and value in _STATUSES:
        return lambda row: row["status"] in _STATUSES[value]
    if option.kind == "user" and value == "myself":
        return lambda row: call.user_id in option.read(state, row)
    wanted = folded(state.stored(value))
    if option.kind in ("user", "tree"):
        return lambda row: wanted in ([str(held) for held in option.read(state, row)] or ["0"])
    return lambda row: any(folded(held) == wanted for held in option.displayed(state, row))


def _under(call: Call, option: Option, value: str) -> Test:
    rows = call.state.table(option.table)
    key = "entities_id" if option.table == "entities" else "itilcategories_id"

    def is_under(row_id: int) -> bool:
        while str(row_id) != value:
            if row_id not in rows or row_id == 0 or rows[row_id][key] is None:
                return False
            row_id = rows[row_id][key]
        return True

    return lambda row: any(is_under(held) for held in option.read(call.state, row))


def _is_more(held: Any, value: str) -> bool:
    """Strictly."""
    return _compare(held, value) > 0


def _is_less(held: Any, value: str) -> bool:
    return _compare(held, value) < 0


def _compare(held: Any, value: str) -> int:
    if isinstance(held, int):
        try:
            return (held > int(value)) - (held < int(value))
        except ValueError:
            return 0
    return (str(held) > value) - (str(held) < value)
