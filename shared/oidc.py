"""OpenID Connect: the code flow with PKCE, state and nonce. What it proves is whom the provider vouches for.

What belongs to one try is kept by the browser that began it, in a signed cookie: nobody else's answer fits, and every
replica can go on with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import SecretStr

from shared.errors import Refused, UpstreamMalformed, UpstreamUnavailable
from shared.http_client import HttpClient
from shared.logs import get_logger

logger = get_logger("oidc")

SYSTEM = "oidc"
TIMEOUT_S = 10.0
LASTS = timedelta(minutes=10)
LEEWAY_S = 60
ISSUER = r"^(https://|http://(127\.0\.0\.1|localhost)[:/])"
"""What settings take for a provider's address."""
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""The provider signs with a key of its own: one shared with us would let us sign, and whoever reads our settings."""

_TRY_LATER = frozenset({"temporarily_unavailable", "server_error"})
GUID_CLAIMS = ("objectGUID", "objectguid", "object_guid")


class Failure(StrEnum):
    """Why a person comes back from the provider and is not signed in; a page has words for each.

    refused: the person or the provider said no. expired: no try of this browser, or one that is over: begin again.
    invalid: the answer proves nothing. unknown_account: nobody here has the account that it proves.
    """

    REFUSED = "refused"
    EXPIRED = "expired"
    INVALID = "invalid"
    UNKNOWN_ACCOUNT = "unknown_account"
    AWAY = "away"
    TOO_MANY = "too_many"
    NOT_OFFERED = "not_offered"


class SignInFailed(Refused):
    """Nobody is signed in; `failure` says why."""

    code = "sign_in_failed"

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """A provider, and what we are there. key: seals tries, the same for all replicas."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    redirect_url: str
    key: SecretStr


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the provider names: by the account's objectGUID if it tells one, else by its address."""

    email: str | None
    object_guid: UUID | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it has to keep."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class _Try:
    state: str
    nonce: str
    verifier: str
    expires_at: int

    @classmethod
    def new(cls, expires_at: int) -> Self:
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), expires_at)


class OidcProvider:
    """One provider."""

    def __init__(self, config: OidcConfig, *, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._clock = clock
        self._http = HttpClient(SYSTEM, config.issuer, timeout_s=TIMEOUT_S)

    async def begin(self) -> Begun:
        """Start a try. Raises UpstreamError when the provider does not answer."""
        provider = await self._read_provider()
        mine = _Try.new(int((self._clock() + LASTS).timestamp()))
        async with self._client() as client:
            url, _state = client.create_authorization_url(
                provider["authorization_endpoint"], state=mine.state, nonce=mine.nonce, code_verifier=mine.verifier
            )
        return Begun(str(url), self._seal(mine))

    async def finish(self, cookie: str, *, state: str, code: str, error: str = "") -> Vouched:
        """Whom the provider vouches for. error: its own word for why there is no code.

        Raises SignInFailed, UpstreamError.
        """
        mine = self._open(cookie)
        if mine is None or not hmac.compare_digest(mine.state.encode(), state.encode()):
            raise _failed("state", Failure.EXPIRED)
        if error or not code:
            raise _failed("error", Failure.AWAY if error in _TRY_LATER else Failure.REFUSED)
        provider = await self._read_provider()
        token = await self._exchange(provider, code, mine.verifier)
        keys = await self._read(provider["jwks_uri"])
        return _vouched(self._check(token, keys, mine.nonce))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _read_provider(self) -> Mapping[str, Any]:
        provider = await self._read("/.well-known/openid-configuration")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        is_whole = all(isinstance(provider.get(key), str) for key in needed)
        if provider.get("issuer") != self._config.issuer or not is_whole:
            raise UpstreamMalformed("OIDC_ISSUER is not who answers there", system=SYSTEM)
        return provider

    async def _read(self, url: str) -> Mapping[str, Any]:
        answer = self._http.json(await self._http.read(url))
        if not isinstance(answer, dict):
            raise UpstreamMalformed("the OpenID provider answered in an unknown shape", system=SYSTEM)
        return answer

    async def _exchange(self, provider: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        try:
            async with self._client() as client:
                token: Mapping[str, Any] = await client.fetch_token(
                    provider["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except httpx2.HTTPError as error:
            raise UpstreamUnavailable("the OpenID provider does not answer", system=SYSTEM) from error
        except (AuthlibBaseError, ValueError) as error:
            raise _failed("code", Failure.EXPIRED) from error
        return token

    def _check(self, token: Mapping[str, Any], keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        """The claims of the ID token, if this provider signed it for us, now, and in answer to this try."""
        client_id = self._config.client_id
        options = {
            "iss": {"essential": True, "value": self._config.issuer},
            "aud": {"essential": True, "value": client_id},
        }
        params = {"nonce": nonce, "client_id": client_id, "access_token": token.get("access_token")}
        try:
            registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
            signed = jwt.decode(str(token.get("id_token")), KeySet.import_key_set(dict(keys)), registry=registry)  # type: ignore[arg-type]
            claims = CodeIDToken(signed.claims, signed.header, options, params)
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY_S)
        except InvalidClaimError as error:
            # The token of another try of this person is no worse than its state.
            raise _failed(error.claim, Failure.EXPIRED if error.claim == "nonce" else Failure.INVALID) from error
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise _failed(type(error).__name__) from error
        return dict(claims)

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._config.client_id,
            self._config.client_secret.get_secret_value(),
            scope="openid email profile",
            redirect_uri=self._config.redirect_url,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    def _seal(self, mine: _Try) -> str:
        text = f"{mine.state}.{mine.nonce}.{mine.verifier}.{mine.expires_at}"
        return f"{text}.{self._mac(text)}"

    def _open(self, cookie: str) -> _Try | None:
        """None for what is not ours, or over."""
        text, _, mac = cookie.rpartition(".")
        if not hmac.compare_digest(self._mac(text).encode(), mac.encode()):
            return None
        state, nonce, verifier, expires_at = text.split(".")
        mine = _Try(state, nonce, verifier, int(expires_at))
        return mine if mine.expires_at > self._clock().timestamp() else None

    def _mac(self, text: str) -> str:
        key = self._config.key.get_secret_value().encode()
        return hmac.new(key, f"oidc:{text}".encode(), hashlib.sha256).hexdigest()


def _vouched(claims: Mapping[str, Any]) -> Vouched:
    """A GUID that is told decides alone. An address counts when the provider says that it has checked it.

    Not otherwise: guests of an organisation write theirs themselves.
    """
    told = next((claims[name] for name in GUID_CLAIMS if name in claims), None)
    if told is not None:
        try:
            return Vouched(None, UUID(str(told)))
        except ValueError as error:
            raise _failed("objectGUID") from error
    email = claims.get("email")
    if not isinstance(email, str) or not email.strip() or claims.get("email_verified") is not True:
        raise _failed("email")
    return Vouched(email, None)


def _failed(why: str, failure: Failure = Failure.INVALID) -> SignInFailed:
    logger.warning("oidc_refused", why=why, failure=failure.value)
    return SignInFailed(failure)
