"""What is written into any supported GLPI reads back as it was (contracts/glpi.md, sections 3 and 11)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from simulators.glpi.text import Version
from tests.servers.glpi_world import CLAIRE, PRINTER_TICKET, VERSIONS, World, open_world

TITLE = "Élan 🩺 d'Œuvre : <b>gras</b> & \"guillemets\" 'simples' \\"
TEXT = f"{TITLE} &amp; &lt;i&gt; 2 < 3\nligne 2 &#38; fin\n\nautre paragraphe"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(params=VERSIONS, scope="module", loop_scope="module")
async def glpi(
    request: pytest.FixtureRequest, redis_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """One world for each supported version; these tests leave each other's tickets alone."""
    version: Version = request.param
    async with open_world(redis_port, tmp_path_factory.mktemp("glpi"), version=version) as opened:
        yield opened


@pytest.mark.requirement("G-02")
async def test_ticket_reads_back_as_it_was_written(glpi: World) -> None:
    ticket_id = await glpi.open_ticket(title=TITLE, description=TEXT, urgency=4, category="LAN")

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)

    assert (ticket["title"], ticket["content"]) == (TITLE, TEXT)
    assert (ticket["urgency"], ticket["priority"], ticket["category"]) == (4, 4, "Réseau > LAN")


async def test_markup_in_a_text_is_shown_and_not_obeyed(glpi: World) -> None:
    ticket_id = await glpi.open_ticket(description="<b>gras</b>")

    assert glpi.real("tickets", ticket_id)["content"] == "<p>&#60;b&#62;gras&#60;/b&#62;</p>"


async def test_ticket_is_found_by_its_title(glpi: World) -> None:
    ticket_id = await glpi.open_ticket(title=f"trouvable : {TITLE}")

    by_words = await glpi.call("search_tickets", text="trouvable : Élan 🩺 d'Œuvre : <b>gras")
    by_sign = await glpi.call("search_tickets", text='& "guillemets"', limit=100)

    assert [(found["ticket_id"], found["title"]) for found in by_words["tickets"]] == [
        (ticket_id, f"trouvable : {TITLE}")
    ]
    assert ticket_id in [found["ticket_id"] for found in by_sign["tickets"]]


async def test_own_tickets_are_those_that_our_account_opened(glpi: World) -> None:
    ours = await glpi.open_ticket(title="À nous : fenêtre")
    theirs = (await glpi.by_hand("/_sim/ticket", name="À eux : fenêtre", content="x", by=CLAIRE))["id"]

    found = {
        mine: {row["ticket_id"] for row in (await glpi.call("search_tickets", text="fenêtre", mine=mine))["tickets"]}
        for mine in (True, False)
    }

    assert found == {True: {ours}, False: {ours, theirs}}


async def test_texts_of_a_timeline_read_back_as_they_were_written(glpi: World) -> None:
    ticket_id = await glpi.open_ticket()
    await glpi.call("add_followup", ticket_id=ticket_id, content=TEXT, private=True)
    await glpi.call("update_ticket", ticket_id=ticket_id, content=TEXT)
    await glpi.call("solve_ticket", ticket_id=ticket_id, solution=TEXT)

    timeline = await glpi.call("get_ticket_timeline", ticket_id=ticket_id)

    assert {entry["text"] for entry in timeline["entries"]} == {TEXT}
    assert sorted((entry["kind"], entry["private"]) for entry in timeline["entries"]) == [
        ("followup", False),
        ("followup", True),
        ("solution", False),
    ]


async def test_mail_reads_back_as_it_was_written(glpi: World) -> None:
    mail = await glpi.call(
        "send_email",
        recipient="c.oria@lilas.example",
        subject=TITLE,
        body='Élan 🩺 <b> & "x"',
        ticket_id=PRINTER_TICKET,
    )

    state = await glpi.call("get_email_state", email_id=mail["email_id"])
    row = glpi.real("queued", mail["email_id"])

    assert (state["subject"], state["recipient"]) == (TITLE, "c.oria@lilas.example")
    assert row["body_text"] == 'Élan 🩺 <b> & "x"'
    assert row["body_html"] == "<p>Élan 🩺 &#60;b&#62; &amp; &quot;x&quot;</p>"


async def test_account_reads_back_as_it_was_written(glpi: World) -> None:
    person: dict[str, Any] = {
        "firstname": "Zoë & Cie",
        "lastname": "D'Œuf <x>",
        "email": "zoe@lilas.example",
        "login": "zoeuf",
    }
    await glpi.call("create_glpi_user", **person)

    found = await glpi.call("get_glpi_user", login="ZOEUF")

    assert [(user["firstname"], user["lastname"]) for user in found["users"]] == [("Zoë & Cie", "D'Œuf <x>")]
    assert (await glpi.call("update_glpi_user", user_id=CLAIRE, updates={"lastname": "D'Œuf <x>"}))["user_id"] == CLAIRE


@pytest.mark.parametrize("character", ["é", "&", "<"])
async def test_long_title_is_cut_with_an_ellipsis_by_us_and_not_by_glpi(glpi: World, character: str) -> None:
    ticket_id = await glpi.open_ticket(title="Début " + character * 300)

    title = (await glpi.call("get_ticket_info", ticket_id=ticket_id))["title"]

    assert title.startswith(f"Début {character * 30}")
    assert title.endswith(f"{character}…")
    assert len(title) <= 255


async def test_title_of_255_characters_is_kept_whole(glpi: World) -> None:
    title = "é" * 255
    ticket_id = await glpi.open_ticket(title=title)

    assert (await glpi.call("get_ticket_info", ticket_id=ticket_id))["title"] == title


async def test_content_of_strangers_is_reduced_to_text(glpi: World) -> None:
    ticket = await glpi.by_hand(
        "/_sim/ticket",
        name="Aide",
        content="<p>Bonjour<script>steal()</script></p><div onclick='x'>l'écran &amp; la souris</div>",
        by=CLAIRE,
    )

    read = await glpi.call("get_ticket_info", ticket_id=ticket["id"])

    assert read["content"] == "Bonjour\n\nl'écran & la souris"


@pytest.mark.requirement("D-84")
async def test_long_content_is_cut_and_says_so_with_a_digest_of_all_of_it(glpi: World) -> None:
    text = "Été <1>,\n\nl'écran & la souris. " * 100
    ticket_id = await glpi.open_ticket(description=text)
    await glpi.call("add_followup", ticket_id=ticket_id, content=f"{text}Merci")

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)
    (entry,) = (await glpi.call("get_ticket_timeline", ticket_id=ticket_id))["entries"]

    assert ticket["truncated"] is True
    assert len(ticket["content"]) == 2001
    assert ticket["whole_sha256"] == hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
    assert entry["whole_sha256"] == hashlib.sha256(f"{' '.join(text.split())} Merci".encode()).hexdigest()
