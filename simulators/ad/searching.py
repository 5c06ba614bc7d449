"""Searches: scope, filter, pages, limits, references; and the rootDSE."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulators.ad import errors
from simulators.ad.directory import CONFIGURATION, Directory
from simulators.ad.filters import Matcher
from simulators.ad.messages import (
    CONTROLS,
    DOMAIN_SCOPE,
    PAGED,
    Attributes,
    Request,
    decode_page,
    encode_entry,
    encode_page,
    encode_reference,
    encode_result,
)
from simulators.ad.reading import Reader
from simulators.ad.rights import Rights
from simulators.ad.store import Entry
from simulators.ad.values import to_generalized

MAX_PAGE_SIZE = 1000
BASE, ONE_LEVEL = 0, 1
SIZE_LIMIT_EXCEEDED = 4


@dataclass
class Pages:
    """The searches of one connection that have pages left, by cookie."""

    waiting: dict[bytes, list[Entry]] = field(default_factory=dict)
    given: int = 0

    def keep(self, rest: list[Entry]) -> bytes:
        """The cookie under which the rest is kept, empty when there is none."""
        if not rest:
            return b""
        self.given += 1
        cookie = f"page-{self.given}".encode()
        self.waiting[cookie] = rest
        return cookie


def search(directory: Directory, rights: Rights | None, pages: Pages, request: Request) -> list[bytes]:
    """All answers to one search. Raises RefusedError."""
    body: dict[str, Any] = request.body
    base, wanted = body["baseObject"].decode(), [name.decode() for name in body["attributes"]]
    if base == "" and body["scope"] == BASE:
        return [encode_entry(request, "", _chosen(root_dse(directory), wanted)), encode_result(request)]
    if rights is None:
        raise errors.not_bound()
    reader = Reader(directory, rights)
    entries, more, code = _found(directory, pages, request)
    answers = [encode_entry(request, entry.dn, reader.shown(entry, wanted)) for entry in entries]
    is_last = PAGED not in more or decode_page(more[PAGED])[1] == b""
    if is_last and DOMAIN_SCOPE not in request.controls:
        answers += [encode_reference(request, url) for url in _references(directory, base, body["scope"])]
    return [*answers, encode_result(request, code, controls=more)]


def _found(directory: Directory, pages: Pages, request: Request) -> tuple[list[Entry], dict[str, bytes], int]:
    """The entries of this answer, its controls and its result code."""
    limit = request.body["sizeLimit"]
    if PAGED not in request.controls:
        found = _matching(directory, request)
        most = min(limit or MAX_PAGE_SIZE, MAX_PAGE_SIZE)
        return found[:most], {}, SIZE_LIMIT_EXCEEDED if len(found) > most else 0
    size, cookie = decode_page(request.controls[PAGED])
    if cookie and cookie not in pages.waiting:
        raise errors.unwilling(0x57)
    found = pages.waiting.pop(cookie) if cookie else _matching(directory, request)
    # A limit counts over the whole search: what is beyond is cut at the first page.
    exceeded = not cookie and bool(limit) and len(found) > limit
    found = found[:limit] if exceeded else found
    size = min(size or len(found), MAX_PAGE_SIZE)
    rest = pages.keep(found[size:]) if size else b""
    return found[:size], {PAGED: encode_page(0, rest)}, SIZE_LIMIT_EXCEEDED if exceeded and not rest else 0


def _matching(directory: Directory, request: Request) -> list[Entry]:
    base = directory.get(request.body["baseObject"].decode(), 0x208D)
    matcher = Matcher(directory, request.body["filter"])
    scope = request.body["scope"]
    inside = [base] if scope == BASE else list(base.children.values()) if scope == ONE_LEVEL else list(base.walk())
    return [entry for entry in inside if matcher.matches(entry)]


def _references(directory: Directory, base: str, scope: int) -> list[str]:
    """A search of the whole domain is told of the partitions below it."""
    if scope == BASE or directory.find(base) is not directory.head:
        return []
    zones = [f"{zone}.{directory.dns_name}/DC={zone},{directory.base_dn}" for zone in _ZONES]
    return [f"ldaps://{place}" for place in (*zones, f"{directory.dns_name}/{CONFIGURATION},{directory.base_dn}")]


_ZONES = ("ForestDnsZones", "DomainDnsZones")


def root_dse(directory: Directory) -> Attributes:
    """What a client may read without a name."""
    base = directory.base_dn
    host = f"dc1.{directory.dns_name}"
    shown = {
        "currentTime": [to_generalized(directory.now()).decode()],
        "defaultNamingContext": [base],
        "rootDomainNamingContext": [base],
        "configurationNamingContext": [f"{CONFIGURATION},{base}"],
        "schemaNamingContext": [directory.schema_dn],
        "namingContexts": [base, f"{CONFIGURATION},{base}", directory.schema_dn],
        "subschemaSubentry": [f"CN=Aggregate,{directory.schema_dn}"],
        "dnsHostName": [host],
        "ldapServiceName": [f"{directory.dns_name}:dc1$@{directory.dns_name.upper()}"],
        "serverName": [f"CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,{CONFIGURATION},{base}"],
        "highestCommittedUSN": [str(directory.usn)],
        "supportedControl": list(CONTROLS),
        "supportedLDAPVersion": ["3", "2"],
        "supportedExtension": ["1.3.6.1.4.1.1466.20037", "1.3.6.1.4.1.4203.1.11.3"],
        "supportedCapabilities": ["1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670"],
        "isSynchronized": ["TRUE"],
        "isGlobalCatalogReady": ["TRUE"],
        "domainFunctionality": ["7"],
        "forestFunctionality": ["7"],
        "domainControllerFunctionality": ["7"],
    }
    return [(name, [value.encode() for value in values]) for name, values in shown.items()]


def _chosen(attributes: Attributes, wanted: list[str]) -> Attributes:
    names = {name.lower() for name in wanted}
    everything = not names or names & {"*", "+"}
    return [(name, values) for name, values in attributes if everything or name.lower() in names]
