"""Pushes of one Password Pusher: made no looser than asked, ended, looked at without a view. Knows nothing of MCP."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from servers.mysecret.api import MySecretApi
from servers.mysecret.models import SYSTEM, UNSAID, URL_TOKEN, Push, Trace, push_from_pwpush, trace_from_pwpush
from shared.errors import InvalidInput, NotFound, UpstreamRejected, WidipError
from shared.logs import get_logger

logger = get_logger("mysecret")

NO_TOKEN = "without MYSECRET_API_TOKEN nobody can tell whether a secret was opened, and its reader can end it"  # noqa: S105


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of a push."""

    payload: SecretStr
    days: int
    views: int


class MySecretClient:
    """Makes, ends and looks at pushes. Never reads one: that would count a view."""

    def __init__(self, api: MySecretApi, *, link_base: str) -> None:
        self._api = api
        self._link_base = link_base

    async def create(self, order: Order) -> Push:
        """Make a push. Raises UpstreamRejected after ending one that lives longer or opens more often than asked.

        A create has no idempotency key and cannot be looked up. Repeating one whose answer was lost is harmless all
        the same: the push that it may have made has a link that nobody was ever sent, and it ends by itself.
        """
        fields = {
            "payload": order.payload.get_secret_value(),
            "expire_after_days": order.days,
            "expire_after_views": order.views,
            # Bots that preview links in mails and chats open them: this step stands between them and the views.
            "retrieval_step": "true",
            # Ours to end by the account; without one by whoever has the link, because otherwise by nobody.
            "deletable_by_viewer": "false" if self._api.has_token else "true",
        }
        push = push_from_pwpush(await self._api.create(fields))
        if push.days > order.days or push.views > order.views:
            await self._refuse_looser(push, order)
        return push

    async def _refuse_looser(self, push: Push, order: Order) -> None:
        """What is out of a site's range becomes its default without a word."""
        granted = (
            f"MySecret granted {push.days} days and {push.views} views where {order.days} and {order.views} were asked"
        )
        if UNSAID in (push.days, push.views):
            granted = "MySecret does not say how long the secret lives and how often it opens"
        if await self.destroy(push.token):
            ending = "it was ended at once; ask for what the site allows"
        else:
            ending = "IT COULD NOT BE ENDED and lives until then, though nobody has its link"
        raise UpstreamRejected(f"{granted}; {ending}", system=SYSTEM, upstream_code="looser")

    async def destroy(self, token: SecretStr) -> bool:
        """End a push that nobody was told of; False, and an error in the log, when it lives on."""
        try:
            await self._api.expire(token)
        except NotFound:
            return True
        except WidipError as error:
            logger.error("unwanted_push_lives_on", system=SYSTEM, code=error.code)
            return False
        return True

    async def expire(self, token: SecretStr) -> None:
        """End a push. Raises NotFound, UpstreamRejected when it is not ours to end."""
        await self._api.expire(token)

    async def find_trace(self, token: SecretStr) -> Trace | None:
        """What the audit says; None where we are not told. Raises NotFound for a push that is gone."""
        if self._api.has_token:
            try:
                return trace_from_pwpush(await self._api.read_audit(token))
            except UpstreamRejected:
                return None
        await self._api.check_exists(token)
        return None

    def find_link(self, push: Push) -> SecretStr:
        """The page with the button, at the public address: `/r`, because the plain one shows the secret, to bots too.

        MySecret's own idea of a link is taken only where it leads there: behind a proxy it may name an inner host.
        """
        built = f"{self._link_base}/p/{push.token.get_secret_value()}/r"
        if push.link is None:
            return SecretStr(built)
        theirs, ours = urlsplit(push.link.get_secret_value()), urlsplit(built)
        is_same = (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
        is_step = theirs.path.endswith(f"/p/{push.token.get_secret_value()}/r")
        return push.link if is_same and is_step else SecretStr(built)

    def parse_link(self, link: SecretStr) -> SecretStr:
        """The token in a link of ours. Raises InvalidInput."""
        pattern = rf"{re.escape(self._link_base)}/p/({URL_TOKEN.pattern})(?:/r)?"
        found = re.fullmatch(pattern, link.get_secret_value())
        if found is None:
            raise InvalidInput(f"secret_url: no link of this MySecret, they begin with {self._link_base}/p/")
        return SecretStr(found[1])

    async def check_ready(self) -> list[str]:
        """Raises WidipError with what to mend; returns what works less well than it could."""
        await self._api.check_ready()
        return [] if self._api.has_token else [NO_TOKEN]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()
