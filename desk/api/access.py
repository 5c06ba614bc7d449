"""Who is asking: the signed-in person of a request, from its bearer token or its cookie."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.requests import HTTPConnection

from desk.api.forwarded import PEER
from desk.api.inputs import is_address
from desk.parts import Parts
from desk.people import Person
from desk.problems import CannotDo, Problem
from desk.settings import DeskSettings

COOKIE = "widip_desk"
PROXY_SECRET_HEADER = "x-widip-proxy-secret"  # noqa: S105 - a header's name
PROXY_USER_HEADER = "x-widip-user"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def person_finder(parts: Callable[[], Parts]) -> Callable[[Request], Awaitable[Person]]:
    """The dependency of routes for people. Raises CannotDo(NOT_SIGNED_IN) or CannotDo(WRONG_ORIGIN)."""

    async def find(request: Request) -> Person:
        return await find_person(parts(), request, is_write=request.method not in _SAFE)

    return find


def possible_person_finder(parts: Callable[[], Parts]) -> Callable[[Request], Awaitable[Person | None]]:
    """As person_finder; where problems are taken of anybody, None for who says not who he is.

    Somebody whose sign-in has ended is not anybody: he would report unverified without knowing it.
    """
    find = person_finder(parts)

    async def find_or_none(request: Request) -> Person | None:
        try:
            return await find(request)
        except CannotDo as refusal:
            may_be_anybody = parts().services.settings.anonymous_reports
            if refusal.problem is Problem.NOT_SIGNED_IN and may_be_anybody and not _find_token(request):
                return None
            raise

    return find_or_none


async def find_person(parts: Parts, connection: HTTPConnection, *, is_write: bool) -> Person:
    """Who is behind a request or a WebSocket. A browser sends cookies by itself, so they count from our pages only."""
    token = _find_token(connection)
    if token and is_write and not _find_bearer(connection):
        check_origin(parts.services.settings, connection)
    person = await parts.sign_ins.find(token) if token else None
    if person is None:
        raise CannotDo(Problem.NOT_SIGNED_IN)
    return person


def _find_bearer(connection: HTTPConnection) -> str:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.casefold() == "bearer" else ""


def _find_token(connection: HTTPConnection) -> str:
    return _find_bearer(connection) or connection.cookies.get(COOKIE, "")


def check_origin(settings: DeskSettings, connection: HTTPConnection) -> None:
    """Raises CannotDo(WRONG_ORIGIN) for a page of somebody else."""
    origin = connection.headers.get("origin")
    if origin is None or origin in settings.desk_origins:
        return
    try:
        is_ours = urlsplit(origin).netloc.casefold() == connection.headers.get("host", "").casefold()
    except ValueError:  # no URL at all
        is_ours = False
    if not is_ours:
        raise CannotDo(Problem.WRONG_ORIGIN)


def find_proxied_email(settings: DeskSettings, request: Request) -> str | None:
    """Whom the proxy names; None unless it is the proxy: its address and its secret, both."""
    if settings.proxy_secret is None:
        return None
    address = _address(request.scope.get(PEER))
    presented = request.headers.get(PROXY_SECRET_HEADER, "").encode()
    is_proxy = hmac.compare_digest(presented, settings.proxy_secret.get_secret_value().encode())
    if not is_proxy or not any(address in network for network in settings.proxy_addresses):
        return None
    email = request.headers.get(PROXY_USER_HEADER, "")
    return email if is_address(email) else None


def source_of(connection: HTTPConnection) -> str:
    """Under what a sender is counted: the address; of IPv6 the network of 64 bits, in which one has them all."""
    address = _address(connection.client)
    return str(address) if address.version == 4 else str(IPv6Network((address, 64), strict=False))


def _address(client: Sequence[Any] | None) -> IPv4Address | IPv6Address:
    """An IPv4 address on a dual-stack socket comes wrapped in IPv6.

    What is no address (a proxy may forward anything) is the unspecified one, which is in no network.
    """
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:
        address = IPv4Address(0)
    return getattr(address, "ipv4_mapped", None) or address
