"""The plans: short fixed sequences of MCP calls. No model is asked anything here.

Before each write to an account everything is checked again, and the answer must be the same action. What an account got
is looked at in the directory afterwards. A password goes sealed from the AD server to MySecret, its link sealed to the
GLPI server, which sends it: nothing of it passes here in clear.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.agent.policy import Code, Verdict, decide
from orchestrator.assist.action import AccountFacts, Action, Recipient
from orchestrator.assist.caps import count_write
from orchestrator.assist.case import RequestCase
from orchestrator.assist.facts import FactsReader, TicketOver
from orchestrator.assist.letters import Letters
from orchestrator.assist.plans import Plan
from orchestrator.services import Services
from shared.errors import (
    CapReached,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Refused,
    UpstreamError,
    UpstreamMalformed,
    UpstreamRejected,
    WidipError,
)

Facts = dict[str, Any]
REFERENCE_LIVES = timedelta(minutes=8)
"""Sealed references are known for ten minutes: one that is older than this may be gone."""
RESETS = ("reset", "reset-2", "reset-3")
"""Effects: a password whose link could not be sent while its reference lived is replaced by the next one."""
IN_PARTS = frozenset({"ad_create_user", "ad_copy_groups_from"})
"""Writes that may have done a part of their work when they are refused."""


class Interrupted(Exception):
    """A plan that cannot go on: a technician does. detail: for him."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(detail or code.value)
        self.code = code
        self.detail = detail


class Performer:
    """Does what was decided; each method returns what the requester reads."""

    def __init__(self, services: Services, facts: FactsReader, letters: Letters) -> None:
        self._s = services
        self._facts = facts
        self._letters = letters
        self._plans: dict[Plan, Callable[[RequestCase, Action], Awaitable[None]]] = {
            Plan.PASSWORD_RESET: self._reset,
            Plan.UNLOCK: self._unlock,
            Plan.CREATE_ACCOUNT: self._create,
            Plan.DISABLE: self._disable,
            Plan.ENABLE: self._enable,
            Plan.MOVE: self._move,
        }

    async def perform(self, case: RequestCase, action: Action) -> str:
        """Do it, or what of it is missing. Raises Interrupted, UpstreamError."""
        try:
            if not await case.has_begun():
                await self._check_reachable(action)
            await self._plans[action.plan](case, action)
        except CapReached:
            raise
        except (Refused, InvalidInput, NotFound) as error:
            raise Interrupted(Code.SYSTEM_REFUSED, str(error)) from error
        return self._letters.done(action, await self._left_out(case))

    async def _check_reachable(self, action: Action) -> None:
        """A password that is reset and cannot be sent locks somebody out."""
        needed = (
            ("ad", "mysecret", "glpi") if action.plan in (Plan.PASSWORD_RESET, Plan.CREATE_ACCOUNT) else ("ad", "glpi")
        )
        problems = self._s.toolbox.problems()
        for server in needed:
            if server in problems:
                raise problems[server]

    async def _write(
        self, case: RequestCase, effect: str, tool: str, arguments: Mapping[str, Any], *, done: str
    ) -> Facts:
        """One write to an account, once; what it answered is kept, with the time of its first try."""
        known = await case.find_kept(effect)
        if known is not None:
            return known
        await self._check_again(case)
        begun_at, is_first = await case.begin(effect, done)
        try:
            answer = dict((await case.tools.write(tool, arguments, key=case.effect(effect))).data)
        except WidipError as error:
            if is_first and tool not in IN_PARTS and _says_no(error):
                await case.forget(effect)
            raise
        return await case.keep(effect, answer | {"at": begun_at.isoformat()}, done=done)

    async def _check_again(self, case: RequestCase) -> None:
        """Raises Interrupted unless policy still allows this very action."""
        try:
            found = await self._facts.gather(case)
        except TicketOver as over:
            raise Interrupted(over.code) from None
        decision = decide(found.situation)
        is_same = found.action is not None and found.action.digest == case.row["digest"]
        case.journal.note("checked", {"verdict": decision.verdict, "code": decision.code, "same": is_same})
        if decision.verdict is not Verdict.GO:
            raise Interrupted(decision.code)
        action = found.action
        if action is None or not is_same:
            raise Interrupted(Code.CHANGED)
        now = self._s.clock()
        cap = await self._s.database.write(lambda c: count_write(c, action, self._s.settings, now))
        if cap is not None:
            raise Interrupted(cap)

    async def _reset(self, case: RequestCase, action: Action) -> None:
        sam = _account(action).samaccountname
        await self._deliver(case, action, _named(action), RESETS)
        await self._tell_owner(case, action)
        await self._check_state(case, sam, disabled=None)

    async def _create(self, case: RequestCase, action: Action) -> None:
        new = action.new
        if new is None or action.recipient is None:
            raise Interrupted(Code.NO_RULE)
        arguments = {"firstname": new.firstname, "lastname": new.lastname, "username": new.username}
        made = await self._write(
            case, "create", "ad_create_user", arguments | {"ou_path": new.ou_dn}, done=f"compte {new.username} créé"
        )
        if action.groups_from is not None and action.groups:
            names = {"source_user": action.groups_from.samaccountname, "target_user": made["samaccountname"]}
            copied = f"{len(action.groups)} groupes copiés de {action.groups_from.samaccountname}"
            await self._write(case, "groups", "ad_copy_groups_from", names | {"only": list(action.groups)}, done=copied)
        named = {"samaccountname": made["samaccountname"], "object_guid": made["object_guid"]}
        await self._deliver(case, action, named, ("create", *RESETS))
        await self._tell_owner(case, action)
        if new.glpi_email is not None:
            person = {"firstname": new.firstname, "lastname": new.lastname}
            user = person | {"email": new.glpi_email, "login": new.username}
            await self._write(
                case, "glpi-user", "glpi_create_glpi_user", user, done=f"utilisateur GLPI {new.username} créé"
            )
        await self._check_state(case, new.username, disabled=False)

    async def _deliver(self, case: RequestCase, action: Action, named: Facts, names: Sequence[str]) -> None:
        """Send the link of a password. Sealed references live ten minutes: what waited longer is done anew, and once
        also what is refused earlier, for a Redis that has lost them.

        names: the effects that set one, in order. Each is first tried to its end: its mail may be on its way already.
        """
        done, refusals = f"mot de passe de {named['samaccountname']} réinitialisé", 0
        for name in names:
            secret = await self._write(case, name, "ad_reset_password", named, done=done)
            if not secret.get("password_ref"):
                if name in RESETS:
                    raise Interrupted(Code.CHANGED, "un autre mot de passe a été posé entre-temps sur ce compte")
                continue
            try:
                await self._send(case, action, secret, name)
            except CapReached:
                raise
            except Refused:
                refusals += _is_fresh(secret)
                if refusals > 1:
                    raise
                await self._expire(case, name)
            else:
                return
        raise Interrupted(
            Code.SYSTEM_AWAY, "le lien n'a pas pu être envoyé dans le délai de vie du mot de passe scellé"
        )

    async def _send(self, case: RequestCase, action: Action, secret: Facts, name: str) -> None:
        """The sealed password behind a link, the sealed link in a mail to whom the directory says."""
        recipient = _recipient(action)
        if await case.find_kept(f"mail-{name}") is not None:
            return
        settings = self._s.settings
        link = await self._write(
            case,
            f"secret-{name}",
            "mysecret_create_secret",
            {
                "payload": self._letters.payload(action, secret),
                "expire_days": settings.secret_days,
                "expire_views": settings.secret_views,
                "recipient": recipient.email,
                "account_guid": secret["object_guid"],
            },
            done="lien à usage limité créé",
        )
        mail = self._letters.link_mail(action, link)
        sent = await self._write(case, f"mail-{name}", "glpi_send_email", mail, done=f"lien envoyé à {recipient.email}")
        shown = {"email_id": sent["email_id"], "recipient": recipient.email, "subject": mail["subject"]}
        case.journal.note("email", shown | {"role": recipient.role})

    async def _expire(self, case: RequestCase, name: str) -> None:
        """Before another password is set: nobody shall be sent, or have, a link to the one that it replaces."""
        link = await case.find_kept(f"secret-{name}")
        if link is None:
            return
        try:
            secret = {"secret_id": link["secret_id"]}
            await case.tools.write("mysecret_expire_secret", secret, key=case.effect(f"expire-{name}"))
        except (NotFound, Refused, UpstreamRejected) as error:
            case.journal.note("not_expired", {"secret_id": link["secret_id"], "message": str(error)})

    async def _tell_owner(self, case: RequestCase, action: Action) -> None:
        """Whoever's account it is hears of it, when the link went to somebody else. He may have no address."""
        owner = action.owner
        if owner is None:
            return
        mail = self._letters.owner_mail(action, owner)
        try:
            await case.tools.write("glpi_send_email", mail, key=case.effect("owner"))
        except (InvalidInput, Refused) as error:
            case.journal.note("mail_refused", {"recipient": owner.email, "message": str(error)})

    async def _unlock(self, case: RequestCase, action: Action) -> None:
        sam = _account(action).samaccountname
        await self._write(case, "unlock", "ad_unlock_account", _named(action), done=f"compte {sam} déverrouillé")
        await self._check_state(case, sam, disabled=None)
        await self._tell(case, action)

    async def _disable(self, case: RequestCase, action: Action) -> None:
        sam = _account(action).samaccountname
        await self._write(case, "disable", "ad_disable_account", _named(action), done=f"compte {sam} désactivé")
        await self._check_state(case, sam, disabled=True)
        await self._tell(case, action)

    async def _enable(self, case: RequestCase, action: Action) -> None:
        sam = _account(action).samaccountname
        await self._write(case, "enable", "ad_enable_account", _named(action), done=f"compte {sam} réactivé")
        await self._check_state(case, sam, disabled=False)
        await self._tell(case, action)

    async def _move(self, case: RequestCase, action: Action) -> None:
        account = _account(action)
        arguments = _named(action) | {"target_ou": action.target_ou}
        await self._write(case, "move", "ad_move_to_ou", arguments, done=f"compte {account.samaccountname} déplacé")
        await self._tell(case, action)

    async def _tell(self, case: RequestCase, action: Action) -> None:
        """News without a secret, to whoever asked and to whose account it is."""
        recipient = action.recipient
        if recipient is not None:
            mail = self._letters.news_mail(action, recipient)
            await case.tools.write("glpi_send_email", mail, key=case.effect("news"))
        await self._tell_owner(case, action)

    async def _check_state(self, case: RequestCase, sam: str, *, disabled: bool | None) -> None:
        """The outcome as the directory has it. Raises Interrupted when it is not what was asked for."""
        status = (await case.tools.call("ad_get_account_status", {"samaccountname": sam})).data["status"]
        case.journal.note("outcome", {"account": sam, "status": status})
        is_wrong = disabled is not None and status["disabled"] is not disabled
        if is_wrong or (status["locked_out"] and not status["disabled"]):
            raise Interrupted(Code.CHANGED, f"l'annuaire ne montre pas le résultat attendu pour {sam}")

    async def _left_out(self, case: RequestCase) -> tuple[str, ...]:
        """Groups that were not copied, by name."""
        copied = await case.find_kept("groups") or {}
        return tuple(
            group["group"] for group in copied.get("groups", ()) if group["outcome"] in ("failed", "out_of_scope")
        )


def _account(action: Action) -> AccountFacts:
    if action.account is None:
        raise Interrupted(Code.NO_RULE)
    return action.account


def _named(action: Action) -> Facts:
    """The account by both its names: a login may be another's by the time of the write."""
    account = _account(action)
    return {"samaccountname": account.samaccountname, "object_guid": str(account.object_guid)}


def _recipient(action: Action) -> Recipient:
    if action.recipient is None:
        raise Interrupted(Code.NO_ADDRESS)
    return action.recipient


def _says_no(error: WidipError) -> bool:
    """True when the system itself said that nothing was done, and no earlier try was lost."""
    if isinstance(error.__cause__, OutcomeUnknown) or isinstance(error, OutcomeUnknown | UpstreamMalformed):
        return False
    return not (isinstance(error, UpstreamError) and error.system.startswith("mcp:"))


def _is_fresh(answer: Facts) -> bool:
    """True while the sealed reference of an answer is surely known."""
    return datetime.now(UTC) - datetime.fromisoformat(answer["at"]) < REFERENCE_LIVES
