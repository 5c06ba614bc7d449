"""Add, delete, rename and move."""

from __future__ import annotations

from typing import Any

from simulators.ad import errors
from simulators.ad.accounts import DOMAIN_USERS, check_draft
from simulators.ad.credentials import read_password, set_password
from simulators.ad.directory import Directory
from simulators.ad.dn import BadNameError, Rdn, join_dn, rdn_key, split_dn, split_rdn
from simulators.ad.modifying import read_members
from simulators.ad.rights import Rights
from simulators.ad.schema import CLASSES, ObjectClass, find_attribute, find_class
from simulators.ad.store import Entry
from simulators.ad.values import DISABLED, NEVER, NO_PASSWORD_NEEDED, NORMAL

GLOBAL_SECURITY_GROUP = -2147483646
_OURS = ("objectclass", "cn", "ou", "name", "member", "unicodepwd", "distinguishedname")


def add(directory: Directory, rights: Rights, body: dict[str, Any], *, is_encrypted: bool) -> Entry:
    """One add request. Raises RefusedError, and then there is no new entry."""
    given = _read_attributes(body["attributes"])
    kind = find_class([value.decode() for value in given.get("objectclass", [])])
    if kind is None:
        raise errors.class_violation()
    rdn, parent = _place(directory, body["entry"].decode())
    _check_may_add(rights, parent, rdn, kind)
    if rdn_key(rdn) in parent.children:
        raise errors.exists()
    draft = _draft(directory, kind, rdn, given)
    changed = {name for name in given if name not in _OURS} | ({"samaccountname"} if kind.kind else set())
    if "unicodepwd" in given:
        if not is_encrypted:
            raise errors.unwilling(0x1F)
        set_password(directory, draft, read_password(given["unicodepwd"][0]))
        _keep_zero(draft, given)
    check_draft(directory, rights, None, draft, changed)
    entry = directory.insert(rdn, parent, kind)
    entry.values = draft.values | entry.values
    entry.members, entry.passwords = draft.members, draft.passwords
    return entry


def _keep_zero(draft: Entry, given: dict[str, list[bytes]]) -> None:
    """A password and pwdLastSet in one request: what pwdLastSet says is last."""
    if "pwdlastset" in given:
        draft.put("pwdLastSet", *given["pwdlastset"])


def _read_attributes(listed: list[Any]) -> dict[str, list[bytes]]:
    given: dict[str, list[bytes]] = {}
    for item in listed:
        name = item["type"].decode()
        attribute = find_attribute(name)
        if attribute is None:
            raise errors.unknown_attribute(name)
        if attribute.written_by == "directory" and attribute.name != "distinguishedName":
            raise errors.unwilling(0x209A)
        given.setdefault(attribute.name.lower(), []).extend(item["vals"])
    return given


def _place(directory: Directory, dn: str) -> tuple[Rdn, Entry]:
    try:
        levels = split_dn(dn)
    except BadNameError as error:
        raise errors.bad_name() from error
    if not levels:
        raise errors.bad_name()
    return levels[0], directory.get(join_dn(levels[1:]))


def _check_may_add(rights: Rights, parent: Entry, rdn: Rdn, kind: ObjectClass) -> None:
    if not rights.can_create(parent, kind.chain[-1]):
        raise errors.forbidden()
    if rdn[0].upper() != kind.rdn or not rdn[1] or len(rdn[1]) > 64:
        raise errors.naming_violation()


def _draft(directory: Directory, kind: ObjectClass, rdn: Rdn, given: dict[str, list[bytes]]) -> Entry:
    """The entry as asked for, with the defaults of Windows."""
    draft = Entry(rdn, None, directory.head.guid)
    draft.put("objectClass", *kind.chain)
    for name, values in given.items():
        if name not in _OURS:
            draft.put(name, *values)
    if kind.kind and not draft.text("sAMAccountName"):
        draft.put("sAMAccountName", f"${directory.usn:06X}-{len(directory.by_guid):08X}"[:20])
    if draft.is_user:
        defaults = {"userAccountControl": NORMAL | DISABLED | NO_PASSWORD_NEEDED, "primaryGroupID": DOMAIN_USERS}
        zeros = ("pwdLastSet", "badPwdCount", "badPasswordTime", "lastLogon", "lastLogoff", "logonCount")
        more = dict.fromkeys((*zeros, "codePage", "countryCode"), 0)
        for name, number in (defaults | more | {"accountExpires": NEVER}).items():
            if name.lower() not in given:
                draft.put(name, number)
    if "group" in draft.classes:
        read_members(directory, draft, given.get("member", []))
        if "grouptype" not in given:
            draft.put("groupType", GLOBAL_SECURITY_GROUP)
    return draft


def delete(directory: Directory, rights: Rights, dn: str) -> None:
    """One delete request. Raises RefusedError."""
    entry = directory.get(dn)
    if not rights.can_delete(entry):
        raise errors.forbidden(0x5)
    if entry.children:
        raise errors.not_leaf()
    if entry.rid and entry.rid < 1000:
        raise errors.unwilling(0x55B)
    directory.remove(entry)


def rename(directory: Directory, rights: Rights, body: dict[str, Any]) -> Entry:
    """One modify-DN request: another name, another place, or both. Raises RefusedError."""
    entry = directory.get(body["entry"].decode())
    try:
        rdn = split_rdn(body["newrdn"].decode())
    except BadNameError as error:
        raise errors.bad_name() from error
    is_move = "newSuperior" in body
    parent = directory.get(body["newSuperior"].decode(), 0x208D) if is_move else entry.parent
    if parent is None or entry.parent is None:
        raise errors.unwilling()
    _check_may_rename(rights, entry, parent)
    kind = CLASSES[entry.classes[-1]]
    if rdn[0].upper() != kind.rdn or not rdn[1] or len(rdn[1]) > 64:
        raise errors.naming_violation()
    if parent.children.get(rdn_key(rdn), entry) is not entry:
        raise errors.exists()
    if parent.is_under(entry):
        raise errors.unwilling()
    entry.attach(parent, (kind.rdn, rdn[1]))
    entry.put(kind.rdn, rdn[1])
    directory.touch(entry)
    return entry


def _check_may_rename(rights: Rights, entry: Entry, parent: Entry) -> None:
    """A new name is a write of cn and name; a new place also a deletion here and a creation there."""
    naming = (CLASSES[entry.classes[-1]].rdn, "name")
    if not all(rights.can_write(entry, name) for name in naming):
        raise errors.forbidden()
    if parent is entry.parent:
        return
    if not rights.can_delete(entry) or not rights.can_create(parent, entry.classes[-1]):
        raise errors.forbidden()
