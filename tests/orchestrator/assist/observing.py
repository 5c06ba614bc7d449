"""What a ticket did, read from the systems themselves: the directory entry by entry, GLPI's users and mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from simulators.ad.directory import Directory
from simulators.ad.store import Entry, Passwords
from simulators.ad.values import DISABLED
from tests.orchestrator.assist.world import AssistWorld

Attributes = dict[str, list[bytes]]
_STAMPS = {"whenchanged", "usnchanged"}
_SERVICE = "svc-widip"
_BY_SIGNING_IN = {"lastlogon", "logoncount"}
_BY_RESET = {"pwdlastset", "lockouttime", "badpwdcount", "badpasswordtime"}
_BY_UNLOCK = {"lockouttime", "badpwdcount", "badpasswordtime"}


@dataclass(frozen=True)
class Seen:
    """One entry of the directory as it is now."""

    name: str
    parent: UUID | None
    values: Attributes
    passwords: Passwords
    members: frozenset[UUID]
    is_protected: bool


@dataclass(frozen=True)
class Snapshot:
    """Everything that a ticket could change. users: GLPI's, by login, True when active. mails: how many."""

    entries: Mapping[UUID, Seen]
    users: Mapping[str, bool]
    mails: int


def take_snapshot(world: AssistWorld) -> Snapshot:
    """The systems as they are."""
    directory = world.accounts.directory.directory
    users = {world.glpi.real(row["name"]): bool(row["is_active"]) for row in world.glpi.users.values()}
    return Snapshot({entry.guid: _see(entry) for entry in directory.walk()}, users, len(world.mails()))


def list_effects(before: Snapshot, world: AssistWorld) -> list[str]:
    """Every change since, sorted; what no plan does is there as it was seen, and fits no expectation."""
    after = take_snapshot(world)
    effects = [f"removed {seen.name}" for guid, seen in before.entries.items() if guid not in after.entries]
    for guid, seen in after.entries.items():
        effects += _changes_of(before.entries.get(guid), seen, after)
    effects += _changes_of_users(before.users, after.users)
    letters = [mail["recipient"] for mail in world.mails()[before.mails :] if "onfirm" not in mail["name"]]
    return sorted([*effects, *(f"mail {recipient}" for recipient in letters)])


def list_confirmers(before: Snapshot, world: AssistWorld) -> set[str]:
    """Who was asked to confirm since."""
    return {mail["recipient"] for mail in world.mails()[before.mails :] if "onfirm" in mail["name"]}


def expand_effects(effects: Sequence[str], directory: Directory) -> list[str]:
    """What a ticket's data says as list_effects() says it: copied groups one by one."""
    expanded: list[str] = []
    for effect in effects:
        tool, *names = effect.split()
        if tool == "ad_copy_groups_from":
            source = directory.find_login(names[0])
            assert source is not None, effect
            expanded += [f"joined {group.text('sAMAccountName')} {names[1]}" for group in directory.groups_of(source)]
        else:
            expanded.append(effect)
    return sorted(expanded)


def _see(entry: Entry) -> Seen:
    values = {name: list(stored) for name, stored in entry.values.items()}
    name = entry.text("sAMAccountName") or entry.dn
    parent = entry.parent.guid if entry.parent else None
    return Seen(name, parent, values, entry.passwords, frozenset(entry.members), entry.is_protected)


def _changes_of(before: Seen | None, after: Seen, all_after: Snapshot) -> list[str]:
    if before is None:
        return [f"ad_create_user {after.name}"]
    changed = {name for name in {*before.values, *after.values} if before.values.get(name) != after.values.get(name)}
    changed -= _STAMPS | (_BY_SIGNING_IN if after.name == _SERVICE else set())
    effects = []
    if before.passwords != after.passwords:
        effects.append(f"ad_reset_password {after.name}")
        changed -= _BY_RESET
    elif "lockouttime" in changed and not _number(after, "lockouttime"):
        effects.append(f"ad_unlock_account {after.name}")
        changed -= _BY_UNLOCK
    if "useraccountcontrol" in changed and _control(before) ^ _control(after) == DISABLED:
        effects.append(f"ad_{'disable' if _control(after) & DISABLED else 'enable'}_account {after.name}")
        changed -= {"useraccountcontrol"}
    if before.parent != after.parent:
        effects.append(f"ad_move_to_ou {after.name}")
    effects += [f"joined {after.name} {all_after.entries[guid].name}" for guid in after.members - before.members]
    effects += [f"left {after.name} {guid}" for guid in before.members - after.members]
    effects += [f"protection of {after.name}"] if before.is_protected != after.is_protected else []
    return effects + [f"changed {after.name} {name}" for name in sorted(changed)]


def _changes_of_users(before: Mapping[str, bool], after: Mapping[str, bool]) -> list[str]:
    made = [f"glpi_create_glpi_user {login}" for login in after if login not in before]
    closed = [f"glpi_disable_glpi_user {login}" for login, active in before.items() if active and not after[login]]
    opened = [f"glpi_enable {login}" for login, active in before.items() if not active and after[login]]
    return made + closed + opened


def _number(seen: Seen, name: str) -> int:
    return int(seen.values.get(name, [b"0"])[0])


def _control(seen: Seen) -> int:
    return _number(seen, "useraccountcontrol")
