"""The stand-in GLPI: session, rights, generic item calls and control (contracts/glpi.md, sections 1, 2 and 12)."""

from __future__ import annotations

import json

import pytest

from tests.simulators.glpi_client import (
    API,
    QUEUED,
    Clock,
    add,
    browser,
    create_ticket,
    follow,
    get,
    logged_in,
    make_glpi,
    put,
    refusal,
)

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (400, "ERROR_APP_TOKEN_PARAMETERS_MISSING")),
        ({"App-Token": "bad"}, (400, "ERROR_WRONG_APP_TOKEN_PARAMETER")),
        ({"App-Token": "sim-app-token"}, (400, "ERROR_LOGIN_PARAMETERS_MISSING")),
        ({"App-Token": "sim-app-token", "Authorization": "user_token bad"}, (401, "ERROR_GLPI_LOGIN_USER_TOKEN")),
        (
            {"App-Token": "sim-app-token", "Authorization": "Basic eDp5"},
            (400, "ERROR_LOGIN_WITH_CREDENTIALS_DISABLED"),
        ),
    ],
)
async def test_init_session_refuses_with_the_code_of_the_sheet(
    headers: dict[str, str], expected: tuple[int, str]
) -> None:
    async with browser(make_glpi()) as client:
        answer = await client.get(f"{API}/initSession", headers=headers)

    assert refusal(answer) == expected


async def test_app_token_is_needed_on_every_call() -> None:
    async with logged_in(make_glpi()) as client:
        del client.headers["App-Token"]
        answer = await client.get(f"{API}/Ticket")

    assert refusal(answer) == (400, "ERROR_APP_TOKEN_PARAMETERS_MISSING")


async def test_missing_and_dead_session_tokens_differ() -> None:
    async with logged_in(make_glpi()) as client:
        assert (await client.get(f"{API}/killSession")).json() is True
        dead = await client.get(f"{API}/killSession")
        del client.headers["Session-Token"]
        missing = await client.get(f"{API}/Ticket")

    assert refusal(dead) == (401, "ERROR_SESSION_TOKEN_INVALID")
    assert refusal(missing) == (400, "ERROR_SESSION_TOKEN_MISSING")


async def test_disabled_user_keeps_the_session_but_gets_no_new_one() -> None:
    app = make_glpi()
    async with logged_in(app) as client:
        app.state.glpi.users[6]["is_active"] = 0
        still = await client.get(f"{API}/Ticket")
        again = await client.get(f"{API}/initSession", headers={"Authorization": "user_token orchestrator"})

    assert still.status_code == 200
    assert refusal(again) == (401, "ERROR_GLPI_LOGIN_USER_TOKEN")


@pytest.mark.parametrize(("version", "full"), [("9.5", "9.5.13"), ("10.0", "10.0.19"), ("11.0", "11.0.2")])
async def test_config_tells_the_version(version: str, full: str) -> None:
    async with logged_in(make_glpi(version=version)) as client:
        assert (await get(client, "getGlpiConfig"))["cfg_glpi"]["version"] == full
        assert (await get(client, "getActiveProfile"))["active_profile"]["name"] == "Intégration"
        assert {row["id"] for row in (await get(client, "getMyEntities"))["myentities"]} == {0, 2, 3, 4}
        assert (await get(client, "getFullSession"))["session"]["glpiID"] == 6


async def test_maintenance_answers_200_with_html_everywhere() -> None:
    app = make_glpi()
    async with logged_in(app) as client:
        app.state.glpi.maintenance = True
        answers = [await client.get(f"{API}/{path}") for path in ("initSession", "Ticket", "")]

    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.headers["content-type"].startswith("text/html") for answer in answers)


async def test_disabled_api_and_refused_address_answer_400() -> None:
    app = make_glpi()
    async with browser(app) as client:
        app.state.glpi.ip_allowed = False
        refused = await client.get(f"{API}/initSession")
        app.state.glpi.api_enabled = False
        disabled = await client.get(f"{API}/")

    assert refusal(refused) == (400, "ERROR_NOT_ALLOWED_IP")
    assert refusal(disabled) == (400, "ERROR")


async def test_documentation_and_status_pages_need_no_login() -> None:
    async with browser(make_glpi()) as client:
        page = await client.get(f"{API}/")
        status = await client.get("/status.php")
        as_json = await client.get("/status.php", headers={"Accept": "application/json"})

    assert page.headers["content-type"].startswith("text/html")
    assert status.text.rstrip().endswith("GLPI_OK")
    assert as_json.json()["glpi"] == {"status": "OK"}


async def test_bad_bodies_have_their_codes() -> None:
    json_type = {"Content-Type": "application/json"}
    async with logged_in(make_glpi()) as client:
        invalid = await client.post(f"{API}/Ticket", content="{", headers=json_type)
        forbidden = await client.request("GET", f"{API}/Ticket", content="{}", headers=json_type)
        no_input = await client.post(f"{API}/Ticket", json={"name": "x"})
        unknown = await client.get(f"{API}/ticket/1")

    assert refusal(invalid) == (400, "ERROR_JSON_PAYLOAD_INVALID")
    assert refusal(forbidden) == (400, "ERROR_JSON_PAYLOAD_FORBIDDEN")
    assert refusal(no_input) == (400, "ERROR_BAD_ARRAY")
    assert refusal(unknown) == (400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM")


async def test_version_11_also_answers_under_api_php() -> None:
    async with logged_in(make_glpi(version="11.0")) as client:
        answer = await client.get("/api.php/v1/Ticket/1")

    assert answer.json()["id"] == 1


async def test_technician_may_not_read_categories_nor_the_mail_queue_but_may_queue() -> None:
    async with logged_in(make_glpi(), "technician") as client:
        categories = await client.get(f"{API}/ITILCategory")
        queued_id = await add(client, "QueuedNotification", **QUEUED)
        queued = await client.get(f"{API}/QueuedNotification/{queued_id}")

    assert refusal(categories) == (403, "ERROR_RIGHT_MISSING")
    assert refusal(queued) == (403, "ERROR_RIGHT_MISSING")


async def test_write_without_right_is_400_not_403() -> None:
    async with logged_in(make_glpi(), "technician") as client:
        answer = await client.post(f"{API}/User", json={"input": {"name": "nouveau"}})

    assert refusal(answer) == (400, "ERROR_GLPI_ADD")


async def test_self_service_sees_its_own_tickets_without_private_followups() -> None:
    app = make_glpi()
    async with logged_in(app) as staff, logged_in(app, "claire") as claire:
        other = await create_ticket(staff, _users_id_requester=21)
        await add(staff, "ITILFollowup", itemtype="Ticket", items_id=1, content="secret", is_private=1)
        await add(staff, "ITILFollowup", itemtype="Ticket", items_id=1, content="public")
        seen = await get(claire, "Ticket")
        texts = [row["content"] for row in await get(claire, "Ticket/1/ITILFollowup")]
        refused = await claire.get(f"{API}/Ticket/{other}")
        address = await claire.post(f"{API}/UserEmail", json={"input": {"users_id": 20, "email": "x@y.example"}})

    assert [row["id"] for row in seen] == [1]
    assert texts == ["public"]
    assert refusal(refused) == (403, "ERROR_RIGHT_MISSING")
    assert refusal(address) == (400, "ERROR_GLPI_ADD")


async def test_foreign_entity_is_refused_and_the_default_is_the_active_one() -> None:
    async with logged_in(make_glpi(), "claire") as client:
        foreign = await client.post(f"{API}/Ticket", json={"input": {"name": "x", "entities_id": 3}})
        own = await add(client, "Ticket", name="x")
        row = await get(client, f"Ticket/{own}")

    assert refusal(foreign) == (400, "ERROR_GLPI_ADD")
    assert row["entities_id"] == 2


async def test_list_is_cut_at_twenty_rows_and_ranged() -> None:
    async with logged_in(make_glpi()) as client:
        for rank in range(24):
            await create_ticket(client, name=f"T{rank}")
        short = await client.get(f"{API}/Ticket")
        full = await client.get(f"{API}/Ticket?range=0-99&sort=id&order=DESC")
        past = await client.get(f"{API}/Ticket?range=26-30")
        malformed = await client.get(f"{API}/Ticket?range=abc")
        inverted = await client.get(f"{API}/Ticket?range=10-5")

    assert (short.status_code, len(short.json()), short.headers["content-range"]) == (206, 20, "0-19/25")
    assert (full.status_code, [row["id"] for row in full.json()][:2]) == (200, [25, 24])
    assert refusal(past) == (400, "ERROR_RANGE_EXCEED_TOTAL")
    assert refusal(malformed) == (400, "ERROR")
    assert refusal(inverted) == (500, "ERROR_UNKNOWN")


async def test_empty_list_is_an_empty_array_without_content_range() -> None:
    async with logged_in(make_glpi()) as client:
        answer = await client.get(f"{API}/Ticket?searchText[name]=^rien$")

    assert (answer.status_code, answer.json()) == (200, [])
    assert "content-range" not in answer.headers


async def test_search_text_contains_unless_anchored() -> None:
    async with logged_in(make_glpi()) as client:
        loose = await get(client, "User", **{"searchText[id]": "2"})
        exact = await get(client, "User", **{"searchText[id]": "^2$"})
        unknown = await client.get(f"{API}/Ticket?searchText[externalid]=x")
        bad_sort = await client.get(f"{API}/Ticket?sort=nothing")

    assert [row["id"] for row in loose] == [2, 20, 21, 22]
    assert [row["id"] for row in exact] == [2]
    assert refusal(unknown) == (400, "ERROR_FIELD_NOT_FOUND")
    assert refusal(bad_sort) == (400, "ERROR")


async def test_put_traps() -> None:
    async with logged_in(make_glpi()) as client:
        unknown = await put(client, "Ticket/99", name="x")
        bulk = await client.put(f"{API}/Ticket", json={"input": [{"id": 1, "name": "x"}, {"id": 99, "name": "y"}]})
        nobody = await put(client, "Ticket", name="x")
        renamed = await put(client, "User/20", name="ZOBRIEN", firstname="Autre")
        user = await get(client, "User/20")

    assert (unknown.status_code, unknown.json()) == (400, ["ERROR_GLPI_UPDATE", None])
    assert refusal(bulk) == (207, "ERROR_GLPI_PARTIAL_UPDATE")
    assert [next(iter(result)) for result in bulk.json()[1]] == ["1"]
    assert (nobody.status_code, nobody.json()) == (200, [[]])
    assert renamed.json()[0]["20"] is True
    assert renamed.json()[0]["message"]
    assert (user["name"], user["firstname"]) == ("coria", "Claire")


async def test_bulk_post_tells_each_result() -> None:
    async with logged_in(make_glpi()) as client:
        answer = await client.post(f"{API}/User", json={"input": [{"name": "coria"}, {"name": "neuf"}]})
        none = await client.post(f"{API}/User", json={"input": [{"name": "coria"}]})
        all_good = await client.post(f"{API}/Ticket", json={"input": [{"name": "a"}, {"name": "b"}]})

    assert refusal(answer) == (207, "ERROR_GLPI_PARTIAL_ADD")
    assert [bool(result["id"]) for result in answer.json()[1]] == [False, True]
    assert refusal(none) == (400, "ERROR_GLPI_ADD")
    assert [result["id"] for result in all_good.json()] == [2, 3]


async def test_delete_goes_to_the_bin_and_purge_forgets() -> None:
    async with logged_in(make_glpi()) as client:
        binned = await client.delete(f"{API}/Ticket/1")
        still = await get(client, "Ticket/1")
        listed, in_bin = await get(client, "Ticket"), await get(client, "Ticket", is_deleted="true")
        await client.delete(f"{API}/Ticket/1?force_purge=true")
        gone = await client.get(f"{API}/Ticket/1")

    assert binned.json() == [{"1": True, "message": ""}]
    assert still["is_deleted"] == 1
    assert (listed, len(in_bin)) == ([], 1)
    assert refusal(gone) == (404, "ERROR_ITEM_NOT_FOUND")


async def test_post_on_a_sub_item_url_does_not_inherit_the_parent() -> None:
    async with logged_in(make_glpi()) as client:
        answer = await client.post(f"{API}/Ticket/1/ITILFollowup", json={"input": {"content": "x"}})
        no_parent = await client.get(f"{API}/Ticket/99/ITILFollowup")

    assert refusal(answer) == (400, "ERROR_GLPI_ADD")
    assert refusal(no_parent) == (404, "ERROR_ITEM_NOT_FOUND")


async def test_expand_dropdowns_replaces_ids_and_leaves_unset_ones() -> None:
    async with logged_in(make_glpi()) as client:
        ticket_id = await create_ticket(client)
        one = await get(client, "Ticket/1", expand_dropdowns="true", get_hateoas="false")
        bare = await get(client, f"Ticket/{ticket_id}", expand_dropdowns="true")

    assert one["entities_id"] == "WIDIP > EHPAD Les Lilas"
    assert one["itilcategories_id"] == "Matériel > Imprimante"
    assert "links" not in one
    assert bare["itilcategories_id"] == 0


async def test_state_shows_real_text_and_no_tokens() -> None:
    app = make_glpi()
    async with logged_in(app) as client, browser(app) as outside:
        await create_ticket(client, content="<p>A & B</p>")
        body = (await outside.get("/_sim/state")).json()

    assert body["tickets"][1]["content"] == "<p>A & B</p>"
    assert {"followups", "queued_notifications", "users"} <= body.keys()
    assert not any(token in json.dumps(body) for token in ("sim-app-token", "Session-Token"))


async def test_a_technician_changes_a_ticket_by_hand() -> None:
    clock = Clock()
    app = make_glpi(clock=clock)
    now = clock.move(minutes=3)
    async with logged_in(app) as client, browser(app) as outside:
        await outside.post("/_sim/ticket/1", json={"status": 4, "followup": "En attente du fournisseur"})
        row = await get(client, "Ticket/1")
        logs = await get(client, "Ticket/1/Log")
        unknown = await outside.post("/_sim/ticket/99", json={})

    changed = next(log for log in logs if log["id_search_option"] == 12)
    assert (row["status"], row["date_mod"]) == (4, now)
    assert (changed["user_name"], changed["old_value"], changed["new_value"]) == ("tmartel (10)", "2", "4")
    assert unknown.status_code == 404


async def test_a_person_opens_a_ticket_by_hand() -> None:
    async with browser(make_glpi()) as outside:
        given = {"by": 20, "name": "Plus d'accès", "content": "<p>Bloqué</p>"}
        row = (await outside.post("/_sim/ticket", json=given)).json()

    assert (row["users_id_recipient"], row["entities_id"]) == (20, 2)


async def test_switches_are_set_from_outside() -> None:
    app = make_glpi()
    async with browser(app) as outside:
        await outside.post("/_sim/switches", json={"maintenance": True})
        answer = await outside.get(f"{API}/initSession")
        unknown = await outside.post("/_sim/switches", json={"nothing": 1})

    assert answer.headers["content-type"].startswith("text/html")
    assert unknown.status_code == 400


async def test_planted_fault_hits_the_api_once() -> None:
    app = make_glpi()
    async with logged_in(app) as client:
        app.state.faults.add("error", "POST /apirest.php/Ticket", status=502)
        hit = await client.post(f"{API}/Ticket", json={"input": {"name": "x"}})
        after = await client.post(f"{API}/Ticket", json={"input": {"name": "x"}})

    assert (hit.status_code, after.status_code) == (502, 201)


async def test_pages_escape_what_people_wrote() -> None:
    app = make_glpi()
    async with logged_in(app) as client, browser(app) as outside:
        ticket_id = await create_ticket(client, name="<b>gras</b> & co", content="<script>alert(1)</script>")
        await follow(client, ticket_id, content="<p>a &lt;img src=x onerror=y&gt;</p>")
        page = await outside.get(f"/front/ticket.form.php?id={ticket_id}")
        home = await outside.get("/")
        missing = await outside.get("/front/ticket.form.php?id=99")

    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;img" in page.text
    assert "gras &amp; co" in home.text
    assert missing.status_code == 404
