"""A file on a ticket: whole, once, and by nobody who may not."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from shared.errors import InvalidInput, NotFound, OutcomeUnknown, UpstreamRejected
from tests.servers.glpi_world import ADMIN, ME, PRINTER_TICKET, VERSIONS, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
BYTES = bytes(range(256)) * 4
FILE: dict[str, Any] = {
    "ticket_id": PRINTER_TICKET,
    "filename": "photo-1.jpg",
    "content": base64.b64encode(BYTES).decode(),
}


@pytest.mark.requirement("G-07")
@pytest.mark.parametrize("version", VERSIONS)
async def test_file_arrives_whole_and_hangs_on_its_ticket(version: Any, clean_redis_port: int, tmp_path: Any) -> None:
    async with open_world(clean_redis_port, tmp_path, version=version) as glpi:
        made = await glpi.call("add_document", key="k", **FILE)

        assert glpi.state.files == {made["document_id"]: BYTES}
        (link,) = glpi.rows("document_items")
        assert (link["itemtype"], link["items_id"]) == ("Ticket", PRINTER_TICKET)
        (document,) = glpi.rows("documents", id=made["document_id"])
        assert (document["filename"], document["users_id"]) == ("photo-1.jpg", ME)


@pytest.mark.requirement("G-07")
async def test_two_megabytes_pass(glpi: World) -> None:
    content = base64.b64encode(b"\xff" * 2_100_000).decode()

    made = await glpi.call("add_document", **FILE | {"content": content})

    assert len(content) == 2_800_000
    assert len(glpi.state.files[made["document_id"]]) == 2_100_000


@pytest.mark.requirement("G-07")
@pytest.mark.parametrize(
    "change",
    [
        {"content": "pas du base64 !"},
        {"content": ""},
        {"content": "A" * 2_800_004},
        {"filename": "../../etc.jpg"},
        {"filename": "sans-fin"},
    ],
    ids=["no base64", "nothing", "too large", "a path", "no ending"],
)
async def test_what_is_no_file_of_ours_is_refused_before_glpi_is_asked(glpi: World, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await glpi.call("add_document", **FILE | change)

    assert glpi.faults.count("Document") == 0


@pytest.mark.requirement("G-07")
async def test_unknown_ticket_and_refused_type_are_told(glpi: World) -> None:
    with pytest.raises(NotFound):
        await glpi.call("add_document", **FILE | {"ticket_id": 999})
    with pytest.raises(UpstreamRejected, match="non autorisé"):
        await glpi.call("add_document", **FILE | {"filename": "outil.exe"})

    assert glpi.state.documents == {}


@pytest.mark.requirement("G-03")
async def test_strangers_document_with_our_mark_is_not_ours(glpi: World) -> None:
    glpi.faults.add("drop_answer", "POST /apirest.php/Document")
    glpi.faults.add("down", "GET /apirest.php/Document", times=-1)
    with pytest.raises(OutcomeUnknown):
        await glpi.call("add_document", key="k", **FILE)
    glpi.faults.clear()
    for row in glpi.state.documents.values():
        row["users_id"] = ADMIN

    again = await glpi.call("add_document", key="k", **FILE)

    assert "already_done" not in again
    assert len(glpi.state.documents) == 2
