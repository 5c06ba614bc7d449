"""From a problem in a person's words to one ticket, here and in GLPI."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from desk.api.access import COOKIE
from desk.problems import CannotDo, Problem
from desk.sessions import SessionState, use_session
from desk.tables import analysis_sessions, history
from tests.desk.conftest import CLAIRE, INTERNAL_TOKEN, PAUL, PRINTER, ZOE, Reception, Start, analyze, file

VAGUE = "Bonjour, ça ne marche plus."


async def events(desk: Reception) -> list[str]:
    query = sa.select(history.c.kind).order_by(history.c.id)
    return list(await desk.parts.services.database.read(lambda c: c.execute(query).scalars().all()))


@pytest.mark.both_databases
@pytest.mark.requirement("D-10")
async def test_problem_accepted_with_yes_is_a_ticket_here_and_in_glpi(start: Start) -> None:
    desk = await start(auto_validate_from=0.1, confirm_from=0.1)
    step = await analyze(desk)

    answer = await desk.send("auto-validate", {"session_id": step["session_id"], "user_response": "Oui !"})

    made = answer.json()
    (ticket,) = desk.tickets
    assert step["action"] == "auto_validate"
    assert made["ticket_number"].endswith("-00001")
    assert (made["glpi_ticket_id"], made["synced_to_glpi"], made["ready_for_L1"]) == (ticket["id"], True, True)
    assert made["ticket_number"] in made["message"]
    assert PRINTER in desk.text(ticket["content"])
    assert (ticket["users_id_recipient"], ticket["entities_id"]) == (7, 2)
    assert desk.glpi.state.glpi.categories[ticket["itilcategories_id"]]["name"] == "Imprimante"


@pytest.mark.requirement("D-10")
async def test_no_lets_the_person_pick_and_what_is_neither_is_asked_again(start: Start) -> None:
    desk = await start(auto_validate_from=0.1, confirm_from=0.1)
    session = {"session_id": (await analyze(desk))["session_id"]}

    unclear = await desk.send("auto-validate", {**session, "user_response": "peut-être"})
    rejected = await desk.send("auto-validate", {**session, "user_response": "non"})
    too_late = await desk.send("auto-validate", {**session, "user_response": "oui"})
    corrected = await desk.send("confirm", {**session, "category_id": 3, "priority": 4, "title": " Plus  d'Internet "})

    assert (unclear.status_code, unclear.json()["error"]) == (422, "unclear_answer")
    assert rejected.json()["action"] == "confirm"
    assert (too_late.status_code, too_late.json()["error"]) == (409, "wrong_step")
    assert corrected.status_code == 200
    (ticket,) = desk.tickets
    assert (desk.text(ticket["name"]), ticket["itilcategories_id"], ticket["urgency"]) == ("Plus d'Internet", 3, 4)
    assert (await events(desk))[:4] == ["analyzed", "rejected", "corrected", "created"]


@pytest.mark.requirement("D-10")
async def test_answers_to_questions_are_part_of_the_problem_and_asking_ends(desk: Reception) -> None:
    step = await analyze(desk, VAGUE)
    session = {"session_id": step["session_id"]}

    second = (await desk.send("clarify", {**session, "answer": "je ne sais pas"})).json()
    third = (await desk.send("clarify", {**session, "answer": "vraiment pas"})).json()
    made = (await desk.send("confirm", session)).json()

    assert (step["action"], second["action"], third["action"]) == ("clarify", "clarify", "confirm")
    assert 1 <= len(step["summary"]["questions"]) <= 2
    (ticket,) = desk.tickets
    assert made["glpi_ticket_id"] == ticket["id"]
    for said in (VAGUE, "je ne sais pas", "vraiment pas"):
        assert said in desk.text(ticket["content"])


@pytest.mark.requirement("D-10")
async def test_unknown_category_is_refused_and_the_session_stays_open(desk: Reception) -> None:
    session = {"session_id": (await analyze(desk))["session_id"]}

    wrong = await desk.send("confirm", {**session, "category_id": 999})
    right = await desk.send("confirm", session)

    assert (wrong.status_code, wrong.json()["error"]) == (422, "unknown_category")
    assert right.status_code == 200


@pytest.mark.both_databases
@pytest.mark.requirement("D-11")
async def test_two_clicks_at_once_make_one_ticket(desk: Reception) -> None:
    session = {"session_id": (await analyze(desk))["session_id"]}

    clicks = await asyncio.gather(*(desk.send("confirm", session) for _ in range(5)))

    made = [click for click in clicks if click.status_code == 200]
    refused = [click.json() for click in clicks if click.status_code != 200]
    assert len(made) == 1
    assert {(r["error"], r["detail"]["ticket_number"]) for r in refused} == {
        ("session_used", made[0].json()["ticket_number"])
    }
    assert len(desk.tickets) == 1


@pytest.mark.both_databases
@pytest.mark.requirement("D-12")
async def test_used_expired_unknown_and_foreign_sessions_get_four_clear_errors(desk: Reception) -> None:
    used, late, foreign = [(await analyze(desk))["session_id"] for _ in range(3)]
    await desk.send("confirm", {"session_id": used})
    await desk.sign_in(CLAIRE)

    async def errors(session_id: str, email: str = ZOE) -> set[tuple[int, str]]:
        answers = [
            await desk.send("confirm", {"session_id": session_id}, email),
            await desk.send("clarify", {"session_id": session_id, "answer": "x"}, email),
            await desk.send("auto-validate", {"session_id": session_id, "user_response": "oui"}, email),
            await desk.send("cancel", {"session_id": session_id}, email),
        ]
        return {(answer.status_code, answer.json()["error"]) for answer in answers}

    assert await errors(used) == {(409, "session_used")}
    assert await errors("no-such-session") == {(404, "session_unknown")}
    assert await errors(foreign, CLAIRE) == {(403, "session_foreign")}
    desk.clock.ahead = timedelta(minutes=30, seconds=1)
    assert await errors(late) == {(410, "session_expired")}
    assert len(desk.tickets) == 1


@pytest.mark.requirement("D-12")
async def test_session_survives_a_restart_and_tells_where_it_stands(start: Start) -> None:
    first = await start()
    step = await analyze(first)
    await first.stop()

    second = await start()
    second.tokens = first.tokens
    path, auth = f"/api/v1/workflow/{step['session_id']}", await second.sign_in()
    before = (await second.http.get(path, headers=auth)).json()
    made = (await second.send("confirm", {"session_id": step["session_id"]})).json()
    after = (await second.http.get(path, headers=auth)).json()

    assert (before["state"], before["summary"]) == ("open", step["summary"])
    assert (after["state"], after["ticket_number"]) == ("used", made["ticket_number"])


@pytest.mark.requirement("D-12")
async def test_cancelled_conversation_makes_no_ticket(desk: Reception) -> None:
    session = {"session_id": (await analyze(desk))["session_id"]}

    cancelled = await desk.send("cancel", session)
    after = await desk.send("confirm", session)

    assert (cancelled.status_code, after.json()["error"], after.json()["detail"]) == (204, "session_used", {})
    assert desk.tickets == []


@pytest.mark.requirement("D-13")
async def test_problem_in_somebody_elses_name_is_refused(desk: Reception) -> None:
    mine = await desk.send("analyze", {"message": PRINTER, "user_email": ZOE.upper()})
    other = await desk.send("analyze", {"message": PRINTER, "user_email": CLAIRE})
    nobody = await desk.http.post("/api/v1/workflow/analyze", json={"message": PRINTER, "user_email": ZOE})

    assert mine.status_code == 200
    assert (other.status_code, other.json()["error"]) == (403, "not_you")
    assert (nobody.status_code, nobody.json()["error"]) == (401, "not_signed_in")


@pytest.mark.requirement("D-13")
async def test_message_is_limited_in_length_and_number(start: Start) -> None:
    desk = await start(hourly_messages=2)

    longest = await desk.send("analyze", {"message": "é" * 20_000, "user_email": ZOE})
    longer = await desk.send("analyze", {"message": "é" * 20_001, "user_email": ZOE})
    more = [await desk.send("analyze", {"message": PRINTER, "user_email": ZOE}) for _ in range(2)]

    assert (longest.status_code, longer.status_code) == (200, 422)
    assert [answer.status_code for answer in more] == [200, 429]


@pytest.mark.requirement("D-14")
async def test_what_stays_local_goes_to_glpi_as_one_private_followup(desk: Reception) -> None:
    made = await file(desk)
    await desk.until_told(made["ticket_id"])

    (followup,) = desk.followups
    text = desk.text(followup["content"])
    assert (followup["is_private"], followup["items_id"]) == (1, made["glpi_ticket_id"])
    for said in (made["ticket_number"], "Confiance", "Validation : confirmée par la personne", "Tentatives : 1"):
        assert said in text


@pytest.mark.both_databases
@pytest.mark.requirement("D-15")
async def test_orchestrator_learns_who_was_signed_in_for_which_text(desk: Reception) -> None:
    messy = f"  {PRINTER} \r\n\r\n\r\n\n <b>Merci</b>   &amp; à\u00a0bientôt\x07 "
    made = await file(desk, messy)

    auth = {"authorization": f"Bearer {INTERNAL_TOKEN}"}
    answer = await desk.http.get(f"/internal/identity/{made['glpi_ticket_id']}", headers=auth)
    read = await desk.read_in_glpi(made["glpi_ticket_id"])

    (text,) = answer.json()["texts"]
    assert read == f"{PRINTER}\n\n<b>Merci</b> &amp; à bientôt"
    assert text["sha256"] == hashlib.sha256(" ".join(read.split()).encode()).hexdigest()
    assert text["key"] == "description"
    assert (text["email"], text["method"], len(text["object_guid"])) == (ZOE, "code", 36)
    assert text["signed_in_at"]


@pytest.mark.requirement("D-15")
async def test_identity_is_told_to_nobody_else(desk: Reception) -> None:
    made = await file(desk)
    path = f"/internal/identity/{made['glpi_ticket_id']}"

    refused = [
        await desk.http.get(path),
        await desk.http.get(path, headers=await desk.sign_in()),
        await desk.http.get(path, headers={"authorization": "Bearer widip_test-internal-tokem"}),
    ]

    assert [answer.status_code for answer in refused] == [401, 401, 401]


@pytest.mark.requirement("D-16")
async def test_requester_is_glpis_account_only_where_glpi_links_it_to_the_directory(desk: Reception) -> None:
    desk.glpi.state.glpi.users[22]["authtype"] = 1
    by_link, by_address = await file(desk, email=CLAIRE), await file(desk, email=PAUL)

    def requester(made: dict[str, Any]) -> list[tuple[int, str]]:
        rows = desk.glpi.state.glpi.ticket_users.values()
        mine = [row for row in rows if row["tickets_id"] == made["glpi_ticket_id"] and row["type"] == 1]
        return [(row["users_id"], row["alternative_email"]) for row in mine]

    assert requester(by_link) == [(20, "")]
    assert requester(by_address) == [(0, PAUL)]


@pytest.mark.requirement("D-127")
async def test_answer_that_came_while_the_ticket_was_agreed_to_is_not_lost(desk: Reception) -> None:
    session = (await analyze(desk))["session_id"]
    database = desk.parts.services.database
    stale = await database.read(lambda c: dict(c.execute(sa.select(analysis_sessions)).mappings().one()))
    answered = await desk.send("clarify", {"session_id": session, "answer": "Elle est au rez-de-chaussée"})

    with pytest.raises(CannotDo) as refused:
        await database.write(lambda connection: use_session(connection, stale, SessionState.USED))
    made = await desk.send("confirm", {"session_id": session})

    assert (answered.status_code, refused.value.problem) == (200, Problem.WRONG_STEP)
    assert "rez-de-chaussée" in (await desk.get(f"tickets/{made.json()['ticket_id']}"))["description"]


@pytest.mark.requirement("D-125")
async def test_whose_sign_in_has_ended_is_asked_who_he_is_where_anybody_may_report(start: Start) -> None:
    desk = await start(anonymous_reports=True)
    bearer = await desk.sign_in(ZOE)
    await desk.http.post("/api/v1/sign-out", headers=bearer)
    said = {"message": PRINTER, "user_email": ZOE}
    cookie = {"cookie": f"{COOKIE}={bearer['authorization'].removeprefix('Bearer ')}"}

    by_token = await desk.http.post("/api/v1/workflow/analyze", json=said, headers=bearer)
    by_cookie = await desk.http.post("/api/v1/workflow/analyze", json=said, headers=cookie)
    by_nothing = await desk.http.post("/api/v1/workflow/analyze", json=said)

    assert [answer.status_code for answer in (by_token, by_cookie, by_nothing)] == [401, 401, 200]
    assert by_cookie.json()["error"] == "not_signed_in"
    assert f'{COOKIE}=""; ' in by_cookie.headers["set-cookie"]
    assert "set-cookie" not in by_token.headers


@pytest.mark.requirement("D-17")
async def test_anonymous_report_is_taken_by_setting_only_and_proves_nobody(start: Start) -> None:
    desk = await start(anonymous_reports=True)

    async def send(step: str, body: dict[str, Any]) -> httpx.Response:
        return await desk.http.post(f"/api/v1/workflow/{step}", json=body)

    session = (await send("analyze", {"message": PRINTER, "user_email": PAUL})).json()["session_id"]
    made = (await desk.send("confirm", {"session_id": session}, CLAIRE)).json()

    auth = {"authorization": f"Bearer {INTERNAL_TOKEN}"}
    identity = await desk.http.get(f"/internal/identity/{made['glpi_ticket_id']}", headers=auth)
    await desk.until_told(made["ticket_id"])
    assert (made["synced_to_glpi"], made["ready_for_L1"], identity.json()) == (True, False, {"texts": []})
    assert "non vérifié" in desk.text(desk.followups[0]["content"])
