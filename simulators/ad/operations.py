"""One connection's requests, worked: who is bound, and which answers go back."""

from __future__ import annotations

from uuid import UUID

from simulators.ad import errors
from simulators.ad.binding import bind
from simulators.ad.directory import Directory, Source
from simulators.ad.filters import value_key
from simulators.ad.lifecycle import add, delete, rename
from simulators.ad.messages import ANSWERS, CONTROLS, PERMISSIVE, Request, encode_result, filter_text
from simulators.ad.modifying import modify
from simulators.ad.reading import Reader
from simulators.ad.rights import Rights
from simulators.ad.schema import find_attribute
from simulators.ad.searching import Pages, search
from simulators.ad.store import Entry

START_TLS = b"1.3.6.1.4.1.1466.20037"
WHO_AM_I = b"1.3.6.1.4.1.4203.1.11.3"
COMPARE_FALSE, COMPARE_TRUE = 5, 6


class Session:
    """What one connection has: its account and its open searches."""

    def __init__(self, source: Source, *, is_encrypted: bool) -> None:
        self._source = source
        self.is_encrypted = is_encrypted
        self._bound_to: UUID | None = None
        self._pages = Pages()

    @property
    def _directory(self) -> Directory:
        return self._source()

    @property
    def _account(self) -> Entry | None:
        return self._directory.by_guid.get(self._bound_to) if self._bound_to else None

    def answer(self, request: Request) -> list[bytes]:
        """All messages that answer one request; none for what is never answered."""
        if request.name not in ANSWERS:
            return []
        try:
            if request.critical - set(CONTROLS):
                raise errors.bad_control()
            return self._work(request)
        except errors.RefusedError as refusal:
            return [encode_result(request, refusal.code, refusal.text)]

    def _work(self, request: Request) -> list[bytes]:
        match request.name:
            case "bindRequest":
                return self._bind(request)
            case "extendedReq":
                return self._extended(request)
            case "searchRequest":
                rights = Rights(self._directory, self._account) if self._account else None
                return search(self._directory, rights, self._pages, request)
            case "compareRequest":
                return [encode_result(request, self._compare(request))]
        self._write(request)
        return [encode_result(request)]

    def _write(self, request: Request) -> None:
        directory, rights, body = self._directory, Rights(self._directory, self._bound()), request.body
        match request.name:
            case "modifyRequest":
                permissive = PERMISSIVE in request.controls
                modify(directory, rights, body, is_encrypted=self.is_encrypted, permissive=permissive)
            case "addRequest":
                add(directory, rights, body, is_encrypted=self.is_encrypted)
            case "delRequest":
                delete(directory, rights, body.decode())
            case "modDNRequest":
                rename(directory, rights, body)

    def _bound(self) -> Entry:
        if self._account is None:
            raise errors.not_bound()
        return self._account

    def _bind(self, request: Request) -> list[bytes]:
        """A bind that fails leaves nobody bound; one without a password binds nobody in particular."""
        self._bound_to = None
        kind, secret = request.body["authentication"]
        if kind != "simple":
            raise errors.RefusedError(7, "00002027: LdapErr: DSID-0C0905E9, comment: simple binds only here, data 0")
        if secret:
            if not self.is_encrypted:
                raise errors.strong_auth_required()
            name, password = request.body["name"].decode(errors="replace"), secret.decode(errors="replace")
            self._bound_to = bind(self._directory, name, password).guid
        return [encode_result(request)]

    def _extended(self, request: Request) -> list[bytes]:
        name = request.body["requestName"]
        if is_start_tls(request) and not self.is_encrypted:
            return [encode_result(request, responseName=START_TLS)]
        if name == WHO_AM_I:
            who = f"u:{self._directory.account_name(self._account)}" if self._account else ""
            return [encode_result(request, responseValue=who.encode())]
        raise errors.protocol_error("Unknown extended request OID")

    def _compare(self, request: Request) -> int:
        entry = self._directory.get(request.body["entry"].decode())
        name, given = request.body["ava"]["attributeDesc"].decode(), request.body["ava"]["assertionValue"]
        attribute = find_attribute(name)
        if attribute is None:
            raise errors.unknown_attribute(name)
        values = Reader(self._directory, Rights(self._directory, self._bound())).values(entry, name)
        is_held = value_key(attribute, given) in [value_key(attribute, value) for value in values]
        return COMPARE_TRUE if is_held else COMPARE_FALSE


def is_start_tls(request: Request) -> bool:
    """Whether the client asks for encryption."""
    return request.name == "extendedReq" and request.body["requestName"] == START_TLS


def describe(request: Request) -> str:
    """A request in one line, without any secret: what `match` of a fault looks into."""
    body = request.body
    match request.name:
        case "bindRequest":
            return f"BIND {_text(body['name'])}"
        case "searchRequest":
            return f"SEARCH {_text(body['baseObject'])} {filter_text(body['filter'])}"
        case "modifyRequest":
            names = ",".join(_text(change["modification"]["type"]) for change in body["changes"])
            return f"MODIFY {_text(body['object'])} {names}"
        case "addRequest":
            return f"ADD {_text(body['entry'])}"
        case "delRequest":
            return f"DELETE {_text(body)}"
        case "modDNRequest":
            return f"MOVE {_text(body['entry'])} {_text(body['newrdn'])} {_text(body.get('newSuperior', b''))}".rstrip()
        case "extendedReq":
            return f"EXTENDED {_text(body['requestName'])}"
    return request.name


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
