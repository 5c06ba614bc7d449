"""A directory filled with the invented world and with what every Active Directory has."""

from __future__ import annotations

from datetime import timedelta
from uuid import NAMESPACE_DNS, UUID, uuid5

from simulators.ad.directory import Clock, Delegation, Directory, now_utc
from simulators.ad.dn import split_dn
from simulators.ad.policy import COMPLEX, ticks
from simulators.ad.rights import PROTECTED_ACCOUNTS, PROTECTED_GROUPS, protect
from simulators.ad.schema import CLASSES
from simulators.ad.store import Entry
from simulators.ad.values import DISABLED, NEVER, NEVER_EXPIRES, NORMAL, to_filetime
from simulators.ad.world import ADMIN_PASSWORD, Account, Group, World, load_world

DOMAIN_GROUPS = {
    512: "Domain Admins",
    513: "Domain Users",
    514: "Domain Guests",
    515: "Domain Computers",
    516: "Domain Controllers",
    518: "Schema Admins",
    519: "Enterprise Admins",
    520: "Group Policy Creator Owners",
    525: "Protected Users",
}
BUILTIN_GROUPS = {
    544: "Administrators",
    545: "Users",
    546: "Guests",
    548: "Account Operators",
    549: "Server Operators",
    550: "Print Operators",
    551: "Backup Operators",
}
_NESTED = {"Administrators": ("Domain Admins", "Enterprise Admins", "Administrator"), "Users": ("Domain Users",)}
_ADMINISTRATOR = ("Domain Admins", "Enterprise Admins", "Schema Admins", "Group Policy Creator Owners")
GLOBAL, BUILTIN = -2147483646, -2147483643


def create_directory(*, clock: Clock = now_utc) -> Directory:
    """The invented domain as it is at its start."""
    world = load_world()
    directory = Directory(dns_name=world.dns_name, netbios=world.netbios, sid=world.sid, clock=clock)
    _fill_head(directory, world.policy)
    _add_built_ins(directory)
    for path in world.ous:
        _insert(directory, path, "organizationalunit")
    for account in world.accounts:
        add_account(directory, account)
    for group in world.groups:
        _add_group(directory, group)
    _link(directory, world)
    _delegate(directory, world)
    return directory


def _fill_head(directory: Directory, policy: dict[str, int]) -> None:
    head = directory.head
    head.put("objectClass", *CLASSES["domaindns"].chain)
    head.put("objectCategory", f"CN=Domain-DNS,{directory.schema_dn}")
    head.put("dc", head.rdn[1])
    numbers = {
        "minPwdLength": policy["min_length"],
        "pwdProperties": COMPLEX if policy["complexity"] else 0,
        "pwdHistoryLength": policy["history"],
        "lockoutThreshold": policy["lockout_threshold"],
        "lockoutDuration": ticks(timedelta(minutes=policy["lockout_minutes"])),
        "lockOutObservationWindow": ticks(timedelta(minutes=policy["window_minutes"])),
        "minPwdAge": ticks(timedelta(minutes=policy["min_age_minutes"])),
        "maxPwdAge": ticks(timedelta(minutes=policy["max_age_minutes"])),
    }
    for name, number in numbers.items():
        head.put(name, number)
    directory.touch(head)


def _insert(directory: Directory, path: str, kind: str, *, sid: str = "") -> Entry:
    """A new entry at a path below the domain; its GUID follows from its path."""
    return _insert_below(directory, split_dn(path)[0], path.partition(",")[2], kind, sid=sid)


def _insert_below(directory: Directory, rdn: tuple[str, str], above: str, kind: str, *, sid: str = "") -> Entry:
    parent = directory.get(f"{above},{directory.base_dn}" if above else directory.base_dn)
    return directory.insert(rdn, parent, CLASSES[kind], sid=sid, guid=_guid(f"{rdn[1]}.{above}"))


def _guid(text: str) -> UUID:
    return uuid5(NAMESPACE_DNS, text.casefold())


def _add_built_ins(directory: Directory) -> None:
    for path in ("CN=Users", "CN=Builtin", "CN=Computers", "CN=System"):
        _insert(directory, path, "container")
    _insert(directory, "OU=Domain Controllers", "organizationalunit")
    _insert(directory, "CN=AdminSDHolder,CN=System", "container")
    for rid, name in DOMAIN_GROUPS.items():
        _fill_group(_insert(directory, f"CN={name},CN=Users", "group", sid=f"{directory.sid}-{rid}"), name, GLOBAL)
    for rid, name in BUILTIN_GROUPS.items():
        _fill_group(_insert(directory, f"CN={name},CN=Builtin", "group", sid=f"S-1-5-32-{rid}"), name, BUILTIN)
    for rid, name in ((500, "Administrator"), (501, "Guest"), (502, "krbtgt")):
        entry = _insert(directory, f"CN={name},CN=Users", "user", sid=f"{directory.sid}-{rid}")
        closed = 0 if rid == 500 else DISABLED
        _fill_user(directory, entry, name, ADMIN_PASSWORD, NORMAL | NEVER_EXPIRES | closed)
    for group, members in (*_NESTED.items(), *((name, ("Administrator",)) for name in _ADMINISTRATOR)):
        _add_members(directory, group, members)
    for entry in directory.walk():
        if entry.rid in PROTECTED_GROUPS | PROTECTED_ACCOUNTS:
            protect(entry)


def _fill_group(entry: Entry, name: str, kind: int) -> None:
    entry.put("sAMAccountName", name)
    entry.put("groupType", kind)


def _fill_user(directory: Directory, entry: Entry, login: str, password: str, control: int) -> None:
    now = to_filetime(directory.now())
    entry.put("sAMAccountName", login)
    entry.passwords = entry.passwords.changed(password)
    numbers = {"userAccountControl": control, "pwdLastSet": now, "primaryGroupID": 513, "accountExpires": NEVER}
    zeros = ("badPwdCount", "badPasswordTime", "lastLogon", "lastLogoff", "logonCount", "codePage", "countryCode")
    for name, number in (numbers | dict.fromkeys(zeros, 0)).items():
        entry.put(name, number)


def add_account(directory: Directory, account: Account) -> Entry:
    """One account of the world, or one more. Its OU is a path below the domain."""
    entry = _insert_below(directory, ("CN", account.common_name), account.ou, "user")
    control = NORMAL | (DISABLED if account.disabled else 0) | (NEVER_EXPIRES if account.never_expires else 0)
    _fill_user(directory, entry, account.login, account.password, control)
    texts = {
        "userPrincipalName": f"{account.login}@{directory.dns_name}",
        "givenName": account.first,
        "sn": account.last,
        "displayName": account.display_name,
        "mail": account.mail,
        "title": account.title,
        "telephoneNumber": account.phone,
    }
    for name, text in texts.items():
        entry.put(name, *([text] if text else []))
    now = directory.now()
    if account.must_change:
        entry.put("pwdLastSet", 0)
    if account.locked:
        entry.put("lockoutTime", to_filetime(now))
        entry.put("badPwdCount", directory.head.number("lockoutThreshold"))
        entry.put("badPasswordTime", to_filetime(now))
    if account.expired:
        entry.put("accountExpires", to_filetime(now - timedelta(days=1)))
    if account.protected:
        protect(entry)
    return entry


def _add_group(directory: Directory, group: Group) -> None:
    _fill_group(_insert_below(directory, ("CN", group.name), group.ou, "group"), group.name, GLOBAL)


def _link(directory: Directory, world: World) -> None:
    for group in world.groups:
        _add_members(directory, group.name, group.members)
        for above in group.member_of:
            _add_members(directory, above, (group.name,))
    for name, members in world.memberships.items():
        _add_members(directory, name, tuple(members))


def _add_members(directory: Directory, group: str, members: tuple[str, ...]) -> None:
    entry = directory.find_login(group)
    for login in members:
        member = directory.find_login(login)
        if entry is not None and member is not None:
            entry.members[member.guid] = None


def _delegate(directory: Directory, world: World) -> None:
    service = directory.find_login(world.service.login)
    for path, is_delegated in world.ous.items():
        place = directory.find(f"{path},{directory.base_dn}")
        if is_delegated and service is not None and place is not None:
            directory.delegations.append(Delegation(service.guid, place.guid))
