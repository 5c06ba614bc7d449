"""Sealed references: a secret goes from one server to another through clients that never see it.

A server that makes a secret seals it and hands out a reference, `sealed:<purpose>:<id>`. The value lies encrypted in
Redis for ten minutes at most, under a key that only the servers hold. It opens once, for its purpose, for the caller
that asked for it and about the subject that it was sealed for: all of that is authenticated together with the value,
so a record copied in Redis under another name opens no more than a reference copied by a client.

`open` claims a reference for one idempotency key and `mark_used` ends it, after the effect: whoever crashed between
the two may open it again under the same key, and nobody else may.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from shared.errors import Refused
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper

KEEP_S = 600
REFERENCE = re.compile(r"sealed:(password|link):([A-Za-z0-9_-]{32})(?![A-Za-z0-9_-])")
NONCE_BYTES = 12
ID_BYTES = 24

_PUT = """
local known = redis.call('get', KEYS[1])
if known then return known end
redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ARGV[1]
"""
_CLAIM = """
local known = redis.call('get', KEYS[1])
if not known then return 'gone' end
local record = cjson.decode(known)
if record.used then return 'used' end
if record.claim and record.claim ~= ARGV[1] then return 'claimed' end
record.claim = ARGV[1]
redis.call('set', KEYS[1], cjson.encode(record), 'KEEPTTL')
return 'mine'
"""
_USE = """
local known = redis.call('get', KEYS[1])
if not known then return 0 end
local record = cjson.decode(known)
if record.claim ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], cjson.encode({used=true, claim=record.claim}), 'KEEPTTL')
return 1
"""


class Purpose(StrEnum):
    """What a value is sealed for; each is opened by one server only."""

    PASSWORD = "password"  # noqa: S105 - a purpose: made by the AD server, opened by the MySecret server
    LINK = "link"  # made by the MySecret server, opened by the GLPI server


class Box:
    """Encryption, names and fingerprints under keys of their own, derived from SEAL_KEY for one use."""

    def __init__(self, key: SecretStr, use: str) -> None:
        master = key.get_secret_value().encode()
        self._cipher = AESGCM(_derive(master, f"{use} 1 box"))
        self._name_key = _derive(master, f"{use} 1 name")

    def lock(self, content: str, *, beside: str) -> str:
        """Encrypt a text. beside: what is not secret and must be the same when it is opened."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, content.encode(), beside.encode())).decode()

    def unlock(self, locked: str, *, beside: str) -> str | None:
        """The text; None when it is not genuine, belongs beside something else or was locked under another key."""
        raw = base64.b64decode(locked)
        try:
            return self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], beside.encode()).decode()
        except InvalidTag:
            return None

    def name(self, *parts: str) -> str:
        """32 characters, the same for the same parts; not to be guessed without the key."""
        named = hmac.digest(self._name_key, json.dumps(parts).encode(), "sha256")
        return base64.urlsafe_b64encode(named[:ID_BYTES]).decode()

    def digest(self, text: str) -> str:
        """A fingerprint of something that may hold a secret: useless to whoever does not hold the key."""
        return hmac.new(self._name_key, text.encode(), hashlib.sha256).hexdigest()


def _derive(master: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"widip {use}".encode()).derive(master)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value and its reference. note: what its maker wants to remember until its effect is certain.

    again: an earlier try under the same idempotency key had sealed it, so this is that try's value.
    """

    reference: str
    value: SecretStr
    note: str = ""
    again: bool = False


class Seals:
    """The sealed references of one Redis. Every method raises UpstreamUnavailable without it."""

    def __init__(self, redis: RedisHelper, key: SecretStr) -> None:
        self._redis = redis
        self._box = Box(key, "seal")

    async def seal(self, call: Call, value: SecretStr, *, purpose: Purpose, subject: str, note: str = "") -> Sealed:
        """Seal a value for the caller, about a subject: an account's objectGUID, or a recipient's address.

        The same call again (its idempotency key) gets the value of the first: a password that may have been set
        already is never replaced by another one. Raises Refused when that value was used, or sealed for another
        subject.
        """
        number = self._number(call, purpose)
        content = json.dumps({"value": value.get_secret_value(), "note": note})
        box = self._box.lock(content, beside=_associated(number, purpose, subject, call.caller))
        record = json.dumps({"subject": subject, "caller": call.caller, "box": box})
        kept = str(await self._redis.run(_PUT, [_key(number)], [record, str(KEEP_S)]))
        sealed = self._unbox(kept, number, purpose, subject=subject, caller=call.caller)
        return replace(sealed, again=kept != record)

    async def open(self, call: Call, reference: str, *, purpose: Purpose, subject: str) -> SecretStr:
        """The value, if it was sealed for this caller, purpose and subject, and nobody else has opened it.

        Raises Refused, saying which of these it is not as far as the caller may know.
        """
        number = _number_of(reference, purpose)
        known = await self._redis.get(_key(number))
        if known is None:
            raise Refused("this sealed reference is not known here, or older than 10 minutes; ask for a new one")
        sealed = self._unbox(known, number, purpose, subject=subject, caller=call.caller)
        claimed = await self._redis.run(_CLAIM, [_key(number)], [_claim(call)])
        if claimed != "mine":
            raise Refused("this sealed reference was used already; each opens once")
        return sealed.value

    async def mark_used(self, call: Call, reference: str, *, purpose: Purpose) -> None:
        """Forget the value: what it was opened for is done."""
        await self._redis.run(_USE, [_key(_number_of(reference, purpose))], [_claim(call)])

    def digest(self, text: str) -> str:
        """A fingerprint of something that may hold a secret: useless to whoever does not hold the key."""
        return self._box.digest(text)

    def _number(self, call: Call, purpose: Purpose) -> str:
        """By the idempotency key when there is one, so that a repeat finds it; not to be guessed in either case."""
        if call.idempotency_key is None:
            return secrets.token_urlsafe(ID_BYTES)
        return self._box.name(purpose.value, call.caller, call.idempotency_key)

    def _unbox(self, known: str, number: str, purpose: Purpose, *, subject: str, caller: str) -> Sealed:
        record = json.loads(known)
        if record.get("used"):
            raise Refused("this sealed reference was used already; each opens once")
        if record["caller"] != caller:
            raise Refused("this sealed reference was made for another caller")
        if record["subject"] != subject:
            raise Refused("this sealed reference was made for somebody else")
        content = self._box.unlock(record["box"], beside=_associated(number, purpose, subject, caller))
        if content is None:
            raise Refused("this sealed reference is not genuine, or SEAL_KEY differs between the servers")
        opened = json.loads(content)
        return Sealed(f"sealed:{purpose}:{number}", SecretStr(opened["value"]), opened["note"])


def subject_of(call: Call, recipient: str) -> str:
    """Whom a link is sealed for: an address as its mailbox is told apart, which case does not do in ASCII.

    Raises Refused for a caller whose token does not say whom it may send links to: the link of somebody's password
    must not go to whatever address a client was talked into.
    """
    domain = recipient.rpartition("@")[2].lower()
    if "*" in call.recipient_domains:
        raise Refused(f"the token of {call.caller} names no recipient_domains: links go to listed domains only")
    if domain not in call.recipient_domains:
        raise Refused(f"caller {call.caller} may not write to {domain}")
    return recipient.lower() if recipient.isascii() else recipient


def find_references(text: str, purpose: Purpose) -> list[str]:
    """The references of a purpose in a text, each once, in order."""
    found = (match.group() for match in REFERENCE.finditer(text) if match[1] == purpose)
    return list(dict.fromkeys(found))


def _associated(number: str, purpose: Purpose, subject: str, caller: str) -> str:
    return json.dumps([number, purpose.value, subject, caller])


def _number_of(reference: str, purpose: Purpose) -> str:
    match = REFERENCE.fullmatch(reference)
    if match is None or match[1] != purpose:
        raise Refused(f"this is no sealed {purpose}")
    return match[2]


def _key(number: str) -> str:
    return f"widip:sealed:{number}"


def _claim(call: Call) -> str:
    return f"key {call.idempotency_key}" if call.idempotency_key else f"request {call.request_id}"
