"""LDAP messages (RFC 4511): bytes to requests, answers to bytes. The grammar is ldap.asn1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import asn1tools

LONGEST = 4 * 1024 * 1024
PAGED = "1.2.840.113556.1.4.319"
PERMISSIVE = "1.2.840.113556.1.4.1413"
DOMAIN_SCOPE = "1.2.840.113556.1.4.1339"
SD_FLAGS = "1.2.840.113556.1.4.801"
SHOW_DELETED = "1.2.840.113556.1.4.417"
CONTROLS = (PAGED, PERMISSIVE, DOMAIN_SCOPE, SD_FLAGS, SHOW_DELETED)

ANSWERS = {
    "bindRequest": "bindResponse",
    "searchRequest": "searchResDone",
    "modifyRequest": "modifyResponse",
    "addRequest": "addResponse",
    "delRequest": "delResponse",
    "modDNRequest": "modDNResponse",
    "compareRequest": "compareResponse",
    "extendedReq": "extendedResp",
}
"""The request that each result answers."""

Attributes = list[tuple[str, list[bytes]]]


class NotLdapError(Exception):
    """Bytes that are no LDAP message."""


@dataclass(frozen=True)
class Request:
    """One request; `body` is as asn1tools decodes it."""

    message_id: int
    name: str
    body: Any
    controls: dict[str, bytes]
    critical: frozenset[str]


@cache
def _grammar() -> Any:
    return asn1tools.compile_files([str(Path(__file__).with_name("ldap.asn1"))], "ber")


def message_length(head: bytes) -> int | None:
    """How long the message is that starts so; None when that cannot be told yet. Raises NotLdapError."""
    if head[:1] not in (b"", b"\x30"):
        raise NotLdapError
    length: int | None = _grammar().decode_length(head)
    if length is not None and length > LONGEST:
        raise NotLdapError
    return length


def decode_request(raw: bytes) -> Request:
    """Raises NotLdapError."""
    try:
        message = _grammar().decode("LDAPMessage", raw)
    except asn1tools.DecodeError as error:
        raise NotLdapError from error
    name, body = message["protocolOp"]
    controls = {c["controlType"].decode(): c for c in message.get("controls", ())}
    return Request(
        message["messageID"],
        name,
        body,
        {oid: control.get("controlValue", b"") for oid, control in controls.items()},
        frozenset(oid for oid, control in controls.items() if control["criticality"]),
    )


def _encode(message_id: int, name: str, body: Any, controls: dict[str, bytes] | None = None) -> bytes:
    message: dict[str, Any] = {"messageID": message_id, "protocolOp": (name, body)}
    if controls:
        message["controls"] = [
            {"controlType": oid.encode(), "criticality": False, "controlValue": value}
            for oid, value in controls.items()
        ]
    return bytes(_grammar().encode("LDAPMessage", message))


def encode_result(
    request: Request, code: int = 0, text: str = "", *, controls: dict[str, bytes] | None = None, **more: bytes
) -> bytes:
    """The result that ends a request."""
    result = {"resultCode": code, "matchedDN": b"", "diagnosticMessage": text.encode()}
    return _encode(request.message_id, ANSWERS[request.name], result | more, controls)


def encode_entry(request: Request, dn: str, attributes: Attributes) -> bytes:
    """One entry that a search found."""
    shown = [{"type": name.encode(), "vals": values} for name, values in attributes]
    return _encode(request.message_id, "searchResEntry", {"objectName": dn.encode(), "attributes": shown})


def encode_reference(request: Request, url: str) -> bytes:
    """A place to search on."""
    return _encode(request.message_id, "searchResRef", [url.encode()])


def encode_notice_of_disconnection(code: int, text: str) -> bytes:
    """What a server says before it hangs up."""
    result = {"resultCode": code, "matchedDN": b"", "diagnosticMessage": text.encode()}
    return _encode(0, "extendedResp", result | {"responseName": b"1.3.6.1.4.1.1466.20036"})


def decode_page(value: bytes) -> tuple[int, bytes]:
    """Size and cookie of the paging control."""
    page = _grammar().decode("PagedResults", value)
    return page["size"], page["cookie"]


def encode_page(size: int, cookie: bytes) -> bytes:
    """The paging control of an answer; an empty cookie ends the pages."""
    return bytes(_grammar().encode("PagedResults", {"size": size, "cookie": cookie}))


def filter_text(tree: Any) -> str:
    """A filter as people write it, for the list of requests."""
    kind, value = tree
    match kind:
        case "and" | "or":
            return f"({'&' if kind == 'and' else '|'}{''.join(map(filter_text, value))})"
        case "not":
            return f"(!{filter_text(value)})"
        case "present":
            return f"({value.decode()}=*)"
        case "substrings":
            return f"({value['type'].decode()}={_substrings(value['substrings'])})"
        case "extensibleMatch":
            rule, name = value.get("matchingRule", b"").decode(), value.get("type", b"").decode()
            return f"({name}:{rule}:={_shown(value['matchValue'])})"
    sign = {"greaterOrEqual": ">=", "lessOrEqual": "<=", "approxMatch": "~="}.get(kind, "=")
    return f"({value['attributeDesc'].decode()}{sign}{_shown(value['assertionValue'])})"


def _substrings(parts: Iterable[tuple[str, bytes]]) -> str:
    shown = "*".join(_shown(value) for _kind, value in parts)
    kinds = [kind for kind, _value in parts]
    return f"{'' if kinds[0] == 'initial' else '*'}{shown}{'' if kinds[-1] == 'final' else '*'}"


def _shown(value: bytes) -> str:
    return value.decode(errors="backslashreplace")
