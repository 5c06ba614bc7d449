"""A colleague's groups for a new account: one by one, never a privileged one, never one outside the caller's OUs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ldap3 import MODIFY_ADD
from ldap3.utils.conv import escape_filter_chars

from servers.ad.audit import audited
from servers.ad.client import AdClient
from servers.ad.codes import SYSTEM, AlreadyThere, Operation
from servers.ad.entry import ACCOUNT, Entry
from servers.ad.models import CopiedGroup, CopiedGroups, GroupOutcome, GroupPreview, PreviewedGroup, PreviewedGroups
from servers.ad.protection import BUILTIN, FIRST_ORDINARY_RID, Scope, find_privileged, rid_of
from servers.ad.session import guid_dn
from shared.dn import is_same, name_of, parse_dn
from shared.errors import InvalidInput, NotFound, OutcomeUnknown, Refused, UpstreamRejected, WidipError
from shared.mcp_tool import Call

MAX_COPIED = 100
MAX_PARENTS = 500
GROUP = "(objectClass=group)"
GROUP_ATTRIBUTES = ["objectGUID", "objectSid", "adminCount", "memberOf"]
IN_CHAIN = "1.2.840.113556.1.4.1941"


class AdMemberships:
    """Group memberships of accounts."""

    def __init__(self, client: AdClient) -> None:
        self._client = client
        self._session = client.session

    async def preview(self, call: Call, source_user: str) -> PreviewedGroups:
        """What `copy` would do with each direct group of the source, of which it changes nothing."""
        source = await self._client.get_model(call, source_user)
        hidden = await self._has_hidden_privilege(source)
        groups = [
            PreviewedGroup(group=name_of(dn), dn=dn, outcome=await self._preview_one(call, dn, hidden=hidden))
            for dn in _groups_of(source)
        ]
        return PreviewedGroups(samaccountname=source.sam, object_guid=source.guid, groups=groups)

    async def _preview_one(self, call: Call, group_dn: str, *, hidden: bool) -> GroupPreview:
        looked = await self._look_at(call, group_dn, hidden=hidden)
        if isinstance(looked, Entry):
            return GroupPreview.COPYABLE
        is_out = looked is GroupOutcome.OUT_OF_SCOPE
        return GroupPreview.OUT_OF_SCOPE if is_out else GroupPreview.PRIVILEGED  # or gone, or not to be read

    async def copy(
        self, call: Call, *, source_user: str, target_user: str, only: Sequence[str] | None = None
    ) -> CopiedGroups:
        """Add the target to the source's groups; says of each what became of it.

        only: distinguished names; other groups, and those that the source is not in, are not even looked at.
        A repeat compares memberships, so it goes on where an earlier try stopped.
        """
        with audited(call, "copy_groups_from") as action:
            source = await self._client.get_model(call, source_user)
            target = await self._client.get_target(call, target_user, action)
            if source.guid == target.guid:
                raise InvalidInput("source_user and target_user are one account")
            groups = _groups_of(source, only)
            if not all(_is_member(target, dn) for dn in groups):
                call.check_may_act(SYSTEM)
                await self._client.charge(target.guid)
            hidden = await self._has_hidden_privilege(source)
            outcomes = [await self._copy_one(call, dn, target, hidden=hidden) for dn in groups]
            action.detail = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in GroupOutcome if kind in outcomes)
            return CopiedGroups(
                samaccountname=target.sam,
                object_guid=target.guid,
                groups=[
                    CopiedGroup(group=name_of(dn), dn=dn, outcome=outcome)
                    for dn, outcome in zip(groups, outcomes, strict=True)
                ],
            )

    async def _copy_one(self, call: Call, group_dn: str, target: Entry, *, hidden: bool) -> GroupOutcome:
        if self._is_in_scope(call, group_dn) and _is_member(target, group_dn):
            return GroupOutcome.ALREADY_MEMBER
        looked = await self._look_at(call, group_dn, hidden=hidden)
        return await self._add(call, looked, target) if isinstance(looked, Entry) else looked

    async def _look_at(self, call: Call, group_dn: str, *, hidden: bool) -> Entry | GroupOutcome:
        """The group, if it may be copied; else what keeps it from that."""
        if not self._is_in_scope(call, group_dn):
            return GroupOutcome.OUT_OF_SCOPE
        group = await self._session.find(group_dn, GROUP, GROUP_ATTRIBUTES)
        if group is None:
            return GroupOutcome.FAILED
        if hidden or await self._is_privileged(group):
            return GroupOutcome.PRIVILEGED
        return group

    def _is_in_scope(self, call: Call, group_dn: str) -> bool:
        return Scope(call, self._client.base_dn).covers(group_dn)

    async def _add(self, call: Call, group: Entry, target: Entry) -> GroupOutcome:
        now = await self._client.check_target(call, target.guid)
        # By GUID here as well: a name may have become somebody else's since.
        member = {"member": [(MODIFY_ADD, [guid_dn(now.guid)])]}
        try:
            again = partial(self._check_again, call, group, target)
            await self._session.modify(Operation.MEMBER, guid_dn(group.guid), member, again=again)
        except AlreadyThere:
            return GroupOutcome.ALREADY_MEMBER
        except (UpstreamRejected, NotFound):
            return GroupOutcome.FAILED
        except OutcomeUnknown as lost:
            try:
                now = await self._client.check_target(call, target.guid)
            except WidipError as error:
                raise lost from error
            if not _is_member(now, group.dn):
                raise
        return GroupOutcome.ADDED

    async def _check_again(self, call: Call, group: Entry, target: Entry) -> None:
        """Either may have been promoted since the try before."""
        await self._client.check_target(call, target.guid)
        now = await self._session.find(guid_dn(group.guid), GROUP, GROUP_ATTRIBUTES)
        if now is None or not Scope(call, self._client.base_dn).covers(now.dn) or await self._is_privileged(now):
            raise Refused("this group has become privileged, or has gone, since it was looked at")

    async def _is_privileged(self, group: Entry) -> bool:
        """By itself or by any group that it is in, at any depth. What cannot be read counts as privileged."""
        if group.sid is None or group.number("admincount"):
            return True
        parents = await self._parents(group)
        if parents is None:
            return True
        sids = {group.sid, *(parent.sid or f"{BUILTIN}0" for parent in parents)}
        built_in = any(sid.startswith(BUILTIN) or rid_of(sid) < FIRST_ORDINARY_RID for sid in sids)
        return built_in or find_privileged(sids, await self._client.extra_privileged()) is not None

    async def _parents(self, group: Entry) -> list[Entry] | None:
        """The groups that it is in, at any depth; None when there are some that we are not shown.

        A group whose members we may not read is not found, and neither is one of another domain: memberOf tells of it.
        """
        query = f"(&{GROUP}(member:{IN_CHAIN}:={escape_filter_chars(group.dn)}))"
        found = await self._session.search(self._client.domain_dn, query, ["objectSid", "memberOf"], limit=MAX_PARENTS)
        known = {parse_dn(parent.dn) for parent in found.entries}
        named = {parse_dn(dn) for entry in (group, *found.entries) for dn in entry.texts("memberof")}
        return None if found.truncated or not named <= known else found.entries

    async def _has_hidden_privilege(self, source: Entry) -> bool:
        """True when it is privileged and none of its groups shows why: any of them may be the reason.

        tokenGroups is computed whatever we may read of the groups, but for accounts only.
        """
        account = await self._session.find(guid_dn(source.guid), ACCOUNT, ["tokenGroups"])
        if account is None or not account.group_sids:
            return True
        extra = await self._client.extra_privileged()
        unexplained = {sid for sid in account.group_sids if find_privileged([sid], extra)}
        for dn in source.texts("memberof") if unexplained else ():
            group = await self._session.find(dn, GROUP, GROUP_ATTRIBUTES)
            if group is not None:
                unexplained -= {group.sid, *(parent.sid for parent in await self._parents(group) or ())}
        return bool(unexplained)


def _groups_of(source: Entry, only: Sequence[str] | None = None) -> list[str]:
    """The direct groups, in a fixed order. Raises InvalidInput for too many, and for a name in `only` that is none."""
    wanted = None if only is None else {parse_dn(dn) for dn in only}
    groups = sorted(dn for dn in source.texts("memberof") if wanted is None or parse_dn(dn) in wanted)
    if len(groups) > MAX_COPIED:
        raise InvalidInput(f"{source.sam} is in over {MAX_COPIED} groups: choose another model")
    return groups


def _is_member(entry: Entry, group_dn: str) -> bool:
    return any(is_same(dn, group_dn) for dn in entry.texts("memberof"))
