"""What requesters, owners and technicians read about a request: templates in French, in plain text.

Nothing of a model is in them, and nothing of a ticket's own words but names that were matched with the directory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from orchestrator.agent.policy import Decision
from orchestrator.assist.action import Action, Binding, Recipient
from orchestrator.assist.case import Done
from orchestrator.assist.enrichment import Enrichment
from orchestrator.assist.facts import Found
from orchestrator.assist.plans import Missing, Person, Plan, Request
from orchestrator.assist.refusals import WORDINGS
from orchestrator.assist.rows import Row, State

Facts = dict[str, Any]
_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=False,  # noqa: S701 - plain text
    undefined=jinja2.StrictUndefined,
)
_PLANS = {
    Plan.PASSWORD_RESET: "mot de passe à réinitialiser",
    Plan.UNLOCK: "compte à déverrouiller",
    Plan.CREATE_ACCOUNT: "compte à créer",
    Plan.DISABLE: "compte à désactiver",
    Plan.ENABLE: "compte à réactiver",
    Plan.MOVE: "compte à déplacer",
    Plan.QUESTION: "question ou incident",
    Plan.NOT_OURS: "demande hors de notre périmètre",
}
_BINDINGS = {
    Binding.SELF: "le compte de l'auteur",
    Binding.COLLEAGUE: "un collègue du même établissement",
    Binding.NEW: "un nouveau compte",
}
_MISSING = {
    Missing.REQUEST: "ce qui doit être fait",
    Missing.PERSON: "le prénom et le nom de la personne concernée",
    Missing.FIRSTNAME: "le prénom de la personne concernée",
    Missing.LASTNAME: "le nom de la personne concernée",
    Missing.ARRIVAL: "la date d'arrivée",
    Missing.DEPARTURE: "la date de départ",
    Missing.PLACE: "le service d'accueil",
}
_SUBJECTS = {
    Plan.PASSWORD_RESET: "Mot de passe réinitialisé",
    Plan.UNLOCK: "Compte déverrouillé",
    Plan.CREATE_ACCOUNT: "Nouveau compte",
    Plan.DISABLE: "Compte désactivé",
    Plan.ENABLE: "Compte réactivé",
    Plan.MOVE: "Compte rattaché à un autre service",
}


class Letters:
    """All texts. days, views: how long a secret link lives. minutes: a confirmation."""

    def __init__(self, *, days: int, views: int, minutes: int) -> None:
        self._limits: Facts = {"days": days, "views": views, "minutes": minutes}

    def done(self, action: Action, left_out: Sequence[str]) -> str:
        """For the requester: what was done."""
        return self._write("done", action=action, left_out=left_out)

    def solution(self, siblings: Sequence[Row]) -> str:
        """The ticket's solution: everything that was done."""
        done = [Action.model_validate(row["action"]) for row in siblings if row["state"] == State.DONE]
        return self._write("solution", actions=done)

    def scheduled(self, action: Action) -> str:
        """For the requester: when it will be done."""
        return self._write("scheduled", action=action)

    def questions(self, missing: Sequence[Missing]) -> str:
        """For the requester: what is missing."""
        return self._write("questions", missing=[_MISSING[one] for one in missing])

    def suggestion(self, asked: Request, found: Found, decision: Decision) -> str:
        """For the technician: what would be done."""
        return self._write("suggestion", **self._explained(asked, found, decision))

    def enrichment(self, found: Enrichment) -> str:
        """For the technician: what would be answered to a question."""
        return self._write("enrichment_suggestion", found=found)

    def confirmation(self, action: Action, link: str) -> Facts:
        """The mail with a confirmation link, as send_email takes it."""
        confirmer = _known(action.confirmer)
        body = self._write("confirmation_mail", action=action, link=link)
        return _mail(action, confirmer, "Confirmation nécessaire", body)

    def confirmation_asked(self, action: Action) -> str:
        """For the requester: somebody has to confirm."""
        return self._write("confirmation_asked", action=action)

    def approval_asked(self) -> str:
        """For the requester: somebody of WIDIP has to approve."""
        return self._write("approval_asked")

    def approval_detail(self, asked: Request, found: Found, decision: Decision) -> str:
        """For the technician: what is to be approved, and why."""
        return self._write("approval_detail", **self._explained(asked, found, decision))

    def refusal_detail(self, asked: Request, found: Found, decision: Decision) -> str:
        """For the technician: why nothing was done."""
        explained = self._explained(asked, found, decision)
        return self._write("refusal_detail", detail=WORDINGS[decision.code].private, **explained)

    def handed_over(self) -> str:
        """For the requester: a part was done, or may have been."""
        return self._write("handed_over")

    def hand_over(
        self,
        asked: Request,
        action: Action | None,
        done: Sequence[Done],
        unsure: Sequence[Done],
        *,
        detail: str,
        more: str,
    ) -> str:
        """For the technician: what was done, what may have been done, and what was not."""
        told: Facts = {"action": action, "done": done, "unsure": unsure, "detail": detail, "more": more}
        return self._write("hand_over", plan=_PLANS[asked.plan], **told)

    def payload(self, action: Action, secret: Facts) -> str:
        """What the secret link shows; the password in it is a sealed reference."""
        return self._write("payload", action=action, secret=secret)

    def link_mail(self, action: Action, link: Facts) -> Facts:
        """The mail with the sealed link, as send_email takes it."""
        limits = {"days": link["expires_in_days"], "views": link["expires_after_views"]}
        body = self._write("link_mail", action=action, link=link["link_ref"], **limits)
        return _mail(action, _known(action.recipient), _SUBJECTS[action.plan], body)

    def owner_mail(self, action: Action, owner: Recipient) -> Facts:
        """The mail to whose account it is."""
        return _mail(action, owner, _SUBJECTS[action.plan], self._write("owner_mail", action=action))

    def news_mail(self, action: Action, recipient: Recipient) -> Facts:
        """A mail about what was done, where there is no secret."""
        return _mail(action, recipient, _SUBJECTS[action.plan], self._write("news_mail", action=action))

    def _explained(self, asked: Request, found: Found, decision: Decision) -> Facts:
        binding = found.situation.binding
        return {
            "action": found.action,
            "plan": _PLANS[asked.plan],
            "person": _named(asked.person),
            "binding": _BINDINGS[binding] if binding else "personne de désigné",
            "left_out": found.left_out,
            "evidence": found.situation.identity.evidence,
            "why": WORDINGS[decision.code].private,
            "code": decision.code.value,
            "quiet": decision.quiet,
        }

    def _write(self, template: str, **facts: Any) -> str:
        return _templates.get_template(f"{template}.txt.j2").render(self._limits | facts).strip()


def _mail(action: Action, recipient: Recipient, subject: str, body: str) -> Facts:
    titled = f"{subject} (ticket {action.ticket_id})"
    return {"recipient": recipient.email, "subject": titled, "body": body, "ticket_id": action.ticket_id}


def _known(recipient: Recipient | None) -> Recipient:
    if recipient is None:
        raise ValueError("policy lets nothing through that has nobody to write to")
    return recipient


def _named(person: Person | None) -> str:
    if person is None:
        return ""
    if person.is_author:
        return "l'auteur"
    return " ".join(part for part in (person.firstname, person.lastname) if part) or (person.login or "")
