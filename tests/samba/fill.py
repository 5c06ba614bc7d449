"""Fills a provisioned Samba with the invented world. Run by the system's Python, which has Samba's own modules.

`python3 fill.py smb.conf world.json`: the JSON is `simulators.ad.world.World`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

USER, GROUP = "bf967aba-0de6-11d0-a285-00aa003049e2", "bf967a9c-0de6-11d0-a285-00aa003049e2"
RESET = "00299570-246d-11d0-a768-00aa006e0529"
WRITES = (
    "pwdLastSet lockoutTime userAccountControl cn name givenName sn displayName mail telephoneNumber mobile "
    "description title department company sAMAccountName userPrincipalName accountExpires"
)
DACL = 4
PROTECTED = 0x1000
MINUTE = -60 * 10**7


class Filler:
    """One Samba, worked straight on its database."""

    def __init__(self, smb_conf: str, world: dict[str, Any]) -> None:
        loaded = LoadParm()
        loaded.load(smb_conf)
        self.samdb = SamDB(session_info=system_session(), lp=loaded)
        self.world = world
        self.base = str(self.samdb.get_default_basedn())

    def fill(self) -> None:
        """Everything, in the order in which it depends on one another."""
        self._set_policy()
        for path in self.world["ous"]:
            self.samdb.add({"dn": f"{path},{self.base}", "objectClass": "organizationalUnit"})
        for account in self.world["accounts"]:
            self._add_account(account)
        for group in self.world["groups"]:
            name = group["name"]
            place = f"CN={name},{group['ou']},{self.base}"
            self.samdb.add({"dn": place, "objectClass": "group", "sAMAccountName": name, "groupType": "-2147483646"})
        for group in self.world["groups"]:
            self._add_members(group["name"], group["members"])
            for above in group["member_of"]:
                self._add_members(above, [group["name"]])
        for name, members in self.world["memberships"].items():
            self._add_members(name, members)
        self._delegate()
        self._protect()

    def _set_policy(self) -> None:
        policy = self.world["policy"]
        numbers = {
            "minPwdLength": policy["min_length"],
            "pwdProperties": policy["complexity"],
            "pwdHistoryLength": policy["history"],
            "lockoutThreshold": policy["lockout_threshold"],
            "lockoutDuration": policy["lockout_minutes"] * MINUTE,
            "lockOutObservationWindow": policy["window_minutes"] * MINUTE,
            "minPwdAge": policy["min_age_minutes"] * MINUTE,
            "maxPwdAge": policy["max_age_minutes"] * MINUTE,
        }
        self._replace(self.base, {name: str(number) for name, number in numbers.items()})

    def _replace(self, dn: str, values: dict[str, str]) -> None:
        message = ldb.Message(ldb.Dn(self.samdb, dn))
        for name, value in values.items():
            message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
        self.samdb.modify(message)

    def _add_account(self, account: dict[str, Any]) -> None:
        display = f"{account['first']} {account['last']}"
        name = ldb.Dn(self.samdb, f"{account['ou']},{self.base}")
        name.add_child(ldb.Dn(self.samdb, "CN=X"))
        name.set_component(0, "CN", account["name"] or display)
        control = 0x200 | (0x2 if account["disabled"] else 0) | (0x10000 if account["never_expires"] else 0)
        message = ldb.Message(name)
        values = {
            "objectClass": "user",
            "sAMAccountName": account["login"],
            "userPrincipalName": f"{account['login']}@{self.world['dns_name']}",
            "givenName": account["first"],
            "sn": account["last"],
            "displayName": display,
            "mail": account["mail"],
            "title": account["title"],
            "telephoneNumber": account["phone"],
            "userAccountControl": str(control),
            "unicodePwd": f'"{account["password"]}"'.encode("utf-16-le"),
            # The day before this was written.
            "accountExpires": "133800000000000000" if account["expired"] else "9223372036854775807",
        }
        for key, value in values.items():
            if value:
                message[key] = ldb.MessageElement(value, ldb.FLAG_MOD_ADD, key)
        self.samdb.add(message)
        if account["must_change"]:
            self._replace(str(name), {"pwdLastSet": "0"})

    def _find(self, login: str) -> str:
        found = self.samdb.search(self.base, ldb.SCOPE_SUBTREE, f"(sAMAccountName={login})", attrs=["objectSid"])
        return str(found[0].dn)

    def _sid(self, login: str) -> str:
        found = self.samdb.search(self._find(login), ldb.SCOPE_BASE, attrs=["objectSid"])
        return str(ndr_unpack(security.dom_sid, found[0]["objectSid"][0]))

    def _add_members(self, group: str, members: list[str]) -> None:
        for login in members:
            message = ldb.Message(ldb.Dn(self.samdb, self._find(group)))
            message["member"] = ldb.MessageElement(self._find(login), ldb.FLAG_MOD_ADD, "member")
            self.samdb.modify(message)

    def _guid_of(self, attribute: str) -> str:
        schema = self.samdb.get_schema_basedn()
        found = self.samdb.search(
            schema, ldb.SCOPE_ONELEVEL, f"(lDAPDisplayName={attribute})", attrs=["schemaIDGUID", "lDAPDisplayName"]
        )
        return str(self.samdb.schema_format_value("schemaIDGUID", found[0]["schemaIDGUID"][0]).decode())

    def _delegate(self) -> None:
        """The least privilege of the sheet, section 6."""
        login = next(account["login"] for account in self.world["accounts"] if account["service"])
        sid = self._sid(login)
        member = self._guid_of("member")
        grants = [f"(OA;CI;CC;{USER};;{sid})", f"(OA;CIIO;SD;;{USER};{sid})", f"(OA;CIIO;CR;{RESET};{USER};{sid})"]
        grants += [f"(OA;CIIO;WP;{self._guid_of(name)};{USER};{sid})" for name in WRITES.split()]
        grants += [f"(OA;CIIO;WP;{member};{GROUP};{sid})"]
        domain_sid = security.dom_sid(self.samdb.get_domain_sid())
        added = security.descriptor.from_sddl(f"D:{''.join(grants)}", domain_sid)
        for path, is_delegated in self.world["ous"].items():
            if is_delegated:
                descriptor = self._descriptor(f"{path},{self.base}")
                for entry in added.dacl.aces:
                    descriptor.dacl_add(entry)
                self._write_descriptor(f"{path},{self.base}", descriptor)

    def _protect(self) -> None:
        """Samba does not do what AdminSDHolder is for: its list, cut off from what is inherited, by hand."""
        held = self._descriptor(f"CN=AdminSDHolder,CN=System,{self.base}")
        held.type |= PROTECTED
        for account in self.world["accounts"]:
            if account["protected"]:
                dn = self._find(account["login"])
                self._write_descriptor(dn, held)
                self._replace(dn, {"adminCount": "1"})

    def _descriptor(self, dn: str) -> Any:
        found = self.samdb.search(dn, ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=[f"sd_flags:1:{DACL}"])
        return ndr_unpack(security.descriptor, found[0]["nTSecurityDescriptor"][0])

    def _write_descriptor(self, dn: str, descriptor: Any) -> None:
        message = ldb.Message(ldb.Dn(self.samdb, dn))
        name = "nTSecurityDescriptor"
        message[name] = ldb.MessageElement(ndr_pack(descriptor), ldb.FLAG_MOD_REPLACE, name)
        self.samdb.modify(message, [f"sd_flags:1:{DACL}"])


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as given:
        Filler(sys.argv[1], json.load(given)).fill()
