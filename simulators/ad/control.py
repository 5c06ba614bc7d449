"""`/_sim/...`: the switches, for whoever drives the simulator over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.ad import errors
from simulators.ad.app import ActiveDirectory
from simulators.ad.directory import Directory, describe_sid
from simulators.ad.policy import is_account_expired, is_locked, is_password_expired
from simulators.ad.rights import stamp_protected
from simulators.ad.seed import add_account
from simulators.ad.store import Entry
from simulators.ad.values import DISABLED, NEVER, to_filetime
from simulators.ad.world import Account
from simulators.faults import fault_routes

Endpoint = Callable[[Request], Awaitable[Response]]
_TEXTS = ("displayName", "givenName", "sn", "mail", "userPrincipalName", "title", "telephoneNumber", "description")


def _answers_mistakes(endpoint: Endpoint) -> Endpoint:
    """404 for an unknown login or OU, 409 for what cannot be."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except KeyError as error:
            return JSONResponse({"error": f"unknown or missing: {error}"}, 404)
        except errors.RefusedError as error:
            return JSONResponse({"error": str(error)}, 404 if error.code == 32 else 409)
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 409)

    return guarded


def find_entry(directory: Directory, login: str) -> Entry:
    """An account or group by its login. Raises KeyError."""
    entry = directory.find_login(login)
    if entry is None:
        raise KeyError(login)
    return entry


def describe(directory: Directory, entry: Entry) -> dict[str, Any]:
    """An account as JSON: no password."""
    control = entry.number("userAccountControl")
    return {
        "dn": entry.dn,
        "guid": str(entry.guid),
        "sid": describe_sid(entry),
        "login": entry.text("sAMAccountName"),
        **{name: entry.text(name) for name in _TEXTS},
        "userAccountControl": control,
        "disabled": bool(control & DISABLED),
        "locked": is_locked(directory, entry),
        "must_change": entry.number("pwdLastSet") == 0,
        "password_expired": is_password_expired(directory, entry),
        "expired": is_account_expired(directory, entry),
        "badPwdCount": entry.number("badPwdCount"),
        "pwdLastSet": entry.number("pwdLastSet"),
        "protected": entry.is_protected,
        "groups": [group.text("sAMAccountName") for group in directory.groups_of(entry)],
    }


def change_account(directory: Directory, entry: Entry, given: dict[str, Any]) -> None:
    """By hand, past every rule: locked, disabled, must_change, password, password_age_days, expired, protected."""
    for name, wanted in given.items():
        _CHANGES[name](directory, entry, wanted)
    directory.touch(entry)


def _lock(directory: Directory, entry: Entry, wanted: Any) -> None:
    entry.put("lockoutTime", to_filetime(directory.now()) if wanted else 0)
    entry.put("badPwdCount", directory.head.number("lockoutThreshold") if wanted else 0)


def _disable(_directory: Directory, entry: Entry, wanted: Any) -> None:
    control = entry.number("userAccountControl")
    entry.put("userAccountControl", control | DISABLED if wanted else control & ~DISABLED)


def _must_change(directory: Directory, entry: Entry, wanted: Any) -> None:
    entry.put("pwdLastSet", 0 if wanted else to_filetime(directory.now()))


def _set_password(directory: Directory, entry: Entry, wanted: Any) -> None:
    entry.passwords = entry.passwords.changed(str(wanted))
    entry.put("pwdLastSet", to_filetime(directory.now()))


def _set_age(directory: Directory, entry: Entry, wanted: Any) -> None:
    entry.put("pwdLastSet", to_filetime(directory.now() - timedelta(days=float(wanted))))


def _expire(directory: Directory, entry: Entry, wanted: Any) -> None:
    entry.put("accountExpires", to_filetime(directory.now() - timedelta(days=1)) if wanted else NEVER)


def _protect(_directory: Directory, entry: Entry, wanted: Any) -> None:
    entry.is_protected = bool(wanted)
    entry.put("adminCount", *([1] if wanted else []))


_CHANGES: dict[str, Callable[[Directory, Entry, Any], None]] = {
    "locked": _lock,
    "disabled": _disable,
    "must_change": _must_change,
    "password": _set_password,
    "password_age_days": _set_age,
    "expired": _expire,
    "protected": _protect,
}


class Control:
    """The switches of one simulator."""

    def __init__(self, server: ActiveDirectory) -> None:
        self._server = server

    async def show(self, _request: Request) -> Response:
        """Accounts, and groups with their direct members."""
        directory = self._server.directory
        users = [describe(directory, entry) for entry in directory.walk() if entry.is_user]
        groups = {
            entry.text("sAMAccountName"): [directory.by_guid[guid].dn for guid in entry.members]
            for entry in directory.walk()
            if "group" in entry.classes
        }
        return JSONResponse({"accounts": users, "groups": groups})

    async def create(self, request: Request) -> Response:
        """The fields of `world.Account`."""
        entry = add_account(self._server.directory, Account(**await request.json()))
        return JSONResponse(describe(self._server.directory, entry))

    async def account(self, request: Request) -> Response:
        """GET, DELETE, or POST of the changes."""
        directory = self._server.directory
        entry = find_entry(directory, request.path_params["login"])
        if request.method == "DELETE":
            directory.remove(entry)
            return JSONResponse({"deleted": entry.dn})
        if request.method == "POST":
            change_account(directory, entry, await request.json())
        return JSONResponse(describe(directory, entry))

    async def group(self, request: Request) -> Response:
        """{"add": [login], "remove": [login]}."""
        directory, given = self._server.directory, await request.json()
        group = find_entry(directory, request.path_params["login"])
        for login in given.get("add", ()):
            group.members[find_entry(directory, login).guid] = None
        for login in given.get("remove", ()):
            group.members.pop(find_entry(directory, login).guid, None)
        directory.touch(group)
        return JSONResponse([directory.by_guid[guid].dn for guid in group.members])

    async def command(self, request: Request) -> Response:
        """freeze, thaw, down, up, restart, reset, stamp, clock {"advance_s"}."""
        server, name = self._server, request.path_params["name"]
        simple = {"freeze": server.freeze, "thaw": server.thaw, "reset": server.start_afresh}
        slow = {"down": server.stop, "up": server.come_back, "restart": server.restart}
        if name in simple:
            simple[name]()
        elif name in slow:
            await slow[name]()
        elif name == "stamp":
            return JSONResponse([entry.dn for entry in stamp_protected(server.directory)])
        elif name == "clock":
            server.directory.skew += timedelta(seconds=float((await request.json())["advance_s"]))
        else:
            raise KeyError(name)
        return JSONResponse({"done": name})


def create_app(server: ActiveDirectory) -> Starlette:
    """The switches of a directory as an ASGI application; it runs on the loop of the directory."""
    control = Control(server)
    routes = [
        *fault_routes(server.faults),
        Route("/_sim/state", control.show),
        Route("/_sim/account", _answers_mistakes(control.create), methods=["POST"]),
        Route("/_sim/account/{login}", _answers_mistakes(control.account), methods=["GET", "POST", "DELETE"]),
        Route("/_sim/group/{login}", _answers_mistakes(control.group), methods=["POST"]),
        Route("/_sim/{name}", _answers_mistakes(control.command), methods=["POST"]),
    ]
    return Starlette(routes=routes)
