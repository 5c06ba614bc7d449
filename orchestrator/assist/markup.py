"""HTML to readable text in one pass.

html.parser takes quadratic time on some broken markup (Python 3.11.7); what comes here was written by strangers.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(?=[\s/>])[^<>]{0,4000}>")
_BREAK = re.compile(r"<(?:/?p|br|/?div|/?td|/?li)(?=[\s/>])", re.IGNORECASE)
_BLOCKS = frozenset("p div br li tr td th h1 h2 h3 h4 h5 ul ol table section".split())
_HIDDEN = frozenset({"script", "style", "head", "title"})


def looks_like_html(text: str) -> bool:
    """True when there is a tag or a comment in the text."""
    return "<!--" in text or _TAG.search(text) is not None


def parse_markup(markup: str) -> str:
    """The text of some HTML. Scripts, comments and block quotes (an earlier mail) are left out, closed or not."""
    if _BREAK.search(markup):  # else the line ends of a plain text that has a stray tag
        markup = markup.replace("\n", " ")
    parts: list[str] = []
    at = quoted = 0
    while at < len(markup):
        start = markup.find("<", at)
        start = len(markup) if start < 0 else start
        if not quoted:
            parts.append(markup[at:start])
        if markup.startswith("<!--", start):
            end = markup.find("-->", start)
            at = len(markup) if end < 0 else end + 3
            continue
        tag = _TAG.match(markup, start)
        if tag is None:
            if not quoted:
                parts.append(markup[start : start + 1])
            at = start + 1
            continue
        closing, name = bool(tag[1]), tag[2].lower()
        at = tag.end()
        if name == "blockquote":
            quoted = max(0, quoted - 1) if closing else quoted + 1
        elif name in _HIDDEN and not closing:
            end_tag = re.compile(rf"</{name}\s{{0,10}}>", re.IGNORECASE).search(markup, at)
            at = end_tag.end() if end_tag else len(markup)
        if name in _BLOCKS or name == "blockquote":
            parts.append("\n")
    return html.unescape("".join(parts))

