"""Text between people and GLPI: plain text on our side, HTML on GLPI's.

GLPI 10 takes a value without raw < or > but with entities for "already encoded", so content always goes out wrapped in
a block tag. GLPI 9.5 stores < as &lt; and leaves & alone, so a &lt; of ours would come back as a tag: < goes out as
&#60;, which no version touches. And GLPI stores what it is given, scripts too, so what comes in is reduced to text
(contracts/glpi.md, 3 and 11).
"""

from __future__ import annotations

import hashlib
import html
import re
from bisect import bisect_left
from html.parser import HTMLParser
from itertools import accumulate

MAX_TITLE = 255
_STORED_LENGTH = {"&": len("&#38;"), "<": len("&#60;"), ">": len("&#62;")}
_MARK = re.compile(r"\n*Réf\. WIDIP-[0-9a-f]{16}\s*\Z")
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote"})
_HIDDEN = frozenset({"script", "style", "head", "title"})


def escape(text: str) -> str:
    """Plain text as HTML that reads back the same from every version."""
    return html.escape(text).replace("&lt;", "&#60;").replace("&gt;", "&#62;")


def to_glpi_html(text: str, *, mark: str | None = None) -> str:
    """Plain text as HTML: one <p> a paragraph, nothing in it active; with the mark of the effect at its end."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    body = "".join(f"<p>{'<br>'.join(escape(line) for line in part.splitlines())}</p>" for part in paragraphs)
    return f"{body or '<p></p>'}{f'<p><small>Réf. {mark}</small></p>' if mark else ''}"


def to_glpi_title(text: str) -> str:
    """One line that GLPI keeps whole: what its column holds beyond 255, as it stores it, it cuts without a word."""
    line = " ".join(text.split())
    ends = list(accumulate(_STORED_LENGTH.get(character, 1) for character in line))
    if not ends or ends[-1] <= MAX_TITLE:
        return line
    return f"{line[: bisect_left(ends, MAX_TITLE)].rstrip()}…"


def digest_of(text: str) -> str:
    """SHA-256 of a plain text's words, in hexadecimal: without our mark under them, every run of blanks as one."""
    return hashlib.sha256(" ".join(_MARK.sub("", text).split()).encode()).hexdigest()


def looks_like_html(text: str) -> bool:
    """True when the text starts and ends with a tag."""
    return bool(re.match(r"\s*<[a-zA-Z!][^>]*>", text)) and text.rstrip().endswith(">")


def parse_html(markup: str) -> str:
    """The readable text of some HTML, without tags, scripts and runs of blank lines."""
    reader = _TextReader()
    reader.feed(markup)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
