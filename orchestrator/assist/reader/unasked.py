"""Texts that ask nothing of an account: questions and incidents of ours, and what is not ours."""

from __future__ import annotations

from orchestrator.assist.plans import MAX_QUOTE, Missing, Plan, Request
from orchestrator.assist.reader.clauses import Clause

_IT = (
    "SECRET",
    "ACCOUNT",
    "OTHER",
    "MAILBOX",
    "THING",
    "DEVICE",
    "RESET",
    "UNLOCK",
    "LOCKED",
    "AD",
    "MAIL_SEEN",
    "LOGIN",
)


_TELLING = 5  # words: "ça marche pas" does not tell what
_SYSTEMS = ("SECRET", "ACCOUNT", "OTHER", "MAILBOX", "THING", "DEVICE", "AD", "MAIL_SEEN", "LOGIN")
_ASKING = ("ASK", "NEED", "CANT", "HOWTO", "NAME", "REFUSED", "TROUBLE", "GIVE", "NOT")


def quote_of(clause: Clause, text: str) -> str:
    """The words of a clause, 200 characters at most."""
    return text[clause.items[0].start : clause.items[-1].end][:MAX_QUOTE].strip()


def question_of(clauses: list[Clause], subject: str, body: str, *, confidence: float) -> Request:
    """A question for people, with the first words that tell something."""
    telling = next((clause for clause in clauses if not clause.in_title and not clause.has("GREETING")), None) or next(
        iter(clauses), None
    )
    if telling is None:
        return Request(plan=Plan.QUESTION, missing=(Missing.REQUEST,))
    quote = quote_of(telling, subject if telling.in_title else body)
    return Request(plan=Plan.QUESTION, quote=quote, confidence=confidence)


def is_spam(clauses: list[Clause]) -> bool:
    """Words of advertising and of phishing, from somebody who does not speak of himself."""
    personal = any(clause.has("I", "MY", "MAIL_SEEN") for clause in clauses)
    return not personal and any(clause.has("SPAM") for clause in clauses)


def unasked_of(clauses: list[Clause], subject: str, body: str) -> Request:
    """A text that asks nothing of an account: ours to answer, or not ours."""
    own = [clause for clause in clauses if not clause.in_title]
    question = question_of(clauses, subject, body, confidence=0.6)
    if not clauses:
        return question
    if not own:
        return question.model_copy(update={"confidence": 0.3, "missing": (Missing.REQUEST,)})
    about_it = any(clause.has(*_IT) for clause in own or clauses)
    house = any(clause.has("HOUSE") for clause in clauses)
    if house and not any(clause.has(*_SYSTEMS) for clause in clauses):
        return question.model_copy(update={"plan": Plan.NOT_OURS, "confidence": 0.7})
    away = any(clause.has("AWAY") or (clause.has("ABSENT") and not about_it) for clause in clauses)
    if away:
        return question.model_copy(update={"plan": Plan.NOT_OURS, "confidence": 0.9})
    if is_spam(clauses):
        return question.model_copy(update={"plan": Plan.NOT_OURS, "confidence": 0.8})
    if about_it:
        return question
    asks = any(clause.is_question or clause.has(*_ASKING) for clause in own)
    if house or (not asks and any(clause.has("THANKS", "DONE") for clause in own)):
        return question.model_copy(update={"plan": Plan.NOT_OURS, "confidence": 0.7})
    told = [item for clause in own for item in clause.items if item.tag not in ("GREETING", "THANKS", ",")]
    missing = (Missing.REQUEST,) if len(told) < _TELLING else ()
    return question.model_copy(update={"confidence": 0.3, "missing": missing})
