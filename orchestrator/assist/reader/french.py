"""French as employees type it: sentences, words, and what each word means whatever its accents and spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from orchestrator.assist.reader.body import deaccent
from orchestrator.assist.reader.first_names import FIRST_NAMES
from orchestrator.assist.reader.lexicon import FORMS, PLAIN_WORDS, TYPO_TARGETS

MAX_WORDS = 80
_LONGEST_PHRASE = 5
_WORD = re.compile(
    r"\d[\d/.:-]*\d|[DNO]'[A-ZÀ-Ö][a-zà-ÿ]+|[^\W\d_]{1,20}[cC]'[hH][^\W\d_]{0,20}|[^\W_]+|[,:()/+\"«»&•]|\n(?=\s?(?:[-*•–]|\d{1,2}\s?[).]))"
)
_ABBREVIATION = re.compile(r"(?:^|\W)(?:m|mr|mme|mlle|dr|pr|st|ste|tel|n|no|[a-z])$")
_STOP = re.compile(r"\n*\f[\n\f]*|[.!?;]{1,8}(?=[\s\")]|$)|\n+|[.!?]{1,3}(?=[A-ZÀ-Ö][a-zà-ö])")
_BULLET = re.compile(r"[-*•–]\s|\d{1,2}\s?[).:/-]\s?(?!\d)")

# Letters of other alphabets that look like ours: enough to read a keyword by, never to read a name by.
_LOOKALIKES = str.maketrans("аеорсухіјѕвнкмтοαερνικτυ", "aeopcyxijsbhkmtoaepvikty")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence: where it stands in the text, as written and as read."""

    start: int
    end: int
    text: str
    fold: str

    @property
    def is_capital(self) -> bool:
        """Written with a capital first."""
        return self.text[:1].isupper()

    @property
    def is_foreign(self) -> bool:
        """Holds a letter of another alphabet, or a mix of cases that no name has."""
        return not is_plain_latin(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text. cut: it had no end of its own; a name in it may be incomplete."""

    start: int
    end: int
    words: tuple[Word, ...]
    is_question: bool = False
    cut: bool = False


def fold(text: str) -> str:
    """Lower case, no accents, lookalikes of other alphabets as the letters that they imitate."""
    plain = deaccent(text)
    return plain if plain.isascii() else plain.translate(_LOOKALIKES)


@lru_cache(maxsize=4096)
def is_plain_latin(text: str) -> bool:
    """True for letters of European Latin alphabets (and hyphens) written as a name or a word is."""
    if text.isascii():
        return not re.search(r"\d|[A-Z]{2}[a-z]{2}", text)
    letters = [letter for letter in text if letter not in "-'"]
    return all(_is_latin(letter) for letter in letters)


def _is_latin(letter: str) -> bool:
    if letter in "ıĸŉſ":
        return False
    return (letter.isascii() and letter.isalpha()) or ("À" <= letter <= "ž" and unicodedata.category(letter)[0] == "L")


def parse_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, in order. A list opened by a colon stays with the words that open it."""
    start = 0
    folded = fold(text)
    for stop in _STOP.finditer(text):
        if _goes_on(text, start, stop):
            continue
        yield from _sentence(text, folded, start, stop.end())
        start = stop.end()
    yield from _sentence(text, folded, start, len(text))


def _goes_on(text: str, start: int, stop: re.Match[str]) -> bool:
    before = text[max(start, stop.start() - 12) : stop.start()].rstrip()
    if "\f" in stop[0]:  # something was left out here
        return False
    if "\n" not in stop[0]:
        return stop[0] == "." and _ABBREVIATION.search(deaccent(before)) is not None
    if stop[0].count("\n") > 1 and not before.endswith(":"):
        return False
    following = text[stop.end() : stop.end() + 80]
    if before.endswith(":"):
        return True
    if _BULLET.match(following):
        return (
            _BULLET.match(text[text.rfind("\n", start, stop.start()) + 1 :][:8]) is not None
            and ":" in text[start : start + 400]
        )
    # a line that was wrapped, not ended
    return following[:1].islower() and stop.start() - start > 20 and before[-1:] != ","


def _sentence(text: str, folded: str, start: int, end: int) -> Iterator[Sentence]:
    words = _words(text, folded, start, end)
    asks = "?" in text[max(start, end - 4) : end]
    for at in range(0, len(words), MAX_WORDS):
        part = tuple(words[at : at + MAX_WORDS])
        yield Sentence(part[0].start, part[-1].end, part, is_question=asks, cut=len(words) > MAX_WORDS)


def _words(text: str, folded: str, start: int, end: int) -> list[Word]:
    """The words between two offsets. Hyphens hold names together ("Jean-Pierre"), not "pouvez-vous"."""
    words: list[Word] = []
    for found in _WORD.finditer(text, start, end):
        word = Word(found.start(), found.end(), found[0], folded[found.start() : found.end()])
        if words and text[words[-1].end : word.start] == "-" and _holds(words[-1].fold.rpartition("-")[2], word.fold):
            first = words.pop().start
            word = Word(first, word.end, text[first : word.end], folded[first : word.end])
        words.append(word)
    return words


def _holds(before: str, after: str) -> bool:
    return any(part in FIRST_NAMES or not is_known(correct(part)) for part in (before, after))


def _forms() -> tuple[dict[tuple[str, ...], str], tuple[tuple[str, str], ...]]:
    exact: dict[tuple[str, ...], str] = {}
    stems: list[tuple[str, str]] = []
    for tag, forms in FORMS.items():
        for form in forms.split():
            if form.endswith("*"):
                stems.append((form[:-1], tag))
            else:
                exact.setdefault(tuple(form.split("_")), tag)
    return exact, tuple(stems)


_EXACT, _STEMS = _forms()
_STEM_STARTS = tuple(stem for stem, _ in _STEMS)
_STARTS = frozenset(phrase[0] for phrase in _EXACT)
VOCABULARY = frozenset(word for phrase in _EXACT for word in phrase) | frozenset(PLAIN_WORDS)


_TARGETS = sorted(TYPO_TARGETS)  # in one order, so that a tie always ends the same


@lru_cache(maxsize=4096)
def correct(word: str) -> str:
    """A misspelt keyword as it should be; any other word as it is. One slip of the finger, six letters at least."""
    if len(word) < 6 or len(word) > 20 or is_known(word):
        return word
    found = extractOne(word, _TARGETS, scorer=OSA.distance, score_cutoff=1)
    return found[0] if found else word


@lru_cache(maxsize=4096)
def is_known(word: str) -> bool:
    """True for a word of ours, which is then neither a name nor a misspelling. word is folded."""
    return word in VOCABULARY or word.startswith(_STEM_STARTS)


def tag_at(words: tuple[Word, ...], at: int) -> tuple[str, int]:
    """What the longest phrase that starts at this word means, and how many words it has; ("w", 1) for no meaning."""
    first = correct(words[at].fold)
    if words[at].text in ("AS", "AMP"):
        return "JOB", 1
    if first in _STARTS:
        for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            phrase = (first, *(correct(word.fold) for word in words[at + 1 : at + length]))
            if tag := _EXACT.get(phrase):
                return tag, length
    return _tag_of_stem(first), 1


@lru_cache(maxsize=4096)
def _tag_of_stem(word: str) -> str:
    if not word.startswith(_STEM_STARTS):
        return "w"
    return next(tag for stem, tag in _STEMS if word.startswith(stem))
