"""Modify: every change of one request, or none of them."""

from __future__ import annotations

from typing import Any

from simulators.ad import errors
from simulators.ad.accounts import check_draft
from simulators.ad.credentials import ADD, DELETE, REPLACE, Change, change_password
from simulators.ad.directory import Directory
from simulators.ad.filters import value_key
from simulators.ad.rights import Rights
from simulators.ad.schema import Attribute, find_attribute
from simulators.ad.store import Entry

ALREADY_MEMBER, NOT_MEMBER, NO_SUCH_MEMBER = 0x562, 0x561, 0x525
_NAMES = ("cn", "ou", "name", "dc")

Changes = list[tuple[int, Attribute, list[bytes]]]


def modify(directory: Directory, rights: Rights, body: dict[str, Any], *, is_encrypted: bool, permissive: bool) -> None:
    """One modify request. Raises RefusedError, and then nothing has changed."""
    entry = directory.get(body["object"].decode())
    changes = _read(body["changes"])
    _check_rights(rights, entry, changes)
    draft = entry.draft()
    passwords: list[Change] = [(kind, values) for kind, attribute, values in changes if attribute.name == "unicodePwd"]
    plain = [change for change in changes if change[1].name != "unicodePwd"]
    for kind, attribute, values in plain:
        if attribute.name == "member":
            _change_members(directory, draft, kind, values, permissive=permissive)
        else:
            _change_values(draft, kind, attribute, values, permissive=permissive)
    changed = {attribute.name.lower() for _kind, attribute, _values in plain}
    if passwords:
        asked = draft.values.get("pwdlastset", [])
        change_password(directory, rights, entry, draft, passwords, is_encrypted=is_encrypted)
        if "pwdlastset" in changed:
            draft.put("pwdLastSet", *asked)
    check_draft(directory, rights, entry, draft, changed)
    entry.take(draft)
    directory.touch(entry)


def _read(changes: list[Any]) -> Changes:
    found: Changes = []
    for change in changes:
        name = change["modification"]["type"].decode()
        attribute = find_attribute(name)
        if attribute is None:
            raise errors.unknown_attribute(name)
        found.append((change["operation"], attribute, list(change["modification"]["vals"])))
    return found


def _check_rights(rights: Rights, entry: Entry, changes: Changes) -> None:
    for _kind, attribute, _values in changes:
        if attribute.written_by == "directory":
            raise errors.forbidden() if attribute.name == "memberOf" else errors.unwilling(0x209A)
        if attribute.name != "unicodePwd" and not rights.can_write(entry, attribute.name):
            raise errors.forbidden()
        if attribute.name.lower() in _NAMES:
            raise errors.not_on_rdn(attribute.name)
        if attribute.name in ("objectClass", "objectCategory"):
            raise errors.unwilling()


def _change_values(draft: Entry, kind: int, attribute: Attribute, values: list[bytes], *, permissive: bool) -> None:
    name = attribute.name.lower()
    held = draft.values.get(name, [])
    keys = [value_key(attribute, value) for value in held]
    given = {value_key(attribute, value): value for value in values}
    if kind == REPLACE:
        draft.put(name, *values)
    elif kind == ADD:
        taken = [key for key in given if key in keys]
        if taken and not permissive:
            raise errors.value_exists(attribute.name)
        draft.put(name, *held, *(value for key, value in given.items() if key not in taken))
    elif kind == DELETE:
        missing = not held or any(key not in keys for key in given)
        if missing and not permissive:
            raise errors.no_such_value(attribute.name)
        draft.put(name, *(value for key, value in zip(keys, held, strict=True) if values and key not in given))
    else:
        raise errors.unwilling()


def _change_members(directory: Directory, draft: Entry, kind: int, values: list[bytes], *, permissive: bool) -> None:
    if "group" not in draft.classes:
        raise errors.class_violation()
    found = [_find_member(directory, value) for value in values]
    if kind == REPLACE or (kind == DELETE and not values):
        draft.members = {}
    for member in found:
        is_there = member.guid in draft.members
        if kind == DELETE:
            if not is_there and not permissive:
                raise errors.unwilling(NOT_MEMBER)
            draft.members.pop(member.guid, None)
        else:
            if is_there and not permissive:
                raise errors.exists(ALREADY_MEMBER)
            draft.members[member.guid] = None


def _find_member(directory: Directory, value: bytes) -> Entry:
    found = directory.find(value.decode(errors="replace"))
    if found is None:
        raise errors.no_object("", NO_SUCH_MEMBER)
    return found


def read_members(directory: Directory, draft: Entry, values: list[bytes]) -> None:
    """The members that a new group starts with. Raises RefusedError."""
    _change_members(directory, draft, ADD, values, permissive=False)
