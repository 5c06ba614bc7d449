"""What the desk writes: answers to the person, the private note to the technicians. In French."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import jinja2

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=False,  # noqa: S701 - plain text; the GLPI server escapes what it writes
    undefined=jinja2.StrictUndefined,
)


class Validation(StrEnum):
    """How a summary was agreed on."""

    AUTO = "auto"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


class Delivery(StrEnum):
    """How far a ticket has come."""

    DELIVERED = "delivered"
    ON_ITS_WAY = "on_its_way"
    WAITING = "waiting"


_VALIDATIONS = {
    Validation.AUTO: "acceptée telle quelle par la personne",
    Validation.CONFIRMED: "confirmée par la personne",
    Validation.CORRECTED: "corrigée par la personne",
}
_DELIVERIES = {
    Delivery.DELIVERED: "Votre demande est enregistrée sous le numéro {number} et transmise aux techniciens.",
    Delivery.ON_ITS_WAY: "Votre demande est enregistrée sous le numéro {number}. Elle part chez les techniciens.",
    Delivery.WAITING: (
        "Votre demande est enregistrée sous le numéro {number}. Elle parviendra aux techniciens "
        "dès que GLPI sera de retour ; vous n'avez rien à refaire."
    ),
}
_VERIFIED = {True: "identité vérifiée à la connexion", False: "non vérifié : contact seulement"}


def delivery_text(delivery: Delivery, number: str) -> str:
    """What the person is told once the ticket is registered."""
    return _DELIVERIES[delivery].format(number=number)


def note_text(number: str, analysis: Mapping[str, Any], *, is_verified: bool) -> str:
    """The private followup with what stays local of the analysis."""
    told = {name: analysis[name] for name in ("confidence", "symptoms", "site", "equipment", "missing", "several")}
    text = _ENVIRONMENT.get_template("note.txt.j2").render(
        number=number,
        proposed=analysis["category"],
        validation=_VALIDATIONS[Validation(analysis["validation"])],
        tries=analysis["tries"],
        requester=_VERIFIED[is_verified],
        **told,
    )
    return tidy(text)


def tidy(text: str) -> str:
    """A text in the one form that reads back from GLPI as it was written: its digest is compared later."""
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def digest_of(text: str) -> str:
    """What names a text without telling it: SHA-256 of its words, with every run of blanks as one.

    GLPI and its server shorten blanks, so that two readers agree on the words only.
    """
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
