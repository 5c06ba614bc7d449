"""What the chat's page needs to know: the desk itself, and what of a ticket GLPI was not yet seen to have."""

from __future__ import annotations

import pytest

from shared.breaker import open_breaker
from tests.desk.conftest import ZOE, Start, analyze


@pytest.mark.requirement("B-17")
async def test_anybody_learns_how_to_sign_in_whom_to_call_and_what_is_away(start: Start) -> None:
    desk = await start(support_phone="01 99 00 12 34", support_hours="24 h/24", support_delays_h="72,48,24,8,0.5")
    first = (await desk.http.get("/api/v1/about")).json()
    await open_breaker(desk.parts.services.redis)

    second = (await desk.http.get("/api/v1/about")).json()

    assert first == {
        "support_phone": "01 99 00 12 34",
        "support_hours": "24 h/24",
        "answer_delays_h": {"1": 72, "2": 48, "3": 24, "4": 8, "5": 0.5},
        "has_codes": True,
        "has_oidc": False,
        "takes_anonymous": False,
        "has_model": False,
        "glpi_is_down": False,
    }
    assert second == {**first, "glpi_is_down": True}


@pytest.mark.requirement("B-18")
@pytest.mark.requirement("B-19")
async def test_symptom_taken_out_is_in_no_note_and_what_glpi_lacks_is_shown(start: Start) -> None:
    desk = await start(reply_wait_s=0)
    step = await analyze(desk, "L'imprimante a un bourrage papier et ne marche plus.")
    all_of_them = step["summary"]["symptoms"]
    desk.glpi.state.glpi.maintenance = True
    body = {"session_id": step["session_id"], "symptoms": all_of_them[1:]}
    made = (await desk.send("confirm", body)).json()
    headers = await desk.sign_in(ZOE)
    path = f"/api/v1/tickets/{made['ticket_id']}"
    added = await desk.http.post(f"{path}/followups", json={"content": "C'est urgent."}, headers=headers)
    opinion = {"session_id": step["session_id"], "is_helpful": True}
    assert (await desk.http.post("/api/v1/feedback", json=opinion, headers=headers)).is_success

    desk.glpi.state.glpi.maintenance = False
    whole = await desk.get(f"tickets/{made['ticket_id']}")
    again = await desk.http.post(f"{path}/sync", headers=headers)
    await desk.until_told(made["ticket_id"])
    after = (await desk.http.post(f"{path}/sync", headers=headers)).json()

    assert again.status_code == 200
    assert len(all_of_them) == 2
    assert [(entry["kind"], entry["text"]) for entry in added.json()["unread"]] == [("followup", "C'est urgent.")]
    assert whole["is_helpful"] is True
    assert whole["session_id"] == step["session_id"]
    assert after["unread"] == []
    assert "C'est urgent." in [entry["text"] for entry in after["timeline"]]
    note = next(
        desk.text(one["content"]) for one in desk.followups if "Analyse du guichet" in desk.text(one["content"])
    )
    assert all_of_them[0] not in note
    assert all_of_them[1] in note


@pytest.mark.requirement("B-20")
async def test_person_whose_site_the_directory_tells_is_not_asked_for_it(start: Start) -> None:
    desk = await start(anonymous_reports=True)

    known = await analyze(desk, "L'imprimante a un bourrage papier.")
    body = {"message": "L'imprimante a un bourrage papier.", "user_email": "x@lilas.example"}
    nobody = (await desk.http.post("/api/v1/workflow/analyze", json=body)).json()

    assert "l'établissement" in nobody["summary"]["missing"]
    assert "l'établissement" not in known["summary"]["missing"]
