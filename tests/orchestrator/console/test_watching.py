"""An alert becomes a ticket while operators watch: live events, the first screen, timelines, replays, figures."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.orchestrator.conftest import DEADLINE_S, Orchestrated, Start
from tests.orchestrator.console.world import Browser, browser, read_events, write_people
from tests.orchestrator.test_incidents import are_diagnosed

WEB = {"glpi_web_url": "https://glpi.example/glpi", "observium_web_url": "https://observium.example"}
UNREADABLE = b'{"ALERT_ID": "x"}'


async def events_until(
    page: Browser, wanted: set[str], last_id: str = "", *, began: asyncio.Event | None = None
) -> list[dict[str, Any]]:
    """What a stream tells until each of these kinds came. began: set at the first of them."""
    found: list[dict[str, Any]] = []
    began = began or asyncio.Event()
    async with asyncio.timeout(DEADLINE_S):
        async with page.http.stream("GET", "/api/events", headers={"last-event-id": last_id}) as stream:
            assert stream.status_code == 200
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            while wanted - {event["kind"] for event in found}:
                found += await read_events(lines, 1)
                began.set()
    return found


def outside(o: Orchestrated) -> tuple[int, int, int]:
    """What was changed in GLPI so far."""
    return len(o.tickets), len(o.followups), len(o.mails)


async def see_it_live(o: Orchestrated, page: Browser) -> dict[str, Any]:
    """The alert, watched; returns its incident."""
    began = asyncio.Event()
    watching = asyncio.create_task(events_until(page, {"reset", "incident", "run", "dead_letters"}, began=began))
    async with asyncio.timeout(DEADLINE_S):
        await began.wait()
    await o.post(o.delivery(o.break_port()))
    (row,) = await o.until(are_diagnosed)
    await o.post(UNREADABLE)
    seen = await watching
    async with asyncio.timeout(DEADLINE_S):
        while (await o.journal(row["key"]))[-1]["kind"] != "step":
            await asyncio.sleep(0.02)
    assert seen[0]["kind"] == "reset"
    assert row["key"] in {event["key"] for event in seen if event["kind"] == "incident"}
    missed = await events_until(page, {"incident", "dead_letters"}, seen[0]["id"])
    told = [event["id"] for event in seen[1:]]
    assert [event["id"] for event in missed][: len(told)] == told[: len(missed)]
    assert "reset" not in {event["kind"] for event in missed}
    assert (await events_until(page, {"reset"}, "elsewhere-7"))[0]["kind"] == "reset"
    return row


@pytest.mark.requirement("K-61")
@pytest.mark.requirement("K-62")
@pytest.mark.requirement("K-63")
@pytest.mark.requirement("K-64")
@pytest.mark.requirement("K-65")
@pytest.mark.requirement("K-66")
@pytest.mark.requirement("K-67")
@pytest.mark.requirement("K-68")
@pytest.mark.requirement("K-69")
@pytest.mark.both_databases
async def test_operators_watch_an_alert_become_a_ticket_and_look_at_it_again(start: Start, tmp_path: Path) -> None:
    o = await start(operators_file=write_people(tmp_path), **WEB)
    async with browser(o.url, "olga") as page:
        row = await see_it_live(o, page)
        key = row["key"]
        await the_first_screen_shows_it(page, row)
        await its_timeline_shows_cost_effects_and_evidence(page, row)
        await looking_again_writes_nothing(o, page, row)
        await the_same_delivery_again_does_nothing_twice(o, page, key)
        await what_could_not_be_read_is_kept_and_tried_again(page)
        await figures_are_summed_by_hour_and_by_day(page)
        await the_journal_is_searched_and_exported(page, key)


@pytest.mark.requirement("K-83")
async def test_stream_of_somebody_who_signs_out_elsewhere_tells_nothing_more(start: Start, tmp_path: Path) -> None:
    o = await start(operators_file=write_people(tmp_path), **WEB)
    began = asyncio.Event()
    async with browser(o.url, "olga") as page, browser(o.url, "vera") as other, asyncio.timeout(DEADLINE_S):
        others = asyncio.create_task(events_until(other, {"reset", "dead_letters"}, began=began))
        async with page.http.stream("GET", "/api/events") as stream:
            lines = stream.aiter_lines()
            await read_events(lines, 1)
            await began.wait()
            assert await page.status("POST", "/api/sign-out") == 204
            await o.post(UNREADABLE)

            assert await read_events(lines, 1) == []
        await others


async def the_first_screen_shows_it(page: Browser, row: dict[str, Any]) -> None:
    now = await page.get("/api/now")

    (site,) = now["sites"]
    (incident,) = site["incidents"]
    assert (site["code"], incident["key"], now["open_incidents"], now["more_incidents"]) == (
        row["site"],
        row["key"],
        1,
        0,
    )
    assert incident["about"] == "Port down · lilas-fw1.widip.example · wan1"
    assert incident["ticket_url"] == f"https://glpi.example/glpi/front/ticket.form.php?id={row['ticket_id']}"
    assert incident["device_url"] == "https://observium.example/device/device=11/"
    assert {server["name"]: server["is_up"] for server in now["servers"]} == dict.fromkeys(
        ("observium", "glpi", "redis", "database"), True
    )
    assert {queue["name"] for queue in now["queues"]} == {"deliveries", "incidents", "tickets", "requests"}
    assert (now["breaker"]["is_open"], now["lock"]["problem"], now["dead_letters"]) == (False, "", 1)


async def its_timeline_shows_cost_effects_and_evidence(page: Browser, row: dict[str, Any]) -> None:
    timeline = await page.get(f"/api/incidents/{row['key']}/timeline")
    first = await page.get(f"/api/incidents/{row['key']}/timeline", limit=3)
    rest = await page.get(f"/api/incidents/{row['key']}/timeline", after=first["entries"][-1]["id"])
    run = await page.get(f"/api/runs/{row['key']}/timeline")
    markdown = (await page.http.get(f"/api/incidents/{row['key']}/markdown")).text

    entries, totals = timeline["entries"], timeline["totals"]
    effects = [entry["name"] for entry in entries if entry["is_effect"]]
    models = [entry for entry in entries if entry["kind"] == "model_call"]
    assert effects == ["glpi_create_ticket", "glpi_add_followup", "glpi_send_email"]
    assert (totals["effects"], totals["model_calls"], totals["lines"]) == (3, len(models), len(entries))
    assert totals["prompt_tokens"] == sum(entry["prompt_tokens"] for entry in models) > 0
    assert all(entry["ms"] > 0 for entry in entries if entry["type"] == "tool")
    assert (first["more"], first["entries"] + rest["entries"]) == (True, entries)
    assert timeline["evidence"]["facts"] == row["verdict"]["facts"]
    read = {entry["id"]: entry["name"] for entry in entries}
    assert {read[number].split("_")[0] for number in timeline["evidence"]["reads"]} == {"observium"}
    assert [one["id"] for one in timeline["runs"]] == [row["key"]] == [run["id"]]
    assert "**glpi\\_create\\_ticket**" in markdown.replace("tool\\_call ", "") and "## Verdict" in markdown
    assert await page.status("GET", "/api/incidents/nothing/timeline") == 404


async def looking_again_writes_nothing(o: Orchestrated, page: Browser, row: dict[str, Any]) -> None:
    before, lines = outside(o), len(await o.journal(row["key"]))

    again = await page.http.post(f"/api/incidents/{row['key']}/replay")
    observium = o.system.observium.state.observium
    observium.set_port(1101, oper="up")
    other = await page.http.post(f"/api/incidents/{row['key']}/replay")
    observium.set_port(1101, oper="down")

    told = again.json()
    assert (again.status_code, told["same"], told["before"]["rule"]) == (200, True, row["verdict"]["rule"])
    assert other.json()["same"] is False
    assert {read["tool"].split("_")[0] for read in told["reads"]} == {"observium"}
    assert (outside(o), len(await o.journal(row["key"]))) == (before, lines)
    assert (await o.incident(row["key"]))["incident"] == row


async def the_same_delivery_again_does_nothing_twice(o: Orchestrated, page: Browser, key: str) -> None:
    before = outside(o)

    answers = [await page.http.post(f"/api/incidents/{key}/redeliver") for _ in range(2)]
    await o.until(lambda rows: len(rows) == 1)

    assert [answer.status_code for answer in answers] == [200, 200]
    told = [answer.json() for answer in answers]
    assert all(one["deliveries"] == one["known"] >= 1 for one in told)
    assert outside(o) == before
    acts = (await page.get("/api/audit", subject=key))["lines"]
    assert {(act["actor"], act["kind"]) for act in acts} == {("olga", "replay"), ("workflow", "effect")}


async def what_could_not_be_read_is_kept_and_tried_again(page: Browser) -> None:
    (letter,) = (await page.get("/api/dead-letters"))["letters"]
    detail = await page.get(f"/api/dead-letters/{letter['id'].replace(':', '/')}")
    tried = await page.http.post(f"/api/dead-letters/{letter['id'].replace(':', '/')}/replay")

    assert (letter["kind"], letter["can_replay"], json.loads(detail["body"])) == (
        "delivery",
        True,
        json.loads(UNREADABLE),
    )
    assert (tried.status_code, "still cannot be read" in tried.json()["detail"]) == (422, True)
    assert await page.status("GET", "/api/dead-letters/delivery/999") == 404


async def figures_are_summed_by_hour_and_by_day(page: Browser) -> None:
    by_day = await page.get("/api/statistics")
    by_hour = await page.get("/api/statistics", by="hour")

    assert by_day["total"] == by_hour["total"]
    total = by_day["total"]
    assert (total["incidents"], total["tickets"]) == (1, 1)
    assert 0 < total["time_to_ticket"]["p50_s"] < total["time_to_verdict"]["p95_s"] < DEADLINE_S
    assert total["model_calls"] >= 3 and total["prompt_tokens"] > total["output_tokens"] > 0
    assert len(by_hour["buckets"]) in (48, 49) and len(by_day["buckets"]) in (30, 31)
    assert sum(bucket["tickets"] for bucket in by_hour["buckets"]) == 1
    backwards = {"since": datetime.now(UTC).isoformat(), "until": (datetime.now(UTC) - timedelta(1)).isoformat()}
    assert await page.status("GET", "/api/statistics", params=backwards) == 422


async def the_journal_is_searched_and_exported(page: Browser, key: str) -> None:
    found = (await page.get("/api/journal", subject=key, kind="tool_call", text="GLPI_CREATE"))["lines"]
    pages: list[list[dict[str, Any]]] = []
    cursor: str | None = None
    while cursor or not pages:
        part = await page.get("/api/journal", subject=key, limit=7, **({"cursor": cursor} if cursor else {}))
        pages.append(part["lines"])
        cursor = part["next"]
    everything = await page.get("/api/journal", subject=key, limit=500)
    as_csv = await page.http.get("/api/journal/export", params={"subject": key})
    as_json = await page.http.get("/api/journal/export", params={"subject": key, "format": "json"})
    none = await page.http.get("/api/audit/export", params={"actor": "nobody", "format": "json"})
    exports = (await page.get("/api/audit", kind="export", actor="olga"))["lines"]

    assert [line["detail"]["tool"] for line in found] == ["glpi_create_ticket"]
    assert [line for part in pages for line in part] == everything["lines"]
    ids = [line["id"] for line in reversed(everything["lines"])]
    assert [int(line["id"]) for line in csv.DictReader(io.StringIO(as_csv.text))] == ids
    assert [line["id"] for line in as_json.json()] == ids
    assert none.json() == []
    assert [line["detail"]["format"] for line in exports] == ["json", "json", "csv"]
    assert await page.status("GET", "/api/journal", params={"cursor": "yesterday~1"}) == 422
