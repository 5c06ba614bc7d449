"""Identity and health patterns taken out of a text before a model reads it.

A net with known holes, not a guarantee: free text can name a person in ways no pattern sees. What it catches is listed
in _RULES; docs say the rest. French forms, because the texts are French.
"""

from __future__ import annotations

import json
import re
from typing import Any

_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+(?:[ -][A-ZÀ-ÖØ-Þ][\w'’-]+){0,2}"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # The look-behind keeps a long run of letters from being read again from each of its letters.
    ("[e-mail]", re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")),
    ("[iban]", re.compile(r"\bFR\d{2}(?:\s?[0-9A-Z]{4}){5}\s?[0-9A-Z]{3}\b")),
    # Social security number: sex, year, month, department, town, order, key; blanks allowed.
    ("[n° sécu]", re.compile(r"\b[12]\s?\d{2}\s?(?:0[1-9]|1[0-2])\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3}\s?\d{2}\b")),
    ("[téléphone]", re.compile(r"(?<![\w.])(?:(?:\+|00)33\s?(?:\(0\)\s?)?|0)[1-9](?:[\s.-]?\d{2}){4}(?!\w)")),
    (
        "[date de naissance]",
        re.compile(
            r"(?i)\b(?:né(?:e|\(e\))?s?\s+le|ddn\s*:?|date\s+de\s+naissance\s*:?)\s*\d{1,2}[/. -]\w{1,9}[/. -]\d{2,4}"
        ),
    ),
    (
        "[n° patient]",
        re.compile(r"(?i)\b(?:ipp|iep|nip|dossier\s+(?:patient|médical))\s*(?:n°|no|:|#)?\s*\d[\d\s-]{3,}\d"),
    ),
    ("[personne]", re.compile(rf"\b(?:M\.|Mr\.?|Mme|Mlle|Monsieur|Madame|Dr\.?|Docteur)\s+{_NAME}")),
    (
        "[personne]",
        re.compile(rf"\b(?:[Pp]atiente?|[Rr]ésidente?|[Uu]sagère?)\s*:?\s+(?:de\s+la\s+chambre\s+\d+|{_NAME})"),
    ),
    (
        "[santé]",
        re.compile(
            r"(?i)\b(?:alzheimer|parkinson|diab[èe]t\w+|cancer\w*|tumeur\w*|vih|s[ée]ropositi\w+|h[ée]patite\w*|avc"
            r"|[ée]pilep\w+|schizophr\w+|d[ée]pressi(?:on|f|ve)|sous\s+tutelle|covid(?:-19)?|escarres?|insuline\w*)\b"
        ),
    ),
)


def mask_personal(text: str) -> str:
    """`text` with each recognised pattern replaced by its kind in brackets."""
    for kind, pattern in _RULES:
        text = pattern.sub(kind, text)
    return text


def mask_content(content: str) -> str:
    """`content` masked; what is JSON stays JSON, because its texts are masked one by one."""
    try:
        data = json.loads(content)
    except ValueError:
        data = None
    if not isinstance(data, dict | list):
        return mask_personal(content)
    return json.dumps(_mask_texts(data), ensure_ascii=False, separators=(",", ":"))


def _mask_texts(value: Any) -> Any:
    match value:
        case str():
            return mask_personal(value)
        case list():
            return [_mask_texts(item) for item in value]
        case dict():
            return {key: _mask_texts(item) for key, item in value.items()}
        case int() if (masked := mask_personal(str(value))) != str(value):
            return masked
    return value
