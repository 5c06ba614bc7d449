"""An employee is asked whether it was they, on a page that anybody on the Internet can reach."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette

from orchestrator.assist.action import Action, Binding
from orchestrator.assist.confirmations import Answer, answer_confirmation
from orchestrator.assist.plans import Plan
from orchestrator.assist.settings import AssistSettings
from orchestrator.public_port import PortUnusable, public_port
from shared.database import Database
from shared.logs import redact
from tests.orchestrator.assist.people.conftest import OpenGate
from tests.orchestrator.assist.people.gate import CONFIRMER, KEY, Gate, account, an_action, changed, guid

YES, NO = {"answer": "yes"}, {"answer": "no"}


@pytest.mark.requirement("C-11")
@pytest.mark.both_databases
async def test_whoever_opens_the_link_reads_what_will_be_done_and_changes_nothing(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)

    read = [await gate.pages.request(method, path) for method in ("GET", "HEAD", "GET", "GET")]

    assert [page.status_code for page in read] == [200] * 4
    text = read[0].text
    for said in ("ticket n° 7", "Un nouveau mot de passe", "Zobrien Oria", "r@lilas.example", "Confirmez-vous"):
        assert said in text
    assert await gate.answer_of(action) is Answer.WAITING
    assert (await gate.request())["due_at"] is None


@pytest.mark.requirement("C-11")
@pytest.mark.both_databases
@pytest.mark.parametrize(("said", "answer"), [(YES, Answer.CONFIRMED), (NO, Answer.DENIED)])
async def test_the_answer_is_kept_and_the_request_goes_on(gate: Gate, said: dict[str, str], answer: Answer) -> None:
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)

    page = await gate.pages.post(path, data=said)

    assert page.status_code == 200
    assert "votre réponse est enregistrée" in page.text
    assert await gate.answer_of(action) is answer
    assert (await gate.request())["due_at"] is not None
    [line] = await gate.journal("request:t7.d.1")
    assert line["detail"]["answer"] == answer


async def test_an_answer_starts_the_work_on_a_request_that_rested(open_gate: OpenGate) -> None:
    started = asyncio.Event()

    async def work(_key: str, _number: int) -> None:
        started.set()

    gate = await open_gate(request_work=lambda _services: work)
    action = await gate.add_request(an_action(), work=False)

    await gate.pages.post(await gate.ask_confirmation(action), data=YES)

    async with asyncio.timeout(20):
        await started.wait()
    assert (await gate.request())["work_no"] == 1


Spoil = Callable[[Gate, Action, str], Awaitable[object]]

WHAT_SPOILS: dict[str, Spoil] = {
    "used": lambda gate, _action, path: gate.pages.post(path, data=YES),
    "refused": lambda gate, _action, path: gate.pages.post(path, data=NO),
    "changed": lambda gate, action, _path: gate.now_about(changed(action)),
    "changed in its facts only": lambda gate, action, _path: gate.change_request(
        action.request_key, action=changed(action).model_dump(mode="json")
    ),
    "closed": lambda gate, action, _path: gate.change_request(action.request_key, closed_at=datetime.now(UTC)),
    "expired": lambda gate, action, _path: gate.expire(action),
}


@pytest.mark.requirement("C-12")
@pytest.mark.both_databases
async def test_a_link_that_asks_nothing_any_more_gets_one_page_and_answers_nothing(gate: Gate) -> None:
    gone = (404, (await gate.pages.get("/confirmer/nothing")).text)
    got, kept = {}, {}

    for n, (how, spoil) in enumerate(WHAT_SPOILS.items()):
        action = await gate.add_request(an_action(f"t7.d.{n}"))
        path = await gate.ask_confirmation(action)
        await spoil(gate, action, path)
        before = await gate.everything_kept()
        answers = [await gate.pages.get(path), *[await gate.pages.post(path, data=said) for said in (YES, NO)]]
        got[how] = {(answer.status_code, answer.text) for answer in answers}
        kept[how] = await gate.everything_kept() == before

    assert got == {how: {gone} for how in WHAT_SPOILS}
    assert all(kept.values())


@pytest.mark.requirement("C-12")
@pytest.mark.both_databases
async def test_a_forged_link_gets_the_same_page_and_answers_nothing(gate: Gate) -> None:
    gone = (404, (await gate.pages.get("/confirmer/nothing")).text)
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)
    other = path[:-1] + ("0" if path[-1] != "0" else "1")
    forged = [
        other,
        path[:-1],
        path + "0",
        path.replace("firmer/", "firmer/%00"),
        f"/confirmer/{'0' * 64}",
        "/confirmer/%ff",
    ]

    answers = [await gate.pages.post(one, data=YES) for one in forged]

    assert {(answer.status_code, answer.text) for answer in answers} == {gone}
    assert await gate.answer_of(action) is Answer.WAITING


@pytest.mark.requirement("C-12")
@pytest.mark.both_databases
async def test_two_answers_at_once_are_one(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)

    pages = await asyncio.gather(*(gate.pages.post(path, data=said) for said in (YES, NO, YES, NO)))

    assert sorted(page.status_code for page in pages) == [200, 404, 404, 404]
    assert len(await gate.journal("request:t7.d.1")) == 1


@pytest.mark.requirement("C-12")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_keep_one_answer(gate: Gate, database_url: str) -> None:
    action = await gate.add_request(an_action())
    token = (await gate.ask_confirmation(action)).removeprefix("/confirmer/")
    other = Database(database_url)
    now = datetime.now(UTC)
    held, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def first(connection: sa.Connection) -> bool:
        kept = answer_confirmation(connection, gate.engine, KEY, token, yes=True, now=now)
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(20)
        return kept is not None

    def second(connection: sa.Connection) -> bool:
        return answer_confirmation(connection, gate.engine, KEY, token, yes=False, now=now) is not None

    async with asyncio.timeout(20):
        one = asyncio.create_task(other.write(first))
        await held.wait()
        two = asyncio.create_task(gate.database.write(second))
        await gate.wait_blocked()
        go_on.set()
        answered = [await one, await two]
    await asyncio.to_thread(other.close)

    assert answered == [True, False]
    assert await gate.answer_of(action) is Answer.CONFIRMED


@pytest.mark.requirement("C-13")
async def test_what_is_kept_and_logged_leads_to_no_link(gate: Gate, capfd: pytest.CaptureFixture[str]) -> None:
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)
    proof = path[-32:]

    await gate.pages.get(path)
    await gate.pages.post(path, data=YES)
    await gate.pages.post(path, data=YES)

    shown = capfd.readouterr()
    assert proof not in shown.out + shown.err
    assert proof not in await gate.everything_kept()
    mail = {"body": f"<a href='https://confirmer.widip.example{path}'>Répondre</a>"}
    assert path.removeprefix("/confirmer/") not in str(redact(mail))


@pytest.mark.requirement("C-13")
async def test_another_key_makes_another_link(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)
    stolen = gate.settings.model_copy(update={"confirmation_key": SecretStr("k" * 32)})
    guessed = await Gate(gate.app, gate.url, gate.http, gate.pages, stolen).ask_confirmation(action)

    answer = await gate.pages.post(guessed, data=YES)

    assert guessed[:-32] == path[:-32]
    assert answer.status_code == 404
    assert await gate.answer_of(action) is Answer.WAITING


@pytest.mark.requirement("C-14")
async def test_pages_load_nothing_from_elsewhere_and_are_kept_nowhere(gate: Gate) -> None:
    path = await gate.ask_confirmation(await gate.add_request(an_action()))

    pages = [
        await gate.pages.get(path),
        await gate.pages.get("/x"),
        await gate.pages.put(path),
        await gate.pages.post(path),
    ]
    pages.append(await gate.pages.post(path, data=YES))

    assert [page.status_code for page in pages] == [200, 404, 404, 400, 200]
    for page in pages:
        policy = page.headers["content-security-policy"]
        style = re.search("<style>(.*?)</style>", page.text, re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"(?i)<script|\bsrc=|\bhref=|url\(|@import|\bstyle=|\bon\w+=", page.text)
        assert '<html lang="fr">' in page.text
        assert 'name="viewport"' in page.text
        assert page.text.count("<h1>") == page.text.count("<main>") == 1


@pytest.mark.requirement("C-14")
async def test_names_from_the_directory_are_shown_as_text(gate: Gate) -> None:
    evil = account(guid(9), "z").model_copy(update={"display_name": '<script src="//x">"&'})
    path = await gate.ask_confirmation(await gate.add_request(an_action(account=evil)))

    page = await gate.pages.get(path)

    assert "<script" not in page.text
    assert "&lt;script src=&#34;//x&#34;&gt;&#34;&amp;" in page.text


async def test_whose_request_it_is_is_asked_whether_it_was_he(gate: Gate) -> None:
    own = an_action(author=account(CONFIRMER, "claire"), binding=Binding.SELF)

    page = await gate.pages.get(await gate.ask_confirmation(await gate.add_request(own)))

    for said in ("Est-ce bien vous", "Oui, c&#39;est moi", "Non, ce n&#39;est pas moi"):
        assert said in page.text


async def test_every_plan_on_accounts_says_what_it_does(gate: Gate) -> None:
    plans = [plan for plan in Plan if plan not in (Plan.QUESTION, Plan.NOT_OURS)]
    actions = [await gate.add_request(an_action(f"t7.d.{n}", plan=plan)) for n, plan in enumerate(plans)]

    pages = [await gate.pages.get(await gate.ask_confirmation(action)) for action in actions]

    said = [re.search("<dd>(.*?)</dd>", page.text, re.DOTALL) for page in pages]
    assert len({match[1] for match in said if match}) == len(plans)


@pytest.mark.requirement("C-15")
async def test_nothing_else_is_reachable_on_the_public_port(gate: Gate) -> None:
    gone = await gate.pages.get("/confirmer/nothing")
    paths = ("/", "/api/approvals", "/api/requests", "/healthz", "/metrics", "/openapi.json", "/redis", "/confirmer/")

    answers = [await gate.pages.get(path, headers={"authorization": "Bearer x"}) for path in paths]

    assert [(a.status_code, a.text) for a in answers] == [(404, gone.text)] * len(paths)
    assert (await gate.http.get("/confirmer/nothing")).headers["content-type"] == "application/json"


@pytest.mark.requirement("C-15")
async def test_an_address_that_asks_too_often_is_told_to_wait_and_no_other(open_gate: OpenGate) -> None:
    gate = await open_gate(public_proxies=("127.0.0.1",))
    path = await gate.ask_confirmation(await gate.add_request(an_action()))

    async def ask(address: str) -> httpx.Response:
        return await gate.pages.get(path, headers={"x-forwarded-for": address})

    answers = [await ask(f"2001:db8::{n}") for n in range(121)]  # more than two minutes' worth
    other = await ask("2001:db8:0:1::1")

    assert {answer.status_code for answer in answers} == {200, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "60"
    assert other.status_code == 200


@pytest.mark.requirement("C-15")
async def test_who_claims_to_be_somebody_else_is_counted_as_himself(gate: Gate) -> None:
    answers = [await gate.pages.get("/confirmer/x", headers={"x-forwarded-for": f"192.0.2.{n}"}) for n in range(121)]

    assert 429 in {answer.status_code for answer in answers}


async def test_what_is_none_of_the_two_buttons_answers_nothing(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    path = await gate.ask_confirmation(action)
    bodies = ("", "answer=maybe", "answer=yes&answer=no", "yes", "answer=yes" + " " * 2000)

    answers = [await gate.pages.post(path, content=body) for body in bodies]

    assert {answer.status_code for answer in answers} == {400}
    assert await gate.answer_of(action) is Answer.WAITING


@pytest.mark.both_databases
async def test_the_same_action_is_asked_once_and_another_anew(gate: Gate) -> None:
    action = await gate.add_request(an_action())

    links = [await gate.ask_confirmation(one) for one in (action, action, changed(action))]

    assert links[0] == links[1] != links[2]
    assert await gate.answer_of(an_action("t8.d.1")) is None


def test_a_public_address_without_a_key_is_refused_at_start() -> None:
    with pytest.raises(ValidationError, match="CONFIRMATION_KEY"):
        AssistSettings.model_validate({"public_url": "https://x.example"})


async def test_without_a_public_address_there_is_no_public_port(open_gate: OpenGate) -> None:
    gate = await open_gate(public_url=None, confirmation_key=None)

    assert gate.app.state.public_port is None


async def test_a_public_port_that_is_taken_stops_the_start_and_is_named(
    gate: Gate, capfd: pytest.CaptureFixture[str]
) -> None:
    taken = gate.settings.model_copy(update={"public_port": gate.app.state.public_port})

    with pytest.raises(PortUnusable, match=f":{gate.app.state.public_port}: Address already in use"):
        async with public_port(Starlette(), taken):
            pass

    assert "PUBLIC_PORT: cannot listen on" in capfd.readouterr().out
