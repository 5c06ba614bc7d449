"""Text that gives orders to a program, and text in another language."""

from __future__ import annotations

import re

from desk.analysis.text import simplify, word_set

# From the sentence where one of these stands, a message is addressed to a program: nothing behind it is believed.
_ORDERS = re.compile(
    r"""
    (?:ignor\w{0,6}|oubli\w{0,6}|forget|disregard)\s[^.!?\n]{0,40}(?:instruction|consigne|regle|prompt|previous|precedent)
    | (?:nouvelles?|new|previous)\s+(?:instruction|consigne)
    | tu\s+es\s+(?:desormais|maintenant) | you\s+are\s+now | act\s+as | agis\s+comme\s+(?:si|un)
    | \bsystem\s*: | \bassistant\s*: | system\s+prompt | jailbreak | \bprompt\b
    | auto[_ -]?validat | category_?id | "?\b(?:confidence|action|category|priority)"?\s*[:=]
    | (?:classe|mets|range)\s+(?:moi\s+)?(?:ce|le)\s+(?:ticket|message)\s+(?:en|dans|comme)
    | valide(?:r|z)?[- ](?:le|la|moi)\b | (?:priorite|confiance)\s*(?:=|a|de|:)\s*[\d1]
    | <\| | <\s*/?\s*system
    """,
    re.VERBOSE,
)
_CODE = re.compile(r"<\s*/?\s*(?:script|img|iframe|svg|a|div)\b|\bdrop\s+table\b|\bselect\s+\S+\s+from\b|\{\{")
_SENTENCE_END = re.compile(r"[.!?\n#{}]|;")

_FRENCH = word_set(
    """
    le la les des une un du je il elle nous vous est pas plus mon ma mes ne pour sur dans avec et ce cette au aux
    qui que ca on depuis merci bonjour svp son sa ses de en y quand plu
    """
)
_FOREIGN = word_set(
    """
    the my is not please does can cannot it of and to hello anymore first you your was with
    el los las funciona mi por favor hola na nao ola
    der die das nicht mehr ist im ich und mein bitte ein kein lo non di che funziona
    """
)


def cut_orders(simple: str) -> tuple[str, bool]:
    """The simplified text before the first sentence that gives orders to a program, and whether it is to be doubted.

    Pieces of code are doubtful too, but what stands beside them may be a real problem.
    """
    found = _ORDERS.search(simple)
    if found is None:
        return simple, _CODE.search(simple) is not None
    starts = [end.end() for end in _SENTENCE_END.finditer(simple, 0, found.start())]
    return simple[: starts[-1] if starts else 0], True


def gives_orders(message: str) -> bool:
    """Whether some of the message is addressed to a program."""
    return cut_orders(simplify(message))[1]


def is_foreign(simple: str, words: list[str]) -> bool:
    """Whether the text is rather in another language than in French."""
    strange = sum(letter.isalpha() and letter not in "abcdefghijklmnopqrstuvwxyz" for letter in simple)
    if strange > len(simple) / 4:
        return True
    foreign, french = (sum(word in known for word in words) for known in (_FOREIGN, _FRENCH))
    return foreign > french
