"""HTML to readable text in one pass.

html.parser takes quadratic time on some broken markup (Python 3.11.7); what comes here was written by strangers.
"""

from __future__ import annotations

import html
import re

from orchestrator.assist.reader.words import word_set

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(?=[\s/>])[^<>]{0,4000}>")
_BLOCKS = word_set("p div br li tr td th h1 h2 h3 h4 h5 ul ol table section blockquote")
_HIDDEN = frozenset({"script", "style", "head", "title", "blockquote"})
_VOID = word_set("br img hr input meta link wbr")
_UNSEEN = re.compile(
    r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0(?![.\d])|\bhidden\b",
    re.IGNORECASE,
)


def looks_like_html(text: str) -> bool:
    """True when there is a tag or a comment in the text."""
    return "<!--" in text or _TAG.search(text) is not None


def parse_markup(markup: str) -> str:
    """The text of some HTML. Scripts, comments, block quotes (an earlier mail) and what nobody sees are left out.

    Line ends stay line ends: tickets mix plain text and tags, and a signature must not flow into what stands above it.
    """
    parts: list[str] = []
    at = depth = 0
    skipped = ""
    while at < len(markup):
        start = markup.find("<", at)
        start = len(markup) if start < 0 else start
        if not depth:
            parts.append(markup[at:start])
        if markup.startswith("<!--", start):
            end = markup.find("-->", start)
            at = len(markup) if end < 0 else end + 3
            continue
        tag = _TAG.match(markup, start)
        if tag is None:
            parts += markup[start : start + 1] if not depth else ""
            at = start + 1
            continue
        closing, name, at = bool(tag[1]), tag[2].lower(), tag.end()
        if depth and name == skipped:
            depth += -1 if closing else 1
        elif not depth and not closing and (name in _HIDDEN or _is_unseen(name, tag[0])):
            skipped, depth = name, 1
        if name in _BLOCKS:
            parts.append("\n")
    return html.unescape("".join(parts))


def _is_unseen(name: str, tag: str) -> bool:
    return name not in _VOID and _UNSEEN.search(tag) is not None
