"""Signing in: who gets a code, what it is good for, and who else comes in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators.ad.control import change_account, find_entry
from tests.desk.conftest import CLAIRE, PROXY_SECRET, ZOE, Reception, Start
from tests.directories import SimulatedDirectory

WRONG = "00000000"


async def enter(desk: Reception, challenge: str, code: str) -> httpx.Response:
    return await desk.http.post("/api/v1/sign-in", json={"challenge": challenge, "code": code})


@pytest.mark.both_databases
@pytest.mark.requirement("D-01")
async def test_code_sent_to_the_directorys_address_signs_in_once_with_glpi_down(desk: Reception) -> None:
    desk.glpi.state.glpi.maintenance = True
    challenge = await desk.ask_code("Z.OBrien@lilas.example")
    code = await desk.read_code(ZOE)

    answer = await enter(desk, challenge, f"{code[:4]} {code[4:]}")
    again = await enter(desk, challenge, code)

    desk.http.cookies.clear()
    me = await desk.http.get("/api/v1/me", headers={"authorization": f"Bearer {answer.json()['token']}"})
    assert (me.json()["email"], me.json()["method"], me.json()["site"]) == (ZOE, "code", "LILAS")
    assert (again.status_code, again.json()["error"]) == (401, "wrong_code")


@pytest.mark.both_databases
@pytest.mark.requirement("D-02")
async def test_right_code_after_five_wrong_ones_is_refused(desk: Reception) -> None:
    challenge, second = await desk.ask_code(ZOE), await desk.ask_code(CLAIRE)
    code, other = await desk.read_code(ZOE), await desk.read_code(CLAIRE)

    wrong = [(await enter(desk, challenge, WRONG)).status_code for _ in range(5)]
    four = [(await enter(desk, second, WRONG)).status_code for _ in range(4)]

    assert wrong + four == [401] * 9
    assert (await enter(desk, challenge, code)).status_code == 401
    assert (await enter(desk, second, other)).status_code == 200


@pytest.mark.requirement("D-02")
async def test_code_is_good_for_ten_minutes_and_a_sign_in_for_its_hours(desk: Reception) -> None:
    challenge, second = await desk.ask_code(ZOE), await desk.ask_code(CLAIRE)
    code, other = await desk.read_code(ZOE), await desk.read_code(CLAIRE)
    desk.clock.ahead = timedelta(minutes=9, seconds=50)
    token = (await enter(desk, challenge, code)).json()["token"]

    desk.clock.ahead = timedelta(minutes=10, seconds=1)
    late = await enter(desk, second, other)
    desk.clock.ahead = timedelta(hours=13)
    over = await desk.http.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})

    assert (late.status_code, over.status_code) == (401, 401)


@pytest.mark.requirement("D-03")
async def test_nobody_learns_who_exists_and_who_is_out_gets_no_code(desk: Reception) -> None:
    """Unknown; disabled; expired; of an OU that is not ours; a mailbox that several people read."""
    nobodies = [
        "nobody@lilas.example",
        "j.martin@lilas.example",
        "s.interim@lilas.example",
        "accueil@lilas.example",
    ]
    answers = [(await desk.http.post("/api/v1/sign-in/code", json={"email": one})) for one in [*nobodies, ZOE]]
    await desk.read_code(ZOE)

    assert {(a.status_code, tuple(a.json()), len(a.json()["challenge"])) for a in answers} == {
        (202, ("challenge", "expires_in_s"), 43)
    }
    await desk.parts.sign_ins.aclose()
    assert [mail.to for mail in desk.mailbox.mails] == [[ZOE]]


@pytest.mark.requirement("D-03")
async def test_mailbox_that_several_people_read_signs_nobody_in(start: Start, root: Path, tmp_path: Path) -> None:
    """The directory knows the address, and the registry of sites says that it is shared."""
    sites = (root / "deploy/demo/sites.toml").read_text(encoding="utf-8")
    own = tmp_path / "sites.toml"
    own.write_text(sites.replace('shared_mailboxes = ["accueil@', 'shared_mailboxes = ["Z.OBrien@'), encoding="utf-8")
    desk = await start(sites_file=own)

    await desk.ask_code(ZOE)
    await desk.ask_code(CLAIRE)
    await desk.parts.sign_ins.aclose()

    assert [mail.to for mail in desk.mailbox.mails] == [[CLAIRE]]


@pytest.mark.requirement("D-03")
async def test_codes_are_limited_by_person_and_tries_by_address(start: Start) -> None:
    desk = await start(hourly_codes=2, hourly_sign_ins=5)
    codes = [(await desk.http.post("/api/v1/sign-in/code", json={"email": ZOE})) for _ in range(3)]

    tries = [(await enter(desk, "x", WRONG)) for _ in range(3)]

    assert [a.status_code for a in codes] == [202, 202, 429]
    assert [a.status_code for a in tries] == [401, 401, 429]
    assert tries[-1].json()["error"] == "too_many"
    assert tries[-1].headers["retry-after"]


@pytest.mark.requirement("D-04")
async def test_token_that_we_did_not_sign_or_that_was_signed_out_is_nobodys(desk: Reception) -> None:
    auth = await desk.sign_in()
    token = auth["authorization"].removeprefix("Bearer ")
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")

    refused = await desk.http.get("/api/v1/me", headers={"authorization": f"Bearer {forged}"})
    left = await desk.http.post("/api/v1/sign-out", headers=auth)
    after = await desk.http.get("/api/v1/me", headers=auth)

    assert (refused.status_code, left.status_code, after.status_code) == (401, 204, 401)


@pytest.mark.requirement("D-04")
async def test_cookie_is_for_our_own_pages(start: Start) -> None:
    desk = await start(desk_origins=("https://guichet.example",))
    challenge = await desk.ask_code(ZOE)
    answer = await enter(desk, challenge, await desk.read_code(ZOE))
    told = answer.headers["set-cookie"]
    cookie = {"cookie": told.partition(";")[0]}
    desk.http.cookies.clear()

    async def sign_out(origin: str | None) -> int:
        headers = cookie | ({"origin": origin} if origin else {})
        return (await desk.http.post("/api/v1/sign-out", headers=headers)).status_code

    assert all(word in told for word in ("HttpOnly", "Secure", "SameSite=strict"))
    assert await sign_out("https://evil.example") == 403
    assert (await desk.http.get("/api/v1/me", headers=cookie)).status_code == 200
    assert await sign_out("https://guichet.example") == 204


@pytest.mark.requirement("D-05")
@pytest.mark.parametrize(
    ("secret", "addresses", "status"),
    [(PROXY_SECRET, ("127.0.0.1/32",), 200), ("x" * 40, ("127.0.0.1/32",), 401), (PROXY_SECRET, ("10.0.0.0/8",), 401)],
    ids=["the proxy", "another secret", "another address"],
)
async def test_header_counts_from_the_proxy_only(start: Start, secret: str, addresses: Any, status: int) -> None:
    desk = await start(proxy_secret=PROXY_SECRET, proxy_addresses=addresses)
    headers = {"x-widip-proxy-secret": secret, "x-widip-user": ZOE}

    answer = await desk.http.post("/api/v1/sign-in/proxy", headers=headers)

    assert answer.status_code == status
    if status == 200:
        auth = {"authorization": f"Bearer {answer.json()['token']}"}
        desk.http.cookies.clear()
        assert (await desk.http.get("/api/v1/me", headers=auth)).json()["method"] == "header"


@pytest.mark.requirement("D-88")
async def test_people_behind_one_proxy_are_counted_apart_and_nobody_else_is_believed(start: Start) -> None:
    known: dict[str, Any] = {"proxy_secret": PROXY_SECRET, "proxy_addresses": ("127.0.0.1/32",), "hourly_sign_ins": 2}

    async def tries(desk: Reception, *addresses: str) -> list[int]:
        body = {"challenge": "x", "code": WRONG}
        sent = [{"x-forwarded-for": address} for address in addresses]
        return [(await desk.http.post("/api/v1/sign-in", json=body, headers=one)).status_code for one in sent]

    alone = await start(**known)
    forged = await tries(alone, "192.0.2.1", "192.0.2.2", "192.0.2.3")
    await alone.stop()
    behind = await start(desk_proxies=("127.0.0.1",), **known)
    apart = await tries(behind, *["192.0.2.4"] * 3, "192.0.2.5", "evil, 192.0.2.6")
    network = await tries(behind, "2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1")
    headers = {"x-widip-proxy-secret": PROXY_SECRET, "x-widip-user": ZOE, "x-forwarded-for": "192.0.2.7"}
    named = await behind.http.post("/api/v1/sign-in/proxy", headers=headers)

    assert forged == [401, 401, 429]
    assert apart == [401, 401, 429, 401, 401]
    assert network == [401, 401, 429, 401]
    # What only the proxy may say is said by the proxy, for whomever.
    assert named.status_code == 200


@pytest.mark.requirement("D-05")
async def test_header_counts_for_nothing_where_no_proxy_is_set(desk: Reception) -> None:
    answer = await desk.http.post("/api/v1/sign-in/proxy", headers={"x-widip-proxy-secret": "", "x-widip-user": ZOE})

    assert answer.status_code == 401


@pytest.mark.requirement("D-89")
async def test_who_has_left_is_signed_out_and_nobody_is_while_the_directory_is_away(
    desk: Reception, simulated: SimulatedDirectory
) -> None:
    ad = simulated.server.directory
    zoe, claire = await desk.sign_in(ZOE), await desk.sign_in(CLAIRE)
    await desk.parts.sign_ins.recheck()
    simulated.call(lambda: change_account(ad, find_entry(ad, "zobrien"), {"disabled": True}))

    async def who() -> list[int]:
        return [(await desk.http.get("/api/v1/me", headers=auth)).status_code for auth in (zoe, claire)]

    before = await who()
    simulated.faults.add("down", times=-1)
    ended_while_away = await desk.parts.sign_ins.recheck()
    simulated.faults.clear()
    ended = await desk.parts.sign_ins.recheck()

    assert (before, ended_while_away, ended) == ([200, 200], 0, 1)
    assert await who() == [401, 200]


@pytest.mark.requirement("D-06")
async def test_no_code_and_no_token_is_in_the_database_or_the_log(
    desk: Reception, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    challenge = await desk.ask_code(ZOE)
    code = await desk.read_code(ZOE)

    token = (await enter(desk, challenge, code)).json()["token"]

    folder = Path(database_url.removeprefix("sqlite:///")).parent
    kept = b"".join(path.read_bytes() for path in folder.glob("database.sqlite*"))
    assert code.encode() not in kept
    assert token.encode() not in kept
    assert code not in caplog.text
    assert token not in caplog.text
