"""An account that no site of the registry claims: nothing without an operator, and a technician stands for the site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulators.ad.seed import add_account
from simulators.ad.world import Account
from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.world import AssistWorld

REMI, REMIS = 33, "r.petit@genets.example"
TECHNICIANS = "t.martel@widip.example"
ASKED = "Mon compte est verrouillé, merci de le débloquer."


@pytest.fixture
def without_genets(root: Path, tmp_path: Path) -> Path:
    """A registry in which the OU of a care home stands nowhere."""
    known = (root / "deploy/demo/sites.toml").read_text(encoding="utf-8")
    file = tmp_path / "sites.toml"
    file.write_text(known.replace('ad_ous = ["OU=Genets,OU=Clients,DC=widip,DC=local"]\n', ""), encoding="utf-8")
    return file


async def ask(start_world: StartWorld, **settings: Any) -> tuple[AssistWorld, int]:
    """Somebody of that care home is locked out and says so; the technician has an account in the directory."""
    assist = await start_world(**settings)
    technician = Account("tmartel", "OU=Genets,OU=Clients", "Théo", "Martel", mail=TECHNICIANS)
    add_account(assist.accounts.directory.directory, technician)
    assist.accounts.change("rpetit", locked=True)
    return assist, await assist.open_ticket(ASKED, by=REMI)


@pytest.mark.requirement("W-04")
async def test_an_account_of_no_site_is_unlocked_once_the_technician_confirmed_and_an_operator_approved(
    start_world: StartWorld, without_genets: Path
) -> None:
    assist, ticket = await ask(start_world, sites_file=without_genets, assist_technician_email=TECHNICIANS)

    await assist.until(ticket, "confirming")
    await assist.confirm(TECHNICIANS)
    (row,) = await assist.until(ticket, "approving")
    assert row["code"] == "site_approval"
    assert assist.accounts.state("rpetit")["locked"]
    await assist.approve()
    await assist.until(ticket, "done")

    assert not assist.accounts.state("rpetit")["locked"]
    assert [mail["name"].split(" (")[0] for mail in assist.mails(REMIS)] == ["Compte déverrouillé"]


@pytest.mark.requirement("W-04")
async def test_without_a_technician_for_it_an_account_of_no_site_is_left_to_people(
    start_world: StartWorld, without_genets: Path
) -> None:
    assist, ticket = await ask(start_world, sites_file=without_genets)

    (row,) = await assist.until(ticket, "refused")

    assert row["code"] == "no_address"
    assert assist.accounts.state("rpetit")["locked"]
    assert assist.mails() == []
