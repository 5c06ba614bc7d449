"""Logging in and what a session tells of itself (sheet, section 1)."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.glpi.access import NO_PERMISSION
from simulators.glpi.call import Call, is_true
from simulators.glpi.columns import to_int
from simulators.glpi.errors import ApiError, bad_request
from simulators.glpi.rights import PROFILES
from simulators.glpi.state import FULL_VERSION, PRIORITIES, GlpiState, Row, Session
from simulators.glpi.users import find_login


def check_app_token(state: GlpiState, request: Request) -> None:
    """Asked for on every call; raises 400."""
    given = request.headers.get("app-token")
    if not state.app_token:
        return
    if not given:
        raise bad_request("ERROR_APP_TOKEN_PARAMETERS_MISSING", "Le paramètre app_token est manquant")
    if not secrets.compare_digest(given.encode(), state.app_token.encode()):
        raise bad_request("ERROR_WRONG_APP_TOKEN_PARAMETER", "Le paramètre app_token semble incorrect")


def get_session(state: GlpiState, request: Request) -> Session:
    """The session of a call; raises 400 without a token, 401 for one that is unknown, dead or expired."""
    token = request.headers.get("session-token")
    if not token:
        raise bad_request("ERROR_SESSION_TOKEN_MISSING", "Le paramètre session_token est manquant ou vide")
    session = state.sessions.get(token)
    if session is None:
        raise ApiError(401, "ERROR_SESSION_TOKEN_INVALID", "session_token semble invalide")
    return session


def open_session(state: GlpiState, request: Request, params: Row, payload: Any) -> Response:
    """GET or POST /initSession."""
    user_id = _authenticated(state, request, params, payload)
    right = next((row for row in state.profile_users.values() if row["users_id"] == user_id), None)
    if right is None:
        raise ApiError(401, "ERROR_GLPI_LOGIN", "Aucun profil pour cet utilisateur")
    session = Session(secrets.token_hex(13), user_id, right["profiles_id"], right["entities_id"])
    state.sessions[session.token] = session
    body: Row = {"session_token": session.token}
    if is_true(params.get("get_full_session")):
        body["session"] = full_session(Call(state, session))
    return JSONResponse(body)


def _authenticated(state: GlpiState, request: Request, params: Row, payload: Any) -> int:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    token = secret.strip() if scheme.lower() == "user_token" else str(params.get("user_token", ""))
    if token:
        return _by_token(state, token)
    login, password = _credentials(scheme, secret, payload)
    if not login:
        raise bad_request("ERROR_LOGIN_PARAMETERS_MISSING", "Les paramètres de connexion sont manquants")
    if not state.credentials_login:
        raise bad_request("ERROR_LOGIN_WITH_CREDENTIALS_DISABLED", "La connexion par identifiants est désactivée")
    user = find_login(state, login)
    if user is None or not _may_log_in(user) or state.passwords.get(user["id"]) != password:
        raise ApiError(401, "ERROR_GLPI_LOGIN", "Identifiant ou mot de passe invalide")
    return int(user["id"])


def _may_log_in(user: Row) -> bool:
    return bool(user["is_active"]) and not user["is_deleted"]


def _by_token(state: GlpiState, token: str) -> int:
    user = state.users.get(state.user_tokens.get(token, -1))
    if user is None or not _may_log_in(user):
        raise ApiError(401, "ERROR_GLPI_LOGIN_USER_TOKEN", "Le paramètre user_token semble invalide")
    return int(user["id"])


def _credentials(scheme: str, secret: str, payload: Any) -> tuple[str, str]:
    if scheme.lower() == "basic":
        try:
            login, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return login, password
    given = payload if isinstance(payload, dict) else {}
    return str(given.get("login", "")), str(given.get("password", ""))


def answer_about_session(call: Call, name: str, payload: Any) -> Response | None:
    """killSession, the get… and change… calls; None when `name` is none of them."""
    match name:
        case "killSession":
            call.state.sessions.pop(call.session.token, None)
            return JSONResponse(True)
        case "changeActiveEntities" | "changeActiveProfile":
            return _changed(call, name, payload if isinstance(payload, dict) else {})
        case _:
            tell = _TELLERS.get(name)
            return JSONResponse(tell(call)) if tell else None


def _changed(call: Call, name: str, payload: Row) -> Response:
    if name == "changeActiveEntities":
        entity_id = to_int(payload.get("entities_id"))
        if entity_id not in call.entities:
            raise bad_request("ERROR", NO_PERMISSION)
        call.session.entity_id = entity_id
        return JSONResponse(True)
    profile_id = to_int(payload.get("profiles_id"))
    if profile_id not in {row["profiles_id"] for row in _rights(call)}:
        raise ApiError(404, "ERROR_ITEM_NOT_FOUND", "Élément introuvable")
    call.session.profile_id = profile_id
    return JSONResponse(True)


def _rights(call: Call) -> list[Row]:
    return [row for row in call.state.profile_users.values() if row["users_id"] == call.user_id]


def _entity_rows(call: Call) -> list[Row]:
    rows = call.state.entities
    return [{"id": key, "name": call.shown(rows[key]["completename"])} for key in sorted(call.entities) if key in rows]


def _profile(profile_id: int) -> Row:
    return {"id": profile_id, "name": PROFILES[profile_id].name, "interface": PROFILES[profile_id].interface}


def _active_profile(call: Call) -> Row:
    return {"active_profile": _profile(call.session.profile_id) | {"entities": _entity_rows(call)}}


def _my_profiles(call: Call) -> Row:
    return {"myprofiles": [_profile(key) for key in sorted({row["profiles_id"] for row in _rights(call)})]}


def _my_entities(call: Call) -> Row:
    return {"myentities": _entity_rows(call)}


def _active_entities(call: Call) -> Row:
    active = [{"id": key} for key in sorted(call.entities)]
    found = {"id": call.session.entity_id, "active_entity_recursive": True, "active_entities": active}
    return {"active_entity": found}


def _config(call: Call) -> Row:
    matrix = {str(u + 1): {str(i + 1): value for i, value in enumerate(row)} for u, row in enumerate(PRIORITIES)}
    found = {
        "version": FULL_VERSION[call.state.version],
        "list_limit": call.state.list_limit,
        "priority_matrix": matrix,
    }
    found |= {"use_notifications": int(call.state.notifications), "notifications_mailing": 1}
    return {"cfg_glpi": found | {"smtp_max_retries": call.state.smtp_max_retries}}


def full_session(call: Call) -> Row:
    """The part of the PHP session that a client may look at."""
    user = call.state.users.get(call.user_id, {"name": "", "realname": "", "firstname": ""})
    found = {"glpiID": call.user_id, "glpiname": user["name"], "glpirealname": user["realname"]}
    found |= {"glpifirstname": user["firstname"], "glpiactive_entity": call.session.entity_id}
    found |= {"glpiactiveentities": {str(key): key for key in sorted(call.entities)}, "valid_id": call.session.token}
    return found | {"glpiactiveprofile": _profile(call.session.profile_id), "glpilist_limit": call.state.list_limit}


def _full_session(call: Call) -> Row:
    return {"session": full_session(call)}


_TELLERS = {
    "getActiveProfile": _active_profile,
    "getMyProfiles": _my_profiles,
    "getMyEntities": _my_entities,
    "getActiveEntities": _active_entities,
    "getGlpiConfig": _config,
    "getFullSession": _full_session,
}
