"""What the AD server leaves behind: one line an action, and no secret anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from servers.ad.codes import Operation
from servers.ad.pool import Door, Pool
from servers.ad.session import AdSession, guid_dn
from shared.errors import InvalidInput, OutcomeUnknown, Refused, WidipError
from tests.servers.ad_relay import MODIFY
from tests.servers.ad_world import SOINS, World
from tests.simulators.ad_lab import quoted, unique

OWN = "Tulipe-Marée-47"
WEAK = "motdepasse"


def actions(lines: list[Any]) -> list[tuple[str, str, str | None, str]]:
    """Who, what, on whom, with what outcome."""
    return [
        (line["caller"], line["tool"], line["account"], line["outcome"])
        for line in lines
        if line["event"] == "ad_action"
    ]


@pytest.mark.requirement("A-24")
async def test_every_action_leaves_one_line(ad: World) -> None:
    person, admin, foreign = ad.account(), ad.account(), ad.account(ou="OU=Tilleuls,OU=Clients")
    admin.put(adminCount="1")
    group_of = ad.account()
    ad.lab.group(group_of.dn)
    me, them, stranger = str(person.guid), str(admin.guid), str(foreign.guid)
    steps: list[tuple[str, dict[str, Any], str | None, str]] = [
        ("reset_password", {}, me, "done"),
        ("unlock_account", {}, me, "already_done"),
        ("disable_account", {}, me, "done"),
        ("enable_account", {}, me, "done"),
        ("move_to_ou", {"target_ou": ad.place.dn(SOINS)}, me, "done"),
        ("copy_groups_from", {"source_user": group_of.login, "target_user": person.login}, me, "done"),
        ("reset_password", {"samaccountname": admin.login}, them, "refused"),
        ("reset_password", {"samaccountname": foreign.login}, stranger, "not_found"),
        ("reset_password", {"samaccountname": unique()}, None, "not_found"),
        ("reset_password", {"new_password": OWN}, None, "refused"),
    ]

    with capture_logs() as lines:
        for tool, given, _account, _outcome in steps:
            asked = given if "source_user" in given else {"samaccountname": person.login} | given
            with contextlib.suppress(WidipError):
                await ad.call(tool, as_="lilas", **asked)

    assert actions(lines) == [("lilas", tool, account, outcome) for tool, _given, account, outcome in steps]
    ad.lab.made.append(person.place)


@pytest.mark.requirement("A-24")
async def test_a_new_account_leaves_its_guid(ad: World) -> None:
    asked = {"firstname": "Zoé", "lastname": "Martin", "username": unique(), "ou_path": ad.place.dn(SOINS)}

    with capture_logs() as lines:
        done = await ad.call("create_user", **asked)

    ad.made(done["dn"])
    assert actions(lines) == [("orchestrator", "create_user", done["object_guid"], "done")]


@pytest.mark.requirement("A-24")
async def test_a_line_holds_no_name_and_no_text(ad: World) -> None:
    person = ad.account(displayName="Zoé Lefèvre", mail=f"{unique()}@lilas.example")

    with capture_logs() as lines:
        await ad.call("search_user", displayname="Zoé Lef")
        await ad.call("reset_password", samaccountname=person.login)

    written = json.dumps(lines, ensure_ascii=False, default=str)
    for secret in ("Zoé", person.login, person.dn, person.text("mail")):
        assert secret not in written


@pytest.mark.requirement("A-24")
async def test_no_password_is_left_in_a_log_in_redis_or_in_an_error(
    ad: World, caplog: pytest.LogCaptureFixture
) -> None:
    person = ad.account()
    asked = {"samaccountname": person.login}
    passwords, errors = [OWN, WEAK], []

    with capture_logs() as lines, caplog.at_level("DEBUG"):
        for number in range(3):
            if number:
                ad.relay.plant(MODIFY, "unicodePwd", "garbage" if number == 1 else "drop_answer")
            try:
                shown = await ad.call("reset_password", key=f"r{number}", as_="operator", **asked)
                passwords.append(shown["password"])
            except OutcomeUnknown as error:
                errors.append(str(error))
        for text in (OWN, WEAK):
            try:
                await ad.call("reset_password", key=text[:3], as_="operator", **asked, new_password=text)
            except InvalidInput as error:
                errors.append(str(error))
        with pytest.raises(Refused) as refused:
            await ad.call("reset_password", **asked, new_password=OWN)

    assert len(passwords) == 4
    assert len(errors) == 2
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mcp.")]
    written = json.dumps(lines, ensure_ascii=False, default=str) + "".join(ours)
    held = await ad.held()
    assert "widip:sealed" in held
    for password in passwords:
        assert password not in written
        assert password not in held
        assert password not in "".join(errors) + str(refused.value)


@pytest.mark.requirement("A-24")
async def test_no_chain_of_exceptions_holds_a_password(ad: World, tmp_path: Any) -> None:
    """A log of a crash shows types and places only; all the same, nothing is in the exceptions themselves."""
    person = ad.account()
    door = Door(
        url=ad.relay.url,
        username=ad.place.service,
        password=SecretStr(ad.place.service_password),
        ca_file=ad.relay.write_ca(tmp_path / "ca.pem"),
        timeout_s=1,
    )
    session = AdSession(Pool(door))
    ad.relay.plant(MODIFY, "unicodePwd", "garbage")

    with pytest.raises(OutcomeUnknown) as lost:
        await session.modify(Operation.RESET, guid_dn(person.guid), {"unicodePwd": [("MODIFY_REPLACE", [quoted(OWN)])]})
    await session.aclose()

    error: BaseException | None = lost.value
    seen = 0
    while error is not None:
        said = repr(error) + str(error.__dict__)
        assert OWN not in said
        assert ad.place.service_password not in said
        error, seen = error.__cause__ or error.__context__, seen + 1
    assert seen >= 2
    assert ad.place.service_password not in repr(door)


@pytest.mark.requirement("A-09")
async def test_a_sealed_password_belongs_to_one_account(ad: World) -> None:
    """A reference of one account opens for no other."""
    one, other = ad.account(), ad.account()
    done = await ad.call("reset_password", key="k", samaccountname=one.login)

    with pytest.raises(Refused, match="somebody else"):
        await ad.password_of(done | {"object_guid": str(other.guid)})

    async with asyncio.timeout(5):
        assert one.opens_with(await ad.password_of(done)) == "773"
