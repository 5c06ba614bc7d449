"""Everything that policy looks at for one request, read afresh: before it is decided on, and before each write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from orchestrator.agent.policy import Code, Mode, Situation
from orchestrator.assist import tickets
from orchestrator.assist.action import AccountFacts, Action, Binding, Recipient
from orchestrator.assist.approvals import ApprovalState, find_approval, has_new_requester
from orchestrator.assist.binding import find_entity_site, find_site, is_referent
from orchestrator.assist.caps import find_over_cap
from orchestrator.assist.case import RequestCase
from orchestrator.assist.confirmations import Answer, find_confirmation
from orchestrator.assist.desk import Desk
from orchestrator.assist.directory import Directory
from orchestrator.assist.identity import GlpiAccount, Identity, Known, prove_author
from orchestrator.assist.intake import is_said_without_title
from orchestrator.assist.plans import Missing, Plan
from orchestrator.assist.recipients import Recipients, choose_recipients
from orchestrator.assist.rows import State
from orchestrator.assist.switches import mode_at
from orchestrator.assist.targets import Target, TargetFinder
from orchestrator.assist.texts import TicketText
from orchestrator.services import Services
from shared.sites import Site

NO_ACCOUNT = frozenset({Plan.QUESTION, Plan.NOT_OURS})
_TAKEN_BACK = re.compile(
    r"(?i)\b(?:annul\w*|finalement|stop|oubliez|laissez|inutile|cancel\w*|plus (?:la peine|besoin)"
    r"|n(?:e\s|['’])[^.!?\n]{0,60}\b(?:pas|plus|rien))\b"
)
"""Too much rather than too little: a technician reads what this holds up."""
_NO: Mapping[Answer | ApprovalState | None, Code] = {
    Answer.DENIED: Code.CONFIRMATION_DENIED,
    Answer.EXPIRED: Code.CONFIRMATION_EXPIRED,
    ApprovalState.REJECTED: Code.APPROVAL_REJECTED,
    ApprovalState.EXPIRED: Code.APPROVAL_EXPIRED,
    ApprovalState.VOID: Code.CHANGED,
}


class TicketOver(Exception):
    """Nobody waits for this any more. code: TICKET_CLOSED, TICKET_GONE or TEXT_CHANGED."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket and its texts, as GLPI has them now."""

    facts: Mapping[str, Any]
    texts: Sequence[TicketText]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one request; no action where nothing can be done. left_out: groups that are not copied."""

    situation: Situation
    action: Action | None
    ticket: Ticket
    left_out: tuple[str, ...] = ()


class FactsReader:
    """Reads the facts of requests."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._s = services
        self._desk = desk

    async def gather(self, case: RequestCase) -> Found:
        """The situation now, and what exactly would be done. Raises TicketOver, UpstreamError."""
        ticket = await read_ticket(case)
        texts = _same_texts(case, ticket.texts)
        identity = await self._prove(case, texts)
        situation = Situation(
            plan=case.asked.plan,
            mode=Mode.OFF,
            identity=identity,
            site_known=False,
            is_referent=False,
            missing=case.asked.missing,
            asked=case.state is State.ASKED,
            by_model=case.asked.by_model
            or (identity.known is Known.DESK and not is_said_without_title(case.asked, texts)),
        )
        if case.asked.plan in NO_ACCOUNT:
            return Found(await self._with_rows(case, situation, ticket), None, ticket)
        return await self._gather_accounts(case, ticket, situation)

    async def _prove(self, case: RequestCase, texts: Sequence[TicketText]) -> Identity:
        desk_id, author_id = self._s.settings.desk_glpi_id, texts[0].author_id
        is_desk = desk_id is not None and author_id == desk_id
        words = await self._desk.list_words(case.ticket_id) if is_desk else []
        account = await _find_glpi_account(case, author_id) if author_id and not is_desk else None
        return prove_author(texts, account, desk_id=desk_id, desk_words=words)

    async def _gather_accounts(self, case: RequestCase, ticket: Ticket, situation: Situation) -> Found:
        directory = Directory(case.tools)
        author, identity = await _find_author(directory, situation.identity)
        situation = replace(situation, identity=identity)
        if author is None:
            return Found(await self._with_rows(case, situation, ticket), None, ticket)
        site = find_site(author, self._s.sites)
        before = case.action if case.state is State.ACTING else None
        finder = TargetFinder(directory, author=author, site=site, chosen=before.new if before else None)
        target = _as_requester(await finder.find(case.asked), identity, ticket)
        recipients = await self._find_recipients(directory, case.asked.plan, author, site, target)
        situation = replace(
            situation,
            site_known=site is not None,
            is_referent=site is not None and is_referent(author, site),
            missing=_missing(case, target),
            binding=target.binding,
            binding_code=target.code,
            same_site=target.account is None or (site is not None and find_site(target.account, [site]) is site),
            protected=target.account is not None and await directory.is_protected(target.account),
            recipient_code=recipients if isinstance(recipients, Code) else None,
        )
        action = _build_action(case, author, site, target, recipients)
        known = await self._with_rows(case, situation, ticket, action=action, site=site)
        return Found(known, action, ticket, target.left_out)

    async def _find_recipients(
        self, directory: Directory, plan: Plan, author: AccountFacts, site: Site | None, target: Target
    ) -> Recipients | Code | None:
        """None when there is nobody to be written about."""
        if target.binding is None or not target.is_found:
            return None
        people = [person.email for person in site.referents] if site else []
        referents = [await directory.find_by_mail(email) for email in people]
        email = site.technician.email if site and site.technician else self._s.settings.assist_technician_email
        technician = await directory.find_by_mail(email) if email else None
        return choose_recipients(
            plan,
            target.binding,
            site=site,
            account=target.account,
            author=author,
            referents=[referent for referent in referents if referent],
            technician=technician,
        )

    async def _with_rows(
        self,
        case: RequestCase,
        situation: Situation,
        ticket: Ticket,
        *,
        action: Action | None = None,
        site: Site | None = None,
    ) -> Situation:
        """With what people and operators have said, as it stands now."""
        now, settings = self._s.clock(), self._s.settings
        people = ticket.facts.get("requester_ids", ())

        def read(connection: sa.Connection) -> Situation:
            entity = find_entity_site(ticket.facts["entity_id"], self._s.sites)
            known = replace(situation, mode=mode_at(connection, situation.plan, site, entity))
            if action is None:
                return known
            answer = find_confirmation(connection, case.key, action.digest, now)
            approval = find_approval(connection, case.key, action.digest, now)
            return replace(
                known,
                over_cap=find_over_cap(connection, action, settings, now),
                changed=case.row["digest"] not in (None, action.digest)
                or (case.state is not State.ACTING and _may_be_taken_back(case, ticket.texts))
                or (case.state is not State.ACTING and has_new_requester(connection, case.key, action.digest, people)),
                confirmed=answer is Answer.CONFIRMED,
                approved=approval is ApprovalState.APPROVED,
                refused_by=_NO.get(answer) or _NO.get(approval),
            )

        return await self._s.database.read(read)


def _as_requester(target: Target, identity: Identity, ticket: Ticket) -> Target:
    """Whoever types somebody else's ticket, a technician on the phone mostly, does not speak of himself."""
    is_his = identity.known is Known.DESK or identity.author_id in ticket.facts.get("requester_ids", ())
    if target.binding is Binding.SELF and not is_his:
        return replace(target, code=Code.NAME_MISMATCH)
    return target


def _missing(case: RequestCase, target: Target) -> tuple[Missing, ...]:
    """What is still missing now that the directory was read."""
    if target.binding is None and Missing.PERSON not in case.asked.missing:
        return (*case.asked.missing, Missing.PERSON)
    return case.asked.missing


def _may_be_taken_back(case: RequestCase, texts: Sequence[TicketText]) -> bool:
    """Its author wrote after what asks: anything where it waits for a day, else what sounds like a no."""
    keys = {text["key"] for text in case.row["texts"]}
    asked_at = max((text.at for text in texts if text.key in keys and text.at), default=None)
    later = (text for text in texts if text.key not in keys and text.author_id == case.row["author_id"])
    new = [text for text in later if asked_at is None or text.at is None or text.at >= asked_at]
    return any(case.state is State.SCHEDULED or _TAKEN_BACK.search(text.content) for text in new)


async def read_ticket(case: RequestCase) -> Ticket:
    """The ticket and its texts. Raises TicketOver when it is closed or gone, and what the GLPI server raises."""
    seen = await tickets.read_ticket(case.tools, case.ticket_id)
    if seen.ticket is None or seen.ticket.get("deleted"):
        raise TicketOver(Code.TICKET_GONE)
    if seen.is_over:
        raise TicketOver(Code.TICKET_CLOSED)
    return Ticket(seen.ticket, seen.texts)


def _same_texts(case: RequestCase, texts: Sequence[TicketText]) -> list[TicketText]:
    """The texts that ask, unchanged. Raises TicketOver when one was edited or taken away."""
    by_key = {text.key: text for text in texts}
    found = []
    for asked in case.row["texts"]:
        text = by_key.get(asked["key"])
        if text is None or text.digest != asked["digest"]:
            raise TicketOver(Code.TEXT_CHANGED)
        found.append(text)
    return found


async def _find_glpi_account(case: RequestCase, user_id: int) -> GlpiAccount | None:
    users = (await case.tools.call("glpi_get_glpi_user", {"user_id": user_id})).data["users"]
    return GlpiAccount.model_validate(users[0]) if users else None


async def _find_author(directory: Directory, identity: Identity) -> tuple[AccountFacts | None, Identity]:
    """The author's own account; an identity that proves nothing when it is gone or closed."""
    if identity.known is Known.NOBODY or identity.object_guid is None:
        return None, identity
    found = await directory.find_by_guid(identity.object_guid)
    if found is not None and found[1]:
        return found[0], identity
    code = Code.ACCOUNT_GONE if found is None else Code.ACCOUNT_DISABLED
    return None, identity.model_copy(update={"known": Known.NOBODY, "object_guid": None, "code": code})


def _build_action(
    case: RequestCase, author: AccountFacts, site: Site | None, target: Target, recipients: Recipients | Code | None
) -> Action | None:
    asked = case.asked
    is_placed = asked.plan is not Plan.MOVE or target.target_ou is not None
    if target.binding is None or not target.is_found or not is_placed or not isinstance(recipients, Recipients):
        return None
    receivers: dict[str, Recipient | None] = {
        "recipient": recipients.recipient,
        "owner": recipients.owner,
        "confirmer": recipients.confirmer,
    }
    return Action(
        request_key=case.key,
        ticket_id=case.ticket_id,
        texts=tuple(f"{text['key']}:{text['digest']}" for text in case.row["texts"]),
        plan=asked.plan,
        binding=target.binding,
        site=site.code if site else None,
        author=author,
        account=target.account,
        new=target.new,
        groups_from=target.groups_from,
        groups=target.groups,
        target_ou=target.target_ou,
        not_before=asked.departure
        if asked.plan is Plan.DISABLE
        else asked.arrival
        if asked.plan is Plan.MOVE
        else None,
        **receivers,
    )
