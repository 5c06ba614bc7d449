"""Observium's alert webhook, whatever transport and edition sent it, as one typed value.

Source: contracts/observium.md, section 2: types vary by transport, placeholders may stay unfilled, `[]` may come.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import InvalidInput

_PLACEHOLDER = re.compile(r"^%[A-Z_]+%$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"[0-9]{1,11}")
MAX_TEXT = 500


class AlertKind(StrEnum):
    """What a delivery says: never read from ALERT_STATE_NAME, which each site words as it likes."""

    ALERT = "ALERT"
    REMINDER = "REMINDER"
    RECOVER = "RECOVER"
    SYSLOG = "SYSLOG"


_KIND_FROM_OBSERVIUM = {
    "ALERT": AlertKind.ALERT,
    "ALERT REMINDER": AlertKind.REMINDER,
    "RECOVER": AlertKind.RECOVER,
    "SYSLOG": AlertKind.SYSLOG,
}


class Alert(BaseModel):
    """One delivery. alert_id is stable over ALERT, REMINDER and RECOVER of one checker and entity.

    All texts were written by strangers: device names and port aliases too.
    """

    model_config = ConfigDict(frozen=True)

    kind: AlertKind
    alert_id: int
    at: datetime
    severity: str = ""
    message: str = ""
    device_id: int
    hostname: str
    location: str = ""
    entity_type: str = ""
    entity_id: int | None = None
    entity_name: str = ""
    metrics: str = ""
    duration: str = ""
    url: str = Field(default="", description="Observium's page about it")

    def dedup_key(self, instance: str) -> str:
        """The same for every repeat of one delivery: tags are frozen when Observium queues it."""
        parts = (instance, self.alert_id, self.kind, int(self.at.timestamp()), self.device_id)
        return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]


def alert_from_observium(body: Any) -> Alert:
    """Read a delivery. Raises InvalidInput saying what makes it unusable."""
    if not isinstance(body, Mapping):
        raise InvalidInput("the body is not a JSON object: check the contact's JSON template in Observium")
    tags = {str(key): read_text(value) for key, value in body.items()}
    kind = _KIND_FROM_OBSERVIUM.get(tags.get("ALERT_STATE", ""))
    if kind is None:
        raise InvalidInput(
            "ALERT_STATE is missing, unfilled or unknown: check the contact's JSON template in Observium"
        )
    return Alert(
        kind=kind,
        alert_id=_number(tags, "ALERT_ID"),
        at=datetime.fromtimestamp(_number(tags, "ALERT_UNIXTIME"), UTC),
        severity=tags.get("ALERT_SEVERITY", ""),
        message=tags.get("ALERT_MESSAGE") or tags.get("SYSLOG_MESSAGE", ""),
        device_id=_number(tags, "DEVICE_ID"),
        hostname=tags.get("DEVICE_HOSTNAME", ""),
        location=tags.get("DEVICE_LOCATION", ""),
        entity_type=tags.get("ENTITY_TYPE", ""),
        entity_id=int(tags["ENTITY_ID"]) if _NUMBER.fullmatch(tags.get("ENTITY_ID", "")) else None,
        entity_name=tags.get("ENTITY_NAME", ""),
        metrics=tags.get("METRICS", ""),
        duration=tags.get("DURATION", ""),
        url=tags.get("ALERT_URL", ""),
    )


def read_text(value: Any) -> str:
    """What Observium says as one line of text: null, lists and unfilled placeholders are nothing."""
    if value is None or isinstance(value, Mapping | list):
        return ""
    # A lone half of a surrogate pair is valid JSON and no valid text; no database takes a NUL.
    text = _CONTROL.sub(" ", str(value).encode("utf-8", "replace").decode())
    text = " ".join(text.split())[:MAX_TEXT]
    return "" if _PLACEHOLDER.match(text) else text


def _number(tags: Mapping[str, str], name: str) -> int:
    text = tags.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise InvalidInput(f"{name} is missing, unfilled or no number")
    return int(text)
