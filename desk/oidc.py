"""OpenID Connect as the desk offers it: the provider of its settings, if there is one."""

from __future__ import annotations

from desk.services import Services
from desk.settings import DeskSettings
from shared.oidc import Begun, Failure, OidcConfig, OidcProvider, SignInFailed, Vouched


class Oidc:
    """The provider of the settings."""

    def __init__(self, services: Services) -> None:
        config = _config_of(services.settings)
        self._provider = OidcProvider(config, clock=services.clock) if config else None

    async def begin(self) -> Begun:
        """Start a try. Raises SignInFailed(NOT_OFFERED) without a provider, UpstreamError when it is away."""
        return await self._offered().begin()

    async def finish(self, cookie: str, *, state: str, code: str, error: str = "") -> Vouched:
        """Whom the provider vouches for. error: its own word for why there is no code.

        Raises SignInFailed, UpstreamError.
        """
        return await self._offered().finish(cookie, state=state, code=code, error=error)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._provider is not None:
            await self._provider.aclose()

    def _offered(self) -> OidcProvider:
        if self._provider is None:
            raise SignInFailed(Failure.NOT_OFFERED)
        return self._provider


def _config_of(settings: DeskSettings) -> OidcConfig | None:
    issuer, client_id, redirect_url = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_redirect_url
    secret = settings.oidc_client_secret
    if issuer is None or client_id is None or redirect_url is None or secret is None:
        return None
    return OidcConfig(issuer, client_id, secret, redirect_url, settings.desk_secret)
