"""Unlock, disable, enable, move: states that are compared, bits that are swapped."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.errors import InvalidInput, NotFound, OutcomeUnknown, Refused, UpstreamRejected, UpstreamUnavailable
from tests.servers.ad_relay import MODIFY, MOVE, Kind
from tests.servers.ad_world import LILAS, PARTIS, ROSES, SOINS, TILLEULS, World
from tests.simulators.ad_lab import PASSWORD, unique

NEVER_EXPIRES = 0x10000
CHANGES = ["unlock_account", "disable_account", "enable_account", "move_to_ou"]
each_change = pytest.mark.parametrize("tool", CHANGES)


class Change:
    """One of the four, ready to be asked for."""

    def __init__(self, ad: World, tool: str) -> None:
        self.ad, self.tool = ad, tool
        self.person = ad.account(control=514 if tool == "enable_account" else 512)
        if tool == "unlock_account":
            self.person.lock()
        self.given: dict[str, Any] = {"samaccountname": self.person.login}
        if tool == "move_to_ou":
            self.given["target_ou"] = ad.place.dn(SOINS)
        self.operation = MOVE if tool == "move_to_ou" else MODIFY

    async def ask(self, key: str | None = None) -> Any:
        """Call the tool."""
        answer = await self.ad.call(self.tool, key=key, **self.given)
        self.ad.lab.made.append(answer["dn"])
        return answer

    @property
    def is_done(self) -> bool:
        """As the administrator sees it."""
        match self.tool:
            case "unlock_account":
                return not self.person.is_locked and not self.person.number("lockoutTime")
            case "disable_account":
                return self.person.is_disabled
            case "enable_account":
                return not self.person.is_disabled
        return self.person.place.endswith(self.ad.place.dn(SOINS))


@pytest.mark.requirement("A-12")
@each_change
async def test_a_change_is_made_once_and_said_when_it_is_so_already(ad: World, tool: str) -> None:
    change = Change(ad, tool)
    assert not change.is_done

    first, second = await change.ask(), await change.ask()

    assert change.is_done
    assert "already_done" not in first
    assert second["already_done"] is True
    assert first["object_guid"] == second["object_guid"] == str(change.person.guid)
    assert first["dn"] == second["dn"] == change.person.place
    assert ad.relay.count(change.operation) == 1


@pytest.mark.requirement("A-74")
@each_change
async def test_an_account_that_has_got_the_login_of_the_one_that_is_meant_is_left_alone(ad: World, tool: str) -> None:
    change, other = Change(ad, tool), ad.account()
    change.given["object_guid"] = str(other.guid)

    with pytest.raises(Refused, match="another account"):
        await change.ask()
    assert not change.is_done

    change.given["object_guid"] = str(change.person.guid)
    await change.ask()
    assert change.is_done


@pytest.mark.requirement("A-18")
@each_change
async def test_a_change_whose_answer_was_lost_is_found_done(ad: World, tool: str) -> None:
    change = Change(ad, tool)
    ad.relay.plant(change.operation, "", "drop_answer")

    done = await change.ask("k")

    assert change.is_done
    assert "already_done" not in done
    assert ad.relay.count(change.operation) == 1


@pytest.mark.requirement("A-18")
@each_change
@pytest.mark.parametrize("kind", ["lost", "late", "garbage"])
async def test_a_change_without_an_answer_is_unknown_and_its_repeat_looks(ad: World, tool: str, kind: Kind) -> None:
    change = Change(ad, tool)
    ad.relay.plant(change.operation, "", kind)
    with pytest.raises(OutcomeUnknown):
        await change.ask("k")
    assert not change.is_done
    await ad.relay.release()

    done = await change.ask("k")

    assert change.is_done
    assert done.get("already_done", False) is (kind == "late")
    assert ad.relay.count(change.operation) == (1 if kind == "late" else 2)


@pytest.mark.requirement("A-13")
@pytest.mark.parametrize("tool", ["disable_account", "enable_account"])
async def test_one_bit_is_changed_and_the_others_stay(ad: World, tool: str) -> None:
    before = NEVER_EXPIRES | 0x200 | (2 if tool == "enable_account" else 0)
    person = ad.account(control=before)

    await ad.call(tool, samaccountname=person.login)

    assert person.number("userAccountControl") == before ^ 2


@pytest.mark.requirement("A-13")
async def test_what_somebody_else_changes_in_between_is_kept(ad: World) -> None:
    """Between our reading of the flags and our writing of them."""
    person = ad.account()

    async def meddle() -> None:
        person.put(userAccountControl=str(0x200 | NEVER_EXPIRES))

    ad.relay.plant(MODIFY, "userAccountControl", before=meddle)

    await ad.call("disable_account", samaccountname=person.login)

    assert person.number("userAccountControl") == 0x202 | NEVER_EXPIRES
    assert ad.relay.count(MODIFY, "userAccountControl") == 2


@pytest.mark.requirement("A-13")
async def test_an_account_that_never_keeps_still_is_left_alone(ad: World) -> None:
    person = ad.account()

    async def meddle() -> None:
        person.put(userAccountControl=str(person.number("userAccountControl") ^ NEVER_EXPIRES))

    ad.relay.plant(MODIFY, "userAccountControl", before=meddle, times=5)

    with pytest.raises(UpstreamUnavailable, match="keeps changing"):
        await ad.call("disable_account", samaccountname=person.login)

    assert not person.is_disabled


@pytest.mark.requirement("A-13")
async def test_disabling_from_many_sides_ends_disabled(ad: World) -> None:
    person = ad.account()

    answers = await asyncio.gather(*(ad.call("disable_account", samaccountname=person.login) for _ in range(6)))

    assert person.number("userAccountControl") == 0x202
    assert {answer["object_guid"] for answer in answers} == {str(person.guid)}


@pytest.mark.requirement("A-12")
async def test_unlocking_keeps_the_password(ad: World) -> None:
    change = Change(ad, "unlock_account")

    await change.ask()

    assert change.person.opens_with(PASSWORD) == ""


@pytest.mark.requirement("A-14")
@pytest.mark.parametrize(
    ("source", "target", "as_", "error"),
    [
        (LILAS, TILLEULS, "lilas", NotFound),
        (TILLEULS, LILAS, "lilas", NotFound),
        (LILAS, "OU=Nulle-Part,OU=Lilas,OU=Clients", "lilas", NotFound),
        (LILAS, "CN=Users", "operator", NotFound),
        (LILAS, ROSES, "orchestrator", UpstreamRejected),
        (LILAS, SOINS, "homeless", Refused),
    ],
)
async def test_a_move_stays_within_the_callers_ous(
    ad: World, source: str, target: str, as_: str, error: type[Exception]
) -> None:
    person = ad.account(ou=source)

    with pytest.raises(error):
        await ad.call("move_to_ou", as_=as_, samaccountname=person.login, target_ou=ad.place.dn(target))

    assert person.place == person.dn


@pytest.mark.requirement("A-14")
async def test_a_move_to_where_the_name_is_taken_is_refused(ad: World) -> None:
    name = f"Homonyme {unique()}"
    person = ad.account(name=name)
    ad.account(name=name, ou=PARTIS)

    with pytest.raises(InvalidInput, match="holds an account of this name"):
        await ad.call("move_to_ou", samaccountname=person.login, target_ou=ad.place.dn(PARTIS))

    assert person.place == person.dn


@pytest.mark.requirement("A-14")
async def test_a_name_with_every_special_sign_survives_a_move(ad: World) -> None:
    person = ad.account(name=f'Dupont, Jean "J+R" <{unique()}>; #1\\')

    done = await ad.call("move_to_ou", samaccountname=person.login, target_ou=ad.place.dn(SOINS))

    ad.lab.made.append(person.place)
    assert done["dn"] == person.place
    assert person.place.endswith(ad.place.dn(SOINS))


@pytest.mark.requirement("A-14")
async def test_a_target_that_goes_away_in_between_is_not_there(ad: World) -> None:
    person = ad.account()
    ou = ad.lab.made_by(ad.lab.admin, ad.place.dn(f"OU={unique()},{LILAS}"), ["top", "organizationalUnit"], {})

    async def remove() -> None:
        ad.lab.admin.delete(ou)

    ad.relay.plant(MOVE, "", before=remove)

    with pytest.raises(NotFound):
        await ad.call("move_to_ou", samaccountname=person.login, target_ou=ou)

    assert person.place == person.dn


@pytest.mark.requirement("A-12")
@each_change
async def test_a_change_of_nobody_is_not_found(ad: World, tool: str) -> None:
    given = {"samaccountname": unique()} | ({"target_ou": ad.place.dn(SOINS)} if tool == "move_to_ou" else {})

    with pytest.raises(NotFound, match=f"no account {given['samaccountname']} in the OUs"):
        await ad.call(tool, **given)
