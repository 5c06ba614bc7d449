"""Every night both sides are compared: what only one of them has is named."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from desk.tables import outbox, tickets
from tests.desk.conftest import CLAIRE, DEADLINE_S, ZOE, Reception, file
from tests.desk.websocket import connected

REFUSAL = '["ERROR_GLPI_ADD","Ticket template: mandatory field"]'


async def delivered(desk: Reception, email: str = ZOE) -> dict[str, Any]:
    """A ticket of which GLPI has been told everything, and which has been looked at."""
    made = await file(desk, email=email)
    await desk.until_told(made["ticket_id"])
    await desk.parts.sync.pull(made["ticket_id"])
    return made


async def problems(desk: Reception) -> dict[str, str]:
    return dict((await desk.http.get("/readyz")).json()["problems"])


async def our_account_opens(desk: Reception, title: str) -> int:
    """A ticket that GLPI has from our account, and we have no row of."""
    arguments = {"title": title, "description": "Bonjour", "requester_email": ZOE}
    reply = await desk.parts.services.toolbox.call("glpi_create_ticket", arguments, key=f"test:{title}")
    return int(reply.data["ticket_id"])


@pytest.mark.both_databases
@pytest.mark.requirement("D-70")
async def test_night_without_orphans_says_none(desk: Reception) -> None:
    await delivered(desk)
    await desk.by_hand(1, name="Un ticket de quelqu'un d'autre")

    report = await desk.parts.reconciliation.run()

    assert (report.only_here, report.only_glpi, report.orphans) == ((), (), 0)
    assert await desk.parts.reconciliation.last() == report
    assert "reconciliation" not in await problems(desk)


@pytest.mark.both_databases
@pytest.mark.requirement("D-70")
async def test_what_only_one_side_has_is_named(desk: Reception) -> None:
    await delivered(desk)
    desk.glpi.state.faults.add("error", "POST /apirest.php/Ticket", times=1, status=400, body=REFUSAL)
    refused = await file(desk)
    await desk.until_waiting(refused["ticket_id"])
    given_up = outbox.update().where(outbox.c.ticket_id == refused["ticket_id"])
    await desk.parts.services.database.write(lambda c: c.execute(given_up.values(state="failed", done_at=desk.clock())))
    strange = await our_account_opens(desk, "Ouvert ailleurs")

    report = await desk.parts.reconciliation.run()

    assert (report.only_here, report.only_glpi) == ((refused["ticket_number"],), (strange,))
    told = (await problems(desk))["reconciliation"]
    assert refused["ticket_number"] in told
    assert f"({strange})" in told


@pytest.mark.requirement("D-70")
async def test_ticket_that_glpi_has_before_we_know_is_no_orphan(desk: Reception) -> None:
    await desk.sign_in()
    desk.glpi.state.glpi.maintenance = True
    made = await file(desk)
    desk.glpi.state.glpi.maintenance = False
    row = await desk.parts.services.database.read(
        lambda c: c.execute(sa.select(tickets).where(tickets.c.id == made["ticket_id"])).mappings().one()
    )
    await our_account_opens(desk, row["title"])  # as a try whose answer was lost would leave it

    report = await desk.parts.reconciliation.run()

    assert (report.only_here, report.only_glpi) == ((), ())


@pytest.mark.requirement("D-70")
async def test_with_glpi_down_the_report_says_that_it_was_not_compared(desk: Reception) -> None:
    await delivered(desk)
    desk.glpi.state.glpi.maintenance = True

    report = await desk.parts.reconciliation.run()

    assert (report.only_here, report.only_glpi) == ((), None)


@pytest.mark.both_databases
@pytest.mark.requirement("D-71")
@pytest.mark.parametrize("how", ["merged", "purged"])
async def test_closed_ticket_that_is_merged_or_purged_is_noticed_at_night(desk: Reception, how: str) -> None:
    kept, gone = await delivered(desk), await delivered(desk)
    for made in (kept, gone):
        await desk.by_hand(made["glpi_ticket_id"], status=6)
        await desk.parts.sync.pull(made["ticket_id"])
    if how == "merged":
        await desk.by_hand(gone["glpi_ticket_id"], merge_into=kept["glpi_ticket_id"])
    else:
        del desk.glpi.state.glpi.tickets[gone["glpi_ticket_id"]]

    report = await desk.parts.reconciliation.run()

    await desk.until(gone["ticket_id"], lambda ticket: ticket["deleted_at"] is not None)
    assert (report.looked_at_again, report.orphans) == (1, 0)
    assert (await desk.get(f"tickets/{kept['ticket_id']}"))["deleted_at"] is None


@pytest.mark.both_databases
@pytest.mark.requirement("D-83")
async def test_merged_ticket_says_into_which_it_went_as_far_as_the_person_sees_it(desk: Reception) -> None:
    first, second, claires = await delivered(desk), await delivered(desk), await delivered(desk, email=CLAIRE)
    await desk.by_hand(first["glpi_ticket_id"], merge_into=second["glpi_ticket_id"])
    await desk.by_hand(second["glpi_ticket_id"], merge_into=claires["glpi_ticket_id"])
    async with connected(desk.app, "/ws", await desk.sign_in(ZOE)) as socket:
        await desk.parts.sync.pull(first["ticket_id"])
        while (news := await socket.receive(DEADLINE_S))["kind"] != "deleted":
            pass
    await desk.parts.sync.pull(second["ticket_id"])

    told, hidden = await desk.get(f"tickets/{first['ticket_id']}"), await desk.get(f"tickets/{second['ticket_id']}")
    assert told["merged_into"] == {
        "glpi_ticket_id": second["glpi_ticket_id"],
        "ticket_id": second["ticket_id"],
        "number": second["ticket_number"],
    }
    assert news["detail"] == {"merged_into": second["glpi_ticket_id"]}
    # Somebody else's ticket is a number of GLPI's, no more.
    assert hidden["merged_into"] == {"glpi_ticket_id": claires["glpi_ticket_id"], "ticket_id": None, "number": None}
