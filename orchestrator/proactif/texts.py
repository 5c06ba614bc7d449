"""What WIDIP's own people read about an alert: templates in French, and one capped paragraph of the model.

What is written later, and to the establishment, is in letters.py.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import jinja2
from pydantic import BaseModel, Field

from orchestrator.agent.cleaning import MAX_MODEL_TEXT, clean_answer, clean_model_text
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.diagnosis import Responsible, Verdict
from shared.sites import Site

_CAUSES = {
    "wan_link_down": "lien opérateur coupé",
    "admin_shutdown": "port désactivé par configuration",
    "device_unreachable": "équipement injoignable",
    "snmp_silent": "supervision SNMP muette",
    "access_port_down": "port d'accès hors service",
    "unknown": "cause indéterminée",
}
_SEVERITIES = {"Critical": "critique", "Warning": "avertissement", "Informational": "information"}
LABELS = {
    Responsible.WIDIP: "WIDIP",
    Responsible.FAI: "opérateur (FAI)",
    Responsible.CLIENT: "établissement",
    Responsible.UNKNOWN: "indéterminée",
    Responsible.NONE: "aucune panne",
}

_folder = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
html_templates = jinja2.Environment(
    loader=_folder, autoescape=True, trim_blocks=False, undefined=jinja2.StrictUndefined
)
text_templates = jinja2.Environment(loader=_folder, autoescape=False, undefined=jinja2.StrictUndefined)  # noqa: S701 - plain text


class Stage(StrEnum):
    """How sure a mail to the team is: the site may still change, it will not, it did, or all is over already."""

    PROVISIONAL = "provisional"
    SETTLED = "settled"
    CORRECTED = "corrected"
    OVER = "over"


_STAGES = {
    Stage.PROVISIONAL: "provisoire : ",
    Stage.SETTLED: "",
    Stage.CORRECTED: "correction : ",
    Stage.OVER: "Rétabli : ",
}


class Finding(BaseModel):
    """Sentinel's answer."""

    cause: Literal[
        "wan_link_down", "admin_shutdown", "device_unreachable", "snmp_silent", "access_port_down", "unknown"
    ]
    evidence: list[str] = Field(max_length=5, description="facts that you read, one short French sentence each")
    summary: str = Field(max_length=MAX_MODEL_TEXT, description="two or three French sentences")

    def cleaned(self, site: Site | None) -> Finding:
        """Without links and markup, and with no names but the site's: it goes into a ticket."""
        return self.model_copy(
            update={
                "evidence": [clean_answer(item, site, 200) for item in self.evidence],
                "summary": clean_answer(self.summary, site),
            }
        )


class Paragraph(BaseModel):
    """Notificateur's answer."""

    paragraph: str = Field(max_length=MAX_MODEL_TEXT, description="three French sentences at most")


def ticket_title(alert: Alert, site: Site | None) -> str:
    """Site, device, what."""
    what = " ".join(part for part in (alert.entity_type, alert.entity_name) if part and alert.entity_type != "device")
    parts = [site.name if site else "Site inconnu", alert.hostname, what, alert.message]
    return clean_model_text(" - ".join(part for part in parts if part), 250)


def ticket_text(alert: Alert, site: Site | None) -> str:
    """The ticket's description."""
    return plain(text_templates.get_template("ticket.txt.j2").render(alert=cleaned_alert(alert), site=site))


def diagnosis_text(verdict: Verdict, finding: Finding | None, *, asked: bool = True) -> str:
    """The followup with the verdict of the rules and, beside it, what the model found if there was a need to ask."""
    rendered = text_templates.get_template("diagnosis.txt.j2").render(
        verdict=verdict,
        label=LABELS[verdict.responsible],
        finding=finding,
        asked=asked,
        cause=_CAUSES[finding.cause] if finding else "",
    )
    return plain(rendered)


def facts_paragraph(verdict: Verdict) -> str:
    """The paragraph of a mail when no model words one."""
    return f"{'. '.join(fact[:1].upper() + fact[1:] for fact in verdict.facts)}."


def mail_subject(alert: Alert, site: Site | None, ticket_id: int, stage: Stage) -> str:
    """Short, with the ticket's number."""
    where, word = site.name if site else "Site inconnu", _STAGES[stage]
    return clean_model_text(f"[WIDIP #{ticket_id}] {word}{where} : {alert.message or 'alerte'} ({alert.hostname})", 200)


def mail_html(
    alert: Alert,
    site: Site | None,
    verdict: Verdict,
    *,
    ticket_id: int,
    paragraph: str,
    worded_by_model: bool,
    stage: Stage,
    recovered: datetime | None = None,
    duration: str = "",
) -> str:
    """The mail to the team; everything in it is escaped. recovered, duration: for one that says that it is over."""
    context: dict[str, Any] = {
        "stage": stage,
        "recovered": recovered,
        "duration": duration,
        "alert": cleaned_alert(alert),
        "site_name": site.name if site else "Site inconnu",
        "verdict": verdict,
        "label": LABELS[verdict.responsible],
        "ticket_id": ticket_id,
        "paragraph": paragraph,
        "worded_by_model": worded_by_model,
    }
    return html_templates.get_template("mail.html.j2").render(context).strip()


def cleaned_alert(alert: Alert) -> Alert:
    """Names and messages come from strangers: no links, no markup."""
    texts = ("message", "hostname", "location", "entity_name", "entity_type", "metrics", "duration", "severity")
    cleaned = {name: clean_model_text(getattr(alert, name), 300) for name in texts}
    cleaned["severity"] = _SEVERITIES.get(alert.severity, cleaned["severity"])
    return alert.model_copy(update=cleaned)


def plain(text: str) -> str:
    """Without the blank lines that template conditions leave."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip()
