"""What every webhook does with a delivery, whoever sent it: read so much and no more, keep what cannot be used."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from starlette.requests import Request

from orchestrator.services import Services
from orchestrator.tables import unusable_delivery
from shared.errors import InvalidInput
from shared.logs import get_logger, redact

logger = get_logger("webhooks")

MAX_BODY = 256 * 1024
MAX_KEPT = 4000


def source_of(request: Request) -> IPv4Address | IPv6Address:
    """The sender's address; an IPv4 one on a dual-stack socket comes wrapped in IPv6."""
    address = ip_address(request.client.host) if request.client else ip_address("0.0.0.0")  # noqa: S104 - in no network
    return getattr(address, "ipv4_mapped", None) or address


async def read_body(request: Request) -> bytes:
    """The body, at most one byte more than is accepted."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return body[: MAX_BODY + 1]
    return body


def parse_json(body: bytes) -> Any:
    """Raises InvalidInput when it is too large or no JSON."""
    if len(body) > MAX_BODY:
        raise InvalidInput(f"the body is larger than {MAX_BODY} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("the body is no JSON") from error


async def keep_unusable(services: Services, body: bytes, *, reason: str, source: str) -> None:
    """For inspection: what it was, redacted and cut, and why it could not be used."""
    logger.warning("delivery_unusable", reason=reason, source=source)
    text = redact(body.decode(errors="replace"), max_text=MAX_KEPT)
    row = {"received_at": datetime.now(UTC), "source": source, "reason": reason, "body": text.replace("\x00", "")}
    await services.database.write(lambda connection: connection.execute(unusable_delivery.insert().values(row)))
