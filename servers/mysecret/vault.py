"""What callers do with secrets: make one, ask how it is, end it. Sealed passwords are opened here and nowhere else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from servers.mysecret.audit import Line, audited
from servers.mysecret.client import MySecretClient, Order
from servers.mysecret.handles import Handle, Handles, now_utc
from servers.mysecret.models import Ended, Secret, SecretStatus, Trace
from shared.errors import InvalidInput, NotFound, Refused, UpstreamUnavailable
from shared.mcp_tool import Call
from shared.sealed import REFERENCE, Purpose, Seals, find_references, subject_of

REVEAL = "reveal"
PASSWORD, LINK = Purpose.PASSWORD, Purpose.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """What a caller asks for. account_guid: whose passwords the sealed references in the payload are."""

    payload: SecretStr
    days: int
    views: int
    recipient: str | None = None
    account_guid: str | None = None

    @property
    def references(self) -> Sequence[str]:
        """The sealed passwords in the payload."""
        return find_references(self.payload.get_secret_value(), PASSWORD)

    def as_text(self) -> str:
        """All of it, for a keyed fingerprint."""
        asked = [self.payload.get_secret_value(), self.days, self.views, self.recipient, self.account_guid]
        return json.dumps(asked)


class Vault:
    """Secrets of one MySecret, for callers that may see their links and for those that may not."""

    def __init__(
        self, client: MySecretClient, seals: Seals, handles: Handles, *, clock: Callable[[], datetime] = now_utc
    ) -> None:
        self._client = client
        self._seals = seals
        self._handles = handles
        self._clock = clock

    async def create(self, call: Call, new: NewSecret) -> Secret:
        """Make a secret; its link for a caller with `reveal`, sealed for the recipient for everybody else.

        Raises Refused when a sealed reference is not the caller's to open now, or the recipient's domain is not his to
        write to. References are used up only once the secret is there: the same key may try again after a crash, and
        no other key may.
        """
        async with audited(call, "create_secret") as line:
            _check(call, new)
            known = await self._find_earlier(call, new)
            handle = known or await self._push(call, new, line)
            line.secret_id = handle.secret_id
            with contextlib.suppress(UpstreamUnavailable):  # they stay claimed by this call, and expire
                for reference in new.references:
                    await self._seals.mark_used(call, reference, purpose=PASSWORD)
            secret = Secret(
                secret_id=handle.secret_id,
                expires_in_days=handle.days,
                expires_after_views=handle.views,
                already_done=True if known else None,
            )
            return secret.model_copy(update=await self._link(call, handle, new))

    async def _find_earlier(self, call: Call, new: NewSecret) -> Handle | None:
        """What an earlier try under the same key has made, whatever became of its answer."""
        if call.idempotency_key is None:
            return None
        known = await self._handles.find(call, self._handles.new_id(call))
        if known is not None and known.asked != self._seals.digest(new.as_text()):
            raise InvalidInput("this idempotency key was already used with other arguments")
        return known

    async def _push(self, call: Call, new: NewSecret, line: Line) -> Handle:
        line.secret_id = self._handles.new_id(call)
        payload = await self._open(call, new)
        push = await self._client.create(Order(payload=payload, days=new.days, views=new.views))
        handle = Handle(
            secret_id=line.secret_id,
            token=push.token,
            days=push.days,
            views=push.views,
            made_at=self._clock(),
            link=self._client.find_link(push),
            asked=self._seals.digest(new.as_text()),
        )
        try:
            await self._handles.keep(call, handle)
        except UpstreamUnavailable:
            await self._client.destroy(push.token)  # what we cannot remember, nobody could end or send
            raise
        return handle

    async def _open(self, call: Call, new: NewSecret) -> SecretStr:
        """The payload with its passwords in clear. One pass: what looks like a reference in a password is none."""
        opened = {}
        for reference in new.references:
            value = await self._seals.open(call, reference, purpose=PASSWORD, subject=new.account_guid or "")
            opened[reference] = value.get_secret_value()
        return SecretStr(REFERENCE.sub(lambda found: opened[found.group()], new.payload.get_secret_value()))

    async def _link(self, call: Call, handle: Handle, new: NewSecret) -> dict[str, str]:
        if REVEAL in call.scopes:
            return {"secret_url": handle.link.get_secret_value()}
        subject = subject_of(call, new.recipient or "")
        return {"link_ref": (await self._seals.seal(call, handle.link, purpose=LINK, subject=subject)).reference}

    async def get_status(self, call: Call, secret_id: str | None, secret_url: SecretStr | None) -> SecretStatus:
        """How a secret is, without a view. What nobody tells us is `unknown`, never guessed."""
        async with audited(call, "get_secret_status", secret_id):
            handle, token = await self._find(call, secret_id, secret_url)
            if handle is not None and (handle.ended or self._clock() >= handle.expires_at):
                return SecretStatus(state="expired", expires_at=handle.expires_at)
            try:
                trace = await self._client.find_trace(token)
            except NotFound:
                return SecretStatus(state="expired", expires_at=handle.expires_at if handle else None)
            return _status(handle, trace)

    async def expire(self, call: Call, secret_id: str | None, secret_url: SecretStr | None) -> Ended:
        """End a secret. What is over already is said, not an error; what is not ours to end is UpstreamRejected."""
        async with audited(call, "expire_secret", secret_id):
            handle, token = await self._find(call, secret_id, secret_url)
            try:
                await self._client.expire(token)
                already = handle.ended if handle else False
            except NotFound:
                already = True
            if handle is not None:
                with contextlib.suppress(UpstreamUnavailable):  # it is ended all the same
                    await self._handles.keep(call, handle.as_ended())
            return Ended(already_done=already or None)

    async def _find(
        self, call: Call, secret_id: str | None, secret_url: SecretStr | None
    ) -> tuple[Handle | None, SecretStr]:
        if (secret_id is None) == (secret_url is None):
            raise InvalidInput("give either secret_id or secret_url")
        if secret_id is not None:
            handle = await self._handles.get(call, secret_id)
            return handle, handle.token
        if REVEAL not in call.scopes:
            raise Refused("secret_url needs a token with the reveal scope; use secret_id")
        return None, self._client.parse_link(secret_url or SecretStr(""))


def _check(call: Call, new: NewSecret) -> None:
    """Everything that can be refused before anything is opened."""
    if new.recipient is None and REVEAL not in call.scopes:
        raise InvalidInput("recipient is needed: the link is sealed for him")
    if new.recipient is not None and REVEAL not in call.scopes:
        subject_of(call, new.recipient)
    if new.references and new.account_guid is None:
        raise InvalidInput("account_guid is needed: it says whose sealed password this is")
    text = new.payload.get_secret_value()
    for reference in new.references:
        text = text.replace(reference, "")
    if "sealed:" in text:
        # Somebody would be sent a reference where a password was due.
        raise Refused("the payload has a sealed reference that is no whole sealed password")


def _status(handle: Handle | None, trace: Trace | None) -> SecretStatus:
    expires_at = handle.expires_at if handle else None
    if trace is None:
        return SecretStatus(state="unknown", expires_at=expires_at)
    left = max(0, handle.views - trace.used) if handle else None
    if trace.is_ended or left == 0:
        state, left = "expired", 0
    else:
        state = "active" if handle else "unknown"
    return SecretStatus.model_validate(
        {
            "state": state,
            "views": trace.views,
            "views_remaining": left,
            "last_viewed_at": trace.last_viewed_at,
            "expires_at": expires_at,
        }
    )
