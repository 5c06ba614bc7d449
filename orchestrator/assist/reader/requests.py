"""Reading a ticket: what it asks, for whom, by rules alone.

Pure: no clock, no network, no model. What is not certain is left out and listed as missing: a wrong account is worse
than a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from orchestrator.assist.plans import Missing, Person, Plan, Request
from orchestrator.assist.reader.body import has_overrides, normalise, parse_own_text
from orchestrator.assist.reader.clauses import Clause, parse_clauses
from orchestrator.assist.reader.french import fold, parse_sentences
from orchestrator.assist.reader.reading import Reading
from orchestrator.assist.reader.unasked import question_of, unasked_of

__all__ = ["Missing", "Person", "Plan", "Request", "normalise", "read_requests"]

_PREFIX = re.compile(r"^\s*(?:(?:re|tr|fw|fwd|rép|rep)\s?:\s?|\[[^\]]{1,40}\]\s?){1,6}", re.IGNORECASE)
_ORDERS_TO_SOFTWARE = re.compile(
    r"\b(?:ignor\w{1,5}|(?<!ai )(?<!a )oublie[rz]?|contourn\w{1,4}|disregard|forget|bypass|override)\b.{0,40}"
    r"\b(?:regles?|consignes?|instructions?|prompts?|directives?|rules?|verifications?|validations?)\b"
    r"|\binstructions? (?:du )?syste?me?\b"
    r"|\bsystem ?:|\b(?:system|admin|developer|debug|dan) (?:mode|prompt|override)\b"
    r"|\bmode (?:admin\w{0,12}|developpeur|debug)\b|\byou are now\b"
    r"|\btu es (?:maintenant |desormais )?(?:un|une|l'|le|la) ?(?:assistant|ia|robot|agent|administrateur|systeme)"
    r"|\[/?inst\]|<\|im_|\bsans (?:aucune )?(?:validation|approbation|verification)\b"
    r"|\b(?:function|tool) call\b|reset_password|unlock_account"
)


def read_requests(text: str, *, title: str = "", today: date) -> list[Request]:
    """What a ticket asks, one request for each thing and person; never empty.

    text may be HTML and hold quoted mails and a signature: they do not count. today is the day it was written.
    """
    full_title, full_text = normalise(title), normalise(text)
    prefix = _PREFIX.match(full_title)
    subject, body = full_title[prefix.end() if prefix else 0 :], parse_own_text(full_text)
    clauses = list(_clauses(subject, body))
    if _ORDERS_TO_SOFTWARE.search(fold(f"{subject}\n{full_text}")):
        return [question_of(clauses, subject, body, confidence=0.2)]
    reading = Reading(subject, body, clauses, today, is_reply=prefix is not None)
    requests = reading.requests(hidden=has_overrides(title + text))
    return requests or [unasked_of(clauses, subject, body)]


def _clauses(subject: str, body: str) -> Iterable[Clause]:
    for in_title, part in ((True, subject), (False, body)):
        for number, sentence in enumerate(parse_sentences(part)):
            yield from parse_clauses(sentence, part, number=0 if in_title else number + 1, in_title=in_title)
