"""The one entry of apirest.php: checks in GLPI's order, then the call that the path names."""

from __future__ import annotations

import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from simulators.faults import MAINTENANCE_PAGE
from simulators.glpi.call import Call, Upload, parse_query
from simulators.glpi.errors import ApiError, bad_request, not_found
from simulators.glpi.reading import get_item, get_itemtype, list_items, list_sub_items, to_id
from simulators.glpi.search import list_search_options, search
from simulators.glpi.session import answer_about_session, check_app_token, get_session, open_session
from simulators.glpi.state import GlpiState
from simulators.glpi.writing import create_items, delete_items, update_items

_DOCUMENTATION = "# API REST\n\nSimulateur : voir simulators/glpi/README.md.\n"


async def serve(request: Request) -> Response:
    """Any URL of the API."""
    state: GlpiState = request.app.state.glpi
    if state.maintenance:
        return HTMLResponse(MAINTENANCE_PAGE)
    body = await request.body()
    try:
        body, upload = await _take_apart(request, body)
        return _answer(state, request, body, upload)
    except ApiError as error:
        return JSONResponse([error.code, error.detail], error.status)


async def _take_apart(request: Request, body: bytes) -> tuple[bytes, Upload | None]:
    """The manifest and the file of an upload; any other body as it is. With a JSON content type GLPI sees no parts."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return body, None
    async with request.form() as form:
        file, manifest = form.get("filename[0]"), form.get("uploadManifest")
        upload = Upload(file.filename or "", await file.read()) if isinstance(file, UploadFile) else None
    return manifest.encode() if isinstance(manifest, str) else b"", upload


def _answer(state: GlpiState, request: Request, body: bytes, upload: Upload | None) -> Response:
    if not state.api_enabled:
        raise ApiError(400, "ERROR", "API désactivée")
    if not state.ip_allowed:
        address = request.client.host if request.client else "?"
        raise bad_request("ERROR_NOT_ALLOWED_IP", f"Aucun client d'API actif pour votre adresse IP ({address})")
    parts = [part for part in request.path_params.get("rest", "").split("/") if part]
    is_json = upload is not None or "application/json" in request.headers.get("content-type", "")
    if not parts:
        return PlainTextResponse(_DOCUMENTATION) if is_json else HTMLResponse(f"<pre>{_DOCUMENTATION}</pre>")
    payload = _payload(request.method, body, is_json=is_json)
    params = parse_query(request.url.query)
    check_app_token(state, request)
    if parts[0] == "initSession":
        return open_session(state, request, params, payload)
    call = Call(
        state,
        get_session(state, request),
        params,
        wants_real_text=request.headers.get("x-glpi-sanitized-content", "").lower() == "false",
        base_url=f"{request.base_url}apirest.php",
        upload=upload,
    )
    return _dispatch(call, request.method, parts, payload)


def _payload(method: str, body: bytes, *, is_json: bool) -> Any:
    if method == "GET" and body:
        raise bad_request("ERROR_JSON_PAYLOAD_FORBIDDEN", "Une requête GET ne peut avoir de corps JSON")
    if not is_json or not body:
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise bad_request("ERROR_JSON_PAYLOAD_INVALID", "Le corps JSON est invalide") from error


def _dispatch(call: Call, method: str, parts: list[str], payload: Any) -> Response:
    name = parts[0]
    about_session = answer_about_session(call, name, payload)
    if about_session is not None:
        return about_session
    if name == "search" and len(parts) > 1:
        return search(call, parts[1])
    if name == "listSearchOptions" and len(parts) > 1:
        return list_search_options(parts[1])
    return _item_call(call, method, parts, payload)


def _item_call(call: Call, method: str, parts: list[str], payload: Any) -> Response:
    """A sub-item URL does not lend its parent to a POST: the last itemtype alone counts."""
    parent = get_itemtype(parts[0])
    item_id = to_id(parts[1]) if len(parts) > 1 else None
    child = get_itemtype(parts[2]) if len(parts) > 2 else None
    match method:
        case "GET" if child and item_id is not None:
            return list_sub_items(call, parent, item_id, child)
        case "GET" if item_id is not None:
            return get_item(call, parent, item_id)
        case "GET":
            return list_items(call, parent)
        case "POST":
            return create_items(call, child or parent, payload)
        case "PUT" | "PATCH":
            return update_items(call, parent, item_id, payload)
        case "DELETE":
            return delete_items(call, parent, item_id, payload)
        case _:
            raise not_found()
