"""A session with GLPI's apirest.php: login, one request, what its answers mean.

Source: contracts/glpi.md, sections 1, 2 and 12.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from shared.errors import (
    NotFound,
    OutcomeUnknown,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.http_client import HttpClient
from shared.mcp_tool import Call

SYSTEM = "glpi"
T = TypeVar("T")
_PAGE = 100
_EXPIRED = "ERROR_SESSION_TOKEN_INVALID"
_OUR_FAULT = {
    "ERROR_APP_TOKEN_PARAMETERS_MISSING": "GLPI asks for an app token, set GLPI_APP_TOKEN",
    "ERROR_WRONG_APP_TOKEN_PARAMETER": "GLPI refuses GLPI_APP_TOKEN",
    "ERROR_LOGIN_PARAMETERS_MISSING": "GLPI asks for a user token, set GLPI_USER_TOKEN",
    "ERROR_GLPI_LOGIN": "GLPI refuses the integration account",
    "ERROR_GLPI_LOGIN_USER_TOKEN": "GLPI refuses GLPI_USER_TOKEN, or its account is disabled",
    "ERROR_NOT_ALLOWED_IP": "GLPI does not accept this server's address: add it to the API client",
}


@dataclass(frozen=True, slots=True)
class Login:
    """One open session. major is 9, 10 or 11; user_id is the integration account."""

    token: str
    user_id: int
    version: str

    @property
    def major(self) -> int:
        """GLPI's major version."""
        return int(self.version.split(".")[0])


class GlpiSession:
    """Requests to one GLPI under one account. One session, opened at first use, opened again when it expires."""

    def __init__(self, http: HttpClient, *, app_token: str, user_token: str) -> None:
        self._http = http
        self._app_token = app_token
        self._user_token = user_token
        self._login: Login | None = None
        self._opening = asyncio.Lock()

    async def login(self) -> Login:
        """The open session; opens one when there is none."""
        async with self._opening:
            if self._login is None:
                self._login = await self._open()
            return self._login

    async def probe(self) -> Login:
        """Log in afresh, read the profile, log out: proof that GLPI, its database and our account work."""
        login = await self._open()
        async with self._closed_on_error(login):
            answer = await self._http.read_once("/getActiveProfile", headers=self._headers(login))
            profile = self._parse(answer, write=False)
            if not isinstance(profile, dict) or "active_profile" not in profile:
                raise UpstreamMalformed("GLPI's active profile has an unknown shape", system=SYSTEM)
        await self._close(login)
        return login

    def mark(self, effect: str, call: Call) -> str | None:
        """A short text that only we can make, put into what we write so that it can be found again.

        Made of the effect, the caller and his key: two callers may use the same key. None without a key.
        """
        if call.idempotency_key is None:
            return None
        named = f"{effect}:{call.caller}:{call.idempotency_key}"
        digest = hmac.new(self._user_token.encode(), named.encode(), hashlib.sha256).hexdigest()
        return f"WIDIP-{digest[:16]}"

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Read one thing. Raises NotFound for an unknown id."""
        return await self._request("GET", path, params=params)

    async def list(self, path: str, params: Mapping[str, Any] | None = None, *, start: int = 0, limit: int = 50) -> Any:
        """Read a page of a list; empty past its end."""
        paged = {"range": f"{start}-{start + limit - 1}", **(params or {})}
        return await self._request("GET", path, params=paged)

    async def list_rows(
        self, path: str, params: Mapping[str, Any] | None = None, *, at_most: int
    ) -> builtins.list[dict[str, Any]]:
        """The rows of a list, read page by page: one more than `at_most` when there are more."""
        rows: dict[int, dict[str, Any]] = {}  # by id: what is written meanwhile moves a row to the next page
        for start in range(0, at_most + 1, _PAGE):
            page = await self.list(path, params, start=start, limit=min(_PAGE, at_most + 1 - start))
            rows |= {int(row["id"]): row for row in page}
            if len(page) < _PAGE:
                break
        return [*rows.values()]

    async def search(self, itemtype: str, params: Mapping[str, Any], *, start: int = 0, limit: int = 50) -> Any:
        """`/search`: {"totalcount", "data"}, `data` empty when nothing matches."""
        answer = await self.list(f"/search/{itemtype}", params, start=start, limit=limit)
        return answer if isinstance(answer, dict) else {"totalcount": 0}

    async def add(self, itemtype: str, fields: Mapping[str, Any]) -> int:
        """Create one item; its id."""
        return _id_from(itemtype, await self._request("POST", f"/{itemtype}", json={"input": dict(fields)}))

    async def upload(self, fields: Mapping[str, Any], name: str, content: bytes) -> int:
        """Create a document from a file; its id. `fields` names the file in `_filename`."""
        manifest = json.dumps({"input": dict(fields)}).encode()
        files = {
            "uploadManifest": (None, manifest, "application/json"),
            "filename[0]": (name, content, "application/octet-stream"),
        }
        return _id_from("Document", await self._request("POST", "/Document", files=files))

    async def update(self, itemtype: str, item_id: int, fields: Mapping[str, Any]) -> None:
        """Change one item. GLPI says 200 to much that it did not do, so the answer must name the id as true."""
        answer = await self._request("PUT", f"/{itemtype}/{item_id}", json={"input": dict(fields)})
        done = isinstance(answer, list) and any(row.get(str(item_id)) is True for row in answer if row)
        if not done:
            raise UpstreamRejected(f"GLPI did not change {itemtype} {item_id}", system=SYSTEM)

    async def aclose(self) -> None:
        """Log out and close the connections."""
        if self._login is not None:
            with contextlib.suppress(WidipError):
                await self._close(self._login)
        await self._http.aclose()

    async def _request(self, method: str, path: str, **options: Any) -> Any:
        try:
            return await self._attempt(method, path, await self.login(), **options)
        except _SessionExpired as expired:
            async with self._opening:
                if self._login is expired.login:
                    self._login = None
            return await self._attempt(method, path, await self.login(), **options)

    async def _attempt(self, method: str, path: str, login: Login, **options: Any) -> Any:
        headers = self._headers(login)
        if "files" in options:
            del headers["Content-Type"]  # httpx says it, with the boundary of the parts
        if method == "GET":
            return self._parse(await self._read(path, headers, **options), write=False, login=login, path=path)
        response = await self._http.write(method, path, headers=headers, **options)
        return self._parse(response, write=True, login=login, path=path)

    async def _read(self, path: str, headers: Mapping[str, str], **options: Any) -> httpx.Response:
        """GET; the web page of a maintenance is as good as no answer, and retried like one."""
        return await self._http.read(path, check=self._http.json, headers=headers, **options)

    async def _open(self) -> Login:
        headers = {"App-Token": self._app_token, "Authorization": f"user_token {self._user_token}"}
        response = await self._read("/initSession", headers, params={"get_full_session": "true"})
        opened = self._parse(response, write=False)
        try:
            token, user_id = str(opened["session_token"]), int(opened["session"]["glpiID"])
        except (KeyError, TypeError, ValueError) as error:
            raise UpstreamMalformed("GLPI opened a session of an unknown shape", system=SYSTEM) from error
        bare = Login(token, user_id, "10")
        async with self._closed_on_error(bare):
            config = self._parse(await self._read("/getGlpiConfig", self._headers(bare)), write=False)
        return Login(token, user_id, str(config.get("cfg_glpi", {}).get("version", "10")))

    @contextlib.asynccontextmanager
    async def _closed_on_error(self, login: Login) -> AsyncIterator[None]:
        """PHP keeps what nobody closes. That GLPI refuses that too must not hide why."""
        try:
            yield
        except BaseException:
            with contextlib.suppress(WidipError):
                await self._close(login)
            raise

    async def _close(self, login: Login) -> None:
        await self._http.read_once("/killSession", headers=self._headers(login))

    def _headers(self, login: Login) -> dict[str, str]:
        headers = {"App-Token": self._app_token, "Session-Token": login.token, "Content-Type": "application/json"}
        if login.major == 10:
            headers["X-GLPI-Sanitized-Content"] = "false"
        return headers

    def _parse(self, response: httpx.Response, *, write: bool, login: Login | None = None, path: str = "") -> Any:
        """The body, whatever the status says: maintenance is a web page with 200."""
        body = self._http.json(response, write=write)
        if response.is_success:
            return body
        code, detail = _error_of(body)
        if code == _EXPIRED and login is not None:
            raise _SessionExpired(login)
        if code == "ERROR_RANGE_EXCEED_TOTAL":
            return []
        if code == "ERROR_ITEM_NOT_FOUND":
            raise NotFound(f"GLPI has no {' '.join(path.split('/')[1:3]) or 'such item'}")
        raise _error(code, detail, response.status_code)


def _id_from(itemtype: str, answer: Any) -> int:
    try:
        return int(answer["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise OutcomeUnknown(f"GLPI created a {itemtype} but did not say its number", system=SYSTEM) from error


async def found_or(lost: OutcomeUnknown, look: Awaitable[T | None]) -> T:
    """What a write has made whose answer was `lost`. Raises `lost` when it is not there, or nobody can look."""
    try:
        found = await look
    except WidipError as error:
        raise lost from error
    if found is None:
        raise lost
    return found


class _SessionExpired(UpstreamUnavailable):
    def __init__(self, login: Login) -> None:
        super().__init__("GLPI ends our session as soon as it is open", system=SYSTEM)
        self.login = login


def _error_of(body: Any) -> tuple[str, str]:
    """`["ERROR_CODE", detail]`; detail is a string, null or a list of results."""
    if isinstance(body, Sequence) and not isinstance(body, str) and body and str(body[0]).startswith("ERROR"):
        detail = body[1] if len(body) > 1 else None
        return str(body[0]), detail[:200] if isinstance(detail, str) else ""
    return "", ""


def _error(code: str, detail: str, status: int) -> WidipError:
    if code in _OUR_FAULT:
        shown = f" (GLPI saw: {detail})" if code == "ERROR_NOT_ALLOWED_IP" else ""
        return UpstreamUnauthorized(f"{_OUR_FAULT[code]}{shown}", system=SYSTEM)
    if code == "ERROR_RIGHT_MISSING":
        text = "the integration account lacks the right to read this in GLPI"
    elif code in ("ERROR_GLPI_ADD", "ERROR_GLPI_UPDATE", "ERROR_GLPI_DELETE"):
        # A missing right to write looks the same (section 12, 5).
        text = f"GLPI refused the write: {detail or 'no reason given'}; check the values and the account's rights"
    elif code == "ERROR":
        text = f"GLPI refused: {detail}"
    else:
        text = f"GLPI answered HTTP {status} {code or 'without a code'}"
    return UpstreamRejected(text, system=SYSTEM, upstream_code=code)
