"""Operators sign in on the console: by password or by the organisation's account, with what locks, ends and refuses."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.tables import operator_session, sign_in_try
from tests.desk.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.orchestrator.assist.people.conftest import OpenGate
from tests.orchestrator.assist.people.gate import Gate, guid
from tests.orchestrator.console.world import OWN, PASSWORD, PEOPLE, Browser, browser, write_people
from tests.system import Serve

WRONG = "un autre mot de passe"
CALLBACK = "https://console.example/api/sign-in/oidc/callback"
OFF = {"mode": "off", "reason": "essai de la console"}


async def age(gate: Gate, **earlier: timedelta) -> None:
    """Let time pass for every session: the columns are moved back."""

    def shift(connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(operator_session)).mappings().all():
            values = {name: row[name] - by for name, by in earlier.items()}
            connection.execute(operator_session.update().where(operator_session.c.id == row["id"]).values(values))

    await gate.database.write(shift)


@pytest.mark.requirement("K-51")
@pytest.mark.requirement("K-52")
@pytest.mark.requirement("K-53")
@pytest.mark.both_databases
async def test_a_session_is_a_secure_cookie_kept_as_a_digest_and_ends_by_itself_or_by_its_owner(
    open_gate: OpenGate, tmp_path: Path
) -> None:
    gate = await open_gate(operators_file=write_people(tmp_path), console_tries=50)
    async with browser(gate.url) as page:
        ways = await page.get("/api/sign-in")
        answer = await page.sign_in("ada")
        cookie = answer.headers["set-cookie"]
        mine = page.http.cookies["widip_console"]
        kept = await gate.read(lambda c: [dict(row) for row in c.execute(sa.select(operator_session)).mappings()])
        me = await page.get("/api/session")
        async with httpx.AsyncClient(base_url=gate.url, headers=OWN | {"host": "console.example"}) as elsewhere:
            beyond = await elsewhere.post("/api/sign-in", json={"name": "ada", "password": PASSWORD})

        assert ways == {"password": True, "oidc": False}
        assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/")) and "Secure" not in cookie
        assert "Secure" in beyond.headers["set-cookie"]
        assert mine not in str(kept) and len(kept[0]["id"]) == 64
        assert (me["name"], me["roles"], me["method"]) == ("ada", sorted(PEOPLE["ada"][1]), "password")
        assert datetime.fromisoformat(me["ends_at"]) - datetime.fromisoformat(me["signed_in_at"]) == timedelta(hours=12)

        await age(gate, seen_at=timedelta(minutes=50))
        assert await page.status("GET", "/api/runs", headers={"x-widip-idle": "1"}) == 200
        await age(gate, seen_at=timedelta(minutes=11))
        idle = await page.status("GET", "/api/runs")
        await page.sign_in("ada")
        await age(gate, seen_at=timedelta(minutes=50))
        used = await page.status("GET", "/api/runs")
        await age(gate, seen_at=timedelta(minutes=50))
        still = await page.status("GET", "/api/runs")
        await age(gate, expires_at=timedelta(hours=12))
        ended = await page.status("GET", "/api/runs")

        assert (idle, used, still, ended) == (401, 200, 200, 401)

        await page.sign_in("ada")
        mine = page.http.cookies["widip_console"]
        out = await page.status("POST", "/api/sign-out")
        page.http.cookies.set("widip_console", mine)
        assert (out, await page.status("GET", "/api/session")) == (204, 401)


@pytest.mark.requirement("K-54")
@pytest.mark.requirement("K-55")
@pytest.mark.requirement("K-56")
async def test_wrong_names_and_passwords_are_one_answer_and_lock_after_some(
    open_gate: OpenGate, tmp_path: Path
) -> None:
    gate = await open_gate(operators_file=write_people(tmp_path), console_tries=2)
    async with browser(gate.url) as page:
        at_once = await asyncio.gather(*(page.sign_in("vera", WRONG) for _ in range(4)))
        unknown = [await page.sign_in("nobody-of-ours", WRONG) for _ in range(3)]
        right_but_locked = await page.sign_in("vera")
        other = await page.sign_in("olga", WRONG)
        await gate.database.write(
            lambda c: c.execute(sign_in_try.update().values(locked_until=datetime.now(UTC) - timedelta(seconds=1)))
        )
        later = await page.sign_in("vera")
        async with httpx.AsyncClient(base_url=gate.url, headers=OWN) as hasty:
            tries = [await hasty.post("/api/sign-in", json={"name": "x", "password": "y"}) for _ in range(12)]

    def told(answers: list[httpx.Response]) -> list[tuple[int, str, str]]:
        return [(a.status_code, a.json()["detail"]["code"], a.json()["detail"]["message"]) for a in answers]

    assert sorted(told(at_once)) == sorted(told([*unknown, unknown[2]]))
    assert [answer.status_code for answer in unknown] == [401, 401, 429]
    assert (right_but_locked.status_code, other.status_code, later.status_code) == (429, 401, 200)
    assert 0 < int(right_but_locked.headers["retry-after"]) <= 900
    assert told(tries)[-1][:2] == (429, "too_many")
    async with browser(gate.url) as page:
        page.http.headers["authorization"] = "Bearer widip_test-ada"
        acts = (await page.get("/api/audit", kind="sign_in_refused"))["lines"]
    assert "nobody-of-ours" not in str(acts)
    assert {line["actor"] for line in acts} == {"vera", "olga", "unknown"}


@pytest.mark.requirement("K-57")
@pytest.mark.requirement("K-58")
@pytest.mark.requirement("K-59")
async def test_roles_say_what_is_allowed_and_no_foreign_page_can_use_a_cookie(
    open_gate: OpenGate, tmp_path: Path
) -> None:
    file = write_people(tmp_path)
    gate = await open_gate(operators_file=file, console_origins="https://console.widip.example")
    switch = "/api/switches/UNLOCK/LILAS"
    statuses = {}
    async with browser(gate.url, "vera") as vera, browser(gate.url, "olga") as olga, browser(gate.url, "ada") as ada:
        for name, page in {"vera": vera, "olga": olga, "ada": ada}.items():
            statuses[name] = [
                await page.status("GET", "/api/now"),
                await page.status("PUT", switch, json=OFF),
                await page.status("PUT", switch, json=OFF | {"mode": "on"}),
                await page.status("POST", "/api/incidents/nothing/retry"),
                await page.status("POST", "/api/approvals/nothing", json={"decision": "approve"}),
                await page.status("POST", "/api/people/export", json={"email": "a@lilas.example"}),
                await page.status("POST", "/redis", json={"action": "get", "key": "ollama_lock"}),
            ]
        foreign = [
            await ada.status("PUT", switch, json=OFF, headers={"origin": "https://evil.example"}),
            await ada.status("PUT", switch, json=OFF, headers={"origin": "null"}),
            await ada.status("PUT", switch, json=OFF, headers={"origin": gate.url}),
            await ada.status("PUT", switch, json=OFF, headers={"origin": "https://console.widip.example"}),
        ]
        del ada.http.headers["x-widip-console"]
        bare = [await ada.status("PUT", switch, json=OFF), await ada.status("GET", "/api/now")]
        bare.append(await ada.status("POST", "/api/sign-in", json={"name": "ada", "password": PASSWORD}))
        by_token = await olga.status("GET", "/api/session", headers={"authorization": "Bearer widip_test-ada"})

        write_people(tmp_path, vera="disabled = true")
        gone = [await vera.status("GET", "/api/now"), (await vera.sign_in("vera")).status_code]
        gone.append(await olga.status("GET", "/api/now", headers={"authorization": "Bearer widip_test-vera"}))
        file.write_text("[[operator]")
        kept = await olga.status("GET", "/api/now")

    assert statuses == {
        "vera": [200, 403, 403, 403, 403, 403, 401],
        "olga": [200, 200, 403, 404, 403, 403, 401],
        "ada": [200, 200, 200, 404, 404, 200, 401],
    }
    assert foreign == [403, 403, 200, 200]
    assert bare == [403, 200, 403]
    assert by_token == 200  # the session's own cookie says who looks, not the token
    assert gone == [401, 401, 401]
    assert kept == 200


async def come_back(page: Browser) -> httpx.Response:
    """From our door to the provider and back."""
    begun = await page.http.get("/api/sign-in/oidc")
    assert begun.status_code == 303, begun.text
    back = await page.http.get(begun.headers["location"])
    query = urlsplit(back.headers["location"]).query
    return await page.http.get(f"/api/sign-in/oidc/callback?{query}")


@pytest.mark.requirement("K-60")
async def test_the_organisations_account_signs_its_operator_in_and_nobody_else(
    open_gate: OpenGate, serve: Serve, tmp_path: Path
) -> None:
    provider = Provider()
    provider.issuer = await serve(provider.app)
    gate = await open_gate(
        operators_file=write_people(tmp_path, olga='email = "olga@widip.example"'),
        console_oidc_issuer=provider.issuer,
        console_oidc_client_id=CLIENT_ID,
        console_oidc_client_secret=CLIENT_SECRET,
        console_oidc_redirect_url=CALLBACK,
        console_secret="une-clef-pour-les-essais-de-la-console",
    )
    claims: list[dict[str, Any]] = [
        {"email": "olga@widip.example", "email_verified": True},
        {"objectGUID": str(guid(PEOPLE["ada"][0]))},
        {"email": "olga@widip.example", "email_verified": False},
        {"email": "olga@widip.example"},
        {"email": "", "email_verified": True},
        {"email": " ", "email_verified": True},
        {"email": "stranger@widip.example", "email_verified": True},
    ]
    seen = []
    for one in claims:
        provider.claims = one
        async with browser(gate.url) as page:
            answer = await come_back(page)
            me = await page.http.get("/api/session")
            seen.append((answer.headers["location"], me.json().get("name")))
    async with browser(gate.url) as thief:
        stolen = await thief.http.get("/api/sign-in/oidc/callback?state=x&code=y")

    assert seen == [
        ("/console/", "olga"),
        ("/console/", "ada"),
        *[("/console/?sign-in=refused", None)] * 5,
    ]
    assert stolen.headers["location"] == "/console/?sign-in=refused"


@pytest.mark.requirement("K-60")
def test_half_a_provider_is_refused_at_the_start() -> None:
    whole: dict[str, Any] = {
        "console_oidc_issuer": "https://sso.example",
        "console_oidc_client_id": "x",
        "console_oidc_client_secret": "y",
        "console_oidc_redirect_url": CALLBACK,
        "console_secret": "z" * 32,
    }

    assert ConsoleSettings(**whole).console_oidc is not None
    for missing in whole:
        with pytest.raises(ValidationError):
            ConsoleSettings(**(whole | {missing: None}))
