"""What is written after the first mail: followups, the solution, the establishment's mail, the end.

Templates only, no word of a model: these are read outside, and a party is named only as sure as the verdict is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from orchestrator.agent.cleaning import clean_model_text
from orchestrator.proactif.diagnosis import Responsible, Rule, Verdict
from orchestrator.proactif.incidents import AlertState, Incident
from orchestrator.proactif.texts import LABELS, html_templates, plain, text_templates
from shared.sites import Site

CONTACT_FROM = 0.6
"""Below, the establishment is not written to and no third party is named (diagnosis.md, section 4)."""
SURE_FROM = 0.8
MAX_PLACES = 30
MAX_LINES = 40

_CAUSES = {
    Responsible.FAI: "le lien de votre opérateur",
    Responsible.CLIENT: "un équipement, une prise ou l'alimentation électrique de votre établissement",
    Responsible.WIDIP: "un équipement ou une configuration dont nous avons la charge",
}
_NEXT_STEPS = {
    Responsible.FAI: "Nos équipes suivent l'incident avec les éléments relevés.",
    Responsible.CLIENT: "Merci de vérifier l'alimentation et le branchement. Répondez à ce ticket si besoin.",
    Responsible.WIDIP: "Nos équipes interviennent. Vous n'avez rien à faire.",
}


def storm_title(count: int) -> str:
    """Of the parent ticket."""
    return f"Incident majeur - {count} incidents de supervision en cinq minutes"


def storm_text(count: int) -> str:
    """The parent ticket's description."""
    return plain(text_templates.get_template("storm_ticket.txt.j2").render(count=count))


def storm_subject(ticket_id: int, count: int) -> str:
    """Of the one mail about a storm."""
    return f"[WIDIP #{ticket_id}] Incident majeur : {count} incidents en cinq minutes"


def storm_html(verdict: Verdict, places: Sequence[str], *, ticket_id: int, provisional: bool) -> str:
    """The one mail about a storm."""
    context = {
        "count": len(places),
        "paragraph": " ".join(f"{fact[:1].upper()}{fact[1:]}." for fact in verdict.facts),
        "label": LABELS[verdict.responsible],
        "verdict": verdict,
        "places": places[:MAX_PLACES],
        "more": max(0, len(places) - MAX_PLACES),
        "provisional": provisional,
        "ticket_id": ticket_id,
    }
    return html_templates.get_template("storm_mail.html.j2").render(context).strip()


def attached_text(parent_ticket_id: int) -> str:
    """The followup on a ticket that a storm has overtaken."""
    return plain(text_templates.get_template("attached.txt.j2").render(ticket_id=parent_ticket_id))


def note_text(incident: Incident, *, verdict: Verdict | None) -> str:
    """The followup with what changed; verdict: what the recovery showed."""
    lines = [_line(state) for state in incident.unnoted]
    dropped = len(lines) - MAX_LINES
    shown = [*lines[:MAX_LINES], *([f"et {dropped} autre(s)"] if dropped > 0 else [])]
    rendered = text_templates.get_template("note.txt.j2").render(
        recovered=incident.recovered_at,
        duration=duration_of(incident),
        storm=incident.is_storm,
        lines=shown,
        verdict=verdict,
        label=LABELS[verdict.responsible] if verdict else "",
    )
    return plain(rendered)


def _line(state: AlertState) -> str:
    alert = state.alert
    what = f"{alert.entity_type} {alert.entity_name}".strip() if alert.entity_type != "device" else ""
    named = clean_model_text(" ".join(filter(None, (alert.hostname, what, alert.message))), 200)
    if state.recovered_at:
        return f"rétabli : {named} ({state.recovered_at:%H:%M:%S} UTC)"
    if state.told == "":
        return f"nouvelle alerte : {named} ({state.failed_at:%H:%M:%S} UTC)"
    if state.flaps and not state.told.endswith(f":{state.flaps}"):
        return f"de nouveau en panne : {named} ({state.failed_at:%H:%M:%S} UTC)"
    return f"toujours en panne, rappel d'Observium : {named}"


def settled_text(verdict: Verdict, *, same: bool, contact: str | None, places: Sequence[str] = ()) -> str:
    """The followup at the end of the settle window."""
    rendered = text_templates.get_template("settled.txt.j2").render(
        verdict=verdict,
        label=LABELS[verdict.responsible],
        same=same,
        contact=contact,
        places=places[:MAX_PLACES],
        more=max(0, len(places) - MAX_PLACES),
    )
    return plain(rendered)


def refused_text(recipient: str) -> str:
    """The followup on a mail that GLPI's tool did not take: the ticket must not say that somebody was told."""
    return f"Le message à {recipient} n'a pas pu être envoyé : adresse refusée. Merci de prévenir par un autre moyen."


def may_write_to_contact(verdict: Verdict) -> bool:
    """Sure enough, and an outage: S1 is our supervision's own trouble."""
    return verdict.confidence >= CONTACT_FROM and verdict.responsible in _CAUSES and verdict.rule is not Rule.S1


def contact_subject(site: Site, ticket_id: int) -> str:
    """Of the establishment's mail."""
    return clean_model_text(f"[WIDIP #{ticket_id}] Incident réseau en cours : {site.name}", 200)


def contact_html(site: Site, verdict: Verdict, *, since: datetime, ticket_id: int) -> str:
    """The establishment's mail. Only for a verdict that `may_write_to_contact` lets through."""
    return (
        html_templates.get_template("contact.html.j2")
        .render(
            site_name=site.name,
            since=since,
            cause=cause_line(site, verdict),
            next_step=_NEXT_STEPS[verdict.responsible],
            ticket_id=ticket_id,
        )
        .strip()
    )


def cause_line(site: Site | None, verdict: Verdict | None) -> str:
    """Whose outage it is, in words that a reader outside may have; nothing when that is not sure enough."""
    if verdict is None or not may_write_to_contact(verdict):
        return ""
    word = "Cause identifiée" if verdict.confidence >= SURE_FROM else "Cause probable"
    isp = f" ({site.isp.name})" if site and site.isp and verdict.responsible is Responsible.FAI else ""
    return f"{word} : {_CAUSES[verdict.responsible]}{isp}."


def solution_text(incident: Incident, site: Site | None, verdict: Verdict | None) -> str:
    """The solution: the requester reads it too."""
    rendered = text_templates.get_template("solution.txt.j2").render(
        recovered=incident.recovered_at, duration=duration_of(incident), cause=cause_line(site, verdict)
    )
    return plain(rendered)


def over_subject(place: str, ticket_id: int) -> str:
    """Of the mail to everybody who was told."""
    return clean_model_text(f"[WIDIP #{ticket_id}] Rétabli : {place}", 200)


def over_html(incident: Incident, place: str, *, ticket_id: int, left: bool) -> str:
    """The mail to everybody who was told. left: the ticket stays open."""
    context = {"place": place, "recovered": incident.recovered_at, "duration": duration_of(incident)}
    return html_templates.get_template("over.html.j2").render(context | {"ticket_id": ticket_id, "left": left}).strip()


def duration_of(incident: Incident) -> str:
    """How long it lasted, in words."""
    seconds = int(incident.lasted / timedelta(seconds=1))
    hours, rest = divmod(seconds, 3600)
    parts = [f"{hours} h" if hours else "", f"{rest // 60} min" if rest >= 60 else "", f"{rest % 60} s"]
    return " ".join(part for part in parts[: 2 if hours else 3] if part)
