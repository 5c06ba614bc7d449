"""What exactly an action would do, step by step, as an operator has to know it before he says yes."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from orchestrator.assist.action import AccountFacts, Action, Recipient
from orchestrator.assist.plans import Plan


class Deed(StrEnum):
    """One kind of step; the console has words for each."""

    CREATE_ACCOUNT = "create_account"
    COPY_GROUPS = "copy_groups"
    CREATE_GLPI_USER = "create_glpi_user"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a step
    UNLOCK = "unlock"
    DISABLE = "disable"
    ENABLE = "enable"
    MOVE = "move"
    MAIL_LINK = "mail_link"
    MAIL_NEWS = "mail_news"
    MAIL_OWNER = "mail_owner"
    SOLVE_TICKET = "solve_ticket"


class Step(BaseModel):
    """One step. on: whose account, or the mailbox that is written to. more: the place, or the groups by DN."""

    deed: Deed
    on: str
    name: str = ""
    more: list[str] = []


_ACCOUNT = {
    Plan.PASSWORD_RESET: Deed.RESET_PASSWORD,
    Plan.UNLOCK: Deed.UNLOCK,
    Plan.DISABLE: Deed.DISABLE,
    Plan.ENABLE: Deed.ENABLE,
    Plan.MOVE: Deed.MOVE,
}


def list_steps(action: Action) -> list[Step]:
    """In the order in which they are done (performing.py)."""
    steps = _list_creation(action) if action.plan is Plan.CREATE_ACCOUNT else _list_change(action)
    if action.owner is not None:
        steps.append(_mail(Deed.MAIL_OWNER, action.owner))
    if action.new is not None and action.new.glpi_email is not None:
        steps.append(Step(deed=Deed.CREATE_GLPI_USER, on=action.new.username, name=action.new.glpi_email))
    return [*steps, Step(deed=Deed.SOLVE_TICKET, on=str(action.ticket_id))]


def _list_creation(action: Action) -> list[Step]:
    new = action.new
    if new is None:
        return []
    name = f"{new.firstname} {new.lastname}"
    steps = [Step(deed=Deed.CREATE_ACCOUNT, on=new.username, name=name, more=[new.ou_dn])]
    if action.groups_from is not None and action.groups:
        steps.append(_change(Deed.COPY_GROUPS, action.groups_from, list(action.groups)))
    if action.recipient is not None:
        steps.append(_mail(Deed.MAIL_LINK, action.recipient))
    return steps


def _list_change(action: Action) -> list[Step]:
    deed = _ACCOUNT.get(action.plan)
    if deed is None or action.account is None:
        return []
    steps = [_change(deed, action.account, [action.target_ou] if action.target_ou else [])]
    if action.recipient is not None:
        steps.append(_mail(Deed.MAIL_LINK if deed is Deed.RESET_PASSWORD else Deed.MAIL_NEWS, action.recipient))
    return steps


def _change(deed: Deed, account: AccountFacts, more: list[str]) -> Step:
    return Step(deed=deed, on=account.samaccountname, name=account.display_name, more=more)


def _mail(deed: Deed, recipient: Recipient) -> Step:
    return Step(deed=deed, on=recipient.email, name=recipient.name, more=[recipient.role.value])
