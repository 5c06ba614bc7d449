"""A message as words: lower case, without accents, endings and little words."""

from __future__ import annotations

import re
import unicodedata

_NOT_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "´": "'", "`": "'"})
_WORD = re.compile(r"[a-z0-9]+")
_ENDINGS = re.compile(r"(?:aient|(?<!i)ent|ait|ee|er|ez|e)$")


def word_set(text: str) -> frozenset[str]:
    """The words of a text, without order."""
    return frozenset(text.split())


_LITTLE = word_set(
    """
    le la les l de du des d un une au aux a en mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet
    cette ces c je j tu il elle on nous vous ils elles me m te t se s que qu qui est sont suis etait etaient ai as ont y
    et ou ne n tres toujours encore vraiment trop bonjour bonsoir merci cordialement svp stp si lui
    """
)


def simplify(text: str) -> str:
    """Lower case without accents and invisible characters; typographic apostrophes are plain ones."""
    composed = unicodedata.normalize("NFKD", text).lower().translate(_NOT_LETTERS)
    return "".join(letter for letter in composed if unicodedata.category(letter) not in ("Mn", "Cf"))


def words_of(simple: str) -> list[str]:
    """The words of a simplified text, in order."""
    return _WORD.findall(simple)


def is_little(word: str) -> bool:
    """Whether the word says nothing about a problem: articles, pronouns, greetings."""
    return word in _LITTLE


def stem(word: str) -> str:
    """A word without its ending, so that bloqué, bloquée, bloquer and bloquent are one."""
    if len(word) < 5:
        return word[:3] if len(word) == 4 and word[3] in "sx" else word
    singular = word[:-1] if word[-1] in "sx" else word
    short = _ENDINGS.sub("", singular)
    return short if len(short) >= 4 else singular


def stems_of(text: str) -> tuple[str, ...]:
    """The stems of a text's words, without the little ones."""
    return tuple(stem(word) for word in words_of(simplify(text)) if not is_little(word))
