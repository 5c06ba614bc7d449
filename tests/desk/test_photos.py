"""A photo of one's ticket reaches GLPI once, whatever fails in between, and is kept no longer."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from desk.images import MAX_UPLOAD_BYTES
from desk.retention import export_person, forget_person
from desk.tables import photos
from tests.desk.conftest import CLAIRE, PAUL, ZOE, Reception, Start, file
from tests.desk.test_images import encoded

PHOTO = encoded(Image.new("RGB", (640, 480), "red"), comment=b"SECRET")


async def send(desk: Reception, ticket_id: int, content: bytes = PHOTO, email: str = ZOE) -> httpx.Response:
    headers = {**await desk.sign_in(email), "content-type": "application/octet-stream"}
    return await desk.http.post(f"/api/v1/tickets/{ticket_id}/photos", content=content, headers=headers)


def documents(desk: Reception) -> list[dict[str, Any]]:
    return list(desk.glpi.state.glpi.documents.values())


async def kept(desk: Reception) -> int:
    count = sa.select(sa.func.count()).select_from(photos)
    return await desk.parts.services.database.read(lambda c: int(c.execute(count).scalar_one()))


@pytest.mark.both_databases
@pytest.mark.requirement("D-52")
async def test_photo_hangs_on_the_glpi_ticket_and_is_not_kept(desk: Reception) -> None:
    made = await file(desk)

    answer = await send(desk, made["ticket_id"])
    await desk.until_told(made["ticket_id"])

    told = answer.json()
    assert (answer.status_code, told["width"], told["height"]) == (202, 640, 480)
    (document,) = documents(desk)
    (link,) = desk.glpi.state.glpi.document_items.values()
    content = desk.glpi.state.glpi.files[document["id"]]
    assert (document["filename"], link["items_id"]) == (told["filename"], made["glpi_ticket_id"])
    assert Image.open(io.BytesIO(content)).size == (640, 480)
    assert b"SECRET" not in content
    assert await kept(desk) == 0


@pytest.mark.requirement("D-52")
async def test_photo_waits_for_glpi_behind_its_ticket_and_a_lost_answer_adds_none(desk: Reception) -> None:
    await desk.sign_in()
    desk.glpi.state.glpi.maintenance = True
    made = await file(desk)
    assert (await send(desk, made["ticket_id"])).status_code == 202
    await desk.until_waiting(made["ticket_id"])
    assert await kept(desk) == 1
    desk.glpi.state.glpi.maintenance = False
    desk.glpi.state.faults.add("drop_answer", "POST /apirest.php/Document")

    desk.clock.ahead = timedelta(minutes=11)
    await desk.parts.outbox.resume()
    await desk.until_told(made["ticket_id"])

    assert len(documents(desk)) == 1
    assert await kept(desk) == 0


@pytest.mark.requirement("D-51")
async def test_what_is_too_large_or_no_photo_is_refused_in_words(desk: Reception) -> None:
    ticket_id = (await file(desk))["ticket_id"]

    answers = [await send(desk, ticket_id, b"x" * (MAX_UPLOAD_BYTES + 1)), await send(desk, ticket_id, b"%PDF-1.4")]

    assert [(a.status_code, a.json()["error"]) for a in answers] == [(413, "too_large"), (415, "not_a_photo")]
    assert await kept(desk) == 0


@pytest.mark.requirement("D-52")
async def test_photo_goes_to_ones_own_open_ticket_only(start: Start) -> None:
    desk = await start(hourly_messages=5)
    made = await file(desk)
    await desk.until_told(made["ticket_id"])

    foreign = [await send(desk, made["ticket_id"], email=PAUL), await send(desk, 999)]
    nobody = await desk.http.post(f"/api/v1/tickets/{made['ticket_id']}/photos", content=PHOTO)
    await desk.by_hand(made["glpi_ticket_id"], status=6)
    await desk.parts.sync.pull(made["ticket_id"])
    closed = await send(desk, made["ticket_id"])
    many = [(await send(desk, 999)).status_code for _ in range(3)]

    assert [a.json()["error"] for a in foreign] == ["unknown_ticket"] * 2
    assert (nobody.status_code, closed.json()["error"]) == (401, "ticket_closed")
    assert many[-1] == 429
    assert documents(desk) == []


@pytest.mark.both_databases
@pytest.mark.requirement("D-52")
async def test_photo_that_waits_is_told_to_its_owner_and_forgotten_when_glpi_has_it(desk: Reception) -> None:
    await desk.sign_in()
    desk.glpi.state.faults.add(
        "error", "POST /apirest.php/Document", times=-1, status=400, body='["ERROR_GLPI_ADD",""]'
    )
    made = await file(desk)
    await send(desk, made["ticket_id"])
    await desk.until_waiting(made["ticket_id"])
    database = desk.parts.services.database

    told = await database.read(partial(export_person, ZOE))
    others = await database.read(partial(export_person, CLAIRE))
    first = await database.write(partial(forget_person, ZOE))
    desk.glpi.state.faults.clear()
    desk.clock.ahead = timedelta(minutes=11)
    await desk.parts.outbox.resume()
    await desk.until_told(made["ticket_id"])
    second = await database.write(partial(forget_person, ZOE))

    assert told["photos"][0]["jpeg"].startswith("/9j/")
    assert others["photos"] == []
    assert (first["waiting"], second["waiting"], await kept(desk)) == (1, 0, 0)


@pytest.mark.requirement("D-52")
async def test_ten_photos_at_once_all_arrive(desk: Reception) -> None:
    made = await file(desk)

    answers = await asyncio.gather(*(send(desk, made["ticket_id"]) for _ in range(10)))
    await desk.until_told(made["ticket_id"])

    names = {answer.json()["filename"] for answer in answers}
    assert len(names) == 10
    assert {document["filename"] for document in documents(desk)} == names
