"""What of a model's words, or a stranger's, may be put before people: one line, no link, no markup, capped."""

from __future__ import annotations

import re

from shared.sites import Site

MAX_MODEL_TEXT = 600
_UNFIT = re.compile(
    r"[<>\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Markup, controls, and what is not seen or turns the direction of what is."""
_LINK = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{1,20}://\S*|\bwww\.\S+"
    r"|\b(?:https?|ftps?|mailto|javascript|vbscript|data|file|tel|sms|callto|sealed):\S*"
    r"|\b[\w-]+(?:\.[\w-]+)+/\S*|[^\s@]{1,64}@[\w-]+(?:\.[\w-]+)+|\\\\\S+"
)
"""What a mail program makes a link of, addresses and network shares too, and references to secrets."""
_DOTS = ".\u3002\uff0e\uff61"
"""A full stop, and what a browser takes for one in a name."""
_DOMAIN = re.compile(rf"(?<![\w-])[\w-]+(?:[{_DOTS}][\w-]+)*[{_DOTS}](?:xn--[\w-]+|[^\W\d_]{{2,}})(?![\w-])")
"""What a mail program may take for a bare domain: a version or an address of figures is none."""


def clean_model_text(text: str, limit: int = MAX_MODEL_TEXT) -> str:
    """One paragraph of a model, or of a stranger: no link, no markup, one line, capped.

    What is unfit becomes a blank first: taking it out would join what it kept apart, and make a link.
    """
    line, before = " ".join(_UNFIT.sub(" ", text).split()), ""
    while line != before:
        line, before = " ".join(_LINK.sub(" ", line).split()), line
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def clean_answer(text: str, site: Site | None, limit: int = MAX_MODEL_TEXT) -> str:
    """The model's own words: as `clean_model_text`, and a domain that names no device of the site is broken up."""

    def broken(found: re.Match[str]) -> str:
        name = found.group()
        return name if site and site.has_device(name) else re.sub(f"[{_DOTS}]", ". ", name)

    return clean_model_text(_DOMAIN.sub(broken, clean_model_text(text, 2 * MAX_MODEL_TEXT)), limit)
