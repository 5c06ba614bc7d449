"""The sixty tickets of the demo say what must come of them: checked against the world that they speak of."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from orchestrator.assist.codes import Code
from orchestrator.assist.reader.requests import Missing, Plan, read_requests
from tests.assist.scoring import load

ROOT = Path(__file__).parents[2]
TODAY, TICKETS = load("tickets.toml")
CHANGES = {
    Plan.PASSWORD_RESET: "ad_reset_password",
    Plan.UNLOCK: "ad_unlock_account",
    Plan.CREATE_ACCOUNT: "ad_create_user",
    Plan.DISABLE: "ad_disable_account",
    Plan.ENABLE: "ad_enable_account",
    Plan.MOVE: "ad_move_to_ou",
}
FOLLOWING = {"ad_copy_groups_from", "glpi_create_glpi_user", "mail"}


def _accounts() -> dict[str, str]:
    """Login to address of everybody in the simulated directory."""
    with (ROOT / "simulators/ad/directory.toml").open("rb") as file:
        accounts = tomllib.load(file)["accounts"]
    return {account["login"]: account.get("mail", "") for account in accounts}


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket["id"])
def test_effects_of_a_ticket_are_changes_of_its_plans_on_people_of_the_world(ticket: dict[str, Any]) -> None:
    accounts = _accounts()
    tools = [effect.split()[0] for effect in ticket["effects"]]
    created = {effect.split()[-1] for effect in ticket["effects"] if effect.startswith("ad_create_user ")}
    plans = [CHANGES[Plan(one["plan"])] for one in ticket["expect"] if one["plan"] in CHANGES]

    assert ticket["author"] in accounts
    assert set(tools) <= {*CHANGES.values(), *FOLLOWING}
    assert sorted(tool for tool in tools if tool in CHANGES.values()) == (sorted(plans) if tools else [])
    for effect in ticket["effects"]:
        known = accounts.values() if effect.startswith("mail ") else {*accounts, *created}
        assert set(effect.split()[1:]) <= set(known), effect


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket["id"])
def test_a_ticket_whose_account_request_has_no_effect_is_asked_or_refused(ticket: dict[str, Any]) -> None:
    asked, refused = ticket.get("asked", []), ticket.get("refused", [])
    acts = any(one["plan"] in CHANGES for one in ticket["expect"])

    assert set(refused) <= set(Code)
    assert bool(ticket["effects"]) == (acts and not asked and not refused)
    assert not ticket.get("approval") or ticket["effects"]


@pytest.mark.requirement("R-20")
@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket["id"])
def test_what_a_ticket_is_asked_for_is_read_as_missing(ticket: dict[str, Any]) -> None:
    requests = read_requests(ticket["text"], title=ticket["title"], today=TODAY)

    missing = {item for request in requests for item in request.missing}

    assert {Missing(item) for item in ticket.get("asked", [])} <= missing
