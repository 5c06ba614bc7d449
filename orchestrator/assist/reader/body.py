"""What the author of a ticket wrote himself, now: no markup, quoted mail, signature, disclaimer or hidden character."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

from orchestrator.assist.reader.markup import looks_like_html, parse_markup

MAX_TEXT = 100_000
_KEPT = 0x2100
LEFT_OUT = "\f"
_SIGNS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‑": "-", "“": '"', "”": '"'}
)
# Text shown in another order than it is stored: what a reader sees is not what a program reads.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")

# Long runs of combining marks: normalising them takes quadratic time, and no word has them.
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4,}")

_QUOTE_STARTS = re.compile(
    r"^\W{0,5}(?:message (?:d'origine|original|transfere|initial)|original message|forwarded message|"
    r"debut du message (?:transfere|reexpedie)|message reexpedie|mensaje original)"
    r"|^(?:le|on|el) .{4,200}(?:a ecrit|wrote|escribio)\s?:?$"
    r"|^(?:a ecrit|wrote) ?:$"
    r"|^_{10,}$|^[=-]{15,}$|repond(?:re|ez) au-dessus de cette ligne|^##-"
)
_SENDER = re.compile(r"^\W{0,3}(?:de|from|von|expediteur) ?:")
_HEADER = re.compile(r"^\W{0,3}(?:envoye|date|sent|a|to|cc|objet|subject|destinataire) ?(?:le)? ?:")
_DISCLAIMER = re.compile(
    r"^\W{0,3}(?:ce (?:message|mail|courriel|e-mail)\b.{0,120}(?:confidentiel|destinataire|intention)"
    r"|this (?:e-?mail|message)\b.{0,120}(?:confidential|intended)"
    r"|(?:les informations contenues|avis de confidentialite|afin de preserver l'environnement)"
    r"|(?:pensez a l'environnement|n'imprimez|avant d'imprimer))"
)
_CLOSING = (
    r"(?:(?:tres |bien )?cordialement|cordiales salutations|bien a vous|salutations|sinceres salutations|"
    r"respectueusement|cdlt|cdt|crdt|best regards|kind regards|regards|envoye de mon|envoye depuis|sent from my|"
    r"telecharger outlook|obtenir outlook|bien confraternellement|confraternellement|amicalement)"
)
_CLOSING_LINE = re.compile(
    rf"^\W{{0,3}}(?:{_CLOSING}\b|--\s*$|bonne (?:journee|soiree|reception|fin de journee)\b.{{0,30}}$)"
)
_CLOSING_INSIDE = re.compile(rf"(?:^|[\s,.;!?]){_CLOSING}\b(?! de\b| vous\b)")
_THANKS_LINE = re.compile(r"^\W{0,3}(?:un grand |encore )?(?:merci|mci|thanks|thank you|gracias)\b[\w ,'!.-]{0,45}$")
_CONTACT = re.compile(
    r"(?:[\d .+()/-]{8,30}|(?:t[ée]l|tel|fax|mobile|port|t|p)\W{1,3}[\d .+()/-]{8,30}|\S{1,60}@\S{1,60}"
    r"|(?:https?://|www\.)\S{1,200}"
    r"|(?:[A-ZÀ-Ö][\w'.-]{0,30}|[A-Z]\.)(?: (?:[A-ZÀ-Ö][\w'.-]{0,30}|d[eu]s?|la|le|les)){1,5})?$"
)
_AFTERTHOUGHT = re.compile(r"^p\.?s\.? ?:")
_LABEL = re.compile(r"^[\w' .-]{2,40} ?:")
_ASKING = re.compile(
    r"\b(?:pouvez|pourriez|merci de|svp|veuillez|faut|compte|session|passe|mdp|besoin|plus|pas|est|arrivee?|depart)\b"
    r"|debloq|deverr|reinit|cree|creation|activ|suppr|\d/\d"
)


class Letters(dict[int, str]):
    """A table for str.translate that works out the letters it lacks, and keeps those of European alphabets."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self.become = become

    def __missing__(self, code: int) -> str:
        letter = self.become(chr(code))
        if code < _KEPT:
            self[code] = letter
        return letter


def deaccent(text: str) -> str:
    """Lower case without accents, one character for one: offsets stay true."""
    return text.translate(_PLAIN)


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


def has_overrides(text: str) -> bool:
    """True when the text asks to be shown in another order than it is stored."""
    return _OVERRIDES.search(text) is not None


def normalise(text: str) -> str:
    """The readable text: no markup, no invisible character, plain quotes and spaces, 100,000 characters at most."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
        text = text[: max(text.rfind(" "), text.rfind("\n")) + 1 or MAX_TEXT]
    if looks_like_html(text):
        text = parse_markup(text)
    elif "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFKC", _MARKS.sub("", text)).translate(_SIGNS)
    text = text[: 2 * MAX_TEXT].translate(_VISIBLE)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:MAX_TEXT]


def _visible(letter: str) -> str:
    if letter == "\n" or letter.isascii():
        return letter if letter.isprintable() or letter == "\n" else ("\n" if letter in "\r\v\f" else " ")
    kind = unicodedata.category(letter)
    if kind in ("Zl", "Zp"):
        return "\n"
    if kind in ("Zs", "Cc"):
        return " "
    return "" if kind in ("Cf", "Co", "Cs", "Cn", "Mn") else letter


_PLAIN = Letters(_plain)
_VISIBLE = Letters(_visible)

_QUOTE_INSIDE = re.compile(
    r"-{2,}\s?(?:message d'origine|message transfere|original message|forwarded message)"
    r"|\b(?:de|from) ?: ?.{1,120}?\b(?:envoye|sent|date)(?: le)? ?: ?.{1,120}?\b(?:a|to|objet|subject) ?:"
)


def parse_own_text(text: str) -> str:
    """The lines of a normalised text that its author wrote for this ticket; a form feed for what is left out."""
    lines = text.split("\n")
    plain = [deaccent(line).strip() for line in lines]
    end = _find_quote(plain)
    kept: list[str] = []
    signed = False
    for line, folded in zip(lines[:end], plain[:end], strict=True):
        if folded.startswith(">"):
            kept.append(LEFT_OUT)
            continue
        if _DISCLAIMER.search(folded):
            break
        if _AFTERTHOUGHT.search(folded):
            signed = False
        if signed or _CLOSING_LINE.search(folded):
            signed = True
            kept.append(LEFT_OUT)
            continue
        if quote := _QUOTE_INSIDE.search(folded):  # a mail whose line ends were lost
            kept.append(line[: quote.start()])
            break
        closing = _CLOSING_INSIDE.search(folded)
        kept.append(line[: closing.start()] if closing else line)
        signed = closing is not None
    return "\n".join(_without_signature(kept)).strip()


def _find_quote(plain: list[str]) -> int:
    for at, line in enumerate(plain):
        if _QUOTE_STARTS.search(line):
            return at
        if _SENDER.search(line) and sum(bool(_HEADER.search(other)) for other in plain[at + 1 : at + 6]) >= 2:
            return at
        # "Le lun. 30 nov. 2026 à 09:01, Someone" and "a écrit :" on the next line
        if line.startswith(("le ", "on ")) and at + 1 < len(plain) and plain[at + 1] in ("a ecrit :", "wrote:"):
            return at
    return len(plain)


def _without_signature(lines: list[str]) -> list[str]:
    """Up to a line of thanks or of a name after which short lines ask nothing: a signature without its formula."""
    for at in range(max(1, len(lines) - 10), len(lines)):
        line = lines[at].strip()
        thanks = _THANKS_LINE.search(deaccent(line))
        named = _CONTACT.match(line) and not lines[at - 1].rstrip().endswith((":", " de", " pour"))
        rest = lines[at + 1 :] if thanks else lines[at:]
        if (thanks or named) and not any(_tells(other.strip()) for other in rest):
            return lines[: at + 1] if thanks else lines[:at]
    return lines


def _tells(line: str) -> bool:
    return len(line) > 70 or bool(_LABEL.search(line)) or bool(_ASKING.search(deaccent(line)))
