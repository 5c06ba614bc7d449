"""Deliveries of GLPI's webhooks: who may send one, and which ticket it is about.

A delivery is a hint. It says "look at this ticket", and the ticket is then read from GLPI itself: what the body tells
was written by whoever wrote the ticket, and an administrator may have replaced its shape. GLPI loses deliveries too, so
polling fills in (contracts/glpi.md, section 9).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

SIGNATURE_HEADER = "x-glpi-signature"
TIMESTAMP_HEADER = "x-glpi-timestamp"
MAX_AGE = timedelta(hours=24)
MAX_AHEAD = timedelta(minutes=5)
MIN_SECRET = 16
_CHALLENGE = b"validate_cra_challenge"


class Outcome(StrEnum):
    """What became of a delivery at the door."""

    ACCEPTED = "accepted"
    WRONG_SIGNATURE = "wrong_signature"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - no token
    TOO_OLD = "too_old"
    TOO_EARLY = "too_early"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and for a signed delivery a key that every repeat of it shares.

    queued_at: when GLPI queued it. Nothing here is secret: `reason` may be logged and answered.
    """

    outcome: Outcome
    reason: str = ""
    replay_key: str | None = None
    queued_at: datetime | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether to look at the ticket."""
        return self.outcome is Outcome.ACCEPTED


@dataclass(frozen=True, slots=True)
class SignedWebhooks:
    """GLPI 11's own webhooks: HMAC-SHA256 over the raw body and the timestamp.

    GLPI signs when it queues and sends later: a retry carries the old timestamp, and while we are away no try is even
    counted, so the window is of hours. Repeats inside it are told by `replay_key`; keep it for `max_age`. Raises
    ValueError for a secret that could be guessed.
    """

    secret: SecretStr
    max_age: timedelta = MAX_AGE
    max_ahead: timedelta = MAX_AHEAD

    def __post_init__(self) -> None:
        _check_length(self.secret)

    def check(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Verdict:
        """Verify one delivery over its raw bytes. `now` is aware UTC; header names count in any case."""
        known = {name.lower(): value for name, value in headers.items()}
        signature, timestamp = known.get(SIGNATURE_HEADER, ""), known.get(TIMESTAMP_HEADER, "")
        if not re.fullmatch(r"[0-9a-f]{64}", signature):
            return Verdict(Outcome.MALFORMED, f"{SIGNATURE_HEADER} is missing or no lower-case hex of 32 bytes")
        # Ten digits exactly: body and timestamp are signed without a separator, so a digit must not change sides.
        if not re.fullmatch(r"[0-9]{10}", timestamp):
            return Verdict(Outcome.MALFORMED, f"{TIMESTAMP_HEADER} is missing or no time in seconds")
        signed = body + timestamp.encode()
        if not hmac.compare_digest(self._hmac(signed), signature):
            return Verdict(Outcome.WRONG_SIGNATURE, "the signature is not ours")
        queued_at = datetime.fromtimestamp(int(timestamp), UTC)
        if now - queued_at > self.max_age:
            return Verdict(Outcome.TOO_OLD, f"queued more than {self.max_age} ago", queued_at=queued_at)
        if queued_at - now > self.max_ahead:
            return Verdict(Outcome.TOO_EARLY, "queued in the future: compare the clocks", queued_at=queued_at)
        return Verdict(Outcome.ACCEPTED, "", hashlib.sha256(signed).hexdigest(), queued_at)

    def answer_challenge(self, crc_token: str) -> str | None:
        """The body to answer to GLPI's `GET url?crc_token=…`, or None: answer 403.

        Only GLPI's own challenge, which is one constant, is answered: to sign anything else would be to sign, for
        whoever asks, a delivery of his making.
        """
        expected = self._hmac(_CHALLENGE)
        if not hmac.compare_digest(expected.encode(), crc_token.encode()):
            return None
        return self._hmac(expected.encode())

    def _hmac(self, message: bytes) -> str:
        return hmac.new(self.secret.get_secret_value().encode(), message, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class TokenWebhooks:
    """Webhooks of a plugin on GLPI 9.5 or 10: a plain token in a header, or as `token` in the URL.

    Nothing is signed and there is no time: a repeat cannot be told from a second event, so there is no replay key.
    Raises ValueError for a token that could be guessed.
    """

    token: SecretStr
    header: str = "authorization"

    def __post_init__(self) -> None:
        _check_length(self.token)

    def check(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Verdict:
        """Compare what was presented; a `Bearer ` before it is allowed. The header counts before the URL."""
        known = {name.lower(): value for name, value in headers.items()}
        presented = known.get(self.header.lower(), "").removeprefix("Bearer ").strip() or query.get("token", "")
        if not presented:
            return Verdict(Outcome.MALFORMED, "no token, neither in a header nor in the URL")
        if not hmac.compare_digest(presented.encode(), self.token.get_secret_value().encode()):
            return Verdict(Outcome.WRONG_TOKEN, "the token is not ours")
        return Verdict(Outcome.ACCEPTED)


def _check_length(secret: SecretStr) -> None:
    """An empty secret would let everybody sign."""
    if len(secret.get_secret_value()) < MIN_SECRET:
        raise ValueError(f"a webhook's secret has {MIN_SECRET} characters at least")
