"""Who really wrote what: every forgery of contracts/glpi.md, section 13, is seen through."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from orchestrator.assist.codes import Code
from orchestrator.assist.identity import GlpiAccount, prove_author
from orchestrator.assist.texts import texts_of
from tests.servers.glpi_world import ADMIN, CLAIRE, PAUL, PRINTER_TICKET, TECHNICIAN, VERSIONS, ZOE, World, open_world
from tests.simulators.glpi_client import API, add, create_ticket, follow, logged_in, put

pytestmark = pytest.mark.asyncio(loop_scope="module")
EMPLOYEE, COLLEAGUE, TECH = "sim-employee-token", "sim-colleague-token", "sim-technician-token"
CLAIRE_GUID = "94049d94-4613-57ea-bb01-e5a222a04d43"
ALL_CLAIMS = {"_auto_import": 1, "users_id_recipient": TECHNICIAN, "requesttypes_id": 1}


async def _timeline(glpi: World, ticket_id: int, **asked: Any) -> dict[str, Any]:
    return await glpi.call("get_ticket_timeline", ticket_id=ticket_id, **asked)


async def _lines(glpi: World, ticket_id: int, action: str, field: str = "") -> list[dict[str, Any]]:
    history = (await _timeline(glpi, ticket_id))["history"]
    return [line for line in history if (line["action"], line["field"]) == (action, field)]


@pytest.mark.requirement("G-30")
async def test_linked_account_is_told_by_its_number_with_its_directory_account(glpi: World) -> None:
    by_number = await glpi.call("get_glpi_user", user_id=CLAIRE)

    assert by_number == await glpi.call("get_glpi_user", login="coria")
    assert by_number["users"][0]["object_guid"] == CLAIRE_GUID
    assert by_number["users"][0]["directory_dn"].startswith("CN=Claire Oria,")


@pytest.mark.requirement("G-30")
@pytest.mark.parametrize(
    ("authtype", "sync_field", "told"),
    [
        (3, CLAIRE_GUID.upper(), CLAIRE_GUID),
        (1, CLAIRE_GUID, None),
        (2, CLAIRE_GUID, None),
        (4, CLAIRE_GUID, None),
        (3, "coria", None),
        (3, None, None),
        (3, CLAIRE_GUID.replace("-", ""), None),
        (3, f"{{{CLAIRE_GUID}}}", None),
        (3, f"{CLAIRE_GUID}\n", None),
    ],
)
async def test_only_a_whole_ldap_link_names_a_directory_account(
    glpi: World, authtype: int, sync_field: str | None, told: str | None
) -> None:
    glpi.state.users[PAUL] |= {"authtype": authtype, "sync_field": sync_field}

    user = (await glpi.call("get_glpi_user", user_id=PAUL))["users"][0]

    assert user.get("object_guid") == told


@pytest.mark.requirement("G-30")
async def test_local_account_with_somebody_elses_address_is_bound_to_nobody(glpi: World) -> None:
    local = await glpi.by_hand("/_sim/user", login="claire", emails=["c.oria@lilas.example"], sync_field=CLAIRE_GUID)

    found = (await glpi.call("get_glpi_user", email="c.oria@lilas.example"))["users"]

    assert {user["user_id"]: user.get("object_guid") for user in found} == {CLAIRE: CLAIRE_GUID, local["id"]: None}


@pytest.mark.parametrize("gone", ["unknown", "binned"])
async def test_number_of_no_account_finds_nobody(glpi: World, gone: str) -> None:
    glpi.state.users[PAUL]["is_deleted"] = int(gone == "binned")

    assert await glpi.call("get_glpi_user", user_id=PAUL if gone == "binned" else 999) == {"users": []}


@pytest.mark.requirement("G-31")
@pytest.mark.parametrize("claims", [ALL_CLAIMS, {}], ids=["writer, source and requester", "requester"])
async def test_ticket_in_another_name_names_its_author_in_the_history(glpi: World, claims: dict[str, int]) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire:
        ticket_id = await create_ticket(claire, **claims, _users_id_requester=TECHNICIAN)

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)
    created = await _lines(glpi, ticket_id, "created")
    assert ticket["requester_ids"] == [TECHNICIAN]
    assert ticket["writer_id"] == (TECHNICIAN if claims else CLAIRE)
    assert [line["author_id"] for line in created] == [CLAIRE]


@pytest.mark.requirement("G-31")
@pytest.mark.parametrize("address", ["c.oria@lilas.example", "inconnu@ailleurs.example"])
async def test_mail_proves_no_author_whatever_its_from_says(glpi: World, address: str) -> None:
    mail = {"from": address, "subject": "Mot de passe", "text": "Je l'ai perdu"}
    opened = await glpi.by_hand("/_sim/mail", **mail)
    answer = await glpi.by_hand("/_sim/mail", **mail, ticket_id=opened["id"])

    claimed = CLAIRE if address.startswith("c.oria") else 0
    ticket = await glpi.call("get_ticket_info", ticket_id=opened["id"])
    entries = (await _timeline(glpi, opened["id"]))["entries"]
    made = [
        *await _lines(glpi, opened["id"], "created"),
        *await _lines(glpi, opened["id"], "added", "ITILFollowup"),
    ]
    assert (ticket.get("writer_id", 0), ticket["requester_ids"]) == (claimed, [claimed] if claimed else [])
    assert [entry["author_id"] for entry in entries] == [claimed]
    assert [(line["author_login"], "author_id" in line) for line in made] == [("cron_mailgate", False)] * 2
    assert made[1]["new_value"] == str(answer["id"])


@pytest.mark.requirement("G-35")
@pytest.mark.requirement("I5-40")
async def test_mail_that_an_administrator_has_collected_is_his_by_the_history_and_proves_nobody(glpi: World) -> None:
    mail = {"from": "c.oria@lilas.example", "subject": "Mot de passe", "text": "Je l'ai perdu", "by": ADMIN}
    opened = await glpi.by_hand("/_sim/mail", **mail)
    await glpi.by_hand("/_sim/mail", **mail, ticket_id=opened["id"])

    ticket = await glpi.call("get_ticket_info", ticket_id=opened["id"])
    timeline = await _timeline(glpi, opened["id"])
    texts = texts_of(ticket, timeline["entries"], timeline["history"])
    linked = GlpiAccount(user_id=ADMIN, active=True, object_guid=UUID(CLAIRE_GUID))
    proven = [prove_author([text], linked, desk_id=None, desk_words=()) for text in texts]

    assert (ticket["writer_id"], timeline["entries"][0]["author_id"]) == (CLAIRE, CLAIRE)
    assert (ticket["source"], timeline["entries"][0]["source"]) == ("email", "email")
    assert [(identity.author_id, identity.object_guid, identity.code) for identity in proven] == [
        (ADMIN, None, Code.BY_MAIL)
    ] * 2


@pytest.mark.requirement("G-35")
@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "helpdesk"), (2, "email"), (3, "phone"), (4, "direct"), (6, "other"), (77, "other"), (0, None), (None, None)],
)
async def test_ticket_and_followup_tell_how_they_say_they_came_in(
    glpi: World, number: int | None, told: str | None
) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire:
        ticket_id = await create_ticket(claire)
        followup_id = await follow(claire, ticket_id)
    glpi.state.tickets[ticket_id]["requesttypes_id"] = number
    glpi.state.followups[followup_id]["requesttypes_id"] = number

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)
    entries = (await _timeline(glpi, ticket_id))["entries"]

    assert (ticket.get("source"), [entry.get("source") for entry in entries]) == (told, [told])


@pytest.mark.requirement("G-35")
async def test_source_that_somebody_changed_is_told_with_his_account(glpi: World) -> None:
    mail = {"from": "c.oria@lilas.example", "subject": "Mot de passe", "text": "Je l'ai perdu", "by": ADMIN}
    opened = await glpi.by_hand("/_sim/mail", **mail)
    async with logged_in(glpi.simulator, TECH) as technician:
        await put(technician, f"Ticket/{opened['id']}", requesttypes_id=1)

    ticket = await glpi.call("get_ticket_info", ticket_id=opened["id"])
    changed = await _lines(glpi, opened["id"], "changed", "9")

    assert (ticket["source"], [line["author_id"] for line in changed]) == ("helpdesk", [TECHNICIAN])


@pytest.mark.requirement("G-31")
@pytest.mark.parametrize("version", VERSIONS)
async def test_followup_in_another_name_names_its_author_in_the_history(
    clean_redis_port: int, tmp_path: Path, version: Any
) -> None:
    async with open_world(clean_redis_port, tmp_path, version=version) as glpi:
        async with logged_in(glpi.simulator, EMPLOYEE) as claire:
            followup_id = await follow(claire, PRINTER_TICKET, users_id=TECHNICIAN)

        entries = (await _timeline(glpi, PRINTER_TICKET))["entries"]
        added = await _lines(glpi, PRINTER_TICKET, "added", "ITILFollowup")

    assert [entry["author_id"] for entry in entries] == [TECHNICIAN if version == "11.0" else CLAIRE]
    assert [(line["new_value"], line["author_id"]) for line in added] == [(str(followup_id), CLAIRE)]


@pytest.mark.requirement("G-31")
@pytest.mark.parametrize("version", VERSIONS)
async def test_followup_that_its_author_gives_to_another_names_its_author_in_the_history(
    clean_redis_port: int, tmp_path: Path, version: Any
) -> None:
    async with open_world(clean_redis_port, tmp_path, version=version) as glpi:
        async with logged_in(glpi.simulator, EMPLOYEE) as claire:
            followup_id = await follow(claire, PRINTER_TICKET)
            await put(claire, f"ITILFollowup/{followup_id}", users_id=TECHNICIAN)

        entries = (await _timeline(glpi, PRINTER_TICKET))["entries"]
        added = await _lines(glpi, PRINTER_TICKET, "added", "ITILFollowup")

    assert [entry["author_id"] for entry in entries] == [TECHNICIAN if version == "11.0" else CLAIRE]
    assert [line["author_id"] for line in added] == [CLAIRE]


@pytest.mark.requirement("G-31")
async def test_person_whom_another_names_as_requester_is_seen_to_be_added(glpi: World) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire:
        ticket_id = await create_ticket(claire, _users_id_requester=CLAIRE)
    async with logged_in(glpi.simulator, TECH) as technician:
        await add(technician, "Ticket_User", tickets_id=ticket_id, users_id=ZOE, type=1)

    people = await _lines(glpi, ticket_id, "added", "User")

    assert [(line["new_value"], line["author_id"]) for line in people] == [
        ("Oria Claire (20)", CLAIRE),
        ("O'Brien Zoé (21)", TECHNICIAN),
    ]


@pytest.mark.requirement("G-31")
@pytest.mark.parametrize(
    "user_name",
    [
        "coria (20) impersonated by glpi-admin (2)",
        "glpi-admin (2) incarne coria (20)",
        "cron_mailgate",
        "(20)",
        "",
        "x" * 250 + " (20)",
    ],
)
async def test_account_that_acts_as_another_is_nobody(glpi: World, user_name: str) -> None:
    glpi.state.log(CLAIRE, ("Ticket", PRINTER_TICKET), action=0, option=21)["user_name"] = user_name

    line = (await _timeline(glpi, PRINTER_TICKET))["history"][-1]

    assert "author_id" not in line
    assert line["author_login"] == user_name


@pytest.mark.requirement("G-32")
@pytest.mark.parametrize(("column", "field"), [("name", "1"), ("content", "21")])
async def test_title_or_description_that_another_changed_says_so(glpi: World, column: str, field: str) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire:
        ticket_id = await create_ticket(claire, _users_id_requester=[CLAIRE, ZOE])
    async with logged_in(glpi.simulator, COLLEAGUE) as zoe:
        await put(zoe, f"Ticket/{ticket_id}", **{column: "Mot de passe de Claire"})

    changed = await _lines(glpi, ticket_id, "changed", field)

    assert [(line["author_id"], line["new_value"]) for line in changed] == [(ZOE, "Mot de passe de Claire")]


@pytest.mark.requirement("G-32")
@pytest.mark.parametrize("within_a_second", [False, True])
async def test_followup_that_another_changed_names_its_editor(glpi: World, within_a_second: bool) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire, logged_in(glpi.simulator, TECH) as technician:
        untouched, edited = await follow(claire, PRINTER_TICKET), await follow(claire, PRINTER_TICKET)
        await put(technician, f"ITILFollowup/{edited}", content="<p>autre texte</p>")
    moments = {"date_creation": "2026-03-01 10:00:00", "date_mod": f"2026-03-01 10:00:0{int(not within_a_second)}"}
    glpi.state.followups[edited] |= moments

    entries = {entry["entry_id"]: entry for entry in (await _timeline(glpi, PRINTER_TICKET))["entries"]}
    changed = await _lines(glpi, PRINTER_TICKET, "changed", "ITILFollowup")

    assert (entries[edited]["author_id"], entries[edited]["editor_id"]) == (CLAIRE, TECHNICIAN)
    assert entries[edited].get("edited_at") == (None if within_a_second else "2026-03-01T10:00:01Z")
    assert not {"editor_id", "edited_at"} & set(entries[untouched])
    assert [(line["new_value"], line["author_id"]) for line in changed] == [(str(edited), TECHNICIAN)]


@pytest.mark.requirement("G-32")
async def test_followup_that_another_hid_has_a_change_and_no_editor(glpi: World) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire, logged_in(glpi.simulator, TECH) as technician:
        followup_id = await follow(claire, PRINTER_TICKET)
        glpi.state.followups[followup_id]["date_creation"] = "2026-03-01 10:00:00"
        await put(technician, f"ITILFollowup/{followup_id}", is_private=1)

    entry = (await _timeline(glpi, PRINTER_TICKET))["entries"][0]
    changed = await _lines(glpi, PRINTER_TICKET, "changed", "ITILFollowup")

    assert (entry["private"], "edited_at" in entry, "editor_id" in entry) == (True, True, False)
    assert [line["author_id"] for line in changed] == [TECHNICIAN]


@pytest.mark.requirement("G-32")
async def test_followup_that_was_deleted_is_told_as_removed(glpi: World) -> None:
    async with logged_in(glpi.simulator, EMPLOYEE) as claire:
        followup_id = await follow(claire, PRINTER_TICKET)
        await claire.delete(f"{API}/ITILFollowup/{followup_id}")

    removed = await _lines(glpi, PRINTER_TICKET, "removed", "ITILFollowup")

    assert [(line["new_value"], line["author_id"]) for line in removed] == [(str(followup_id), CLAIRE)]


@pytest.mark.requirement("G-33")
async def test_public_part_of_a_timeline_has_no_private_text_and_whole_pages(glpi: World) -> None:
    async with logged_in(glpi.simulator, TECH) as technician:
        for number in range(4):
            await follow(technician, PRINTER_TICKET, content=f"secret {number}", is_private=1)
            await follow(technician, PRINTER_TICKET, content=f"public {number}")
        await add(technician, "TicketTask", tickets_id=PRINTER_TICKET, content="secret", is_private=1)
        await put(technician, f"Ticket/{PRINTER_TICKET}", name="Imprimante")
    glpi.state.log(TECHNICIAN, ("Ticket", PRINTER_TICKET), action=17, link="Document", new="secret.pdf")
    glpi.state.log(TECHNICIAN, ("Ticket", PRINTER_TICKET), action=12, new=f"secret {'x' * 200}")

    first = await _timeline(glpi, PRINTER_TICKET, public_only=True, limit=3)
    rest = await _timeline(glpi, PRINTER_TICKET, public_only=True, limit=30, start=first["next_start"])
    whole = await _timeline(glpi, PRINTER_TICKET)

    assert [entry["text"] for page in (first, rest) for entry in page["entries"]] == [f"public {n}" for n in range(4)]
    assert (first["total"], "next_start" in rest) == (4, False)
    assert "secret" not in f"{first}{rest}"
    assert "Imprimante" in f"{rest}"
    assert len(first["history"]) + len(rest["history"]) == len(whole["history"])
    assert len(whole["entries"]) == 9
