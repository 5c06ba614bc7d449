"""Signing in with the organisation's account: whose account it is, and whatever is wrong with the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError

from tests.desk.conftest import CLAIRE, ZOE, Reception, Start, desk_settings
from tests.desk.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.system import Serve

CALLBACK = "https://guichet.example/api/v1/sign-in/oidc/callback"
WAY = "/api/v1/sign-in/oidc"


@dataclass
class Browser:
    """Somebody with a browser, before our desk and the provider."""

    desk: Reception
    provider: Provider

    async def begin(self) -> tuple[dict[str, str], str]:
        """Until the provider leads back: the cookie, and the query of the way back."""
        answer = await self.desk.http.get(WAY)
        assert answer.status_code == 303, answer.text
        cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
        self.desk.http.cookies.clear()
        back = await self.desk.http.get(answer.headers["location"])
        assert back.headers["location"].startswith(CALLBACK)
        return cookie, urlsplit(back.headers["location"]).query

    async def finish(self, cookie: dict[str, str], query: str) -> httpx.Response:
        answer = await self.desk.http.get(f"{WAY}/callback?{query}", headers=cookie)
        self.desk.http.cookies.clear()
        return answer

    async def sign_in(self) -> httpx.Response:
        return await self.finish(*await self.begin())

    async def me(self, answer: httpx.Response) -> dict[str, Any]:
        """Who has signed in by this answer."""
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("widip_desk="))
        assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=strict"))
        told = await self.desk.http.get("/api/v1/me", headers={"cookie": cookie.partition(";")[0]})
        return dict(told.json())


def failure_of(answer: httpx.Response) -> str | None:
    """The reason that the desk's page is told; None when the answer leads on. Never anything but a way on."""
    assert (answer.status_code, answer.content) == (303, b"")
    target = urlsplit(answer.headers["location"])
    query = dict(parse_qsl(target.query))
    if query.get("signin") != "failed":
        return None
    assert (target.netloc, target.path, set(query)) == ("", "/", {"signin", "reason"})
    assert "widip_desk=" not in answer.headers.get("set-cookie", "")
    return query["reason"]


@pytest.fixture
async def browse(start: Start, serve: Serve) -> Browser:
    provider = Provider()
    provider.issuer = await serve(provider.app)
    provider.claims = {"email": ZOE, "email_verified": True}
    desk = await start(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_redirect_url=CALLBACK,
    )
    return Browser(desk, provider)


@pytest.mark.requirement("D-53")
async def test_account_of_the_vouched_address_is_signed_in_once(browse: Browser) -> None:
    cookie, query = await browse.begin()

    answer = await browse.finish(cookie, query)
    again = await browse.finish(cookie, query)

    me = await browse.me(answer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (me["email"], me["method"], me["site"]) == (ZOE, "oidc", "LILAS")
    assert failure_of(again) == "expired"
    assert len(browse.provider.asked["nonce"]) == 43


@pytest.mark.requirement("D-53")
async def test_guid_that_is_told_decides_alone(browse: Browser) -> None:
    browse.provider.claims = {"email": ZOE, "objectGUID": await guid_of(browse.desk, CLAIRE)}
    by_guid = await browse.me(await browse.sign_in())
    browse.provider.claims["objectGUID"] = "00000000-0000-0000-0000-000000000001"
    unknown = await browse.sign_in()
    browse.provider.claims["objectGUID"] = "Claire"
    no_guid = await browse.sign_in()

    assert by_guid["email"] == CLAIRE
    assert (failure_of(unknown), failure_of(no_guid)) == ("unknown_account", "invalid")


async def guid_of(desk: Reception, email: str) -> str:
    reply = await desk.parts.services.toolbox.call("ad_search_user", {"email": email})
    return str(reply.data["accounts"][0]["object_guid"])


@pytest.mark.requirement("D-53")
async def test_whoever_is_no_living_account_of_his_own_stays_out(browse: Browser) -> None:
    """Unknown, disabled, a mailbox of several, unverified, no address, nothing."""
    nobodies: list[dict[str, Any]] = [
        {"email": "nobody@lilas.example", "email_verified": True},
        {"email": "j.martin@lilas.example", "email_verified": True},
        {"email": "accueil@lilas.example", "email_verified": True},
        {"email": ZOE, "email_verified": False},
        {"email": ZOE},
        {"email": "", "email_verified": True},
        {"email": ZOE, "email_verified": "false"},
        {"email": "*", "email_verified": True},
        {},
    ]
    told = []
    for browse.provider.claims in nobodies:
        told.append(failure_of(await browse.sign_in()))

    assert told == ["unknown_account"] * 3 + ["invalid"] * 4 + ["unknown_account", "invalid"]


@pytest.mark.requirement("D-54")
async def test_token_for_others_of_others_or_of_another_try_is_refused(browse: Browser) -> None:
    lies: list[dict[str, Any]] = [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"nonce": "of-another-try"},
        {"nonce": None},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
        {"exp": None},
        {"at_hash": "of-another-token"},
    ]
    taken = {}
    for browse.provider.lies in [*lies, {}]:
        taken[str(browse.provider.lies)] = failure_of(await browse.sign_in())

    of_another_try = {str(lie): "expired" for lie in lies if lie.get("nonce")}
    assert taken == {str(lie): "invalid" for lie in lies} | of_another_try | {"{}": None}


@pytest.mark.requirement("D-54")
async def test_token_that_the_provider_did_not_sign_is_refused(browse: Browser) -> None:
    browse.provider.signs_with = RSAKey.generate_key(2048)
    other_key = await browse.sign_in()
    browse.provider.signs_with, browse.provider.alg = OctKey.import_key(CLIENT_SECRET), "HS256"
    our_secret = await browse.sign_in()
    assert [failure_of(a) for a in (other_key, our_secret)] == ["invalid", "invalid"]


@pytest.mark.requirement("D-54")
async def test_answer_counts_only_in_the_browser_that_asked_and_in_time(browse: Browser) -> None:
    mine, query = await browse.begin()
    other, _query = await browse.begin()
    forged = {"cookie": mine["cookie"][:-1] + ("0" if mine["cookie"][-1] != "0" else "1")}

    answers = [await browse.finish(cookie, query) for cookie in ({}, other, forged)]
    browse.desk.clock.ahead = timedelta(minutes=10, seconds=1)
    late = await browse.finish(mine, query)
    browse.desk.clock.ahead = timedelta()
    right = await browse.finish(mine, query)

    assert [failure_of(a) for a in (*answers, late, right)] == ["expired"] * 4 + [None]


@pytest.mark.requirement("D-54")
async def test_provider_that_calls_itself_otherwise_or_is_away_is_said(browse: Browser) -> None:
    issuer, browse.provider.issuer = browse.provider.issuer, "https://evil.example"
    other = await browse.desk.http.get(WAY)
    browse.provider.issuer = issuer

    assert failure_of(other) == "away"
    assert failure_of(await browse.desk.http.get(WAY)) is None


@pytest.mark.requirement("D-85")
async def test_whatever_goes_wrong_leads_to_a_page_that_says_why(browse: Browser) -> None:
    cookie, query = await browse.begin()
    state = dict(parse_qsl(query))["state"]

    given = ["error=access_denied", "error=temporarily_unavailable", "error=<script>", "", f"code={'x' * 5000}"]
    refused = [await browse.finish(cookie, f"state={state}&{each}") for each in given]
    no_state = await browse.finish(cookie, "error=access_denied")
    provider, browse.provider.issuer = browse.provider.issuer, "https://evil.example"
    away = await browse.finish(cookie, query)
    browse.provider.issuer = provider
    right = await browse.finish(cookie, query)

    assert [failure_of(a) for a in refused] == ["refused", "away", "refused", "refused", "invalid"]
    assert [failure_of(a) for a in (no_state, away, right)] == ["expired", "away", None]


@pytest.mark.requirement("D-85")
async def test_too_many_tries_lead_to_that_page_too(browse: Browser) -> None:
    limits = browse.desk.parts.services.settings.hourly_sign_ins

    answers = [await browse.finish({}, "state=x") for _ in range(limits + 1)]

    assert {failure_of(a) for a in answers[:-1]} == {"expired"}
    assert failure_of(answers[-1]) == "too_many"


@pytest.mark.requirement("D-53")
async def test_without_a_provider_there_is_no_such_way_in(desk: Reception) -> None:
    answers = [await desk.http.get(WAY), await desk.http.get(f"{WAY}/callback?code=x&state=y")]

    assert [failure_of(a) for a in answers] == ["not_offered", "not_offered"]


@pytest.mark.requirement("D-53")
def test_half_a_provider_and_one_without_tls_are_refused_at_the_start() -> None:
    whole: dict[str, Any] = {
        "oidc_issuer": "https://sso.example",
        "oidc_client_id": "x",
        "oidc_client_secret": "y",
        "oidc_redirect_url": CALLBACK,
    }
    place = ("http://127.0.0.1:1", "http://127.0.0.1:2", 3, "sqlite:///x")

    assert desk_settings(*place, **whole).oidc_issuer == "https://sso.example"
    for name in whole:
        with pytest.raises(ValidationError, match="go together"):
            desk_settings(*place, **(whole | {name: ""}))
    with pytest.raises(ValidationError):
        desk_settings(*place, **(whole | {"oidc_issuer": "http://sso.example"}))
